# SPDX-License-Identifier: MIT
# A node is read whose name does not end.
s/if (end == room)/if (0)/
