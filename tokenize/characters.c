/* What tokens decode to, and where the text of a vocabulary of characters may be cut. */
#include "core/mem.h"
#include "tokenize/load.h"

/* No token has U+2581 behind another character, so no merge can reach over such a place, and with
 * all bytes covered no unknown token can fuse over it. */
static bool cuts_before_runs(const struct tokenizer *t)
{
    for (int b = 0; b < 256; b++)
        if (t->fallback_id[b] == VOCAB_NONE)
            return false;
    for (uint32_t id = 0; id < t->vocab.n_ids; id++) {
        struct slice s = t->vocab.token[id];
        while (s.n && slice_starts(s, SLICE(META)))
            s = slice_from(s, 3);
        if (s.n && slice_find(s, SLICE(META)) < s.n)
            return false;
    }
    return true;
}

struct slice tokenizer_spelling(const struct tokenizer *t, uint32_t id)
{
    for (size_t i = 0; i < t->normalized.n; i++)
        if (t->normalized.v[i].id == id)
            return t->normalized.v[i].content;
    return t->vocab.token[id];
}

/* A copy with a space for each U+2581; s itself if it has none. */
static struct slice spaced(struct arena *a, struct slice s)
{
    struct buf b;
    if (slice_find(s, SLICE(META)) == s.n)
        return s;
    buf_init(&b, BUF_NO_LIMIT);
    while (s.n) {
        size_t at = slice_find(s, SLICE(META));
        buf_add_slice(&b, slice_upto(s, at));
        if (at < s.n)
            buf_add_byte(&b, ' ');
        s = slice_from(s, at + 3 < s.n ? at + 3 : s.n);
    }
    s = arena_copy(a, buf_slice(&b));
    buf_free(&b);
    return s;
}

/* In a character vocabulary U+2581 is a space and <0xXX> a byte. */
static void set_decoded(struct tokenizer *t)
{
    t->decoded = mem_array(t->vocab.n_ids ? t->vocab.n_ids : 1, sizeof *t->decoded);
    for (uint32_t id = 0; id < t->vocab.n_ids; id++)
        t->decoded[id] = t->vocab.token[id];
    for (size_t i = 0; i < t->normalized.n; i++)
        t->decoded[t->normalized.v[i].id] = t->normalized.v[i].content;
    for (uint32_t id = 0; !t->byte_level && id < t->vocab.n_ids; id++)
        t->decoded[id] = spaced(&t->vocab.arena, t->decoded[id]);
    if (t->unk != VOCAB_NONE && !strcmp(t->format, "SentencePiece"))
        t->decoded[t->unk] = SLICE(" \xE2\x81\x87 ");
    for (unsigned k = 0; k < 256; k++) {
        char c = (char)k;
        if (t->fallback_id[k] != VOCAB_NONE)
            t->decoded[t->fallback_id[k]] = arena_copy(&t->vocab.arena, slice_of(&c, 1));
    }
}

void finish_tokens(struct tokenizer *t)
{
    set_decoded(t);
    if (!t->byte_level && t->cut == CUT_NONE && cuts_before_runs(t))
        t->cut = CUT_META_RUNS;
}
