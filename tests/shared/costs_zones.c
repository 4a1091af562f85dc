/* SPDX-License-Identifier: MIT */
/* costs_zones.c - requests for a part of memory, such as a zone for DMA */
#include <stddef.h>

#include "costs.h"
#include "shared/slots.h"

enum { ZONE = 64 * 64 };

static uint64_t zone;

static void zone_run(uint64_t frames, uint32_t flags)
{
    uint64_t first = zone * ZONE;
    request_run(&(struct bitframe_request){
        .frames = frames, .flags = flags, .min_pa = pa_of(first), .max_pa = pa_of(first + ZONE)});
}

static void zone_one(void)
{
    zone_run(1, 0);
}

static void zone_highest(void)
{
    zone_run(1, BITFRAME_HIGHEST);
}

static void zone_8(void)
{
    zone_run(8, 0);
}

static void zone_partial(void)
{
    const struct bitframe_request request = {.frames = 64,
                                             .flags = BITFRAME_PARTIAL,
                                             .min_pa = pa_of(zone * ZONE),
                                             .max_pa = pa_of((zone + 1) * ZONE)};
    uint64_t allocated;
    status = bitframe_shared_alloc_bulk(SHARED, 0, &request, pas, &allocated);
}

static void lower_half(void)
{
    run_of(1, 0, pa_of(beside->frames / 2));
}

static void upper_half(void)
{
    request_run(&(struct bitframe_request){.frames = 1, .min_pa = pa_of(beside->frames / 2)});
}

/** A free somewhere and an alloc of it, so that no record holds any more. */
static void refusals_lapse(void)
{
    must_free(beside->frames - 1, 1);
    must_claim(beside->frames - 1, 1);
}

/** Nothing is free, and requests are for a zone: they look at no word outside it. */
static void full_zones(void)
{
    static const struct {
        const char *what;
        void (*call)(void);
    } calls[] = {
        {"a full zone: one", zone_one},
        {"a full zone: the highest", zone_highest},
        {"a full zone: a run of 8", zone_8},
        {"a full zone: up to 64", zone_partial},
    };
    for (zone = 0; zone < 2; zone++) {
        for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
            refused_by(calls[i].what, calls[i].call, ZONE / 64);
            refusals_lapse();
        }
    }
}

/** More requests than there are records: a later one is remembered all the same. */
static void many_refusals(void)
{
    for (zone = 0; zone < REFUSALS; zone++)
        refused_by("one of many zones", zone_one, ZONE / 64);
    refused("the lower half, beside many", lower_half, 1);
    refused("the upper half, beside many", upper_half, 1);
    refused("the lower half, once more", lower_half, 0);
    refused("the upper half, once more", upper_half, 0);
    refusals_lapse();
}

void costs_of_zones(void)
{
    full_zones();
    many_refusals();
}
