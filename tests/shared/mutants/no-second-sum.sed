# SPDX-License-Identifier: MIT
# "None" after a look, whatever was freed meanwhile.
s/bitframe_sum_of_frees(shared) == sum/1/
