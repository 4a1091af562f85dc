# SPDX-License-Identifier: MIT
# By one byte.
s/if (bytes > room - PROPERTY_BYTES)/if (bytes > room - PROPERTY_BYTES + 1)/
