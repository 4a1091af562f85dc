/* SPDX-License-Identifier: MIT */
/*
 * bitframe/detail.h - what a pool consists of, and what always holds of it
 *
 * A caller needs the sizes here, to give a pool its storage. The members of the structures are bitframe's:
 * read them in a debugger, write them never.
 */
#ifndef BITFRAME_DETAIL_H
#define BITFRAME_DETAIL_H

#include <stdint.h>

#include <bitframe/options.h>

/* clang-format off */
/** Bytes in a frame. */
#define BITFRAME_FRAME_BYTES    (UINT64_C(1) << BITFRAME_FRAME_SHIFT)
/** Frames in a huge frame: 64 bytes of bitmap. With 4 KiB frames a huge frame is 2 MiB. */
#define BITFRAME_HUGE_FRAMES    512
/** Most frames in a pool. */
#define BITFRAME_FRAMES_MAX     (UINT64_C(1) << 40)
/** Reservations that a pool has room for beside those of the map that it was made from. */
#define BITFRAME_SPARE_RESERVED 16
/** Alignment of a pool's metadata, bytes. */
#define BITFRAME_METADATA_ALIGN 64
/** Levels of the largest pool: the bitmap and six of index. */
#define BITFRAME_LEVELS_MAX     7
/* clang-format on */

/** Words of bitmap for the frames that [@p first_pa, @p first_pa + @p bytes) touches: 64 a group. */
#define BITFRAME_BITMAP_WORDS(first_pa, bytes)                                                               \
    ((((((uint64_t)(first_pa) + ((uint64_t)(bytes)-1)) >> BITFRAME_FRAME_SHIFT) / BITFRAME_HUGE_FRAMES -     \
       ((uint64_t)(first_pa) >> BITFRAME_FRAME_SHIFT) / BITFRAME_HUGE_FRAMES) /                              \
          8 +                                                                                                \
      1) *                                                                                                   \
     64)

/**
 * Bytes of metadata for a pool over [@p first_pa, @p first_pa + @p bytes), as a constant expression: a kernel
 * can have them in .bss. Under 0.13 bytes per frame, plus 1152. @p bytes is at least 1.
 *
 * A header; the bitmap; 1/63 of it for the index above it; 1/512 for huge frames, and 1/63 of that; tables.
 */
#define BITFRAME_METADATA_BYTES(first_pa, bytes)                                                             \
    ((BITFRAME_BITMAP_WORDS(first_pa, bytes) + BITFRAME_BITMAP_WORDS(first_pa, bytes) / 56 + 64) * 8)

/**
 * A bitmap below 64-ary summaries. Bit i of level k + 1 is set if and only if word i of level k is not 0. The
 * top level is one word. level[count] leads to stop, whose bit 1 is always set.
 */
struct bitframe_levels {
    uint64_t level[BITFRAME_LEVELS_MAX + 1]; /* distances from the pool: [0] the bitmap, summaries, stop */
    uint64_t count;                          /* levels, stop not counted */
    uint64_t words;                          /* words in level[0] */
    uint64_t stop;                           /* never 0: where a climb through empty words ends */
};

/**
 * A pool. The caller provides the storage and keeps it as long as the pool lives.
 *
 * A pool holds no pointers. It knows everything by its distance in bytes from the structure. So pool and
 * metadata may be seen at other virtual addresses later, as when a kernel leaves its identity map, if both
 * move by the same amount. A copy of the structure elsewhere is not a pool.
 *
 * Invariants, whenever no call is running and the pool is not shared (<bitframe/shared.h>):
 *  - A bit of frames is set if and only if that frame is free. Bits that stand for no frame of the pool are
 *    clear. So are those of reserved and of offline frames.
 *  - free_frames is the number of set bits in frames.
 *  - The index describes all words above the cursor's huge frame, and that huge frame not at all: the levels
 *    above frames and all levels of huge are those of a bitmap in which the words of the cursor's huge frame
 *    are 0. (A frame that is freed below all others and allocated again then never touches the index.)
 *  - cursor leads to the lowest word of its huge frame that is not 0. cursor_pa is the PA of the frame of
 *    that word's bit 0. rest has a bit for each word of the huge frame: set if it is not 0 and lies above the
 *    cursor's. If the cursor's word is 0, the whole huge frame is empty. If cursor leads to none, there is no
 *    such huge frame. All words below it are 0.
 *  - next leads to the first word of the lowest huge frame in the index that is not empty, or one past the
 *    last word of frames if there is none. So the lowest free frame is the lowest set bit of the cursor's
 *    word; if that is 0, it is the lowest of next's huge frame.
 *  - Of every other huge frame, its bit in huge is set if and only if all its frames are free. Every word of
 *    huge below huge_word is 0. That word itself may be 0, too.
 *  - All frames of the window are frames of the pool, in one segment. None is reserved or in an offline
 *    range.
 *  - offline leads to the records of the offline ranges, ascending. offline_frames is the number of their
 *    frames that are neither in use nor reserved. None of their frames is free.
 *  - The metadata begin with a header from which bitframe_adopt() makes the pool again (src/layout/header.h).
 *    Its checksums are those of the tables.
 */
struct bitframe {
    uint64_t cursor;      /* distance of the word that single frames are allocated from */
    uint64_t cursor_pa;   /* PA of that word's first frame */
    uint64_t free_frames; /* UINT64_MAX while the pool is shared */

    /* The window: a cached range of frames, none reserved or offline. A free inside it needs no table lookup;
     * a free outside moves it there. */
    uint64_t window_frames; /* how many */
    uint64_t window_pa;     /* PA of the first */
    uint64_t zero_word;     /* distance of the word of PA 0, if the window's segment reached down there */

    uint64_t next; /* distance of the lowest huge frame in the index that is not empty */
    uint64_t rest; /* a bit for each word of the cursor's huge frame: above the cursor's, and not 0 */
    uint64_t none; /* 0: the cursor's word while it has no huge frame */

    /* A cached segment: where PAs need no table lookup. */
    uint64_t segment_first;   /* its first word, by number */
    uint64_t segment_words;   /* how many; 0 for none */
    uint64_t segment_base_pa; /* PA of the frame of bit 0, if it were of the segment */

    struct bitframe_levels frames; /* a bit for each frame: free */
    struct bitframe_levels huge;   /* a bit for each huge frame: all its frames are free */
    uint64_t huge_word;            /* every word of huge below this number is 0 */

    uint64_t segments;        /* distance of the table of segments: adjacent huge frames */
    uint64_t segment_count;   /* how many */
    uint64_t spans;           /* distance of the table of spans: adjacent frames */
    uint64_t span_count;      /* how many */
    uint64_t reserved;        /* distance of the table of reservations */
    uint64_t reserved_count;  /* how many */
    uint64_t reserved_room;   /* how many there may be */
    uint64_t total_frames;    /* frames in the pool */
    uint64_t reserved_frames; /* reserved frames in the pool */
    uint64_t offline;         /* distance of the lowest record of an offline range; 0: there is none */
    uint64_t offline_frames;  /* offline frames in the pool */
#if BITFRAME_DEBUG_FRAMES
    uint64_t debug; /* distance of struct bitframe_debug; 0: the pool is not debugged */
#endif
};

#endif
