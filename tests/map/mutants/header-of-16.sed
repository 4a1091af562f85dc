# SPDX-License-Identifier: MIT
# A block of version 16 may not begin right behind its header.
s/header_bytes = is_16 ? HEADER_BYTES_16 : HEADER_BYTES;/header_bytes = HEADER_BYTES;/
