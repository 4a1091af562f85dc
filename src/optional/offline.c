/* SPDX-License-Identifier: MIT */
/* offline.c - ranges of memory that go offline while some frames are in use. */
#include "base/kernels.h"
#include "core/owner.h"
#include "core/range.h"
#include "layout/bitmap.h"
#include "layout/hooks.h"
#include "layout/offline_records.h"
#include "layout/window.h"

/** Where the distance of @p record is kept that is one of the pool's; of the 0 behind the last if none is. */
static uint64_t *link_to(struct bitframe *pool, const struct bitframe_offline_range *record)
{
    uint64_t *link = &pool->offline;
    while (*link != 0 && offline_at(pool, *link) != record)
        link = &offline_at(pool, *link)->next;
    return link;
}

/** The link where a record that begins with frame @p first belongs. */
static uint64_t *link_below(struct bitframe *pool, uint64_t first)
{
    uint64_t *link = &pool->offline;
    while (*link != 0 && offline_at(pool, *link)->first < first)
        link = &offline_at(pool, *link)->next;
    return link;
}

/** Set the bits of a record for frames that are the pool's, not reserved and not free. */
static void write_bits(const struct bitframe *pool, const struct bitframe_offline_range *record)
{
    uint64_t *words = offline_words(pool, record);
    struct span piece;
    kernel_clear(words, 0, offline_word_count(record->first, record->end) * WORD_BITS);
    for (uint64_t frame = record->first; bitframe_piece_next(pool, &frame, record->end, &piece);) {
        uint64_t bit = offline_bit(record, piece.first);
        kernel_fill(words, bit, piece.end - piece.first);
        /*
         * Two pieces that share a word lie in one huge frame, so in one segment. Hence this AND clears no bit
         * of the piece before that was not clear already.
         */
        uint64_t *in_use = words + bit / WORD_BITS;
        const uint64_t *free_words =
            levels_at(pool, &pool->frames, 0) + pool_bit(pool, piece.first) / WORD_BITS;
        for (uint64_t i = 0; i < offline_word_count(piece.first, piece.end); i++)
            in_use[i] &= ~free_words[i];
    }
}

enum bitframe_status bitframe_set_offline(struct bitframe *pool, struct bitframe_offline_range *record,
                                          uint64_t pa, uint64_t bytes, uint64_t *words, uint64_t word_count)
{
    if (!pool || !record || !words || (uintptr_t)words % sizeof(uint64_t) != 0)
        return BITFRAME_INVALID;
    check_owner(pool);
    uint64_t last_pa = pa + (bytes - 1);
    if ((bytes != 0 && last_pa < pa) || *link_to(pool, record) != 0)
        return BITFRAME_INVALID;
    struct span range = {.first = frame_number(pa), .end = frame_number(last_pa) + 1};
    if (bytes == 0 || !bitframe_trim(pool, &range)) {
        *record = (struct bitframe_offline_range){0};
        return BITFRAME_OK;
    }
    if (bitframe_offline_overlapping(pool, range.first, range.end))
        return BITFRAME_OFFLINE;
    if (word_count < offline_word_count(range.first, range.end))
        return BITFRAME_NO_ROOM;

    record->first = range.first;
    record->end = range.end;
    record->words = pool_distance(pool, words);
    write_bits(pool, record);
    record->in_use = kernel_count(words, offline_word_count(range.first, range.end));
    uint64_t *link = link_below(pool, range.first);
    record->next = *link;
    *link = pool_distance(pool, record);

    struct span piece;
    uint32_t tag = bitframe_set_current_tag(pool, 0); /* offline frames have no owner */
    for (uint64_t frame = range.first; bitframe_piece_next(pool, &frame, range.end, &piece);) {
        uint64_t bit = pool_bit(pool, piece.first);
        debug_release_free(pool, bit, bit + (piece.end - piece.first));
        pool->offline_frames += bitframe_clear_frames(pool, bit, bit + (piece.end - piece.first));
    }
    bitframe_set_current_tag(pool, tag);
    bitframe_window_cut(pool, range.first, range.end);
    return BITFRAME_OK;
}

enum bitframe_status bitframe_set_online(struct bitframe *pool, struct bitframe_offline_range *record)
{
    if (!pool || !record)
        return BITFRAME_INVALID;
    check_owner(pool);
    uint64_t *link = link_to(pool, record);
    if (*link == 0)
        return record->end == 0 ? BITFRAME_OK : BITFRAME_INVALID;
    *link = record->next;

    const uint64_t *words = offline_words(pool, record);
    struct span piece;
    for (uint64_t frame = record->first; bitframe_piece_next(pool, &frame, record->end, &piece);) {
        uint64_t bit_offset = pool_bit(pool, piece.first) - offline_bit(record, piece.first);
        uint64_t end = offline_bit(record, piece.end);
        uint64_t used = offline_bit(record, piece.first);
        for (;;) {
            uint64_t clear = bitframe_find_clear(words, used, end);
            if (clear == end)
                break;
            used = kernel_find(words, clear, end);
            bitframe_set_frames(pool, clear + bit_offset, used + bit_offset);
            pool->offline_frames -= used - clear;
        }
    }
    *record = (struct bitframe_offline_range){0};
    return BITFRAME_OK;
}

bool bitframe_offline_next(const struct bitframe *pool, const struct bitframe_offline_range *record,
                           uint64_t *frame, struct bitframe_map_run *run)
{
    uint64_t first = *frame > record->first ? *frame : record->first;
    if (first >= record->end)
        return false;
    const uint64_t *words = offline_words(pool, record);
    uint64_t end = offline_bit(record, record->end);
    uint64_t used = kernel_find(words, offline_bit(record, first), end);
    if (used == end)
        return false;
    first += used - offline_bit(record, first);
    *frame = first + (bitframe_find_clear(words, used, end) - used);
    run->first_pa = first << BITFRAME_FRAME_SHIFT;
    run->frames = *frame - first;
    return true;
}
