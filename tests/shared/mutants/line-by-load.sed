# SPDX-License-Identifier: MIT
# A line is given back by loads and stores.
s/atomic_exchange(words + i, UINT64_MAX)/atomic_peek(words + i); atomic_poke(words + i, UINT64_MAX)/
