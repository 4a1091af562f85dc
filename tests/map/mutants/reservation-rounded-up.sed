# SPDX-License-Identifier: MIT
# The last reservation may be in the tree in part.
s/if (i >= reader->reservations_bytes \/ RESERVATION_BYTES)/if (i >= (reader->reservations_bytes + 8) \/ RESERVATION_BYTES)/
