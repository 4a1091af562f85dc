# SPDX-License-Identifier: MIT
# A core cache does not say that it moves a word.
s/atomic_poke(&cache->moving, 1);//
