/* SPDX-License-Identifier: MIT */
/* offline.h - the records of what is offline, while every CPU gives such frames back. */
#ifndef BITFRAME_SHARED_OFFLINE_H
#define BITFRAME_SHARED_OFFLINE_H

#include "layout/offline_records.h"

/** Frames [@p first, @p end) of @p record are freed: they go offline. Whether all of them were in use.
 */
bool bitframe_shared_release(struct bitframe *pool, struct bitframe_offline_range *record, uint64_t first,
                             uint64_t end);

/** Count again what is offline, of the records' bits: a CPU that stopped may have cleared some uncounted. */
void bitframe_recount_offline(struct bitframe *pool);

#endif
