# SPDX-License-Identifier: MIT
# filled() goes up by what it loaded, not by what its access returned.
s/(atomic_load_word(parent) & bit) != 0 || atomic_set_bits(parent, bit) != 0/({ uint64_t old = atomic_load_word(parent); (old \& bit) != 0 || (atomic_set_bits(parent, bit), old) != 0; })/
