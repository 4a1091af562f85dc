# SPDX-License-Identifier: MIT
# Version 15 is read as if it were 16.
s/if (version < OLDEST_VERSION)/if (version < OLDEST_VERSION - 1)/
