# SPDX-License-Identifier: MIT
# The tree may be longer than the bytes that may be read.
s/if (tree_bytes > fdt_bytes)/if (0)/
