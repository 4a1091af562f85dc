/* SPDX-License-Identifier: MIT */
/*
 * import_check.h - what must hold of an import, whatever the bytes
 *
 * The bytes are read where the page behind them cannot be, so that a read too far ends the program. Random
 * tests, the fuzz targets and the replay of their corpora all come here.
 */
#ifndef BITFRAME_TESTS_IMPORT_CHECK_H
#define BITFRAME_TESTS_IMPORT_CHECK_H

#include <stddef.h>

#include <bitframe/import.h>

#include "guarded.h"

/** Most bytes that a check takes; more are cut off. */
#define IMPORT_CHECK_BYTES GUARDED_COPY_BYTES

/** A copy whose last byte is followed by what cannot be read. Good until the next. */
static inline void *import_guarded(const void *bytes, size_t count)
{
    return guarded_copy(bytes, count, 8, GUARDED_ABOVE);
}

/**
 * Import @p bytes, with as much storage as the importer may want and with too little.
 *
 * @param status  What the import with enough storage came to; may be null.
 *
 * @return  What is wrong, or null.
 */
typedef const char *import_check(const uint8_t *bytes, size_t count, enum bitframe_status *status);

/** A device tree: the reader of the importer is also compared with libfdt. */
import_check import_check_fdt;
/** A UEFI memory map: a byte of descriptor size, in units of 8, a byte of version; from byte 8 on
 * descriptors. */
import_check import_check_uefi;
/** Limine entries, one after the other. */
import_check import_check_limine;
/** An E820 table: a byte of the length of an entry; then entries. */
import_check import_check_e820;
/** Boot information of Multiboot2. */
import_check import_check_multiboot2;

#endif
