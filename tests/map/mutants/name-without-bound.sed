# SPDX-License-Identifier: MIT
# All strings may be read from any name on.
s/reader->strings_bytes - name : 0;/reader->strings_bytes : 0;/
