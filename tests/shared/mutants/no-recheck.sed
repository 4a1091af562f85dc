# SPDX-License-Identifier: MIT
# emptied() does not look at the word again.
s/if (atomic_load_word(levels_at(pool, levels, k) + word) != 0)/if (0)/
