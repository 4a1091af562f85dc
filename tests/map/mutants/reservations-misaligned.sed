# SPDX-License-Identifier: MIT
# The reservation block may be misaligned.
s/if (reservations % RESERVATION_ALIGN != 0)/if (reservations % CELL_BYTES != 0)/
