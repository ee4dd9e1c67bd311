/* part - files that the parts of near-deduplication hand to each other
 *
 *     "tokmill\n", kind in 8 bytes, sections end to end,
 *     info (a JSON object), table: {offset, bytes, xxh3-128} a section,
 *     end: place and bytes of info, number of sections, xxh3-128 of info and table, "tokmill\n"
 *
 * Sections are numbered from 0 and written in order; a reader takes any of them alone, so that one
 * file a shard serves any number of tasks. Numbers are little-endian 64 bits. What is read is
 * checked: a damaged file is an error (ERR_VERIFY) that names it, never other bytes.
 *
 * A file is written by one thread. An open one is constant and may be read by any number, each
 * with a cursor of its own.
 */
#ifndef DEDUP_PART_H
#define DEDUP_PART_H
#include <stddef.h>
#include <stdint.h>
#include "core/err.h"
#include "core/hash.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "files of parts hold numbers as they lie in memory, little-endian"
#endif

struct part_writer;

/* kind: at most 8 characters. NULL on failure. */
struct part_writer *part_create(const char *path, const char *kind, struct err *e);
int part_add(struct part_writer *w, const void *p, size_t n, struct err *e);
void part_end_section(struct part_writer *w);
int part_commit(struct part_writer *w, struct slice info, struct err *e);   /* frees w */
void part_abort(struct part_writer *w);                                     /* NULL is allowed */

struct part;
struct part_cursor;

struct part *part_open(const char *path, const char *kind, struct err *e);
void part_close(struct part *p);                                            /* NULL is allowed */
struct slice part_info(const struct part *p);
uint64_t part_sections(const struct part *p);
uint64_t part_bytes(const struct part *p, uint64_t section);
struct hash128 part_hash(const struct part *p);     /* of info and table, hence of all */

struct part_cursor *part_cursor_new(void);
void part_cursor_free(struct part_cursor *c);                               /* NULL is allowed */
/* Goes to the front of a section. */
int part_seek(struct part_cursor *c, const struct part *p, uint64_t section, struct err *e);
uint64_t part_left(const struct part_cursor *c);    /* bytes of the section not yet read */
/* The next n bytes of the section, n at most part_left(); they live until the next call. Reading
 * the last ones checks the section. */
int part_read(struct part_cursor *c, size_t n, const void **bytes, struct err *e);

#endif
