# SPDX-License-Identifier: MIT
# The end of a property is computed in 32 bits, as libfdt 1.6 does.
s/if (bytes > room - PROPERTY_BYTES)/if (bytes + PROPERTY_BYTES > room)/
