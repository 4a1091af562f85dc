/* SPDX-License-Identifier: MIT */
/*
 * model.h - a pool as a byte per frame and naive loops
 *
 * Written to be obviously right: every call looks at every frame it might concern, one by one. Answers and
 * order of refusals are those that <bitframe/bitframe.h> documents.
 */
#ifndef BITFRAME_TESTS_MODEL_H
#define BITFRAME_TESTS_MODEL_H

#include <stdbool.h>

#include <bitframe/bitframe.h>

enum { MODEL_STRETCHES = 8, MODEL_RECORDS = 6 };

enum model_state { MODEL_FOREIGN, MODEL_FREE, MODEL_ALLOCATED, MODEL_RESERVED, MODEL_OFFLINE };

/**
 * An element per frame, in ascending order, for the frames of a few stretches of memory; all other frames are
 * foreign. Those between two stretches have one element together, which is foreign too: so neighbouring
 * elements are neighbouring frames unless one is foreign, and whether something reaches from one stretch to
 * the next is seen.
 */
struct model {
    uint64_t frames;  /* elements */
    uint64_t *number; /* of each, its frame number: of the first frame between two stretches */
    uint8_t *state;   /* of each, its enum model_state */
    uint8_t *covered; /* of each, whether the pool's table of reservations covers it, foreign ones included */
    uint8_t *wanted;  /* what is to become covered */
    uint8_t *
        leaving; /* of each, one more than the record that it is out of use by, or 0; null: nothing ever is */
    uint64_t most;  /* elements that the arrays, which are the caller's, have room for */
    uint64_t room;  /* reservations that the pool's table holds */
    bool is_shared; /* a bulk free that meets a frame twice has freed the others, <bitframe/shared.h> */
    bool listed[MODEL_RECORDS]; /* is the record that of a range with frames of the pool? */
    uint64_t stretches;
    struct {
        uint64_t first;  /* frame number */
        uint64_t frames; /* how many */
        uint64_t at;     /* element of the first */
    } piece[MODEL_STRETCHES];
};

/** Begin a model without frames. */
void model_begin(struct model *model);

/** Add a stretch of free frames behind all others, frame 0 foreign. Returns whether there is room for it. */
bool model_add(struct model *model, uint64_t first, uint64_t frames);

/** Make elements [@p at, @p at + @p frames) foreign or reserved before the pool is made. Foreign stays so. */
void model_mark(struct model *model, uint64_t at, uint64_t frames, enum model_state state);

/** Elements in a state. */
uint64_t model_count(const struct model *model, enum model_state state);

/** Entries that the pool's table of reservations has, of what is @p covered. */
uint64_t model_reservations(const struct model *model, const uint8_t *covered);

uint64_t model_alloc(struct model *model);
enum bitframe_status model_free(struct model *model, uint64_t pa);
uint64_t model_alloc_range(struct model *model, uint64_t first_pa, uint64_t end_pa);
enum bitframe_status model_alloc_run(struct model *model, const struct bitframe_request *request,
                                     uint64_t *pa);
enum bitframe_status model_claim(struct model *model, uint64_t pa, uint64_t frames);
enum bitframe_status model_free_run(struct model *model, uint64_t pa, uint64_t frames);
enum bitframe_status model_alloc_bulk(struct model *model, const struct bitframe_request *request,
                                      uint64_t *pas, uint64_t *allocated);
enum bitframe_status model_free_bulk(struct model *model, const uint64_t *pas, uint64_t frames,
                                     uint32_t flags, uint64_t *freed);
enum bitframe_status model_offline(struct model *model, unsigned record, uint64_t pa, uint64_t bytes,
                                   uint64_t word_count);
void model_online(struct model *model, unsigned record);

/** The pool is made again of its metadata: nothing is out of use, and what was is allocated. */
void model_adopt(struct model *model);

enum bitframe_status model_reserve(struct model *model, uint64_t pa, uint64_t bytes);
enum bitframe_status model_unreserve(struct model *model, uint64_t pa, uint64_t bytes);

#endif
