/* surt - the key under which web archives sort an address
 *
 *     http://www.Example.com:80/a/../B/?y=2&x=1#top   ->   com,example)/b?x=1&y=2
 *
 * Sort-friendly URI Reordering Transform, as wayback indexes use it (the Python package surt with
 * its default rules, which are those of archive-commons' GoogleURLCanonicalizer and
 * IAURLCanonicalizer): without scheme, user, default port, "www1.", fragment and session ids; in
 * lower case; dots in the path resolved; arguments in order; the host's labels from last to first.
 * Differs from it in this: a host beyond ASCII is percent-encoded and not turned into punycode.
 */
#ifndef READ_SURT_H
#define READ_SURT_H
#include "core/arena.h"
#include "core/buf.h"

/* Appends the key; for an empty address "-". Scratch lies in the arena. */
void surt_add(struct buf *out, struct arena *a, struct slice url);

#endif
