/* SPDX-License-Identifier: MIT */
/*
 * interrupted.c - a call interrupted by another one, between any two of its atomic accesses
 *
 * What an interrupt does to the call that it hits depends only on which of that call's accesses have been
 * made. So for some states of a small pool, every call is made again and again, and every other call within
 * it, ahead of its first access, of its second and so on until there are no more: every way in which one call
 * interrupts another on one CPU. Then the same with an interrupt of the interrupt, at random.
 *
 * Who has a frame is known throughout. A frame must not be handed out twice; no free may be refused, and of
 * two frees of one frame one must be; "none" is answered to a request for one frame only if at some instant
 * there can have been none; and in the end the pool must be sound and the count exact.
 *
 *     interrupted [RANDOM-CASES [SEED [STRIDE]]]    STRIDE: only every so many accesses
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cpu.h"
#include "huge_calls.h"
#include "shake.h"

#include <bitframe/check.h>
#include <bitframe/platform.h>

#include "guarded.h"
#include "random.h"

#define FRAME BITFRAME_FRAME_BYTES
#define BASE  (UINT64_C(0x40000000) / FRAME)

enum { FRAMES = 1024, HUGE = 512, MOST_CPUS = 2, LEVELS = 3, BULK = 5, RUN = 8 };

enum call {
    ALLOC,
    ALLOC_AS_OTHER,
    ALLOC_HIGHEST,
    ALLOC_LOW, /* below a limit */
    ALLOC_RUN, /* across words */
    ALLOC_HUGE,
    ALLOC_BULK,
    CLAIM,
    FREE,
    FREE_RUN,
    FREE_HUGE,
    FREE_BULK,
    FREE_AGAIN, /* a frame that the interrupted call gives back */
    CALLS
};
static const char *const call_names[CALLS] = {"alloc",
                                              "alloc as another CPU",
                                              "alloc the highest",
                                              "alloc the lowest",
                                              "alloc a run",
                                              "alloc 2 MiB",
                                              "alloc five",
                                              "claim",
                                              "free",
                                              "free a run",
                                              "free 2 MiB",
                                              "free some",
                                              "free what is being freed"};

/** Which frames are free to begin with. */
enum state { ALL, HALF, ONE, NOTHING, A_WORD, NEARLY_ALL, STATES };
static const char *const state_names[STATES] = {"all free",     "a huge frame free",
                                                "a frame free", "nothing free",
                                                "a word free",  "a huge frame but for its first frames free"};

/** A call, and the access that the next one comes ahead of. */
struct level {
    enum call call;
    uint64_t interrupt_at; /* 1 is the first access; 0: not interrupted */
    uint64_t accesses;
    uint64_t at_most; /* frames that it may have allocated at this moment */
    uint64_t took;    /* frames allocated by calls that have interrupted it */
    bool is_free_ok;  /* a free has been accepted */
};

static struct {
    uint64_t policy;
    enum state state;
    int levels; /* calls that there are */
} set;
static struct level levels[LEVELS + 1]; /* from 1 on */
static int depth;
static struct bitframe pool;
static struct bitframe_shared *shared; /* of it */
static bool has_owner[FRAMES];
static uint64_t cases, interrupts, seconds_refused, nones;

static void describe(void)
{
    fprintf(stderr, "policy %" PRIu64 ", %s", set.policy, state_names[set.state]);
    for (int i = 1; i <= set.levels; i++)
        fprintf(stderr, "; %s, interrupted ahead of access %" PRIu64, call_names[levels[i].call],
                levels[i].interrupt_at);
    fprintf(stderr, "\n");
}

_Noreturn static void fail(const char *what, uint64_t number)
{
    fprintf(stderr, "interrupted: %s: %" PRIu64 "\n", what, number);
    describe();
    exit(1);
}

static uint64_t pa_of(uint64_t frame)
{
    return (BASE + frame) * FRAME;
}

static void took(uint64_t pa, uint64_t frames)
{
    for (uint64_t i = 0; i < frames; i++) {
        uint64_t frame = pa / FRAME + i - BASE;
        if (frame >= FRAMES)
            fail("not a frame of the pool", frame);
        if (has_owner[frame])
            fail("held twice", frame);
        has_owner[frame] = true;
    }
    for (int i = 1; i < depth; i++)
        levels[i].took += frames;
}

/** Frames that nobody has: free, or about to be given back by an interrupted call, or allocated by one. */
static uint64_t without_owner(void)
{
    uint64_t frames = 0;
    for (int i = 0; i < FRAMES; i++)
        frames += !has_owner[i];
    return frames;
}

/** The frames that the call at level @p level gives back, if it is one that does. */
static struct span frames_to_free(int level)
{
    uint64_t first = 64 + 4 * (uint64_t)level; /* in one word, whose other frames may be free or not */
    switch (levels[level].call) {
    case FREE: return (struct span){first, first + 1};
    case FREE_BULK: return (struct span){first + 32, first + 35};
    case FREE_RUN: first = 128 * (uint64_t)level - RUN / 2; return (struct span){first, first + RUN};
    case FREE_HUGE: return (struct span){HUGE, 2 * HUGE};
    default: return (struct span){0, 0};
    }
}

/** The frame of those that is freed a second time: in the middle of the interrupted call's work. */
static uint64_t frame_to_free_again(int level)
{
    struct span span = frames_to_free(level - 1);
    return span.first + (span.end - span.first) / 2;
}

static bool is_free_again(int level)
{
    return level < set.levels && levels[level + 1].call == FREE_AGAIN && levels[level].interrupt_at != 0;
}

static void give_back(int level)
{
    struct span span = frames_to_free(level);
    enum bitframe_status status;
    uint64_t freed = 0;
    for (uint64_t frame = span.first; frame < span.end; frame++)
        has_owner[frame] = false;
    if (levels[level].call == FREE_BULK) {
        uint64_t pas[BULK];
        for (uint64_t frame = span.first; frame < span.end; frame++)
            pas[frame - span.first] = pa_of(frame);
        status = bitframe_shared_free_bulk(shared, 0, pas, span.end - span.first, BITFRAME_PARTIAL, &freed);
    } else if (levels[level].call == FREE) {
        status = bitframe_shared_free(shared, 0, pa_of(span.first));
    } else {
        status = shared_free_run(shared, 0, pa_of(span.first), span.end - span.first);
    }
    levels[level].is_free_ok = status == BITFRAME_OK;
    if (status == BITFRAME_OK)
        return;
    if (status != BITFRAME_DOUBLE_FREE || !is_free_again(level) || !levels[level + 1].is_free_ok)
        fail("a free was refused", (uint64_t)status);
    /* What it has freed of a run is not told. The rest is still held, by nobody in particular. */
    seconds_refused++;
}

static void give_back_again(int level)
{
    enum bitframe_status status = bitframe_shared_free(shared, 0, pa_of(frame_to_free_again(level)));
    levels[level].is_free_ok = status == BITFRAME_OK;
    if (status != BITFRAME_OK && status != BITFRAME_DOUBLE_FREE)
        fail("a second free was refused with a status that is not due", (uint64_t)status);
    seconds_refused += status == BITFRAME_DOUBLE_FREE;
}

static void alloc(int level)
{
    struct bitframe_request request = {.frames = 1};
    uint64_t pas[BULK], allocated;
    enum bitframe_status status;
    uint64_t certain = without_owner(); /* frames that are free for sure when the call begins */
    for (int i = 1; i < level; i++) {
        struct span span = frames_to_free(i);
        uint64_t uncertain = levels[i].at_most;
        for (uint64_t frame = span.first; frame < span.end; frame++)
            uncertain += !has_owner[frame];
        certain = certain > uncertain ? certain - uncertain : 0;
    }
    switch (levels[level].call) {
    case ALLOC:
    case ALLOC_AS_OTHER: break;
    case ALLOC_HIGHEST: request.flags = BITFRAME_HIGHEST; break;
    case ALLOC_LOW: request.max_pa = pa_of(FRAMES); break;
    case ALLOC_RUN: request.frames = 3 * 64; break;
    case ALLOC_HUGE:
        request.frames = HUGE;
        request.align = HUGE * FRAME;
        break;
    case ALLOC_BULK: request.frames = BULK; break;
    default: request.frames = RUN; break;
    }
    levels[level].at_most = request.frames;
    switch (levels[level].call) {
    case ALLOC:
    case ALLOC_AS_OTHER:
        pas[0] = bitframe_shared_alloc(shared, levels[level].call == ALLOC ? 0 : 1);
        status = pas[0] != 0 ? BITFRAME_OK : BITFRAME_NONE;
        break;
    case ALLOC_BULK:
        status = bitframe_shared_alloc_bulk(shared, 0, &request, pas, &allocated);
        for (uint64_t i = 0; i < allocated; i++)
            took(pas[i], 1);
        break;
    case CLAIM:
        pas[0] = pa_of(HUGE - RUN / 2);
        status = bitframe_shared_alloc_at(shared, 0, pas[0], RUN);
        break;
    default: status = shared_alloc_run(shared, 0, &request, pas); break;
    }
    levels[level].at_most = 0;
    if (status == BITFRAME_OK && levels[level].call != ALLOC_BULK)
        took(pas[0], request.frames);
    if (status != BITFRAME_OK && status != BITFRAME_NONE &&
        (status != BITFRAME_IN_USE || levels[level].call != CLAIM))
        fail("an allocation was refused with a status that is not due", (uint64_t)status);
    if (status == BITFRAME_NONE && request.frames == 1) {
        nones++;
        if (certain > levels[level].took)
            fail("a false \"none\"", certain);
    }
}

/** Make the call of level @p level. */
static void make_call(int level)
{
    int before = depth;
    depth = level;
    levels[level].accesses = 0;
    levels[level].at_most = 0;
    levels[level].took = 0;
    levels[level].is_free_ok = false;
    if (levels[level].call == FREE_AGAIN)
        give_back_again(level);
    else if (levels[level].call >= FREE)
        give_back(level);
    else
        alloc(level);
    depth = before;
}

void shake(void)
{
    int level = depth;
    if (level == 0 || level >= set.levels)
        return;
    if (++levels[level].accesses == levels[level].interrupt_at) {
        interrupts++;
        make_call(level + 1);
    }
}

void shaken(enum shaken path)
{
    (void)path;
}

static void must(enum bitframe_status status)
{
    if (status != BITFRAME_OK)
        fail("a state could not be made", (uint64_t)status);
}

/** Have frames [@p first, @p end). */
static void hold(uint64_t first, uint64_t end)
{
    must(bitframe_shared_alloc_at(shared, 0, pa_of(first), end - first));
    took(pa_of(first), end - first);
}

static void make_state(void)
{
    static void *metadata, *storage; /* as long as they must be, between pages that cannot be touched */
    const uint64_t metadata_bytes = BITFRAME_METADATA_BYTES(BASE * FRAME, FRAMES * FRAME);
    const uint64_t storage_bytes =
        BITFRAME_SHARE_BYTES(MOST_CPUS, BITFRAME_BITMAP_WORDS(BASE * FRAME, FRAMES * FRAME));
    struct bitframe_share_options options = {.policy = (enum bitframe_policy)set.policy, .cpus = MOST_CPUS};
    memset(has_owner, 0, sizeof(has_owner));
    if (!metadata) {
        metadata = guarded_open(metadata_bytes, BITFRAME_METADATA_ALIGN, GUARDED_ABOVE);
        storage = guarded_open(storage_bytes, BITFRAME_SHARE_ALIGN, GUARDED_ABOVE);
    }
    must(bitframe_init(&pool, BASE * FRAME, FRAMES * FRAME, metadata, metadata_bytes));
    must(bitframe_share(&shared, &pool, &options, storage, storage_bytes));
    switch (set.state) {
    case ALL: break;
    case HALF: hold(HUGE, FRAMES); break;
    case ONE:
        hold(0, 300);
        hold(301, FRAMES);
        break;
    case NOTHING: hold(0, FRAMES); break;
    case A_WORD:
        hold(0, 320);
        hold(384, FRAMES);
        break;
    default: hold(0, 3); break;
    }
    /* What the calls are to give back they must have. */
    for (int i = 1; i <= set.levels; i++) {
        struct span span = frames_to_free(i);
        for (uint64_t frame = span.first; frame < span.end; frame++) {
            if (!has_owner[frame])
                hold(frame, frame + 1);
        }
    }
}

static void must_be_sound(void)
{
    enum bitframe_invariant broken = bitframe_shared_check(shared);
    if (broken != BITFRAME_SOUND)
        fail(bitframe_get_invariant_name(broken), 0);
}

/** Give everything back: each frame that somebody has is allocated, and every other one free. */
static void tidy_up(void)
{
    bool is_known = true;
    for (int i = 1; i < set.levels; i++)
        is_known = is_known && (!is_free_again(i) || levels[i].is_free_ok);
    must_be_sound();
    if (is_known && bitframe_shared_get_free_frames(shared) != without_owner())
        fail("the count is wrong", bitframe_shared_get_free_frames(shared));
    for (uint64_t frame = 0; frame < FRAMES; frame++) {
        enum bitframe_status status = bitframe_shared_free(shared, 0, pa_of(frame));
        if (is_known && status != (has_owner[frame] ? BITFRAME_OK : BITFRAME_DOUBLE_FREE))
            fail("lost, or free though somebody has it", frame);
    }
    if (bitframe_shared_get_free_frames(shared) != FRAMES)
        fail("the count is wrong in the end", bitframe_shared_get_free_frames(shared));
    must_be_sound();
}

/** Of two frees of one frame one was accepted. */
static void check_second_frees(void)
{
    for (int i = 1; i < set.levels; i++) {
        if (is_free_again(i) && levels[i].accesses >= levels[i].interrupt_at &&
            levels[i].is_free_ok == levels[i + 1].is_free_ok)
            fail("of two frees of a frame not one was refused", levels[i].is_free_ok);
    }
}

/** Whether the calls of the levels can be made together. */
static bool makes_sense(void)
{
    int huges = 0;
    for (int i = 1; i <= set.levels; i++) {
        huges += levels[i].call == FREE_HUGE;
        if (levels[i].call == FREE_AGAIN && (i != set.levels || i == 1 || frames_to_free(i - 1).end == 0))
            return false;
    }
    return huges <= 1;
}

/** @return  Whether all levels but the last were interrupted: if not there are no such accesses. */
static bool run_case(void)
{
    depth = 0;
    for (int i = 1; i <= set.levels; i++)
        levels[i].accesses = 0;
    make_state();
    make_call(1);
    depth = 0;
    cases++;
    check_second_frees();
    bool was_interrupted = true;
    for (int i = 1; i < set.levels; i++)
        was_interrupted = was_interrupted && levels[i].accesses >= levels[i].interrupt_at;
    if (!was_interrupted) {
        /* The call that did not come did not give back its frames either. */
        for (int i = 1; i < set.levels; i++) {
            if (levels[i].accesses < levels[i].interrupt_at)
                levels[i].interrupt_at = 0;
        }
    }
    tidy_up();
    return was_interrupted;
}

/** Interrupt each call by each other, wherever that can be, or at one of @p stride accesses, from @p skip on.
 */
static void run_pairs(uint64_t stride, uint64_t skip)
{
    set.levels = 2;
    levels[2].interrupt_at = 0;
    for (int i = 0; i < CALLS * CALLS; i++) {
        levels[1].call = (enum call)(i / CALLS);
        levels[2].call = (enum call)(i % CALLS);
        for (uint64_t at = 1 + (skip + (uint64_t)i) % stride; makes_sense(); at += stride) {
            levels[1].interrupt_at = at;
            if (!run_case())
                break;
        }
    }
}

/** Interrupts of interrupts. */
static void run_random(uint64_t count, uint64_t *random)
{
    set.levels = LEVELS;
    while (count-- != 0) {
        set.policy = next_random(random) >> 40 & 1;
        set.state = (enum state)((next_random(random) >> 40) % STATES);
        for (int i = 1; i <= LEVELS; i++) {
            levels[i].call = (enum call)((next_random(random) >> 40) % CALLS);
            levels[i].interrupt_at = i == LEVELS ? 0 : 1 + (next_random(random) >> 40) % 40;
        }
        if (makes_sense())
            (void)run_case();
    }
}

int main(int argc, char **argv)
{
    int status;
    if (is_question_for_lse(argc, argv, &status))
        return status;
    uint64_t count = argc > 1 ? strtoull(argv[1], 0, 0) : 20000;
    uint64_t random = argc > 2 ? strtoull(argv[2], 0, 0) : 1;
    uint64_t stride = argc > 3 ? strtoull(argv[3], 0, 0) : 1;
    for (uint64_t i = 0; i < STATES * 2; i++) {
        set.policy = i & 1;
        set.state = (enum state)(i / 2);
        run_pairs(stride, i);
    }
    uint64_t pairs = cases;
    run_random(count, &random);
    printf("interrupted: " INSTRUCTIONS ": %" PRIu64 " pairs of calls, %" PRIu64 " cases of three, %" PRIu64
           " interrupts, %" PRIu64 " times none, %" PRIu64 " second frees refused\n",
           pairs, cases - pairs, interrupts, nones, seconds_refused);
    if (interrupts == 0 || nones == 0 || seconds_refused == 0)
        fail("something never happened", 0);
    return 0;
}
