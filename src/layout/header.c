/* SPDX-License-Identifier: MIT */
/* header.c - writing the header of a pool's metadata, and reading a header that may be anything. */
#include "layout/header.h"
#include "layout/metadata.h"

enum {
    SEGMENT_WORDS = sizeof(struct segment) / sizeof(uint64_t),
    SPAN_WORDS = sizeof(struct span) / sizeof(uint64_t),
    RESERVED_SUM_WORDS = 1, /* of the header */
};

#define HASH_FACTOR UINT64_C(0xC6A4A7935BD1E995)
#define HASH_SHIFT  47

/* A hash begins with a seed and the number of all words to come. Then it takes the words, then it ends. */

static uint64_t hash_begin(uint64_t seed, uint64_t words)
{
    return seed ^ words * sizeof(uint64_t) * HASH_FACTOR;
}

static uint64_t hash_words(uint64_t hash, const uint64_t *words, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t word = words[i] * HASH_FACTOR;
        word ^= word >> HASH_SHIFT;
        word *= HASH_FACTOR;
        hash = (hash ^ word) * HASH_FACTOR;
    }
    return hash;
}

static uint64_t hash_end(uint64_t hash)
{
    hash ^= hash >> HASH_SHIFT;
    hash *= HASH_FACTOR;
    return hash ^ hash >> HASH_SHIFT;
}

uint64_t bitframe_hash(uint64_t seed, const uint64_t *words, uint64_t count)
{
    return hash_end(hash_words(hash_begin(seed, count), words, count));
}

static const uint64_t *header_words(const struct header *header)
{
    return (const uint64_t *)(const void *)header;
}

/** The checksum of the words and tables that are written once. */
static uint64_t fixed_sum(const struct bitframe *pool, const struct header *header)
{
    /* The spans follow the segments. */
    uint64_t words = pool->segment_count * SEGMENT_WORDS + pool->span_count * SPAN_WORDS;
    uint64_t hash = hash_begin(HEADER_VERSION, HEADER_FIXED_WORDS + words);
    hash = hash_words(hash, header_words(header), HEADER_FIXED_WORDS);
    return hash_end(hash_words(hash, &pool_segments(pool)->first, words));
}

/** The checksum of the reservations, and of all that the first covers. */
static uint64_t reserved_sum(const struct bitframe *pool, const struct header *header)
{
    uint64_t words = header->reserved * SPAN_WORDS;
    uint64_t hash = hash_begin(header->fixed_sum, RESERVED_SUM_WORDS + words);
    hash = hash_words(hash, &header->reserved, RESERVED_SUM_WORDS);
    return hash_end(hash_words(hash, &pool_reserved(pool)->first, words));
}

/** Neither the compiler nor the CPU that runs this moves a store of its own across. */
static inline void store_barrier(void)
{
    __asm__ volatile("" : : : "memory");
}

/** Fill in the words that are written once, without the checksum. */
static void describe(const struct bitframe *pool, struct header *header)
{
    struct extent extent = {
        .spans = pool->span_count,
        .segments = pool->segment_count,
        .bits = pool->frames.words * WORD_BITS,
    };
    header->version = HEADER_VERSION;
    header->frame_shift = BITFRAME_FRAME_SHIFT;
    header->bytes = bitframe_extent_bytes(&extent, pool->reserved_room);
    header->bits = extent.bits;
    header->frames = pool->total_frames;
    header->segments = extent.segments;
    header->spans = extent.spans;
    header->reserved_room = pool->reserved_room;
    header->spare[0] = 0;
    header->spare[1] = 0;
    header->spare[2] = 0;
    header->magic = HEADER_MAGIC;
}

void bitframe_header_spoil(struct header *header)
{
    store_barrier();
    header->magic = 0;
    store_barrier();
}

void bitframe_header_changing(const struct bitframe *pool)
{
    store_barrier();
    pool_header(pool)->state = HEADER_CHANGING;
    store_barrier();
}

void bitframe_header_steady(const struct bitframe *pool)
{
    struct header *header = pool_header(pool);
    header->reserved = pool->reserved_count;
    header->sum = reserved_sum(pool, header);
    store_barrier();
    header->state = HEADER_STEADY;
    store_barrier();
}

void bitframe_header_write(const struct bitframe *pool)
{
    struct header *header = pool_header(pool);
    struct header fixed;
    describe(pool, &fixed);
    header->version = fixed.version;
    header->frame_shift = fixed.frame_shift;
    header->bytes = fixed.bytes;
    header->bits = fixed.bits;
    header->frames = fixed.frames;
    header->segments = fixed.segments;
    header->spans = fixed.spans;
    header->reserved_room = fixed.reserved_room;
    header->spare[0] = 0;
    header->spare[1] = 0;
    header->spare[2] = 0;
    header->fixed_sum = fixed_sum(pool, &fixed);
    bitframe_header_steady(pool);
    header->magic = HEADER_MAGIC;
    store_barrier();
}

bool bitframe_header_is_right(const struct bitframe *pool)
{
    const struct header *header = pool_header(pool);
    struct header fixed;
    describe(pool, &fixed);
    const uint64_t *word = header_words(header);
    const uint64_t *right = header_words(&fixed);
    for (int i = 0; i < HEADER_FIXED_WORDS; i++) {
        if (word[i] != right[i])
            return false;
    }
    return header->state == HEADER_STEADY && header->reserved == pool->reserved_count &&
           header->fixed_sum == fixed_sum(pool, &fixed) && header->sum == reserved_sum(pool, header);
}

/** Could a pool have such a header? If so, no sum or product of its numbers exceeds 2^64. */
static bool numbers_are_possible(const struct header *header)
{
    const uint64_t group_bits = GROUP_HUGE * BITFRAME_HUGE_FRAMES;
    return header->bits != 0 && header->bits % group_bits == 0 && header->bits <= 4 * BITFRAME_FRAMES_MAX &&
           header->frames <= BITFRAME_FRAMES_MAX && header->frames <= header->bits && /* */
           header->segments != 0 && header->segments <= header->bits / group_bits &&  /* */
           header->spans != 0 && header->spans <= header->frames &&
           header->reserved_room <= BITFRAME_FRAMES_MAX + BITFRAME_SPARE_RESERVED &&
           header->reserved <= header->reserved_room && /* */
           (header->spare[0] | header->spare[1] | header->spare[2]) == 0;
}

/** Does the table have the last segment of @p extent? Reads only entries that exist. */
static bool last_segment_is(const struct bitframe *pool, const struct extent *extent,
                            const struct segment *segment)
{
    if (extent->segments > pool->segment_count)
        return false;
    const struct segment *entry = pool_segments(pool) + extent->segments - 1;
    return entry->first == segment->first && entry->end == segment->end &&
           entry->first_bit == segment->first_bit;
}

/**
 * Could a map have led to these tables? Segments and all counts follow from the spans. Reservations ascend,
 * do not touch, and begin and end with a frame of the pool.
 */
static bool tables_are_possible(const struct bitframe *pool, const struct extent *said)
{
    const struct span *spans = pool_spans(pool);
    struct extent extent;
    struct segment segment = {0};
    bitframe_extent_begin(&extent);
    uint64_t above = 0; /* the next span begins above this: frame 0, or the end of the last */
    for (uint64_t i = 0; i < pool->span_count; i++) {
        if (spans[i].first <= above || spans[i].first >= spans[i].end ||
            spans[i].end > frame_number(UINT64_MAX) + 1)
            return false;
        bitframe_extent_add(&extent, &segment, spans[i].first, spans[i].end);
        bool is_last = i + 1 == pool->span_count || !segment_reaches(&segment, spans[i + 1].first);
        if (is_last && !last_segment_is(pool, &extent, &segment))
            return false;
        above = spans[i].end;
    }
    if (extent.segments != said->segments || extent.bits != said->bits || extent.frames != said->frames)
        return false;

    const struct span *reserved = pool_reserved(pool);
    above = 0;
    for (uint64_t i = 0; i < pool->reserved_count; i++) {
        if (reserved[i].first <= above || reserved[i].first >= reserved[i].end ||
            !frame_is_managed(pool, reserved[i].first) || !frame_is_managed(pool, reserved[i].end - 1))
            return false;
        above = reserved[i].end;
    }
    return true;
}

enum bitframe_status bitframe_header_read(struct header *header, uint64_t metadata_bytes,
                                          struct extent *extent, uint64_t *reserved_room)
{
    if (metadata_bytes < sizeof(*header))
        return BITFRAME_NO_ROOM;
    if (header->magic != HEADER_MAGIC)
        return BITFRAME_MALFORMED;
    if (header->version != HEADER_VERSION || header->frame_shift != BITFRAME_FRAME_SHIFT)
        return BITFRAME_UNSUPPORTED;
    if (header->state != HEADER_STEADY || !numbers_are_possible(header))
        return BITFRAME_MALFORMED;
    extent->spans = header->spans;
    extent->segments = header->segments;
    extent->bits = header->bits;
    extent->frames = header->frames;
    extent->reserved = header->reserved;
    *reserved_room = header->reserved_room;
    if (header->bytes != bitframe_extent_bytes(extent, *reserved_room))
        return BITFRAME_MALFORMED;
    if (header->bytes > metadata_bytes)
        return BITFRAME_NO_ROOM;

    struct bitframe found; /* only says where the tables lie; the layout writes nothing */
    bitframe_lay_out_extent(&found, extent, *reserved_room, (uint64_t *)(void *)header);
    if (header->fixed_sum != fixed_sum(&found, header) || header->sum != reserved_sum(&found, header) ||
        !tables_are_possible(&found, extent))
        return BITFRAME_MALFORMED;
    return BITFRAME_OK;
}
