/* SPDX-License-Identifier: MIT */
/* flat_neon.c - the searches and the count of flat.c by NEON. */
#include "flat.h"

uint64_t flat_take_neon(struct flat *flat)
{
    return flat_take_lowest(flat, bitframe_scan_neon);
}

uint64_t flat_hint_take_neon(struct flat *flat)
{
    return flat_take_next(flat, bitframe_scan_neon);
}

uint64_t flat_count_neon(const struct flat *flat)
{
    return bitframe_count_neon(flat->words, flat->word_count);
}
