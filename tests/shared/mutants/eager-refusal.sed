# SPDX-License-Identifier: MIT
# A refusal is noted whatever was freed meanwhile.
/^enum bitframe_status bitframe_alloc_by_scan/,/^}/s/if (bitframe_sum_of_frees(shared) == sum)/bitframe_refuse(shared, wanted, bitframe_sum_of_frees(shared));\n&/
