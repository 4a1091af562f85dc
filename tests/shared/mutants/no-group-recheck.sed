# SPDX-License-Identifier: MIT
# Of many words at a time it does not, either.
s/if (atomic_load_word(leaves + lowest_bit(left)) != 0)/if (0)/
