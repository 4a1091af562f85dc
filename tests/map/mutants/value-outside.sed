# SPDX-License-Identifier: MIT
# The value of a property may be longer than the block.
s/if (bytes > room - PROPERTY_BYTES)/if (0)/
