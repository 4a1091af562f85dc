/* SPDX-License-Identifier: MIT */
/* import_replay_test.c - every input that the fuzzers found worth keeping, through the same targets. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>

#include "corpus.h"
#include "import_check.h"

static import_check *check;

static void replay(const char *path, const uint8_t *bytes, size_t count)
{
    const char *wrong = check(bytes, count, NULL);
    cr_assert_null(wrong, "%s: %s", path, wrong);
}

static void replay_all(const char *target, import_check *target_check)
{
    check = target_check;
    uint64_t inputs = corpus_replay(target, replay);
    printf("corpus: %s: %" PRIu64 " inputs\n", target, inputs);
}

#ifdef BITFRAME_TESTS_FDT
Test(import_fdt, replays_corpus)
{
    replay_all("map_fdt", import_check_fdt);
}
#endif

Test(import_limine, replays_corpus)
{
    replay_all("map_limine", import_check_limine);
}

Test(import_uefi, replays_corpus)
{
    replay_all("map_uefi", import_check_uefi);
}

Test(import_e820, replays_corpus)
{
    replay_all("map_e820", import_check_e820);
}

Test(import_multiboot2, replays_corpus)
{
    replay_all("map_multiboot2", import_check_multiboot2);
}
