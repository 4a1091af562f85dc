/* SPDX-License-Identifier: MIT */
/*
 * header.h - the first words of a pool's metadata, from which the pool can be made again
 *
 * The header contains the numbers that determine the layout of the metadata. The bitmap and its index follow,
 * and the tables at the end (metadata.c). The header holds neither pointers nor distances. So a kernel that
 * knows only where the metadata are, at whatever address, can make the pool again.
 *
 * There are two checksums. The first covers the words that are written once: the fixed words, and the tables
 * of segments and spans. The second begins with the first and covers the reservations too, so a call that
 * changes those need not read the rest again. Both are MurmurHash64A over words (Austin Appleby,
 * MurmurHash2.cpp, public domain). Each of its steps is invertible, in the word and in the hash. So it always
 * detects a change of one word, even of one bit. It misses another change once in 2^64.
 *
 * Invariant while no call is in flight: state is HEADER_STEADY, every word is what describe() in header.c
 * says of the pool, and both checksums are right. A call that changes the reservations sets state to
 * HEADER_CHANGING before it touches the table, and to HEADER_STEADY after it has written the checksum. The
 * compiler must not move stores across those two. So a kernel that finds the metadata without its pool sees,
 * by the state or by the checksum, that the call was cut off. The call that makes a pool writes the magic
 * last.
 */
#ifndef BITFRAME_LAYOUT_HEADER_H
#define BITFRAME_LAYOUT_HEADER_H

#include "layout/metadata.h"

/** "bitframe", read as a little-endian word. */
#define HEADER_MAGIC    UINT64_C(0x656D617266746962)
#define HEADER_STEADY   UINT64_C(0x5A5A5A5A5A5A5A5A)
#define HEADER_CHANGING (~HEADER_STEADY)

enum { HEADER_VERSION = 2, HEADER_FIXED_WORDS = 12 };

struct header {
    /* Written once. */
    uint64_t magic;
    uint64_t version;
    uint64_t frame_shift;
    uint64_t bytes;         /* of the metadata, header included */
    uint64_t bits;          /* of the bitmap */
    uint64_t frames;        /* frames of all spans */
    uint64_t segments;      /* entries in the table */
    uint64_t spans;         /* entries in the table */
    uint64_t reserved_room; /* entries that there is room for in the table of reservations */
    uint64_t spare[3];      /* 0 */

    uint64_t fixed_sum; /* of the words above, the segments and the spans */

    /* Written with the table of reservations. */
    uint64_t state;    /* HEADER_STEADY or HEADER_CHANGING */
    uint64_t reserved; /* entries in the table of reservations */
    uint64_t sum;      /* of fixed_sum, the word above and the reservations */
};

_Static_assert(sizeof(struct header) == HEADER_WORDS * sizeof(uint64_t), "tables.h leaves room for it");

static inline struct header *pool_header(const struct bitframe *pool)
{
    return (struct header *)(void *)(pool_word(pool, pool->frames.level[0]) - HEADER_WORDS);
}

/** The hash described above, of @p count words, continued from @p seed. */
uint64_t bitframe_hash(uint64_t seed, const uint64_t *words, uint64_t count);

/** The metadata at @p header will become another pool's, or no pool's: make bitframe_adopt() refuse them. */
void bitframe_header_spoil(struct header *header);

/** Write the header of @p pool. Its bitmap, index and tables are complete. */
void bitframe_header_write(const struct bitframe *pool);

/** The reservations will change. Until bitframe_header_steady() the metadata count as torn. */
void bitframe_header_changing(const struct bitframe *pool);

/** The reservations have changed. */
void bitframe_header_steady(const struct bitframe *pool);

/** Is the header the one that bitframe_header_write() would write now? */
bool bitframe_header_is_right(const struct bitframe *pool);

/**
 * Read the header and the tables of metadata that may be anything. Trusts no number that could lead outside
 * them.
 *
 * @param header          The metadata, aligned.
 * @param metadata_bytes  How many bytes it may read.
 * @param extent          Becomes the first input of bitframe_lay_out_extent().
 * @param reserved_room   Becomes the second.
 *
 * @return  As bitframe_adopt().
 */
enum bitframe_status bitframe_header_read(struct header *header, uint64_t metadata_bytes,
                                          struct extent *extent, uint64_t *reserved_room);

#endif
