# SPDX-License-Identifier: MIT
# "None" after a scan, whatever was freed meanwhile.
s/bitframe_sum_of_frees(pool) == freed/1/
