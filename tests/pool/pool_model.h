/* SPDX-License-Identifier: MIT */
/*
 * pool_model.h - a pool as a byte per frame and naive loops
 *
 * Written to be obviously right: every call looks at every frame it might concern, one by one. Answers and
 * order of refusals are those that <bitframe/bitframe.h> documents.
 */
#ifndef BITFRAME_TESTS_POOL_MODEL_H
#define BITFRAME_TESTS_POOL_MODEL_H

#include <bitframe/bitframe.h>

enum model_state { MODEL_FOREIGN, MODEL_FREE, MODEL_TAKEN, MODEL_RESERVED };

/** Frames [base, base + frames) by number; all others are foreign. */
struct model {
    uint8_t *state;
    uint64_t base;
    uint64_t frames;
    /** Reservations as the pool keeps them, foreign frames included: one byte per frame. */
    uint8_t *covered;
};

uint64_t model_count(const struct model *model, enum model_state state);

uint64_t model_take(struct model *model);
enum bitframe_status model_free(struct model *model, uint64_t pa);
uint64_t model_take_range(struct model *model, uint64_t first_pa, uint64_t end_pa);
enum bitframe_status model_take_run(struct model *model, const struct bitframe_request *request,
                                    uint64_t *pa);
enum bitframe_status model_claim(struct model *model, uint64_t pa, uint64_t frames);
enum bitframe_status model_free_run(struct model *model, uint64_t pa, uint64_t frames);

/** @p room: how many reservations the pool's table holds. */
enum bitframe_status model_reserve(struct model *model, uint64_t pa, uint64_t bytes, uint64_t room);
enum bitframe_status model_unreserve(struct model *model, uint64_t pa, uint64_t bytes, uint64_t room);

#endif
