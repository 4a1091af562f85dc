# SPDX-License-Identifier: MIT
# A free counts before it sets the bit.
/^static inline enum bitframe_status free_bit/,/^}/{
s/word_refilled(shared, word, before, after, slot)/(word_given_to(shared_pool(shared), word, before, after), BITFRAME_OK)/
s/^    atomic_count_release(&slot->freed, 1);$//
s/^    uint64_t before = /    if ((atomic_load_relaxed(leaf_at(shared, word)) \& mask) == 0) atomic_count_release(\&slot->freed, 1);\n&/
}
