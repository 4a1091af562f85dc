# SPDX-License-Identifier: MIT
# "None" if the index knows of none.
s/look(pool, slot, wanted, BY_BITMAP, pa)/false/
