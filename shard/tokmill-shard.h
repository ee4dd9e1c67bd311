/* libtokmill-shard - read native token shards (.tms)
 *
 *     struct tms_error e;
 *     tms *t = tms_open("shard.tms", &e);
 *     tms_cursor *c = t ? tms_cursor_new(t, &e) : NULL;
 *     uint32_t window[2049];
 *     if (!c || tms_read(c, 123456, 2049, window, &e))
 *         warnx("%s", e.text);
 *     tms_cursor_free(c);
 *     tms_close(t);
 *
 * A shard (tms) is what the file says of itself: opened once, then the same for all threads. A
 * cursor (tms_cursor) decodes: it has a zstd context and the two blocks it used last. One cursor
 * belongs to one thread at a time; any number may read one shard, each freed before the shard.
 *
 * Nothing is printed, no signal raised, no global written; the file is read with pread() and may
 * be truncated or changed at any time: that is an error and nothing else. Whatever a file claims,
 * no id above tms_max_id() is ever handed out, and no memory is taken beyond what is said here and
 * bytes that are really in the file. The checksum of a block is compared whenever it is decoded.
 *
 * Memory: a shard 40 bytes a block of 65,536 tokens, and 256 KiB for each rank table once it has
 * been used (one in 33 million tokens); a cursor about 1 MB. A shard keeps one file open.
 *
 * Functions return 0, or -1 with the error filled; those that return a pointer, NULL. e may be
 * NULL.
 */
#ifndef TOKMILL_SHARD_H
#define TOKMILL_SHARD_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TMS_API_VERSION 1

#if defined __GNUC__
#pragma GCC visibility push(default)
#endif

enum tms_status {
    TMS_OK = 0,
    TMS_SYSTEM,                     /* the system refused; error number in `number` */
    TMS_MEMORY,
    TMS_DAMAGED,                    /* no token shard, cut short, or changed */
    TMS_UNSUPPORTED,                /* a version of the format that this library does not know */
    TMS_RANGE                       /* the caller asked for what is not there */
};

struct tms_error {
    enum tms_status status;
    int number;                     /* errno, or 0 */
    char text[200];
};

enum tms_eod { TMS_EOD_NONE, TMS_EOD_LAST, TMS_EOD_FIRST };

struct tms_hash {
    uint64_t high, low;
};

/* Where a shard is read from when it is no local file (range requests, memory): n bytes from `at`
 * into p, 0 or -1. Called from all threads that read; at + n is never beyond size. */
struct tms_source {
    void *context;
    uint64_t size;
    int (*read)(void *context, void *p, size_t n, uint64_t at);
};

typedef struct tms tms;
typedef struct tms_cursor tms_cursor;

/* ---- a shard: any thread ------------------------------------------------------------------ */

tms *tms_open(const char *path, struct tms_error *e);
tms *tms_open_source(const struct tms_source *s, struct tms_error *e);     /* s is copied */
void tms_close(tms *t);                                 /* NULL is allowed */

uint64_t tms_tokens(const tms *t);
uint64_t tms_documents(const tms *t);
uint64_t tms_blocks(const tms *t);
uint32_t tms_max_id(const tms *t);                      /* largest that the vocabulary allows */
uint32_t tms_max_seen(const tms *t);                    /* largest in the file */
enum tms_eod tms_eod(const tms *t, uint32_t *id);       /* id may be NULL */
struct tms_hash tms_hash(const tms *t);                 /* XXH3-128 of all ids, as the file says */
const char *tms_json(const tms *t, size_t *n);          /* the header's object, NUL-ended */

/* ---- a cursor: one thread at a time -------------------------------------------------------- */

tms_cursor *tms_cursor_new(const tms *t, struct tms_error *e);
void tms_cursor_free(tms_cursor *c);                    /* NULL is allowed */

/* Tokens [from, from + n). */
int tms_read(tms_cursor *c, uint64_t from, size_t n, uint32_t *ids, struct tms_error *e);
/* Tokens [*from, *to) of a document, its end-of-document id included. */
int tms_document(tms_cursor *c, uint64_t document, uint64_t *from, uint64_t *to,
                 struct tms_error *e);
/* The document that a token belongs to. */
int tms_document_of(tms_cursor *c, uint64_t token, uint64_t *document, struct tms_error *e);
/* Ends of documents [first, first + n): the first token behind each. With tms_document_of(), the
 * borders within a window (cu_seqlens). */
int tms_ends(tms_cursor *c, uint64_t first, size_t n, uint64_t *ends, struct tms_error *e);
/* Reads everything: every byte of the file is covered by a checksum that is compared. */
int tms_verify(tms_cursor *c, struct tms_error *e);

#if defined __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif
