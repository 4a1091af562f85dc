# SPDX-License-Identifier: MIT
# A block may begin behind the tree.
s/if (first > tree_bytes)/if (0)/
