/* places - a sorted list of 64-bit numbers on disk
 *
 * Built by one thread in ascending order; then read by any number, each with a cursor of its own.
 * In memory: 8 bytes for each block of 1024.
 */
#ifndef DEDUP_PLACES_H
#define DEDUP_PLACES_H
#include <stdint.h>
#include "core/err.h"

struct places;
struct place_cursor;

struct places *places_new(const char *tmp, uint64_t tmp_max, struct err *e);
int places_add(struct places *p, uint64_t place, struct err *e);
int places_seal(struct places *p, struct err *e);
void places_free(struct places *p);                 /* NULL is allowed */

struct place_cursor *place_cursor_new(void);
void place_cursor_free(struct place_cursor *c);
/* 1: *place is the first at or behind `from`; 0: there is none; -1: error. */
int places_find(const struct places *p, struct place_cursor *c, uint64_t from, uint64_t *place,
                struct err *e);

#endif
