# SPDX-License-Identifier: MIT
# A block may end behind the tree.
s/return bytes <= tree_bytes - first;/return true;/
