# SPDX-License-Identifier: MIT
# The next token is right behind this one, on a whole cell or not.
s/\*offset += .*/*offset += bytes;/
