/* SPDX-License-Identifier: MIT */
#include "engine.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "random.h"

/* What the generator gave since the last mark, as the input of a trace. */
static uint8_t recorded[1 << 20];
static size_t recorded_bytes; /* more than there is room for: too many */
static struct {
    const struct trace_adapter *adapter;
    const void *subject;
} last;

bool trace_is_over(const struct trace *t)
{
    return t->report->difference[0] != 0 || t->report->calls >= t->limit ||
           (t->input.left == 0 && t->input.seed == 0);
}

void trace_mark(const struct trace *t)
{
    if (t->input.seed != 0)
        recorded_bytes = 0;
}

static void record(uint64_t value, size_t bytes)
{
    if (recorded_bytes + bytes <= sizeof(recorded))
        memcpy(recorded + recorded_bytes, &value, bytes);
    recorded_bytes += bytes;
}

void trace_record(const struct trace *t, uint8_t byte)
{
    if (t->input.seed != 0)
        record(byte, 1);
}

uint64_t choose_bytes(struct trace *t, size_t bytes)
{
    uint64_t value = 0;
    if (t->input.left == 0 && t->input.seed != 0) {
        value = next_random(&t->input.seed) >> (64 - 8 * bytes);
        record(value, bytes);
        return value;
    }
    t->starved |= t->input.left == 0;
    if (bytes > t->input.left)
        bytes = t->input.left;
    if (bytes != 0)
        memcpy(&value, t->input.bytes, bytes);
    t->input.bytes += bytes;
    t->input.left -= bytes;
    return value;
}

uint64_t choose_below(struct trace *t, uint64_t bound)
{
    if (bound <= 256)
        return (uint32_t)choose_bytes(t, 1) % (uint32_t)bound;
    return bound <= UINT32_MAX ? (uint32_t)choose_bytes(t, 4) % (uint32_t)bound : choose_bytes(t, 8) % bound;
}

bool one_in(struct trace *t, uint64_t chances)
{
    return choose_below(t, chances) == 0;
}

uint64_t choose_skewed(struct trace *t, uint64_t bound)
{
    uint64_t shift = choose_bytes(t, 1) % 16;
    return choose_below(t, bound) >> (shift > 12 ? 0 : shift);
}

/* Comparisons. */

bool trace_compare(struct trace *t, const char *name, const uint64_t *argument, struct answer got,
                   struct answer expected)
{
    const struct trace_operation *operation = t->adapter->operations + t->operation;
    size_t at = t->report->calls++ % TRACE_HISTORY;
    t->history[at].name = name ? name : operation->name;
    t->history[at].status = bitframe_get_status_name(expected.status);
    t->history[at].result = expected.value;
    memcpy(t->history[at].argument, argument, sizeof(t->history[at].argument));
    t->report->met[t->operation][expected.status]++;

    if (got.status != expected.status)
        trace_differ(t, "%s, should be %s", bitframe_get_status_name(got.status),
                     bitframe_get_status_name(expected.status));
    else if (got.value != expected.value)
        trace_differ(t, "%#" PRIx64 ", should be %#" PRIx64, got.value, expected.value);
    else if (operation->call && (operation->call->statuses >> expected.status & 1) == 0)
        trace_differ(t, "%s is not documented", bitframe_get_status_name(expected.status));
    else
        return true;
    return false;
}

/** Append to the report, as much as there is room for. */
static void append(struct trace_report *report, const char *what, ...)
{
    size_t used = strlen(report->difference);
    va_list arguments;
    va_start(arguments, what);
    vsnprintf(report->difference + used, sizeof(report->difference) - used, what, arguments);
    va_end(arguments);
}

void trace_differ(struct trace *t, const char *what, ...)
{
    struct trace_report *report = t->report;
    if (report->difference[0] != 0)
        return;
    append(report, "call %" PRIu64 ": ", report->calls);
    size_t used = strlen(report->difference);
    va_list arguments;
    va_start(arguments, what);
    vsnprintf(report->difference + used, sizeof(report->difference) - used, what, arguments);
    va_end(arguments);
    if (t->adapter->describe) {
        append(report, "; ");
        used = strlen(report->difference);
        t->adapter->describe(report->difference + used, sizeof(report->difference) - used);
    }
    append(report, "; the calls:");
    uint64_t first = report->calls > TRACE_HISTORY ? report->calls - TRACE_HISTORY : 0;
    for (uint64_t i = first; i < report->calls; i++) {
        uint64_t at = i % TRACE_HISTORY;
        append(report, "\n  %s(", t->history[at].name);
        for (int a = 0; a < TRACE_ARGUMENTS; a++)
            append(report, "%s%#" PRIx64, a == 0 ? "" : ", ", t->history[at].argument[a]);
        append(report, "): %s, %#" PRIx64, t->history[at].status, t->history[at].result);
    }
}

/* The trace. */

static bool is_made(const struct trace *t, size_t operation)
{
    return !t->adapter->is_made || t->adapter->is_made(t, t->adapter->operations + operation);
}

bool trace_run(const struct trace_adapter *adapter, const void *subject, struct trace_input input,
               uint64_t calls, struct trace_report *report)
{
    static struct trace trace;
    struct trace *t = &trace;
    memset(report, 0, sizeof(*report));
    trace = (struct trace){
        .adapter = adapter, .subject = subject, .input = input, .report = report, .limit = calls};
    last.adapter = adapter;
    last.subject = subject;
    uint64_t weights = 0;
    for (size_t i = 0; i < adapter->operation_count; i++) {
        for (unsigned n = 0; is_made(t, i) && n < adapter->operations[i].weight; n++)
            t->operation_of[weights++] = (uint8_t)i;
    }
    do {
        trace_mark(t);
        t->world_end = 0;
        t->operation = 0;
        adapter->begin(t);
        report->worlds += t->world_end != 0;
        while (report->calls < t->world_end && !trace_is_over(t)) {
            t->operation = t->operation_of[choose_below(t, weights)];
            adapter->operations[t->operation].run(t);
        }
        if (t->world_end != 0 && report->difference[0] == 0)
            adapter->finish(t);
    } while (!trace_is_over(t));
    return report->difference[0] == 0;
}

/** Does the input, without @p cut bytes from @p at on, lead to a difference? Then it is cut. */
static bool cut(uint8_t *bytes, size_t *count, size_t at, size_t cut_bytes, struct trace_report *report)
{
    static uint8_t shorter[sizeof(recorded)];
    size_t left = *count - cut_bytes;
    memcpy(shorter, bytes, at);
    memcpy(shorter + at, bytes + at + cut_bytes, left - at);
    if (trace_run(last.adapter, last.subject, (struct trace_input){.bytes = shorter, .left = left},
                  UINT64_MAX, report))
        return false;
    memcpy(bytes, shorter, left);
    *count = left;
    return true;
}

size_t trace_shrink(struct trace_report *report)
{
    uint8_t *bytes = recorded;
    record(0, 1); /* or the input is over when the last call is to be made */
    size_t count = recorded_bytes;
    if (count > sizeof(recorded) || !cut(bytes, &count, count, 0, report))
        return 0;
    for (size_t step = count; step != 0; step /= 2) {
        for (size_t at = 0; at + step <= count;)
            at += cut(bytes, &count, at, step, report) ? 0 : step;
    }
    (void)cut(bytes, &count, count, 0, report); /* the report of the last that differs */
    printf("%s: %zu bytes lead to a difference in %" PRIu64 " calls:\n", last.adapter->name, count,
           report->calls);
    for (size_t i = 0; i < count; i++)
        printf("%02x%s", bytes[i], i + 1 == count || i % 32 == 31 ? "\n" : "");
    return count;
}

/* The report. */

/** Print what the calls of an operation came to. Returns whether there were none. */
static bool print_operation(const struct trace_operation *operation, const uint64_t *met)
{
    uint64_t calls = 0;
    for (unsigned status = 0; status < TRACE_STATUSES; status++)
        calls += met[status];
    printf("  %-24s%11" PRIu64 ":", operation->name, calls);
    for (unsigned status = 0; status < TRACE_STATUSES; status++) {
        if (met[status] != 0)
            printf(" %s %" PRIu64, bitframe_get_status_name((enum bitframe_status)status), met[status]);
    }
    printf("\n");
    return calls == 0;
}

unsigned trace_print(const struct trace_report *report, const struct trace_adapter *adapter,
                     const void *subject)
{
    const struct trace t = {.adapter = adapter, .subject = subject};
    unsigned missed = 0;
    for (size_t i = 0; i < adapter->operation_count; i++) {
        const struct trace_call *call = adapter->operations[i].call;
        unsigned statuses = 0;
        if (!is_made(&t, i))
            continue;
        missed += print_operation(adapter->operations + i, report->met[i]);
        for (size_t k = 0; call && k < adapter->operation_count; k++) {
            for (unsigned status = 0; adapter->operations[k].call == call && status < TRACE_STATUSES;
                 status++)
                statuses |= report->met[k][status] != 0 ? 1u << status : 0;
        }
        for (unsigned status = 0; call && status < TRACE_STATUSES; status++) {
            if ((call->statuses & ~statuses) >> status & 1) {
                printf("  %s never came to: %s\n", call->name,
                       bitframe_get_status_name((enum bitframe_status)status));
                missed++;
            }
        }
    }
    for (unsigned note = 0; note < TRACE_NOTES && adapter->notes[note]; note++) {
        printf("  %s: %" PRIu64 "\n", adapter->notes[note], report->notes[note]);
        missed += report->notes[note] == 0;
    }
    return missed;
}
