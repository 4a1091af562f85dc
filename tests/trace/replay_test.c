/* SPDX-License-Identifier: MIT */
/* replay_test.c - every input that the fuzzer found worth keeping, through the same target. */
#include <criterion/criterion.h>

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "trace.h"

static struct trace_report report;

/** Replay one file; returns the calls compared. */
static uint64_t replay(const char *path)
{
    static uint8_t bytes[1 << 16];
    FILE *file = fopen(path, "rb");
    cr_assert(file, "%s", path);
    struct trace_input input = {.bytes = bytes, .left = fread(bytes, 1, sizeof(bytes), file)};
    fclose(file);
    cr_assert(trace_run(&contract_core, &contract_bytemap, input, UINT64_MAX, &report), "%s: %s", path,
              report.difference);
    return report.calls;
}

Test(trace, replays_corpus)
{
    const char *folder = getenv("BITFRAME_CORPUS");
    cr_assert(folder, "BITFRAME_CORPUS names the folder; meson test sets it");
    DIR *corpus = opendir(folder);
    cr_assert(corpus, "%s", folder);
    uint64_t files = 0, calls = 0;
    for (struct dirent *entry; (entry = readdir(corpus)) != NULL;) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        calls += replay(path);
        files++;
    }
    closedir(corpus);
    printf("corpus: %" PRIu64 " inputs, %" PRIu64 " calls compared\n", files, calls);
    cr_assert_geq(files, 50, "the corpus is there");
}
