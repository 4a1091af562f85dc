# SPDX-License-Identifier: MIT
# A token that is no multiple of a cell ends too soon.
s/(bytes + CELL_BYTES - 1) \/ CELL_BYTES/bytes \/ CELL_BYTES/
