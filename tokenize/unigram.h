/* unigram - a text as the pieces of a SentencePiece unigram model
 *
 *   text -> normalizer's rules, spaces to U+2581 -> the cut whose pieces have the highest sum of
 *           scores (Viterbi) -> pieces, runs of what no piece covers being one
 *
 * Normalizing and cutting follow SentencePiece 0.2 (EncodeAsPieces; Apache-2.0), value for value in
 * single precision. User-defined pieces and byte fallback are refused (ERR_USAGE). This is what
 * language models over pieces need (cc_net's); encode does not use it.
 *
 * A struct unigram is read-only and shared; the scratch is a worker's.
 */
#ifndef TOKENIZE_UNIGRAM_H
#define TOKENIZE_UNIGRAM_H
#include "core/buf.h"
#include "core/err.h"

struct unigram;
struct unigram *unigram_load(const char *path, struct err *e);      /* NULL on error */
struct unigram *unigram_parse(struct slice file, struct err *e);    /* copies what it needs */
void unigram_free(struct unigram *u);                               /* NULL is allowed */
size_t unigram_memory(const struct unigram *u);

struct unigram_work {
    struct buf normal;
    struct unigram_best *best;      /* one a byte of it, and one more */
    uint32_t *ends;                 /* of the pieces, last first */
    size_t cap;
};
void unigram_work_init(struct unigram_work *w);
void unigram_work_free(struct unigram_work *w);
/* Appends the pieces of the text, which is valid UTF-8 below 4 GiB, with a space between them. */
void unigram_pieces(const struct unigram *u, struct slice text, struct unigram_work *w,
                    struct buf *out);

#endif
