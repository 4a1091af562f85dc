# SPDX-License-Identifier: MIT
# What a cache gives back is not in the index.
s/word_given_to(pool, word, before, before | mask);//
