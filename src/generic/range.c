/* SPDX-License-Identifier: MIT */
/* range.c - set or clear a range of bits, in portable C. On x86-64 long ranges use string stores. */
#include "base/bits.h"
#include "base/kernels.h"

/* AddressSanitizer does not see string stores. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PLAIN_STORES 1
#endif
#endif
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(PLAIN_STORES)
#define STRING_STORES 1

/*
 * String stores write whole cache lines without a vector register, but take some 30 cycles to start. Below
 * 128 words the loop is faster. From 512 words on the loop takes nearly twice as long. ("Enhanced REP MOVSB
 * and STOSB operation" in Intel's optimization manual. Linux clears its pages so.)
 */
enum { STRING_WORDS = 128 };

static inline void store_string(uint64_t *word, uint64_t count, uint64_t value)
{
    __asm__ volatile("rep stosq" : "+D"(word), "+c"(count) : "a"(value) : "memory");
}
#endif

/*
 * The words between the two ends are whole, so they are only written, a line a step. A compiler may merge the
 * eight stores into wider ones, where the machine and the compiler's arguments allow.
 */
static inline void store_words(uint64_t *words, uint64_t first, uint64_t end, uint64_t value)
{
    uint64_t *word = words + first;
    uint64_t *stop = words + end;
#ifdef STRING_STORES
    if (end - first >= STRING_WORDS) {
        store_string(word, end - first, value);
        return;
    }
#endif
    for (; stop - word >= 8; word += 8) {
        word[0] = value;
        word[1] = value;
        word[2] = value;
        word[3] = value;
        word[4] = value;
        word[5] = value;
        word[6] = value;
        word[7] = value;
    }
    while (word != stop)
        *word++ = value;
}

void bitframe_fill_c(uint64_t *words, uint64_t first, uint64_t bits)
{
    if (bits == 0)
        return;
    uint64_t end = first + bits - 1;
    uint64_t head = first / WORD_BITS;
    uint64_t tail = end / WORD_BITS;
    if (head == tail) {
        words[head] |= mask_from(first) & mask_to(end);
        return;
    }
    words[head] |= mask_from(first);
    store_words(words, head + 1, tail, UINT64_MAX);
    words[tail] |= mask_to(end);
}

void bitframe_clear_c(uint64_t *words, uint64_t first, uint64_t bits)
{
    if (bits == 0)
        return;
    uint64_t end = first + bits - 1;
    uint64_t head = first / WORD_BITS;
    uint64_t tail = end / WORD_BITS;
    if (head == tail) {
        words[head] &= ~(mask_from(first) & mask_to(end));
        return;
    }
    words[head] &= ~mask_from(first);
    store_words(words, head + 1, tail, 0);
    words[tail] &= ~mask_to(end);
}
