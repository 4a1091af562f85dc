# SPDX-License-Identifier: MIT
# A property may be shorter than itself.
s/if (room < PROPERTY_BYTES)/if (0)/
