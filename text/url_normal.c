#include "text/url_normal.h"

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

void url_normal(struct slice url, struct buf *out)
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
