# SPDX-License-Identifier: MIT
# A reservation may be outside the tree.
s/if (i >= reader->reservations_bytes \/ RESERVATION_BYTES)/if (i > reader->reservations_bytes \/ RESERVATION_BYTES)/
