/* key - see key.h. */
#include "dedup/key.h"
#include "text/url_normal.h"

/* The field and its length, so that ("ab","c") is not ("a","bc"). */
static bool add_field(const struct doc *d, struct slice name, struct buf *work)
{
    struct slice v = doc_get_text(d, name);
    size_t before = work->n;
    if (slice_is(name, "url")) {
        v = doc_url(d);
        if (v.n)
            url_normal(v, work);
    } else {
        buf_add_slice(work, v);
    }
    uint64_t n = work->n - before;
    buf_add(work, &n, sizeof n);
    return v.n > 0 || (slice_is(name, "text") && d->has_text);
}

bool key_of(const struct doc *d, struct slice fields, struct buf *work, struct hash128 *key)
{
    struct slice name;
    bool any = false;
    if (slice_is(fields, "text")) {                 /* the usual case, without a copy */
        *key = hash128(d->text);
        return d->has_text;
    }
    buf_clear(work);
    while (slice_next(&fields, ',', &name))
        any |= add_field(d, name, work);
    *key = hash128(buf_slice(work));
    return any;
}
