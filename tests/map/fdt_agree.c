/* SPDX-License-Identifier: MIT */
/*
 * fdt_agree.c - the reader of device trees against libfdt, on the trees of real boards
 *
 * usage: fdt_agree FOLDER MINIMUM DAMAGED STEP
 *
 * Every tree in the folder as it is, and DAMAGED times with random damage (BITFRAME_SEED). Trees of less than
 * 8 KiB are also cut at every STEP bytes. Fails at a difference, or if there are fewer trees than MINIMUM.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "fdt_damage.h"
#include "import_check.h"
#include "random.h"
#include "trees.h"

#define CUT_BYTES 8192

static struct fdt_compared whole;
static struct fdt_compared damaged;
static struct fdt_compared cut;
static uint64_t cut_trees;
static uint64_t damaged_each;
static size_t cut_step;
static uint64_t seed;

static const char *compare_file(const char *path)
{
    size_t count;
    const uint8_t *bytes = tree_read(path, &count);
    if (!bytes)
        return "cannot be read";
    uint64_t refused = whole.malformed + whole.unsupported + whole.broken;
    const char *wrong = fdt_compare(&fdt_shipped, bytes, count, &whole);
    if (!wrong && whole.malformed + whole.unsupported + whole.broken != refused)
        wrong = "refused";
    if (!wrong)
        wrong = fdt_damage(bytes, count, damaged_each, &seed, &damaged);
    if (!wrong && count < CUT_BYTES) {
        cut_trees++;
        wrong = fdt_cut(&fdt_shipped, bytes, count, cut_step, &cut);
    }
    return wrong;
}

static bool visit(const char *path)
{
    const char *wrong = compare_file(path);
    if (wrong)
        fprintf(stderr, "%s: %s\n", path, wrong);
    return !wrong;
}

int main(int count, char **arguments)
{
    if (count != 5) {
        fprintf(stderr, "usage: fdt_agree FOLDER MINIMUM DAMAGED STEP\n");
        return 2;
    }
    seed = setting("BITFRAME_SEED", 20260101);
    damaged_each = strtoull(arguments[3], NULL, 0);
    cut_step = strtoull(arguments[4], NULL, 0);
    printf("seed %" PRIu64 ", cut at every %zu bytes\n", seed, cut_step);
    fflush(stdout); /* before a read too far ends the program */
    if (!trees_visit(arguments[1], visit))
        return 1;
    fdt_compared_print("boards", &whole);
    fdt_compared_print("boards, damaged", &damaged);
    printf("%" PRIu64 " boards cut\n", cut_trees);
    fdt_compared_print("boards, cut", &cut);
    if (whole.inputs < strtoull(arguments[2], NULL, 0)) {
        fprintf(stderr, "fdt_agree: fewer than %s boards\n", arguments[2]);
        return 1;
    }
    if (damaged.broken == 0 || cut.broken == 0) {
        fprintf(stderr, "fdt_agree: no damaged tree, or no cut one, was broken\n");
        return 1;
    }
    return 0;
}
