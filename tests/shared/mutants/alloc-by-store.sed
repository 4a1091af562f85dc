# SPDX-License-Identifier: MIT
# A frame is allocated by a load and a store.
s/atomic_try_clear(leaf, &bits, mask)/((bits = atomic_load_relaxed(leaf)) \& mask) != 0 \&\& (atomic_store_relaxed(leaf, bits \& ~mask), 1)/
