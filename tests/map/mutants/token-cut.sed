# SPDX-License-Identifier: MIT
# A token may be less than a cell.
s/if (room < CELL_BYTES)/if (room == 0)/
