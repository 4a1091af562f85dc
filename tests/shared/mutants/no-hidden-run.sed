# SPDX-License-Identifier: MIT
# A request for one frame by a run is over when the index knows of none.
s/return wanted->frames == 1 ? take_hidden_frame(pool, wanted, pa)/return wanted->frames == 1 ? BITFRAME_NONE/
