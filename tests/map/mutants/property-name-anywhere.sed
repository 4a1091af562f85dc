# SPDX-License-Identifier: MIT
# The name of a property may be outside the strings.
s/bool is_named = name < reader->strings_bytes;/bool is_named = true;/
