/* surt - see surt.h. Parts of the address are edited one after the other, in the arena. */
#include "read/surt.h"
#include <ctype.h>
#include <stdlib.h>

struct address {
    struct slice scheme, host, port, path, query;
    bool has_query;
};

/* ---- parts ---------------------------------------------------------------------------------- */

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Without white space around, and without line ends and tabs inside. */
static struct slice squeeze(struct arena *a, struct slice s)
{
    while (s.n && is_space(s.p[0]))
        s = slice_from(s, 1);
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    char *o = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (!memchr("\n\r\t", s.p[i], 3))
            o[n++] = s.p[i];
    return slice_of(o, n);
}

/* Length of a scheme and its colon at the front; 0: there is none. */
static size_t scheme_length(struct slice s)
{
    size_t n = 0;
    while (n < s.n && (isalpha((unsigned char)s.p[n]) ||
                       (n && (isdigit((unsigned char)s.p[n]) || memchr("+-.", s.p[n], 3)))))
        n++;
    return n && n < s.n && s.p[n] == ':' ? n + 1 : 0;
}

static size_t http_length(struct slice s)
{
    return slice_starts(s, SLICE("http://")) ? 7 : slice_starts(s, SLICE("https://")) ? 8 : 0;
}

/* Up to the first of the bytes; what is behind stays in *s. */
static struct slice take_until(struct slice *s, const char *stops)
{
    size_t n = 0;
    while (n < s->n && !strchr(stops, s->p[n]))
        n++;
    struct slice part = slice_upto(*s, n);
    *s = slice_from(*s, n);
    return part;
}

static void split_authority(struct address *u, struct slice authority)
{
    const char *at = memrchr(authority.p, '@', authority.n);
    if (at)
        authority = slice_from(authority, (size_t)(at - authority.p) + 1);
    while (authority.n && authority.p[authority.n - 1] == ':')
        authority.n--;
    u->host = authority;
    if (authority.n && authority.p[0] == '[') {                 /* an IPv6 number */
        size_t n = slice_find_byte(authority, ']');
        u->host = slice_from(slice_upto(authority, n), 1);
        authority = slice_from(authority, n + 1);
    }
    size_t colon = slice_find_byte(authority, ':');
    if (u->host.p == authority.p)
        u->host = slice_upto(authority, colon);
    u->port = slice_from(authority, colon + 1);
}

static void split(struct address *u, struct slice s)
{
    size_t n = scheme_length(s), more;
    *u = (struct address){.scheme = SLICE("http")};
    if (n) {
        /* http://https://example.com: the last one counts */
        while ((more = http_length(s)) && http_length(slice_from(s, more)))
            s = slice_from(s, more);
        n = scheme_length(s);
        u->scheme = slice_upto(s, n - 1);
        s = slice_from(s, n);
    }
    struct slice authority = slice_of("", 0);
    if (!n || slice_starts(s, SLICE("//"))) {
        s = slice_from(s, n ? 2 : 0);
        authority = take_until(&s, "/?#");
    }
    split_authority(u, authority);
    u->path = take_until(&s, "?#");
    u->has_query = s.n && s.p[0] == '?';
    if (u->has_query) {
        s = slice_from(s, 1);
        u->query = take_until(&s, "#");
    }
    if (!u->host.n && slice_starts(u->scheme, SLICE("http"))) {  /* http:////example.com/ */
        while (u->path.n && u->path.p[0] == '/')
            u->path = slice_from(u->path, 1);
        u->host = take_until(&u->path, "/");
    }
    while (u->port.n && u->port.p[0] == '0')
        u->port = slice_from(u->port, 1);
}

/* ---- escapes -------------------------------------------------------------------------------- */

static int hex_value(char c)
{
    int letter = isxdigit((unsigned char)c) ? (c | 32) - 'a' + 10 : -1;
    return isdigit((unsigned char)c) ? c - '0' : letter;
}

/* In place; false when there was nothing to undo. */
static bool unescape_once(struct slice *s)
{
    char *o = (char *)(uintptr_t)s->p;
    size_t n = 0;
    for (size_t i = 0; i < s->n; n++) {
        int high = s->p[i] == '%' && i + 2 < s->n ? hex_value(s->p[i + 1]) : -1;
        int low = high >= 0 ? hex_value(s->p[i + 2]) : -1;
        o[n] = low >= 0 ? (char)(high << 4 | low) : s->p[i];
        i += low >= 0 ? 3 : 1;
    }
    bool changed = n < s->n;
    s->n = n;
    return changed;
}

static struct slice unescape(struct arena *a, struct slice s)
{
    s = arena_copy(a, s);
    while (s.n && unescape_once(&s))
        ;
    return s;
}

static struct slice escape(struct arena *a, struct slice s)
{
    static const char hex[] = "0123456789ABCDEF";
    char *o = arena_alloc(a, 3 * s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c > ' ' && c < 0x7f && c != '#' && c != '%') {
            o[n++] = (char)c;
        } else {
            o[n++] = '%';
            o[n++] = hex[c >> 4];
            o[n++] = hex[c & 15];
        }
    }
    return slice_of(o, n);
}

static struct slice lower(struct arena *a, struct slice s)
{
    char *o = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        o[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 32) : s.p[i];
    return slice_of(o, s.n);
}

/* ---- host ----------------------------------------------------------------------------------- */

static bool all_digits(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!isdigit((unsigned char)s.p[i]))
            return false;
    return s.n > 0;
}

/* A host that is one number is an IPv4 address, of which the lower four bytes count. */
static struct slice number_host(struct arena *a, struct slice s)
{
    uint32_t v = 0;
    for (size_t i = 0; i < s.n; i++)
        v = v * 10 + (uint32_t)(s.p[i] - '0');
    return arena_fmt(a, "%u.%u.%u.%u", v >> 24, v >> 16 & 255, v >> 8 & 255, v & 255);
}

static struct slice clean_host(struct arena *a, struct slice s)
{
    s = unescape(a, s);
    char *o = (char *)(uintptr_t)s.p;
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        o[n++] = s.p[i];
        i += s.p[i] == '.' && i + 1 < s.n && s.p[i + 1] == '.';     /* each pair becomes one */
    }
    s.n = n;
    while (s.n && s.p[0] == '.')
        s = slice_from(s, 1);
    while (s.n && s.p[s.n - 1] == '.')
        s.n--;
    if (all_digits(s))
        return number_host(a, s);
    return escape(a, lower(a, s));
}

static struct slice without_www(struct slice s)
{
    size_t n = 3;
    if (!slice_starts(s, SLICE("www")))
        return s;
    while (n < s.n && isdigit((unsigned char)s.p[n]))
        n++;
    return n < s.n && s.p[n] == '.' ? slice_from(s, n + 1) : s;
}

static void add_reversed(struct buf *out, struct slice host)
{
    for (;;) {
        const char *dot = host.n ? memrchr(host.p, '.', host.n) : NULL;
        size_t at = dot ? (size_t)(dot - host.p) + 1 : 0;
        buf_add_slice(out, slice_from(host, at));
        if (!dot)
            return;
        buf_add_byte(out, ',');
        host.n = at - 1;
    }
}

/* ---- path ----------------------------------------------------------------------------------- */

/* Dots resolved, doubled slashes made one; ".." at the root stays. */
static struct slice resolve(struct arena *a, struct slice path)
{
    char *o = arena_alloc(a, path.n + 2);
    size_t n = 0, kept = 0;
    struct slice rest = path, part, *parts = arena_alloc(a, (path.n + 1) * sizeof *parts);
    if (!path.n)
        return SLICE("/");
    slice_next(&rest, '/', &part);                  /* what stands before the first slash */
    while (slice_next(&rest, '/', &part)) {
        if (slice_is(part, "."))
            continue;
        if (slice_is(part, "..") && kept)
            kept--;
        else
            parts[kept++] = part;
    }
    o[n++] = '/';
    for (size_t i = 0; i < kept; i++) {
        if (parts[i].n)
            memcpy(o + n, parts[i].p, parts[i].n);
        n += parts[i].n;
        if (parts[i].n && i + 1 < kept)
            o[n++] = '/';
    }
    return slice_of(o, n);
}

/* A path beside a host. */
static struct slice clean_path(struct arena *a, struct slice path, bool has_host)
{
    path = path.n ? unescape(a, path) : SLICE("/");
    path = lower(a, escape(a, has_host ? resolve(a, path) : path));
    if (path.n > 1 && path.p[path.n - 1] == '/')
        path.n--;
    return path;
}

/* ---- query ---------------------------------------------------------------------------------- */

/* Length of "NAME=VALUE" at the front with a value of so many letters and digits; 0: another. */
static size_t session_length(struct slice s, const char *name, size_t digits)
{
    size_t n = strlen(name);
    if (!slice_starts_nocase(s, slice_str(name)) || s.n < n + digits)
        return 0;
    for (size_t i = n; i < n + digits; i++)
        if (!isalnum((unsigned char)s.p[i]))
            return 0;
    return n + digits == s.n || s.p[n + digits] == '&' ? n + digits : 0;
}

/* ASPSESSIONIDxxxxxxxx= and 24 letters; cfid=...&cftoken=... */
static size_t other_session_length(struct slice s, int kind)
{
    size_t n = 0;
    if (kind == 0) {
        if (!slice_starts_nocase(s, SLICE("aspsessionid")) || s.n < 45 || s.p[20] != '=')
            return 0;
        for (n = 12; n < 45; n++)
            if (n != 20 && !isalpha((unsigned char)s.p[n]))
                return 0;
        return n == s.n || s.p[n] == '&' ? n : 0;
    }
    if (!slice_starts_nocase(s, SLICE("cfid=")))
        return 0;
    n = slice_find_byte(s, '&');
    if (n == 5 || !slice_starts_nocase(slice_from(s, n), SLICE("&cftoken=")))
        return 0;
    size_t value = slice_find_byte(slice_from(s, n + 9), '&');
    return value ? n + 9 + value : 0;
}

/* Cuts the last session id of each kind. */
static struct slice without_sessions(struct arena *a, struct slice query)
{
    static const char *const names[] = {"jsessionid=", "phpsessid=", "sid="};
    for (int kind = 0; kind < 5; kind++) {
        for (size_t at = query.n; at-- > 0;) {
            struct slice s = slice_from(query, at);
            size_t n = kind < 3 ? session_length(s, names[kind], 32)
                                : other_session_length(s, kind - 3);
            if (!n)
                continue;
            struct slice rest = slice_from(s, n + 1);
            query = arena_fmt(a, "%.*s%.*s", (int)at, query.p, (int)rest.n, rest.p);
            break;
        }
    }
    return query;
}

static int by_bytes(const void *a, const void *b)
{
    const struct slice *x = a, *y = b;
    int c = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
    return c ? c : (x->n > y->n) - (x->n < y->n);
}

/* Name first, then value; a name without "=" comes before the same with one. */
static int by_name(const void *a, const void *b)
{
    const struct slice *x = a, *y = b;
    size_t n = slice_find_byte(*x, '='), m = slice_find_byte(*y, '=');
    struct slice s = slice_upto(*x, n), t = slice_upto(*y, m);
    int c = by_bytes(&s, &t);
    return c ? c : by_bytes(x, y);
}

static struct slice clean_query(struct arena *a, struct slice query)
{
    query = escape(a, unescape(a, query));
    query = lower(a, without_sessions(a, query));
    struct slice rest = query, *args = arena_alloc(a, (query.n + 1) * sizeof *args);
    size_t n = 0, at = 0;
    while (query.n && slice_next(&rest, '&', &args[n]))
        n++;
    if (n)
        qsort(args, n, sizeof *args, by_name);
    char *o = arena_alloc(a, query.n + 2);
    for (size_t i = 0; i < n; i++) {
        memcpy(o + at, args[i].p, args[i].n);
        at += args[i].n;
        o[at++] = '&';
    }
    return slice_of(o, at ? at - 1 : 0);
}

void surt_add(struct buf *out, struct arena *a, struct slice url)
{
    struct address u;
    url = squeeze(a, url);
    if (!url.n) {
        buf_add_str(out, "-");
        return;
    }
    split(&u, url);
    struct slice host = without_www(clean_host(a, u.host));
    struct slice query = clean_query(a, u.query);
    bool is_default = (slice_is(u.scheme, "http") && slice_is(u.port, "80")) ||
                      (slice_is(u.scheme, "https") && slice_is(u.port, "443"));
    if (host.n) {
        add_reversed(out, host);
        if (u.port.n && !is_default) {
            buf_add_byte(out, ':');
            buf_add_slice(out, u.port);
        }
        buf_add_byte(out, ')');
    } else {
        buf_add_slice(out, u.scheme);
        buf_add_byte(out, ':');
    }
    buf_add_slice(out, clean_path(a, u.path, host.n > 0));
    if (query.n) {
        buf_add_byte(out, '?');
        buf_add_slice(out, query);
    }
}
