# SPDX-License-Identifier: MIT
# A huge frame is freed by loads and stores.
s/atomic_exchange(words + i, UINT64_MAX)/atomic_load_relaxed(words + i); atomic_store_relaxed(words + i, UINT64_MAX)/
