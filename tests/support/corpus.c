/* SPDX-License-Identifier: MIT */
#include "corpus.h"

#include <criterion/criterion.h>

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/** How many inputs the target's archive has: tools/corpus counted them when it unpacked it. */
static uint64_t inputs_expected(const char *root, const char *target)
{
    char path[4096];
    uint64_t inputs = 0;
    snprintf(path, sizeof(path), "%s/%s.count", root, target);
    FILE *file = fopen(path, "r");
    cr_assert(file, "%s: the build unpacks fuzz/corpus/%s.tar.gz and writes this file", path, target);
    cr_assert_eq(fscanf(file, "%" SCNu64, &inputs), 1, "%s: no number", path);
    fclose(file);
    cr_assert_gt(inputs, 0, "%s: an archive without inputs", path);
    return inputs;
}

static void replay_file(const char *path,
                        void (*replay)(const char *path, const uint8_t *bytes, size_t count))
{
    static uint8_t bytes[1 << 16];
    FILE *file = fopen(path, "rb");
    cr_assert(file, "%s", path);
    size_t count = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    cr_assert_lt(count, sizeof(bytes), "%s: too long to replay all of it", path);
    replay(path, bytes, count);
}

uint64_t corpus_replay(const char *target,
                       void (*replay)(const char *path, const uint8_t *bytes, size_t count))
{
    char folder[2048];
    char path[4096];
    uint64_t inputs = 0;
    const char *root = getenv("BITFRAME_CORPUS");
    cr_assert(root, "BITFRAME_CORPUS names the folder of unpacked inputs; meson test sets it");
    uint64_t expected = inputs_expected(root, target);
    snprintf(folder, sizeof(folder), "%s/%s", root, target);
    DIR *corpus = opendir(folder);
    cr_assert(corpus, "%s", folder);
    for (struct dirent *entry; (entry = readdir(corpus)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        replay_file(path, replay);
        inputs++;
    }
    closedir(corpus);
    cr_assert_eq(inputs, expected, "%s: %" PRIu64 " inputs, but the archive has %" PRIu64, folder, inputs,
                 expected);
    return inputs;
}
