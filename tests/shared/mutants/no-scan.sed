# SPDX-License-Identifier: MIT
# "None" if the index knows of none.
s/bitframe_look(shared, slot, wanted, BY_BITMAP, pa)/false/
