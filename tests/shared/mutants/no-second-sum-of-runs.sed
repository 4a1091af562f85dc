# SPDX-License-Identifier: MIT
# The same of a request for one frame by a run.
s/bitframe_sum_of_frees(pool) == frees/1/
