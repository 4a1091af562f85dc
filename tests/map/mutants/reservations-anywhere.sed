# SPDX-License-Identifier: MIT
# The reservation block is not checked.
s/if (!is_inside(header_bytes, tree_bytes, reservations, 0))/if (0)/
