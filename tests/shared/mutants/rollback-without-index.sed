# SPDX-License-Identifier: MIT
# A claim that fails gives back the bits and no more.
/^static void roll_back/,/^}/s/(void)bitframe_give_to(shared, word, mask)/atomic_set_bits(leaf_at(shared, word), mask)/
