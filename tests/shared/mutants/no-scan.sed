# SPDX-License-Identifier: MIT
# "None" if the index knows of none.
s/uint64_t word = kernel_scan(.*/uint64_t word = pool->frames.words;/
