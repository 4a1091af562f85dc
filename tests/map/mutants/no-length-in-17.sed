# SPDX-License-Identifier: MIT
# The structure block of version 17 goes to the end of the tree.
s/is_16 ? tree_bytes - structure : structure_bytes;/tree_bytes - structure;/
