/* SPDX-License-Identifier: MIT */
#include "fdt_compare.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "import_check.h"
#include "libfdt_quiet.h"

#define HEADER_BYTES 40

const struct fdt_subject fdt_shipped = {bitframe_fdt_open, bitframe_fdt_reservation, bitframe_fdt_next};

/** What the reader must say of a header: what libfdt says, and the differences that are meant. */
static enum bitframe_status expected_status(const void *fdt, uint64_t fdt_bytes)
{
    if (fdt_bytes < HEADER_BYTES)
        return BITFRAME_MALFORMED;
    int error = fdt_check_header(fdt);
    if (error == -FDT_ERR_BADMAGIC)
        return BITFRAME_MALFORMED;
    if (error == -FDT_ERR_BADVERSION || fdt_version(fdt) < 16)
        return BITFRAME_UNSUPPORTED;
    if (error != 0 || fdt_totalsize(fdt) > fdt_bytes || fdt_totalsize(fdt) == INT_MAX)
        return BITFRAME_MALFORMED;
    if (fdt_off_dt_struct(fdt) % 4 != 0 || fdt_off_mem_rsvmap(fdt) % 8 != 0)
        return BITFRAME_MALFORMED;
    return BITFRAME_OK;
}

const char *fdt_compare_header(const struct fdt_subject *subject, const void *header, uint64_t fdt_bytes)
{
    struct fdt_reader reader;
    enum bitframe_status status = subject->open(&reader, header, fdt_bytes);
    if (status != expected_status(header, fdt_bytes))
        return "another status of the header";
    if (status == BITFRAME_OK && reader.tree_bytes != fdt_totalsize(header))
        return "another length of the tree";
    return NULL;
}

/** Every entry up to the end of the tree, also those behind the one that ends the block. */
static const char *compare_reservations(const struct fdt_subject *subject, const struct fdt_reader *reader,
                                        const void *fdt, struct fdt_compared *sum)
{
    uint64_t ours[2] = {0, 0};
    uint64_t theirs[2] = {0, 0};
    uint32_t i = 0;
    for (; fdt_get_mem_rsv(fdt, (int)i, &theirs[0], &theirs[1]) == 0; i++) {
        if (!subject->reservation(reader, i, &ours[0], &ours[1]))
            return "a reservation is missing";
        if (ours[0] != theirs[0] || ours[1] != theirs[1])
            return "another reservation";
    }
    sum->reservations += i;
    const uint32_t none[] = {i,         i + 1, UINT32_C(1) << 27, (UINT32_C(1) << 28) - 1, UINT32_C(1) << 28,
                             UINT32_MAX};
    for (size_t k = 0; k < sizeof(none) / sizeof(*none); k++) {
        if (subject->reservation(reader, none[k], &ours[0], &ours[1]))
            return "a reservation outside the tree";
    }
    return NULL;
}

/** fdt_next_tag() of version 1.7, by that of any version. */
static uint32_t strict_next_tag(const void *fdt, int offset, int *next)
{
    uint32_t tag = fdt_next_tag(fdt, offset, next);
    if (*next >= 0 && tag == FDT_PROP) {
        const struct fdt_property *property = fdt_offset_ptr(fdt, offset, sizeof(*property));
        uint32_t from = (uint32_t)offset + FDT_TAGSIZE;
        uint32_t end = property ? from + fdt32_to_cpu(property->len) : 0;
        if (end < from || end >= INT_MAX) {
            *next = -FDT_ERR_BADSTRUCTURE;
            return FDT_END;
        }
    }
    return tag;
}

static const char *compare_property_name(const void *fdt, uint32_t offset, const struct fdt_item *item)
{
    uint32_t strings_bytes = fdt_size_dt_strings(fdt);
    const char *strings = (const char *)fdt + fdt_off_dt_strings(fdt);
    int chars;
    const char *name = fdt_get_string(fdt, (int)offset, &chars);
    bool may_end_outside = fdt_version(fdt) < 17 && (uint64_t)offset + (uint32_t)chars >= strings_bytes;
    if (name && !may_end_outside) {
        if (item->name != name || item->name_bytes <= (uint32_t)chars)
            return "another name of a property";
    } else if (item->name && memchr(item->name, 0, item->name_bytes)) {
        return "a name of a property that libfdt does not have";
    }
    if ((item->name != NULL) != (offset < strings_bytes))
        return "a name outside the strings, or a missing one";
    if (item->name && (item->name != strings + offset || item->name_bytes != strings_bytes - offset))
        return "a name with other bounds";
    return NULL;
}

static const char *compare_item(const void *fdt, int at, uint32_t tag, const struct fdt_item *item)
{
    int bytes;
    if (tag == FDT_BEGIN_NODE) {
        const char *name = fdt_get_name(fdt, at, &bytes);
        return item->name != name || item->name_bytes != (uint32_t)bytes + 1 ? "another name of a node"
                                                                             : NULL;
    }
    if (tag != FDT_PROP)
        return NULL;
    const struct fdt_property *property = fdt_get_property_by_offset(fdt, at, &bytes);
    if (item->value != (const uint8_t *)property->data || item->value_bytes != (uint32_t)bytes)
        return "another value of a property";
    return compare_property_name(fdt, fdt32_to_cpu(property->nameoff), item);
}

/** Every token until both readers find a bad one, also behind FDT_END. */
static const char *compare_structure(const struct fdt_subject *subject, const struct fdt_reader *reader,
                                     const void *fdt, struct fdt_compared *sum)
{
    uint32_t offset = 0;
    bool ended = false;
    for (;;) {
        int at = (int)offset;
        int next;
        struct fdt_item item = {NULL, 0, NULL, 0};
        uint32_t tag = strict_next_tag(fdt, at, &next);
        enum fdt_token token = subject->next(reader, &offset, &item);
        if (next < 0) {
            sum->broken += !ended;
            return token != FDT_TOKEN_BAD || offset != (uint32_t)at ? "a token that libfdt refuses" : NULL;
        }
        if ((uint32_t)token != tag)
            return token == FDT_TOKEN_BAD ? "refused a token that libfdt reads" : "another token";
        if (offset != (uint32_t)next)
            return "another place of the next token";
        const char *wrong = compare_item(fdt, at, tag, &item);
        if (wrong)
            return wrong;
        ended |= tag == FDT_END;
        *(tag == FDT_BEGIN_NODE ? &sum->nodes : tag == FDT_PROP ? &sum->properties : &sum->other_tokens) += 1;
    }
}

static const char *compare_here(const struct fdt_subject *subject, const void *fdt, size_t count,
                                struct fdt_compared *sum)
{
    struct fdt_reader reader;
    const char *wrong = fdt_compare_header(subject, fdt, count);
    if (wrong)
        return wrong;
    enum bitframe_status status = subject->open(&reader, fdt, count);
    if (status != BITFRAME_OK) {
        *(status == BITFRAME_UNSUPPORTED ? &sum->unsupported : &sum->malformed) += 1;
        return NULL;
    }
    wrong = compare_reservations(subject, &reader, fdt, sum);
    return wrong ? wrong : compare_structure(subject, &reader, fdt, sum);
}

const char *fdt_compare(const struct fdt_subject *subject, const uint8_t *bytes, size_t count,
                        struct fdt_compared *sum)
{
    struct fdt_compared again = {0};
    sum->inputs++;
    const char *wrong = compare_here(subject, import_guarded(bytes, count), count, sum);
    return wrong ? wrong : compare_here(subject, guarded_copy(bytes, count, 8, GUARDED_BELOW), count, &again);
}

void fdt_compared_print(const char *name, const struct fdt_compared *sum)
{
    printf("%s: %" PRIu64 " trees, of which %" PRIu64 " malformed and %" PRIu64
           " unsupported by the header, %" PRIu64 " broken later; %" PRIu64 " nodes, %" PRIu64
           " properties, %" PRIu64 " other tokens, %" PRIu64 " reservations: no difference\n",
           name, sum->inputs, sum->malformed, sum->unsupported, sum->broken, sum->nodes, sum->properties,
           sum->other_tokens, sum->reservations);
}
