# SPDX-License-Identifier: MIT
# The structure block may be misaligned.
s/if (structure % CELL_BYTES != 0)/if (0)/
