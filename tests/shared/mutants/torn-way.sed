# SPDX-License-Identifier: MIT
# Word and mask of a way are read at two moments.
s/if (atomic_load_acquire(&cache->word\[way\]) == word && atomic_load_acquire(&slot->taken) == taken)/if (1)/
