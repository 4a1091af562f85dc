/* SPDX-License-Identifier: MIT */
/* linear_test.c - the checker of histories accepts those that are right, and refutes those that are not. */
#include <criterion/criterion.h>

#include "linear.h"

#define CHECK(calls, before, after, spec)                                                                    \
    linear_check(calls, sizeof(calls) / sizeof((calls)[0]), before, after, spec)

/** Is it right by both specifications? */
#define RIGHT(calls, before, after)                                                                          \
    (CHECK(calls, before, after, LINEAR_STRICT) && CHECK(calls, before, after, LINEAR_DEFERRED))

/** Is it wrong by both? */
#define WRONG(calls, before, after)                                                                          \
    (!CHECK(calls, before, after, LINEAR_STRICT) && !CHECK(calls, before, after, LINEAR_DEFERRED))

Test(linear, in_sequence)
{
    const struct linear_call calls[] = {
        {LINEAR_ALLOC, 0, 1, 2},  {LINEAR_ALLOC, 1, 3, 4},        {LINEAR_NONE, 0, 5, 6},
        {LINEAR_FREE, 1, 7, 8},   {LINEAR_DOUBLE_FREE, 1, 9, 10}, {LINEAR_IN_USE, 0, 11, 12},
        {LINEAR_FREE, 0, 13, 14}, {LINEAR_CLAIM, 0, 15, 16},
    };
    cr_assert(RIGHT(calls, 3, 0));
    cr_assert(WRONG(calls, 3, 1), "it ends with another set");
    cr_assert(WRONG(calls, 1, 0), "it begins with another set");
}

Test(linear, overlapping_calls_come_in_any_order)
{
    const struct linear_call allocs_what_is_being_freed[] = {{LINEAR_FREE, 0, 1, 4}, {LINEAR_ALLOC, 0, 2, 3}};
    const struct linear_call none_before_it_is_freed[] = {{LINEAR_FREE, 0, 1, 4}, {LINEAR_NONE, 0, 2, 3}};
    const struct linear_call none_after_the_alloc[] = {{LINEAR_ALLOC, 0, 1, 4}, {LINEAR_NONE, 0, 2, 3}};
    const struct linear_call refused_beside[] = {{LINEAR_FREE, 0, 1, 4}, {LINEAR_DOUBLE_FREE, 0, 2, 3}};
    cr_assert(RIGHT(allocs_what_is_being_freed, 0, 0));
    cr_assert(RIGHT(none_before_it_is_freed, 0, 1));
    cr_assert(RIGHT(none_after_the_alloc, 1, 0));
    cr_assert(RIGHT(refused_beside, 0, 1));
}

Test(linear, frame_held_twice)
{
    const struct linear_call calls[] = {{LINEAR_ALLOC, 0, 1, 4}, {LINEAR_ALLOC, 0, 2, 3}};
    cr_assert(WRONG(calls, 3, 2));
    cr_assert(WRONG(calls, 3, 0));
}

Test(linear, false_none)
{
    const struct linear_call sequence[] = {{LINEAR_FREE, 0, 1, 2}, {LINEAR_NONE, 0, 3, 4}};
    cr_assert(WRONG(sequence, 0, 1));

    /* The last frame moves behind the scan: at every instant one was free. */
    const struct linear_call moves[] = {
        {LINEAR_NONE, 0, 1, 8}, {LINEAR_FREE, 0, 2, 3}, {LINEAR_ALLOC, 1, 4, 5}};
    cr_assert(WRONG(moves, 2, 1));
    const struct linear_call the_other_way_round[] = {
        {LINEAR_NONE, 0, 1, 8}, {LINEAR_ALLOC, 1, 2, 3}, {LINEAR_FREE, 0, 4, 5}};
    cr_assert(RIGHT(the_other_way_round, 2, 1));
}

Test(linear, both_frees_accepted)
{
    const struct linear_call calls[] = {{LINEAR_FREE, 0, 1, 4}, {LINEAR_FREE, 0, 2, 3}};
    cr_assert(WRONG(calls, 0, 1));
}

Test(linear, both_frees_refused)
{
    const struct linear_call calls[] = {{LINEAR_DOUBLE_FREE, 0, 1, 4}, {LINEAR_DOUBLE_FREE, 0, 2, 3}};
    cr_assert(WRONG(calls, 0, 0));
    cr_assert(WRONG(calls, 0, 1));
}

Test(linear, lost_frame)
{
    const struct linear_call calls[] = {{LINEAR_ALLOC, 0, 1, 2}, {LINEAR_FREE, 0, 3, 4}};
    cr_assert(RIGHT(calls, 1, 1));
    cr_assert(WRONG(calls, 1, 0));
}

Test(linear, claims)
{
    const struct linear_call half[] = {{LINEAR_ALLOC, 1, 1, 2}, {LINEAR_CLAIM, 0, 3, 4}};
    cr_assert(WRONG(half, 3, 0));
    const struct linear_call not_in_use[] = {{LINEAR_FREE, 0, 1, 2}, {LINEAR_IN_USE, 0, 3, 4}};
    cr_assert(WRONG(not_in_use, 2, 3));
    const struct linear_call beside[] = {{LINEAR_FREE, 0, 1, 4}, {LINEAR_IN_USE, 0, 2, 3}};
    cr_assert(RIGHT(beside, 2, 3));
}

Test(linear, answer_from_the_future)
{
    const struct linear_call calls[] = {{LINEAR_ALLOC, 0, 1, 2}, {LINEAR_FREE, 0, 3, 4}};
    cr_assert(WRONG(calls, 0, 1));
}

Test(linear, deferred_free)
{
    /* The refusal has seen the bit; the free counts, and is over, only after somebody was told "none". */
    const struct linear_call calls[] = {
        {LINEAR_FREE, 0, 1, 8}, {LINEAR_DOUBLE_FREE, 0, 2, 3}, {LINEAR_NONE, 0, 4, 5}};
    cr_assert_not(CHECK(calls, 0, 1, LINEAR_STRICT));
    cr_assert(CHECK(calls, 0, 1, LINEAR_DEFERRED));

    /* But not without a free that is under way. */
    const struct linear_call over[] = {
        {LINEAR_FREE, 0, 1, 2}, {LINEAR_DOUBLE_FREE, 0, 3, 4}, {LINEAR_NONE, 0, 5, 6}};
    cr_assert(WRONG(over, 0, 1));
}

Test(linear, many_calls_at_once)
{
    /* All overlap: 10 allocations and frees of frame 0 in turns, and one allocation too many or not. */
    struct linear_call calls[11];
    for (uint64_t i = 0; i < 11; i++)
        calls[i] = (struct linear_call){i % 2 ? LINEAR_FREE : LINEAR_ALLOC, 0, i, 100 + i};
    cr_assert(linear_check(calls, 11, 1, 0, LINEAR_STRICT));
    cr_assert(linear_check(calls, 10, 1, 1, LINEAR_STRICT));
    calls[9].kind = LINEAR_ALLOC;
    cr_assert_not(linear_check(calls, 10, 1, 0, LINEAR_STRICT));
}
