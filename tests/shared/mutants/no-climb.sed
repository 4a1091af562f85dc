# SPDX-License-Identifier: MIT
# filled() sets one bit and goes no further up.
s/atomic_set_bits(parent, bit) != 0/(atomic_set_bits(parent, bit), 1)/
