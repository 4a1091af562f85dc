# SPDX-License-Identifier: MIT
# The head of a property counts for its value.
s/if (bytes > room - PROPERTY_BYTES)/if (bytes > room)/
