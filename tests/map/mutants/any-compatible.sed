# SPDX-License-Identifier: MIT
# A version that readers of 17 do not know is read.
s/if (compatible > COMPATIBLE_VERSION)/if (0)/
