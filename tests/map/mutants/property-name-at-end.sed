# SPDX-License-Identifier: MIT
# The name of a property may begin at the end of the strings.
s/bool is_named = name < reader->strings_bytes;/bool is_named = name <= reader->strings_bytes;/
