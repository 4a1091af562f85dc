/* SPDX-License-Identifier: MIT */
/*
 * fdt_compare.h - a reader of device trees against libfdt, token by token
 *
 * libfdt is the reference. Where an older libfdt is laxer than version 1.7, the reference is what 1.7 does:
 * it refuses a property whose length overflows 32 bits. Five differences are meant, the reader is the
 * stricter one in each, and the comparison expects exactly these:
 *
 * - A version before 16 is unsupported. libfdt reads versions from 2 on.
 * - A tree that is longer than the bytes that may be read is malformed. libfdt is not told how many those
 * are.
 * - A structure block that is not 4-byte aligned, or a reservation block that is not 8-byte aligned, is
 * malformed. libfdt would access it misaligned.
 * - A tree of 2 GiB less one byte is malformed. fdt_check_header() takes it, and every other function of
 * libfdt refuses.
 * - The name of a property is inside the strings of a version 16 tree, too. There libfdt looks up to the
 * tree's end.
 *
 * One of libfdt's functions has no answer to compare: fdt_get_mem_rsv() multiplies its index by 16 in 32
 * bits, so that entry 2^28 is entry 0 again. The reader must have no such entry.
 */
#ifndef BITFRAME_TESTS_FDT_COMPARE_H
#define BITFRAME_TESTS_FDT_COMPARE_H

#include <stddef.h>

#include "map/fdt_reader.h"

/** A reader that is compared. */
struct fdt_subject {
    enum bitframe_status (*open)(struct fdt_reader *reader, const void *fdt, uint64_t fdt_bytes);
    bool (*reservation)(const struct fdt_reader *reader, uint32_t i, uint64_t *first_pa, uint64_t *bytes);
    enum fdt_token (*next)(const struct fdt_reader *reader, uint32_t *offset, struct fdt_item *item);
};

/** The library's. */
extern const struct fdt_subject fdt_shipped;

/** What was compared: each input counts once, though it is read at two places. */
struct fdt_compared {
    uint64_t inputs;
    uint64_t malformed;   /**< Inputs whose header both readers refuse. */
    uint64_t unsupported; /**< Likewise. */
    uint64_t broken;      /**< Inputs with a good header whose structure block breaks off before FDT_END. */
    uint64_t nodes;
    uint64_t properties;
    uint64_t other_tokens;
    uint64_t reservations;
};

/**
 * Compare the header only, which may claim that more bytes follow than do.
 *
 * @param header     40 bytes, or fewer if @p fdt_bytes is less.
 * @param fdt_bytes  What the reader is told may be read.
 *
 * @return  What differs, or null.
 */
const char *fdt_compare_header(const struct fdt_subject *subject, const void *header, uint64_t fdt_bytes);

/**
 * Compare everything in a tree, whatever the bytes: once with an unreadable page right before them and once
 * with one right behind them. At most IMPORT_CHECK_BYTES.
 *
 * @return  What differs, or null.
 */
const char *fdt_compare(const struct fdt_subject *subject, const uint8_t *bytes, size_t count,
                        struct fdt_compared *sum);

/** Print the sums, on one line that begins with @p name. */
void fdt_compared_print(const char *name, const struct fdt_compared *sum);

#endif
