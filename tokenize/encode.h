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

struct encode_opts {
    enum special_mode special;
    const bool *parsed;             /* by id: parsed whatever the mode; NULL: none */
    bool add_special;               /* the template's ids around each text */
    bool spans;                     /* slower: piece by piece */
};

/* The bytes of the text that an id stands for; equal ends for what the text has no part in. */
struct span {
    uint32_t start, end;
};

struct encoder *encoder_new(const struct tokenizer *t, const struct encode_opts *o);
void encoder_free(struct encoder *e);               /* NULL is allowed */
/* *ids is the encoder's, until the next call. SPECIAL: a forbidden one occurs; PATTERN: a regular
 * expression gave up; LARGE: the text has 2 GiB or more. Any bytes: what is no UTF-8 is encoded by
 * its bytes where the vocabulary has them, and cut apart as pretok.h says. */
enum encode_result encoder_run(struct encoder *e, struct slice text, const uint32_t **ids,
                               size_t *n);
/* Many texts at once, which takes less time for each: the same ids, `n` 0 unless all went well. */
struct encoded {
    enum encode_result result;
    const uint32_t *ids;
    size_t n;
};
void encoder_run_all(struct encoder *e, const struct slice *texts, size_t n, struct encoded *out);
/* One for each of those ids, with `spans`. */
const struct span *encoder_spans(const struct encoder *e);

/* The text of ids, appended. The bytes need not be UTF-8; with `as_library`, where the vocabulary's
 * decoder puts U+FFFD for them, so is done here. -1 with *bad the first id that is none. */
struct decode_opts {
    bool skip_special, as_library;
};
int tokenizer_decode(const struct tokenizer *t, const uint32_t *ids, size_t n,
                     struct decode_opts o, struct buf *out, uint32_t *bad);

#endif
