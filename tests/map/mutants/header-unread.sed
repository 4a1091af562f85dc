# SPDX-License-Identifier: MIT
# A header that is not there is read.
s/if (fdt_bytes < HEADER_BYTES)/if (0)/
