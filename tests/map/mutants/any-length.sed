# SPDX-License-Identifier: MIT
# More than 2 GiB is a length.
s/if (tree_bytes >= INT32_MAX)/if (0)/
