/* snap - where a text is cut: stretches shrink to whole characters, words or lines */
#ifndef DEDUP_SNAP_H
#define DEDUP_SNAP_H
#include "core/slice.h"

/* Words are runs without ASCII white space. */
enum snap { SNAP_CHARS, SNAP_WORDS, SNAP_LINES };

/* Shrinks [*from, *to) of a text; false if nothing is left. */
bool snap_shrink(enum snap snap, struct slice text, size_t *from, size_t *to);

#endif
