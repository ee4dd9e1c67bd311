/* steps - a pretokenizer as a list of steps, each applied to what the one before it left
 *
 * The general form of tokenizer.json's pre_tokenizer. The common lists (expressions that keep all
 * of a text, then ByteLevel) do not come here: encode.c cuts by pretok and works on batches. What
 * is here is exact for any list and works piece by piece.
 *
 * A step cuts by matches of a matcher: matches and what lies between are pieces, and the behaviour
 * says which are dropped or glued to a neighbour; or it rewrites a piece (Metaspace, ByteLevel).
 * Behind ByteLevel pieces are in the byte-level alphabet if further steps look at them, else bytes.
 */
#ifndef TOKENIZE_STEPS_H
#define TOKENIZE_STEPS_H
#include "tokenize/aligned.h"
#include "tokenize/matcher.h"

enum step_kind { STEP_SPLIT, STEP_METASPACE, STEP_BYTE_LEVEL, STEP_LENGTH };
enum split_behavior { SPLIT_REMOVED, SPLIT_ISOLATED, SPLIT_PREVIOUS, SPLIT_NEXT,
                      SPLIT_CONTIGUOUS };
enum meta_prepend { META_NEVER, META_FIRST, META_ALWAYS };

struct step {
    enum step_kind kind;
    struct matcher *find;            /* SPLIT; owned */
    enum split_behavior behavior;
    bool invert;
    bool keeps_all;                 /* SPLIT: its matches cover any text */
    struct slice pattern;           /* SPLIT by an expression, as spelled */
    enum meta_prepend prepend;      /* METASPACE */
    struct slice replacement;
    bool split;
    bool prefix_space;              /* BYTE_LEVEL */
    bool spell;                     /* BYTE_LEVEL: pieces become characters of the alphabet */
    uint64_t length;                /* LENGTH: characters */
};

#define STEPS_MOST 16
struct steps {
    struct step v[STEPS_MOST];
    size_t n;
    bool spelled;                   /* pieces come out in the byte-level alphabet */
};

void steps_free(struct steps *s);
/* Whether a piece is the first of its document is asked behind other steps: places must be kept. */
bool steps_need_places(const struct steps *s);

struct steps_work;
struct steps_work *steps_work_new(const struct steps *s, bool places);
void steps_work_free(struct steps_work *w);         /* NULL is allowed */

/* Called for each piece, in order, none of them empty; false stops. */
typedef bool (*piece_fn)(void *arg, struct aligned piece);
/* `first`: the text begins the document. -1: an expression gave up. */
int steps_run(const struct steps *s, struct steps_work *w, struct aligned text, bool first,
              piece_fn take, void *arg);

#endif
