/* SPDX-License-Identifier: MIT */
#include "corpus.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

uint64_t corpus_replay(const char *target,
                       void (*replay)(const char *path, const uint8_t *bytes, size_t count))
{
    static uint8_t bytes[1 << 16];
    char folder[2048];
    char path[4096];
    uint64_t inputs = 0;
    const char *root = getenv("BITFRAME_CORPUS"); /* meson test sets it */
    snprintf(folder, sizeof(folder), "%s/%s", root ? root : "fuzz/corpus", target);
    DIR *corpus = opendir(folder);
    if (!corpus)
        return 0;
    for (struct dirent *entry; (entry = readdir(corpus)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        FILE *file = fopen(path, "rb");
        if (!file)
            continue;
        size_t count = fread(bytes, 1, sizeof(bytes), file);
        fclose(file);
        replay(path, bytes, count);
        inputs++;
    }
    closedir(corpus);
    return inputs;
}
