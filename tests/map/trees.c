/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* nftw() */
#include "trees.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>

#include "import_check.h"

static bool (*visit_path)(const char *path);

static int visit(const char *path, const struct stat *state, int type, struct FTW *where)
{
    (void)state;
    (void)where;
    size_t length = strlen(path);
    if (type != FTW_F || length < 4 || strcmp(path + length - 4, ".dtb") != 0)
        return 0;
    return !visit_path(path);
}

bool trees_visit(const char *folder, bool (*visit_each)(const char *path))
{
    visit_path = visit_each;
    return nftw(folder, visit, 16, FTW_PHYS) == 0;
}

const uint8_t *tree_read(const char *path, size_t *count)
{
    static _Alignas(8) uint8_t bytes[IMPORT_CHECK_BYTES];
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    *count = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    return bytes;
}
