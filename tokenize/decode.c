/* Ids to text. */
#include "core/utf8.h"
#include "tokenize/encode.h"
#include "tokenize/load.h"

/* The Metaspace decoder leaves every U+2581 out of the first token. */
static void put_first(const struct tokenizer *t, uint32_t id, struct buf *out)
{
    struct slice s = t->decoded[id], spelled = tokenizer_spelling(t, id);
    size_t at = 0;
    for (size_t i = 0; i < spelled.n; at++) {
        bool meta = slice_starts(slice_from(spelled, i), SLICE(META));
        if (!meta)
            buf_add_byte(out, s.p[at]);
        i += meta ? 3 : 1;
    }
}

/* ids[*i..] as far as they are byte tokens. The library's decoder takes them together: if they are
 * no UTF-8, each is a U+FFFD. */
static void put_bytes(const struct tokenizer *t, const uint32_t *ids, size_t n, size_t *i,
                      bool as_library, struct buf *out)
{
    size_t start = out->n;
    for (; *i < n && ids[*i] < t->vocab.n_ids && tokenizer_is_byte(t, ids[*i]); ++*i)
        buf_add_slice(out, t->decoded[ids[*i]]);
    size_t run = out->n - start;
    if (!as_library || utf8_valid(slice_of(out->p + start, run)))
        return;
    out->n = start;
    for (size_t k = 0; k < run; k++)
        buf_add_str(out, "\xEF\xBF\xBD");
}

int tokenizer_decode(const struct tokenizer *t, const uint32_t *ids, size_t n,
                     struct decode_opts o, struct buf *out, uint32_t *bad)
{
    size_t start = out->n;
    bool first = true;
    for (size_t i = 0; i < n; i++) {
        if (ids[i] >= t->vocab.n_ids || !t->vocab.token[ids[i]].p) {
            *bad = ids[i];
            return -1;
        }
        if (t->special[ids[i]] && o.skip_special)
            continue;
        bool byte = !t->byte_level && tokenizer_is_byte(t, ids[i]);
        if (byte && (t->fallback_decodes || !o.as_library)) {
            put_bytes(t, ids, n, &i, o.as_library, out);
            i--;
        } else if (byte) {
            buf_add_slice(out, t->vocab.token[ids[i]]);
        } else if (first && t->decode_strip == DECODE_STRIP_TOKEN) {
            put_first(t, ids[i], out);
        } else {
            struct slice s = t->decoded[ids[i]];
            bool strip = t->decode_strip == DECODE_STRIP_LEADING && out->n == start;
            buf_add_slice(out, strip && s.n && s.p[0] == ' ' && ids[i] != t->unk ? slice_from(s, 1)
                                                                                 : s);
        }
        first = false;
    }
    if (t->decode_strip == DECODE_STRIP_ONE && out->n > start && out->p[start] == ' ') {
        memmove(out->p + start, out->p + start + 1, out->n - start - 1);
        out->n--;
    }
    return 0;
}
