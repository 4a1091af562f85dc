/* SPDX-License-Identifier: MIT */
/* adopt_replay_test.c - all metadata that the fuzzer found worth keeping, through the same target. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>

#include "adopt_check.h"
#include "corpus.h"

static uint64_t adopted;

static void replay(const char *path, const uint8_t *bytes, size_t count)
{
    bool accepted;
    const char *wrong = adopt_check(bytes, count, &accepted);
    cr_assert_null(wrong, "%s: %s", path, wrong);
    adopted += accepted;
}

Test(adopt, replays_corpus)
{
    uint64_t inputs = corpus_replay("adopt", replay);
    printf("corpus: adopt: %" PRIu64 " inputs, %" PRIu64 " adopted\n", inputs, adopted);
    cr_assert_geq(adopted, 5, "and not all of it is refused");
}
