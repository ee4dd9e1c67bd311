/* fasttext - what a fastText supervised model says about a text
 *
 *   text -> tokens -> rows of the input matrix -> their mean (hidden) -> labels with scores
 *
 * Reads .bin and .ftz of format 11 and 12: dense or product-quantised, pruned or whole; losses hs,
 * softmax, ns and ova. Layout and arithmetic follow fastText 0.9.2 (MIT licence), value for value:
 * single precision, rows summed in the order of the text, ties among labels ordered as its heap
 * orders them. Its oddities are kept, since models were trained with them:
 *   - words are cut at ASCII white space and NUL only; the text ends with the token "</s>", or at
 *     the first word spelled so;
 *   - a word that begins with "__label__" is ignored;
 *   - a reported score is exp(log(p + 1e-5)) and may reach 1.00001.
 * A newline in the text is white space here; callers that want lines cut them.
 *
 * A struct fasttext is read-only after loading and shared by all threads. A reader is one thread's
 * scratch: a cache of words already taken apart, and the hidden vector of its last text. Results
 * never depend on what the cache holds.
 */
#ifndef FILTER_FASTTEXT_H
#define FILTER_FASTTEXT_H
#include <stdint.h>
#include "core/err.h"

struct fasttext;
struct fasttext_reader;

struct fasttext_guess {
    uint32_t label;
    float score;
};

struct fasttext *fasttext_load(const char *path, struct err *e);        /* NULL on error */
struct fasttext *fasttext_parse(struct slice bytes, struct err *e);     /* copies what it needs */
void fasttext_free(struct fasttext *ft);                                /* NULL is allowed */
uint32_t fasttext_labels(const struct fasttext *ft);                    /* at least 1 */
struct slice fasttext_label(const struct fasttext *ft, uint32_t i);     /* with "__label__" */
size_t fasttext_memory(const struct fasttext *ft);                      /* bytes held */

struct fasttext_reader *fasttext_reader_new(const struct fasttext *ft);
void fasttext_reader_free(struct fasttext_reader *r);
/* Takes a text in. False when nothing in it is known to the model: there is no prediction. */
bool fasttext_read(struct fasttext_reader *r, struct slice text);
/* The k best labels of the text last read, best first, those with p >= threshold. Returns their
 * number. `out` holds k, k at most fasttext_labels(). */
size_t fasttext_top(struct fasttext_reader *r, size_t k, float threshold,
                    struct fasttext_guess *out);

#endif
