# SPDX-License-Identifier: MIT
# Version 16 has a length of the structure block.
s/is_16 ? tree_bytes - structure : structure_bytes;/read_cell(header + FIELD_STRUCTURE_BYTES);/
