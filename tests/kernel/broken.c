/* SPDX-License-Identifier: MIT */
/*
 * broken.c - kernels that are wrong on purpose, each in one way that a kernel could be
 *
 * The harness is worth what it catches: harness.mutants runs the checks on these and fails if one passes.
 */
#include "base/bits.h"
#include "harness.h"

/* scan */

static uint64_t misses_last_word(const uint64_t *words, uint64_t count)
{
    uint64_t found = count == 0 ? 0 : bitframe_scan_c(words, count - 1);
    return count != 0 && found == count - 1 ? count : found;
}

static uint64_t low_halves(const uint64_t *words, uint64_t count)
{
    uint64_t i = 0;
    while (i < count && (uint32_t)words[i] == 0)
        i++;
    return i;
}

static uint64_t whole_blocks(const uint64_t *words, uint64_t count)
{
    uint64_t found = bitframe_scan_c(words, count & ~UINT64_C(15));
    return found == (count & ~UINT64_C(15)) ? count : found;
}

/* Adds up where it should OR: opposite words cancel each other. */
static uint64_t adds_words(const uint64_t *words, uint64_t count)
{
    uint64_t i = 0;
    while (count - i >= 2 && words[i] + words[i + 1] == 0)
        i += 2;
    return i + bitframe_scan_c(words + i, count - i);
}

static uint64_t finds_neighbour(const uint64_t *words, uint64_t count)
{
    return bitframe_scan_c(words, count + 1);
}

static uint64_t looks_beyond(const uint64_t *words, uint64_t count)
{
    (void)*(const volatile uint64_t *)(words + count);
    return bitframe_scan_c(words, count);
}

static uint64_t looks_before(const uint64_t *words, uint64_t count)
{
    (void)*(const volatile uint64_t *)(words - 1);
    return bitframe_scan_c(words, count);
}

static uint64_t scribbles(const uint64_t *words, uint64_t count)
{
    uint64_t found = bitframe_scan_c(words, count);
    if (found < count)
        *(volatile uint64_t *)(uintptr_t)(words + found) ^= 1;
    return found;
}

/* count */

static uint64_t counts_neighbour(const uint64_t *words, uint64_t count)
{
    return bitframe_count_c(words, count + 1);
}

static uint64_t misses_first_word(const uint64_t *words, uint64_t count)
{
    return count == 0 ? 0 : bitframe_count_c(words + 1, count - 1);
}

/* As count_neon, but for ever: lanes are never folded and wrap. */
static uint64_t sums_in_lanes(const uint64_t *words, uint64_t count, uint64_t batch_lines)
{
    uint64_t bits = 0;
    while (count >= 8) {
        uint64_t lines = count / 8 < batch_lines ? count / 8 : batch_lines;
        uint16_t lane[32] = {0};
        for (uint64_t i = 0; i < lines; i++, words += 8) {
            for (unsigned k = 0; k < 32; k++)
                lane[k] = (uint16_t)(lane[k] + word_count(words[k / 4] >> k % 4 * 16 & 0xFFFF));
        }
        for (unsigned k = 0; k < 32; k++)
            bits += lane[k];
        count -= 8 * lines;
    }
    return bits + bitframe_count_c(words, count);
}

static uint64_t never_folds(const uint64_t *words, uint64_t count)
{
    return sums_in_lanes(words, count, UINT64_MAX);
}

static uint64_t folds_a_line_late(const uint64_t *words, uint64_t count)
{
    return sums_in_lanes(words, count, 4096);
}

static uint64_t seven_bits(const uint64_t *words, uint64_t count)
{
    uint64_t bits = 0;
    for (uint64_t i = 0; i < count; i++)
        bits += word_count(words[i]) & 63;
    return bits;
}

/* find */

static uint64_t ignores_end(const uint64_t *words, uint64_t first, uint64_t end)
{
    return first >= end ? end : bitframe_find_c(words, first, (end + 63) / 64 * 64);
}

static uint64_t ignores_first(const uint64_t *words, uint64_t first, uint64_t end)
{
    return first >= end ? end : bitframe_find_c(words, first / 64 * 64, end);
}

static uint64_t end_inclusive(const uint64_t *words, uint64_t first, uint64_t end)
{
    uint64_t found = bitframe_find_c(words, first, end);
    return found == end && first <= end && words[end / 64] >> end % 64 & 1 ? end + 1 : found;
}

static uint64_t reads_end_word(const uint64_t *words, uint64_t first, uint64_t end)
{
    if (first < end)
        (void)*(const volatile uint64_t *)(words + end / 64);
    return bitframe_find_c(words, first, end);
}

static uint64_t reads_no_range(const uint64_t *words, uint64_t first, uint64_t end)
{
    (void)*(const volatile uint64_t *)(words + first / 64);
    return bitframe_find_c(words, first, end);
}

static uint64_t loses_odd_word(const uint64_t *words, uint64_t first, uint64_t end)
{
    uint64_t found = bitframe_find_c(words, first, end);
    uint64_t last = (end - 1) / 64;
    bool odd = (last - first / 64) % 2 == 1;
    return odd && found / 64 == last && first < end ? end : found;
}

static uint64_t inverted_is_not_empty(const uint64_t *words, uint64_t first, uint64_t end)
{
    return first > end ? first : bitframe_find_c(words, first, end);
}

/* fill and clear */

static void fills_one_more(uint64_t *words, uint64_t first, uint64_t bits)
{
    bitframe_fill_c(words, first, bits == 0 ? 0 : bits + 1);
}

static void fills_one_less(uint64_t *words, uint64_t first, uint64_t bits)
{
    bitframe_fill_c(words, first, bits == 0 ? 0 : bits - 1);
}

/* The mask of a whole word by a shift of 64, which is none. */
static void fills_no_whole_word(uint64_t *words, uint64_t first, uint64_t bits)
{
    if (bits != 64 || first % 64 != 0)
        bitframe_fill_c(words, first, bits);
}

static void fills_a_bit_for_none(uint64_t *words, uint64_t first, uint64_t bits)
{
    bitframe_fill_c(words, first, bits == 0 ? 1 : bits);
}

/* Reads and writes back, unchanged, the word after a range that ends with a word. */
static void touches_next_word(uint64_t *words, uint64_t first, uint64_t bits)
{
    if (bits != 0) {
        volatile uint64_t *next = words + (first + bits) / 64;
        uint64_t word = *next;
        *next = word;
    }
    bitframe_fill_c(words, first, bits);
}

static void overwrites_first_word(uint64_t *words, uint64_t first, uint64_t bits)
{
    if (bits > 64)
        words[first / 64] = 0;
    bitframe_fill_c(words, first, bits);
}

static void leaves_tail(uint64_t *words, uint64_t first, uint64_t bits)
{
    uint64_t end = first + bits;
    if (end / 64 > first / 64)
        bitframe_clear_c(words, first, bits - end % 64);
    else
        bitframe_clear_c(words, first, bits);
}

static void leaves_seventh_word(uint64_t *words, uint64_t first, uint64_t bits)
{
    uint64_t seventh = first / 64 + 7;
    uint64_t kept = 64 * (seventh + 1) <= first + bits ? words[seventh] : 0;
    bitframe_clear_c(words, first, bits);
    if (kept != 0)
        words[seventh] = kept;
}

static void clears_one_before(uint64_t *words, uint64_t first, uint64_t bits)
{
    bool move = bits != 0 && first % 64 != 0;
    bitframe_clear_c(words, first - move, bits + move);
}

/* take */

/* Looks at the first and the last word of whole ones only. */
static uint64_t guesses_lines(uint64_t *words, uint64_t first, uint64_t bits)
{
    if (first % 64 == 0 && bits % 64 == 0 && bits >= 512 && words[first / 64] == UINT64_MAX &&
        words[(first + bits) / 64 - 1] == UINT64_MAX) {
        bitframe_clear_c(words, first, bits);
        return bits;
    }
    return bitframe_clear_count_c(words, first, bits);
}

static uint64_t counts_all(uint64_t *words, uint64_t first, uint64_t bits)
{
    (void)bitframe_clear_count_c(words, first, bits);
    return bits;
}

static uint64_t only_counts(uint64_t *words, uint64_t first, uint64_t bits)
{
    uint64_t taken = bitframe_clear_count_c(words, first, bits);
    if (bits > 700 && taken != 0)
        words[first / 64 + 9] = 1;
    return taken;
}

/* zero_frames */

static void skips_last_block(void *dst, uint64_t bytes, uint64_t step)
{
    (void)step;
    bitframe_clear_c(dst, 0, 8 * (bytes - 64));
}

static void runs_over(void *dst, uint64_t bytes, uint64_t step)
{
    (void)step;
    bitframe_clear_c(dst, 0, 8 * (bytes + 8));
}

static void one_frame(void *dst, uint64_t bytes, uint64_t step)
{
    (void)bytes;
    (void)step;
    bitframe_clear_c(dst, 0, 8 * 4096);
}

static void starts_late(void *dst, uint64_t bytes, uint64_t step)
{
    (void)step;
    bitframe_clear_c(dst, 128, 8 * bytes - 128);
}

/* Clears a block in two: the step is twice what this CPU clears at once. */
static void zva_steps_too_far(void *dst, uint64_t bytes, uint64_t step)
{
    typedef void zero_frames(void *dst, uint64_t bytes, uint64_t step);
    const struct implementation *zva = find_implementation(KERNEL_zero_frames, "zva");
    (void)step;
    ((zero_frames *)zva->function)(dst, bytes, 2 * bitframe_get_zva_block_bytes());
}

#define BROKEN(kernel, name, check, faults)                                                                  \
    {                                                                                                        \
        {KERNEL_##kernel, #name, (void (*)(void))name}, #check, faults                                       \
    }

const struct mutant mutants[] = {
    BROKEN(scan, misses_last_word, sentinels, WRONG_RESULT),
    BROKEN(scan, low_halves, sentinels, WRONG_RESULT),
    BROKEN(scan, whole_blocks, sentinels, WRONG_RESULT),
    BROKEN(scan, adds_words, sentinels, WRONG_RESULT),
    BROKEN(scan, finds_neighbour, sentinels, WRONG_RESULT),
    BROKEN(scan, looks_beyond, guards, CRASHED),
    BROKEN(scan, looks_before, guards, CRASHED),
    BROKEN(scan, scribbles, sentinels, WRONG_RESULT | WRONG_MEMORY),
    BROKEN(count, counts_neighbour, sentinels, WRONG_RESULT),
    BROKEN(count, misses_first_word, sentinels, WRONG_RESULT),
    BROKEN(count, never_folds, lanes, WRONG_RESULT),
    BROKEN(count, folds_a_line_late, lanes, WRONG_RESULT),
    BROKEN(count, seven_bits, sentinels, WRONG_RESULT),
    BROKEN(find, ignores_end, sentinels, WRONG_RESULT),
    BROKEN(find, ignores_first, sentinels, WRONG_RESULT),
    BROKEN(find, end_inclusive, sentinels, WRONG_RESULT),
    BROKEN(find, reads_end_word, guards, CRASHED),
    BROKEN(find, reads_no_range, guards, CRASHED),
    BROKEN(find, loses_odd_word, sentinels, WRONG_RESULT),
    BROKEN(find, inverted_is_not_empty, sentinels, WRONG_RESULT),
    BROKEN(fill, fills_one_more, sentinels, WRONG_MEMORY),
    BROKEN(fill, fills_one_less, sentinels, WRONG_MEMORY),
    BROKEN(fill, fills_no_whole_word, sentinels, WRONG_MEMORY),
    BROKEN(fill, fills_a_bit_for_none, sentinels, WRONG_MEMORY),
    BROKEN(fill, touches_next_word, guards, CRASHED),
    BROKEN(fill, overwrites_first_word, sentinels, WRONG_MEMORY),
    BROKEN(clear, leaves_tail, sentinels, WRONG_MEMORY),
    BROKEN(clear, leaves_seventh_word, sentinels, WRONG_MEMORY),
    BROKEN(clear, clears_one_before, sentinels, WRONG_MEMORY),
    BROKEN(clear_count, guesses_lines, sentinels, WRONG_RESULT),
    BROKEN(clear_count, counts_all, sentinels, WRONG_RESULT),
    BROKEN(clear_count, only_counts, sentinels, WRONG_MEMORY),
    BROKEN(zero_frames, skips_last_block, sentinels, WRONG_MEMORY),
    BROKEN(zero_frames, runs_over, sentinels, WRONG_MEMORY),
    BROKEN(zero_frames, one_frame, sentinels, WRONG_MEMORY),
    BROKEN(zero_frames, starts_late, sentinels, WRONG_MEMORY),
    BROKEN(zero_frames, zva_steps_too_far, sentinels, WRONG_MEMORY),
};
const size_t mutant_count = sizeof(mutants) / sizeof(mutants[0]);

/* clang-format off */
/* In assembly: set a register, or move the stack pointer, and go on to the C twin. */
#define CLOBBERS_ON_AARCH64(X) \
    X(scan, changes_x18)       \
    X(count, changes_x19)      \
    X(find, changes_x28)       \
    X(fill, changes_x29)       \
    X(clear, changes_sp)       \
    X(clear_count, changes_x20)       \
    X(scan, changes_d8)        \
    X(count, changes_d15)      \
    X(scan, changes_upper_v9)  \
    X(find, uses_v0)           \
    X(fill, uses_v7)           \
    X(clear, uses_upper_v16)   \
    X(zero_frames, uses_v31)
#define CLOBBERS_ON_X86_64(X) \
    X(scan, changes_rbx)      \
    X(count, changes_rbp)     \
    X(find, changes_r12)      \
    X(fill, changes_r13)      \
    X(clear, changes_r14)     \
    X(clear_count, changes_rbx)      \
    X(zero_frames, changes_r15)
/* clang-format on */

#if defined(__aarch64__)
#define CLOBBERS CLOBBERS_ON_AARCH64
#elif defined(__x86_64__)
#define CLOBBERS CLOBBERS_ON_X86_64
#endif

#ifdef CLOBBERS
#define DECLARE(kernel, name) void broken_##kernel##_##name(void);
#define CLOBBER(kernel, name)                                                                                \
    {{KERNEL_##kernel, #name, broken_##kernel##_##name}, "sentinels", WRONG_REGISTER},
CLOBBERS(DECLARE)
const struct mutant register_mutants[] = {CLOBBERS(CLOBBER)};
const size_t register_mutant_count = sizeof(register_mutants) / sizeof(register_mutants[0]);
#else
const struct mutant register_mutants[1];
const size_t register_mutant_count = 0;
#endif
