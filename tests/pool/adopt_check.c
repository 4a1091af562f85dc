/* SPDX-License-Identifier: MIT */
#include <bitframe/adopt.h>
#include <bitframe/check.h>

#include "adopt_check.h"

#include <stdlib.h>
#include <string.h>

#include "guarded.h"
#include "layout/header.h"
#include "units.h"

uint64_t adopt_check_hash(const void *bytes, uint64_t count, uint64_t seed)
{
    const uint64_t factor = UINT64_C(0xC6A4A7935BD1E995);
    const unsigned char *at = bytes;
    uint64_t hash = seed ^ count * factor;
    for (; count >= 8; count -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        word *= factor;
        word ^= word >> 47;
        word *= factor;
        hash ^= word;
        hash *= factor;
    }
    if (count != 0) {
        for (uint64_t i = count; i-- != 0;)
            hash ^= (uint64_t)at[i] << i * 8;
        hash *= factor;
    }
    hash ^= hash >> 47;
    hash *= factor;
    return hash ^ hash >> 47;
}

void adopt_check_seal(void *metadata, uint64_t bytes)
{
    struct header *header = metadata;
    const uint64_t most = UINT64_C(1) << 42;
    if (bytes < sizeof(*header) || header->bits > most || header->segments > most || header->spans > most ||
        header->reserved > most)
        return;
    const struct extent extent = {.bits = header->bits, .segments = header->segments, .spans = header->spans};
    uint64_t tables = header->segments * sizeof(struct segment) + header->spans * sizeof(struct span);
    uint64_t reserved = header->reserved * sizeof(struct span);
    uint64_t reserved_at = bitframe_extent_bytes(&extent, 0);
    if (reserved_at + reserved > bytes)
        return;

    char *text = malloc(HEADER_FIXED_WORDS * sizeof(uint64_t) + tables + reserved);
    memcpy(text, header, HEADER_FIXED_WORDS * sizeof(uint64_t));
    memcpy(text + HEADER_FIXED_WORDS * sizeof(uint64_t), (char *)metadata + reserved_at - tables, tables);
    header->fixed_sum =
        adopt_check_hash(text, HEADER_FIXED_WORDS * sizeof(uint64_t) + tables, HEADER_VERSION);
    memcpy(text, &header->reserved, sizeof(uint64_t));
    memcpy(text + sizeof(uint64_t), (char *)metadata + reserved_at, reserved);
    header->sum = adopt_check_hash(text, sizeof(uint64_t) + reserved, header->fixed_sum);
    free(text);
}

/** Use the pool; what it answers is the other tests' matter. */
static const char *use(struct bitframe *pool)
{
    uint64_t free_frames = bitframe_get_free_frames(pool);
    uint64_t pa[70];
    uint64_t allocated = 0;
    while (allocated < 70 && (pa[allocated] = bitframe_alloc(pool)) != 0)
        allocated++;
    if (bitframe_get_free_frames(pool) + allocated != free_frames)
        return "allocations and count disagree";
    if (bitframe_check(pool) != BITFRAME_SOUND)
        return "unsound after allocations";
    while (allocated != 0) {
        if (bitframe_free(pool, pa[--allocated]) != BITFRAME_OK)
            return "a frame allocated cannot be freed";
    }
    struct bitframe_request request = {.frames = 3, .flags = BITFRAME_HIGHEST};
    uint64_t run;
    if (bitframe_alloc_run(pool, &request, &run) == BITFRAME_OK &&
        bitframe_free_run(pool, run, request.frames) != BITFRAME_OK)
        return "a run allocated cannot be freed";
    for (uint64_t i = 0; i < pool->span_count; i++) {
        const struct span *span = pool_spans(pool) + i;
        (void)bitframe_reserve(pool, span->first * FRAME, FRAME);
        (void)bitframe_unreserve(pool, (span->end - 1) * FRAME, FRAME);
    }
    return bitframe_check(pool) == BITFRAME_SOUND ? NULL : "unsound after reservations";
}

/** Adopt @p metadata, of which @p before is a copy. */
static const char *check(void *metadata, const void *before, uint64_t bytes, bool *accepted)
{
    struct bitframe pool;
    struct bitframe pool_before;
    memset(&pool, 0xA5, sizeof(pool));
    memcpy(&pool_before, &pool, sizeof(pool));
    enum bitframe_status status = bitframe_adopt(&pool, metadata, bytes);
    *accepted = status == BITFRAME_OK;
    if (!*accepted) {
        if (memcmp(&pool, &pool_before, sizeof(pool)) != 0)
            return "a refusal changed the pool";
        if (memcmp(metadata, before, bytes) != 0)
            return "a refusal changed the metadata";
        return status == BITFRAME_MALFORMED || status == BITFRAME_UNSUPPORTED || status == BITFRAME_NO_ROOM
                   ? NULL
                   : "an undocumented status";
    }
    if (bitframe_check(&pool) != BITFRAME_SOUND)
        return "what was adopted is unsound";
    uint64_t tables = (uint64_t)((char *)pool_segments(&pool) - (char *)metadata);
    if (memcmp(metadata, before, sizeof(struct header)) != 0 ||
        memcmp((char *)metadata + tables, (const char *)before + tables, bytes - tables) != 0)
        return "header or tables were written";
    uint64_t free_frames = bitframe_get_free_frames(&pool);
    if (bitframe_adopt(&pool, metadata, bytes) != BITFRAME_OK ||
        bitframe_get_free_frames(&pool) != free_frames)
        return "adopted twice it is another";
    return use(&pool);
}

const char *adopt_check(const uint8_t *bytes, size_t count, bool *accepted)
{
    *accepted = false;
    if (count == 0)
        return NULL;
    uint64_t metadata_bytes = count - 1;
    void *metadata = guarded_copy(bytes + 1, metadata_bytes, BITFRAME_METADATA_ALIGN, GUARDED_ABOVE);
    void *before = malloc(count);
    if (!before)
        abort();
    if ((bytes[0] & 2) != 0 && metadata_bytes >= sizeof(struct header)) {
        struct header *header = metadata;
        const struct extent extent = {
            .bits = header->bits, .segments = header->segments, .spans = header->spans};
        header->bytes = bitframe_extent_bytes(&extent, header->reserved_room);
    }
    if ((bytes[0] & 1) != 0)
        adopt_check_seal(metadata, metadata_bytes);
    memcpy(before, metadata, metadata_bytes);
    const char *wrong = check(metadata, before, metadata_bytes, accepted);
    free(before);
    return wrong;
}
