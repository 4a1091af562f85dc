# SPDX-License-Identifier: MIT
# 2 GiB less one byte is a length.
s/if (tree_bytes >= INT32_MAX)/if (tree_bytes > INT32_MAX)/
