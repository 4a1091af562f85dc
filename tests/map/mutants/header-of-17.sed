# SPDX-License-Identifier: MIT
# A block may begin in the header of version 17.
s/header_bytes = is_16 ? HEADER_BYTES_16 : HEADER_BYTES;/header_bytes = HEADER_BYTES_16;/
