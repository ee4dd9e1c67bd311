/* encode - text to ids, ids to text
 *
 * An encoder is one worker's: it borrows the shared tokenizer and owns scratch and, for byte-level
 * vocabularies, a word cache of fixed size (word_cache.h).
 *
 * Special tokens in the text: ORDINARY treats their spelling as text, PARSE gives their ids, FORBID
 * refuses the text. Added tokens that are not special always count, as in HF tokenizers.
 */
#ifndef TOKENIZE_ENCODE_H
#define TOKENIZE_ENCODE_H
#include "tokenize/tokenizer.h"

struct encoder;
enum special_mode { SPECIAL_ORDINARY, SPECIAL_PARSE, SPECIAL_FORBID };
enum encode_result { ENCODE_OK, ENCODE_SPECIAL, ENCODE_PATTERN, ENCODE_LARGE };

struct encoder *encoder_new(const struct tokenizer *t, enum special_mode mode, bool add_special);
void encoder_free(struct encoder *e);               /* NULL is allowed */
/* *ids is the encoder's, until the next call. SPECIAL: a forbidden one occurs; PATTERN: the
 * regular expression gave up; LARGE: the text has 2 GiB or more. Text must be valid UTF-8. */
enum encode_result encoder_run(struct encoder *e, struct slice text, const uint32_t **ids,
                               size_t *n);

/* The bytes of ids, appended (they need not be UTF-8). -1 with *bad the first id that is none. */
int tokenizer_decode(const struct tokenizer *t, const uint32_t *ids, size_t n, bool skip_special,
                     struct buf *out, uint32_t *bad);

#endif
