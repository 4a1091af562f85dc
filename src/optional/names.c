/* SPDX-License-Identifier: MIT */
/*
 * names.c - the names of statuses and invariants
 *
 * Text, not pointers to it: a kernel that runs below its link address cannot follow pointers. (A compiler
 * makes a table of pointers from a switch that returns strings.)
 */
#include <bitframe/bitframe.h>
#include <bitframe/check.h>

static const char status_names[][20] = {
    [BITFRAME_OK] = "ok",
    [BITFRAME_DOUBLE_FREE] = "double free",
    [BITFRAME_UNMANAGED] = "unmanaged",
    [BITFRAME_MISALIGNED] = "misaligned",
    [BITFRAME_INVALID] = "invalid argument",
    [BITFRAME_NO_ROOM] = "no room",
    [BITFRAME_INCOMPLETE] = "incomplete map",
    [BITFRAME_MALFORMED] = "malformed",
    [BITFRAME_UNSUPPORTED] = "unsupported",
    [BITFRAME_NONE] = "none",
    [BITFRAME_RESERVED] = "reserved",
    [BITFRAME_IN_USE] = "in use",
    [BITFRAME_NOT_RESERVED] = "not reserved",
    [BITFRAME_OFFLINE] = "offline",
    [BITFRAME_BUSY] = "busy",
};

static const char invariant_names[][12] = {
    [BITFRAME_SOUND] = "sound",         [BITFRAME_BAD_TABLES] = "tables",
    [BITFRAME_BAD_PADDING] = "padding", [BITFRAME_BAD_RESERVED] = "reserved",
    [BITFRAME_BAD_INDEX] = "index",     [BITFRAME_BAD_HUGE] = "huge",
    [BITFRAME_BAD_COUNT] = "count",     [BITFRAME_BAD_CURSOR] = "cursor",
    [BITFRAME_BAD_WINDOW] = "window",   [BITFRAME_BAD_HEADER] = "header",
    [BITFRAME_BAD_OFFLINE] = "offline",
};

const char *bitframe_get_status_name(enum bitframe_status status)
{
    if ((unsigned)status >= sizeof(status_names) / sizeof(status_names[0]))
        return "unknown status";
    return status_names[status];
}

const char *bitframe_get_invariant_name(enum bitframe_invariant invariant)
{
    if ((unsigned)invariant >= sizeof(invariant_names) / sizeof(invariant_names[0]))
        return "unknown invariant";
    return invariant_names[invariant];
}
