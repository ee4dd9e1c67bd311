/* words - how often each piece of text occurs
 *
 *   texts -> pieces -> a table a worker -> (full? a sorted run on disk) -> gather -> each once
 *
 * A BPE trainer needs the corpus only as its distinct words and their counts. A `struct words` is
 * one worker's table; words up to 15 bytes, nearly all, lie in 24-byte entries, longer ones beside.
 * When the table would outgrow its memory it is written, sorted by bytes, to an unlinked temporary
 * file, and starts again empty. words_gather() merges the tables and runs of all workers and gives
 * every word once; if anything was spilled, in byte order. Counts are 64-bit and saturate.
 */
#ifndef TOKENIZE_WORDS_H
#define TOKENIZE_WORDS_H
#include "core/err.h"
#include "tokenize/pretok.h"
#include "tokenize/word_key.h"

#define WORD_SHORT WORD_KEY             /* bytes */
#define WORD_LONGEST (1u << 28)

struct words;

/* `memory`: bytes for the table; `tmp_max`: bytes it may spill (0: no limit). tmp is borrowed. */
struct words *words_new(uint64_t memory, const char *tmp, uint64_t tmp_max);
void words_free(struct words *w);       /* NULL is allowed */
int words_add(struct words *w, struct slice word, uint64_t count, struct err *e);
/* Adds every piece of a text, `count` times. -1 with *e; ERR_DATA when the pattern gives up. */
int words_add_text(struct words *w, const struct pretok *p, struct pretok_work *work,
                   struct slice text, uint64_t count, struct err *e);

typedef int (*word_fn)(void *to, struct slice word, uint64_t count, struct err *e);
/* Uses up the tables v[0..n) (they stay to be freed); NULL entries are allowed. `sorted`: in byte
 * order even when nothing was spilled. */
int words_gather(struct words **v, int n, bool sorted, word_fn take, void *to, struct err *e);
uint64_t words_spilled(const struct words *w);      /* bytes */

#endif
