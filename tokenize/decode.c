/* Ids to text. */
#include "core/utf8.h"
#include "tokenize/encode.h"

static struct slice without_space(const struct tokenizer *t, struct slice s)
{
    size_t n = 0, most = t->decode_strip == DECODE_STRIP_ONE ? 1 : s.n;
    while (n < most && n < s.n && s.p[n] == ' ')
        n++;
    return slice_from(s, n);
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
    const struct slice *bytes = t->decoded ? t->decoded : t->vocab.token;
    bool strip = t->decode_strip != DECODE_STRIP_NONE;
    for (size_t i = 0; i < n; i++) {
        if (ids[i] >= t->vocab.n_ids || !t->vocab.token[ids[i]].p) {
            *bad = ids[i];
            return -1;
        }
        bool special = t->special[ids[i]];
        if (special && o.skip_special)
            continue;
        if (t->fallback_decodes && tokenizer_is_byte(t, ids[i])) {
            put_bytes(t, ids, n, &i, o.as_library, out);
            i--;
        } else {
            struct slice s = bytes[ids[i]];
            buf_add_slice(out, strip && !special ? without_space(t, s) : s);
        }
        strip = false;
    }
    return 0;
}
