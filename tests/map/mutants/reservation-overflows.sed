# SPDX-License-Identifier: MIT
# The place of a reservation is computed in 32 bits.
s/if (i >= reader->reservations_bytes \/ RESERVATION_BYTES)/if ((i + 1) * RESERVATION_BYTES > reader->reservations_bytes || (i + 1) * RESERVATION_BYTES == 0)/
