/* key - see key.h. */
#include "dedup/key.h"

static bool default_port(struct slice port, bool https)
{
    return !port.n || slice_is(port, https ? "443" : "80");
}

/* Host and port between "//" and the path. */
static void add_host(struct slice host, bool https, struct buf *out)
{
    size_t at = slice_find_byte(host, '@');
    if (at < host.n)
        host = slice_from(host, at + 1);
    if (slice_starts_nocase(host, SLICE("www.")))
        host = slice_from(host, 4);
    size_t colon = host.n;
    while (colon > 0 && host.p[colon - 1] >= '0' && host.p[colon - 1] <= '9')
        colon--;
    if (colon > 0 && host.p[colon - 1] == ':' && default_port(slice_from(host, colon), https))
        host.n = colon - 1;
    for (size_t i = 0; i < host.n; i++)
        buf_add_byte(out, host.p[i] >= 'A' && host.p[i] <= 'Z' ? (char)(host.p[i] + 32)
                                                               : host.p[i]);
}

void key_url(struct slice url, struct buf *out)
{
    url = slice_trim(url);
    url = slice_upto(url, slice_find_byte(url, '#'));
    bool https = slice_starts_nocase(url, SLICE("https:"));
    size_t scheme = slice_find(url, SLICE("://"));
    if (scheme < url.n)
        url = slice_from(url, scheme + 3);
    size_t host = 0;
    while (host < url.n && url.p[host] != '/' && url.p[host] != '?')
        host++;
    add_host(slice_upto(url, host), https, out);
    url = slice_from(url, host);
    if (url.n && url.p[url.n - 1] == '/')
        url.n--;
    buf_add_slice(out, url);
}

/* The field and its length, so that ("ab","c") is not ("a","bc"). */
static bool add_field(const struct doc *d, struct slice name, struct buf *work)
{
    struct slice v = doc_get_text(d, name);
    size_t before = work->n;
    if (slice_is(name, "url")) {
        v = doc_url(d);
        if (v.n)
            key_url(v, work);
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
