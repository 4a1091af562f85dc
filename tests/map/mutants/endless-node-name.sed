# SPDX-License-Identifier: MIT
# The name of a node is read until it ends, wherever that is.
s/while (end < room \&\& at\[end\] != 0)/while (at[end] != 0)/
