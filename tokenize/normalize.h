/* normalize - what a vocabulary does to a text before it looks for tokens in it
 *
 * Steps in turn, as a tokenizer.json names them. The normal forms are those of the tokenizers
 * library, whose tables are of Unicode 9: characters that are newer pass as they are and combine
 * with nothing (text/unicode.h), so that ids agree whatever version the rest runs with.
 */
#ifndef TOKENIZE_NORMALIZE_H
#define TOKENIZE_NORMALIZE_H
#include "tokenize/aligned.h"
#include "tokenize/matcher.h"

enum norm_kind { NORM_NFC, NORM_NFD, NORM_NFKC, NORM_NFKD, NORM_LOWER, NORM_STRIP, NORM_PREPEND,
                 NORM_REPLACE };

struct norm_op {
    enum norm_kind kind;
    struct slice from, to;          /* REPLACE; PREPEND: to */
    struct matcher *find;            /* REPLACE: what `from` says, or its expression; owned */
    bool left, right;               /* STRIP */
};

#define NORM_MOST 16
#define NORM_ALONE 0x30000u             /* code points in the table below */
struct normalizer {
    struct norm_op v[NORM_MOST];
    size_t n;
    uint8_t *not_alone;                 /* NFC: bit for each character that is another's part, has a
                                           combining class, or is not its own normal form; NULL */
};

void normalizer_ready(struct normalizer *n);        /* once the steps are in */
void normalizer_free(struct normalizer *n);
/* Nothing but NFC. */
bool normalizer_is_nfc(const struct normalizer *n);

struct norm_work {
    struct align_buf now, next;
    struct matcher_work *find[NORM_MOST];
};
void norm_work_init(struct norm_work *w, const struct normalizer *n, bool places);
void norm_work_free(struct norm_work *w);
/* *s becomes the normalized text: as it was, or in w until the next call. -1: an expression gave
 * up. */
int normalize(const struct normalizer *n, struct norm_work *w, struct aligned *s);

#endif
