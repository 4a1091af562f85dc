# SPDX-License-Identifier: MIT
# The end of a block is computed in 32 bits.
s/return bytes <= tree_bytes - first;/return first + bytes <= tree_bytes;/
