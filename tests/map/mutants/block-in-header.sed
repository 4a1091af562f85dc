# SPDX-License-Identifier: MIT
# A block may begin in the header.
s/if (first < header_bytes)/if (0)/
