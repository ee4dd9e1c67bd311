/* reader - documents out of a shard file of any format, in order
 *
 *     shard_reader_step()     the next document: its names, its length
 *     shard_reader_piece()    its ids, some at a time, without the end-of-document id
 *     shard_reader_next()     both at once, all ids in an arena
 *
 * What the file itself does not say comes from manifest.json beside it, or from the caller: bare
 * files (nanogpt, llmc) have no borders of documents but the end-of-document id, and only native
 * shards and manifests name it. The id is taken off unless it is wanted. Names of documents come
 * from the format, or from the side file that `shard` writes (shard/docnames.h).
 *
 * Every length is checked against the size of the file. next() refuses a document longer than
 * `doc_max` tokens, since a compressed file may claim far more than anybody's memory. One thread.
 */
#ifndef SHARD_READER_H
#define SHARD_READER_H
#include "core/arena.h"
#include "shard/format.h"

struct shard_wish {
    const struct shard_format *format;  /* NULL: by the file's look */
    bool has_eod;                       /* eod_id is given, at `eod` or where the format has it */
    uint32_t eod_id;
    bool keep_eod;
    uint64_t doc_max;                   /* tokens, for next() */
    unsigned id_bytes;                  /* where nothing else tells; 0: unknown */
    const char *column;                 /* of a format with several; NULL: the usual names */
    const char *tmp;                    /* folder for unpacking; NULL: /tmp */
    uint64_t tmp_max;                   /* bytes; 0: no limit */
    bool whole;                         /* a file without borders is one document, not refused */
    struct hasher *all_ids;             /* is given all ids that go by (ids_hash.h); NULL */
};

struct shard_reader;

struct shard_reader *shard_reader_open(const char *path, const struct shard_wish *w,
                                       struct err *e);
const struct shard_format *shard_reader_format(const struct shard_reader *r);
const struct shard_about *shard_reader_about(const struct shard_reader *r);
const char *shard_reader_name(const struct shard_reader *r);    /* file name, without suffix */
const char *shard_reader_path(const struct shard_reader *r);    /* of the ids */
/* 1: the next document; 0: end; -1: error naming the file. What d points to lives until the next
 * call; *n counts the end-of-document id too. */
int shard_reader_step(struct shard_reader *r, struct shard_doc *d, uint64_t *n, struct err *e);
/* 1: *n > 0 more ids of this document, at most max; 0: no more; -1. */
int shard_reader_piece(struct shard_reader *r, uint32_t *ids, size_t max, size_t *n,
                       struct err *e);
/* All pieces of the document that step() found, n ids at most; ids and what d points to lie in the
 * arena. 0 or -1. */
int shard_reader_take(struct shard_reader *r, struct arena *a, struct shard_doc *d,
                      const uint32_t **ids, size_t *n, struct err *e);
/* step() and take(): 1, 0 at the end, -1. */
int shard_reader_next(struct shard_reader *r, struct arena *a, struct shard_doc *d,
                      const uint32_t **ids, size_t *n, struct err *e);
/* Where the present document lies, to come back to it later, in this or another reader of the same
 * file; seek() does that, and step() goes on as if it had not been called. */
struct shard_place {
    uint64_t at, n;
};
struct shard_place shard_reader_place(const struct shard_reader *r);
void shard_reader_seek(struct shard_reader *r, struct shard_place p, uint64_t document);
bool shard_reader_is_whole(const struct shard_reader *r);       /* what wish.whole allowed */
int shard_reader_check(struct shard_reader *r, struct err *e);  /* the layout's, for verify */
void shard_reader_close(struct shard_reader *r);    /* NULL is allowed */

#endif
