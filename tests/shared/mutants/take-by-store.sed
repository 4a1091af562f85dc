# SPDX-License-Identifier: MIT
# A frame is taken by a load and a store.
s/atomic_try_clear(leaf, &bits, mask)/((bits = atomic_peek(leaf)) \& mask) != 0 \&\& (atomic_poke(leaf, bits \& ~mask), 1)/
