/* SPDX-License-Identifier: MIT */
/*
 * header.h - what a pool's metadata begins with, so that the pool can be made again of nothing else
 *
 * The header says what the layout of the metadata follows from; behind it come the bitmap and its index, and
 * the tables at the end (geometry.c). It holds neither pointers nor distances, so metadata may be found at
 * another address by a kernel that knows nothing of the pool but where that is.
 *
 * Two checksums: one over what is written once, the fixed words and the tables of segments and spans; and one
 * that begins with the first and goes on over the reservations, so that a call that changes those need not
 * read the rest again. Both are MurmurHash64A over words (Austin Appleby, MurmurHash2.cpp, public domain).
 * Each of its steps can be undone, for the word that goes in as for the hash, so a change of one word, be it
 * one bit, never goes unseen; other changes do once in 2^64.
 *
 * Invariant, whenever no call is in flight: state is HEADER_STEADY, every word is what describe() in header.c
 * says of the pool, and both checksums are right. A call that changes the reservations makes state
 * HEADER_CHANGING before it touches the table, and HEADER_STEADY after it has written the checksum; the
 * compiler may not move stores across those two. Whoever finds the metadata without its pool sees by that, or
 * by the checksum, that the call was cut off. The making of a pool writes the magic last.
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

_Static_assert(sizeof(struct header) == HEADER_WORDS * sizeof(uint64_t), "geometry.h leaves room for it");

static inline struct header *pool_header(const struct bitframe *pool)
{
    return (struct header *)(void *)(pool_word(pool, pool->frames.level[0]) - HEADER_WORDS);
}

/** The hash described above of @p words words, going on from @p seed. */
uint64_t bitframe_hash(uint64_t seed, const uint64_t *words, uint64_t count);

/** The metadata at @p header are about to become another pool's, or no pool's: bitframe_adopt() must refuse them. */
void bitframe_header_spoil(struct header *header);

/** Bitmap, index and tables of @p pool are as they should be: write its header. */
void bitframe_header_write(const struct bitframe *pool);

/** The reservations are about to change. Until bitframe_header_steady(), the metadata count as torn. */
void bitframe_header_changing(const struct bitframe *pool);

/** The reservations have changed. */
void bitframe_header_steady(const struct bitframe *pool);

/** Is the header what bitframe_header_write() would write now? */
bool bitframe_header_is_right(const struct bitframe *pool);

/**
 * Read the header of metadata of which nothing is known, and the tables; believe nothing that could lead
 * outside.
 *
 * @param header          The metadata, aligned.
 * @param metadata_bytes  How much there is to read.
 * @param extent          Becomes what bitframe_lay_out_extent() needs.
 * @param reserved_room   Likewise.
 *
 * @return  As bitframe_adopt().
 */
enum bitframe_status bitframe_header_read(struct header *header, uint64_t metadata_bytes,
                                          struct extent *extent, uint64_t *reserved_room);

#endif
