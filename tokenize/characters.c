/* What vocabularies of characters need besides merges: where their text may be cut, and what their
 * tokens decode to. */
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

/* Decoding of a character vocabulary: U+2581 is a space and <0xXX> a byte. */
static void set_decoded(struct tokenizer *t)
{
    struct buf b;
    buf_init(&b, 1 << 24);
    for (uint32_t id = 0; id < t->vocab.n_ids; id++) {
        struct slice s = t->vocab.token[id];
        if (slice_find(s, SLICE(META)) == s.n)
            continue;
        buf_clear(&b);
        while (s.n) {
            size_t at = slice_find(s, SLICE(META));
            buf_add_slice(&b, slice_upto(s, at));
            if (at < s.n)
                buf_add_byte(&b, ' ');
            s = slice_from(s, at + 3 < s.n ? at + 3 : s.n);
        }
        t->decoded[id] = arena_copy(&t->vocab.arena, buf_slice(&b));
    }
    buf_free(&b);
    for (unsigned k = 0; k < 256; k++) {
        char c = (char)k;
        if (t->fallback_id[k] != VOCAB_NONE)
            t->decoded[t->fallback_id[k]] = arena_copy(&t->vocab.arena, slice_of(&c, 1));
    }
}

void finish_characters(struct tokenizer *t)
{
    t->decoded = mem_array(t->vocab.n_ids ? t->vocab.n_ids : 1, sizeof *t->decoded);
    for (uint32_t id = 0; id < t->vocab.n_ids; id++)
        t->decoded[id] = t->vocab.token[id];
    if (t->byte_level)
        return;
    if (t->cut == CUT_NONE && cuts_before_runs(t))
        t->cut = CUT_META_RUNS;
    set_decoded(t);
}
