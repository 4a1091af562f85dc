/* SPDX-License-Identifier: MIT */
/*
 * engine.h - the same calls to the library and to something obviously right, and everything they answered
 * compared
 *
 * A trace is a string of choices: from a generator, or from the bytes that a fuzzer made up. Any string is a
 * valid trace, so the random tests, the fuzz targets and the replays of their corpora are one engine. What a
 * trace is about is its adapter: a table of operations over a world, such as a pool and its model. A new call
 * of the library is a function, a line in that table, and the statuses that the call documents.
 */
#ifndef BITFRAME_TESTS_ENGINE_H
#define BITFRAME_TESTS_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include <bitframe/bitframe.h>

enum {
    TRACE_OPERATIONS = 32, /* of an adapter, at most */
    TRACE_STATUSES = BITFRAME_OFFLINE + 1,
    TRACE_ARGUMENTS = 6, /* of a call, at most */
    TRACE_NOTES = 2,
    TRACE_HISTORY = 24, /* calls shown when something differs */
};

/** Where the choices come from: the bytes first; then, unless seed is 0, a generator that never ends. */
struct trace_input {
    const uint8_t *bytes;
    size_t left;
    uint64_t seed;
};

struct trace_report {
    uint64_t calls;                                 /* made on both sides and compared */
    uint64_t worlds;                                /* begun */
    uint64_t notes[TRACE_NOTES];                    /* calls of trace_note() */
    uint64_t met[TRACE_OPERATIONS][TRACE_STATUSES]; /* calls by operation and what they came to */
    char difference[4096]; /* empty if none was found, else what differed and the calls that led there */
};

struct trace;

/** A call of the library: it may answer no status but those, and a long trace must meet each. */
struct trace_call {
    const char *name;
    unsigned statuses; /* a bit for each */
};

#define CAN(status) (1u << BITFRAME_##status)

/** What a trace is made of. */
struct trace_operation {
    const char *name;
    unsigned weight; /* how often, of the sum of all weights, which is 256 at most: a byte chooses */
    void (*run)(struct trace *trace);
    const struct trace_call *call; /* or null: it documents no statuses */
};

struct trace_adapter {
    const char *name; /* of the corpus, too */
    const struct trace_operation *operations;
    size_t operation_count;
    const char *notes[TRACE_NOTES]; /* what must happen on the way, or null */
    const void *subject;            /* what is tested, unless something else is to be */

    /** Is an operation one of the trace's? Null: all are. */
    bool (*is_made)(const struct trace *trace, const struct trace_operation *operation);
    /** Begin a world. Sets world_end, or leaves it if there is none to call. */
    void (*begin)(struct trace *trace);
    /** The calls in this world are over: compare what is left. */
    void (*finish)(struct trace *trace);
    /** What stands in the report beside a difference: about the world. May be null. */
    void (*describe)(char *text, size_t room);
};

struct trace {
    const struct trace_adapter *adapter;
    const void *subject;
    struct trace_input input;
    struct trace_report *report;
    uint64_t limit;     /* of calls */
    uint64_t world_end; /* calls at which the world is left for another */
    bool starved;       /* a choice was made after the last byte */
    size_t operation;   /* in flight: its index */
    uint8_t operation_of[256];
    struct {
        const char *name, *status;
        uint64_t argument[TRACE_ARGUMENTS], result;
    } history[TRACE_HISTORY];
};

/** The adapter that a program is built with. */
extern const struct trace_adapter trace_adapter;

/**
 * Run a trace until @p calls calls were compared, the input ends, or something differs.
 *
 * @param subject  What is tested, of the type that the adapter says.
 * @param report   Filled in.
 *
 * @return  Whether nothing differed.
 */
bool trace_run(const struct trace_adapter *adapter, const void *subject, struct trace_input input,
               uint64_t calls, struct trace_report *report);

/**
 * The last trace_run() had a seed and found a difference: look for few choices that lead to one, and print
 * them.
 *
 * @param report  What they come to.
 *
 * @return  How many bytes they are, 0 if the choices in the last world do not lead to a difference.
 */
size_t trace_shrink(struct trace_report *report);

/**
 * Print what a trace met: calls by operation and status.
 *
 * @return  How many operations, notes, or statuses that a call documents, were never met.
 */
unsigned trace_print(const struct trace_report *report, const struct trace_adapter *adapter,
                     const void *subject);

/* For adapters. Choices: one to a statement, for in which order a compiler does two of an expression is its
   own affair. */

/** Is nothing more to be called? */
bool trace_is_over(const struct trace *trace);

/** Nothing that was chosen so far matters to what comes: the input of trace_shrink() begins here. */
void trace_mark(const struct trace *trace);

/** The input of trace_shrink() has a byte here that was not chosen. */
void trace_record(const struct trace *trace, uint8_t byte);

/** The next @p bytes bytes, 1 to 8, as a number; zeros once the input has ended. */
uint64_t choose_bytes(struct trace *trace, size_t bytes);

/** A number below @p bound, which is not 0. */
uint64_t choose_below(struct trace *trace, uint64_t bound);

bool one_in(struct trace *trace, uint64_t chances);

/** Small as a rule, and now and then as large as @p bound allows. */
uint64_t choose_skewed(struct trace *trace, uint64_t bound);

/* Comparisons. */

struct answer {
    enum bitframe_status status;
    uint64_t value;
};

/**
 * A call was made on both sides: compare what it answered.
 *
 * @param name      Of the call, or null: the operation's.
 * @param argument  What it was called with, for the report: TRACE_ARGUMENTS of them.
 *
 * @return  Whether the answers are the same, and documented.
 */
bool trace_compare(struct trace *trace, const char *name, const uint64_t *argument, struct answer got,
                   struct answer expected);

/** Report that something differs, if it is the first that does. */
void trace_differ(struct trace *trace, const char *what, ...) __attribute__((format(printf, 2, 3)));

/** The operation did something for which no call is compared. */
static inline void trace_done(struct trace *trace)
{
    trace->report->met[trace->operation][BITFRAME_OK]++;
}

/** Something happened that must happen in a long trace. */
static inline void trace_note(struct trace *trace, unsigned note)
{
    trace->report->notes[note]++;
}

#endif
