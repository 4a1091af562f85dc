# SPDX-License-Identifier: MIT
# The place of a name is a signed number.
s/bool is_named = name < reader->strings_bytes;/bool is_named = (int32_t)name < (int32_t)reader->strings_bytes;/
