/* DCLM's url_removal_modifier (baselines/mappers/modifiers.py): addresses go out of the text. Its
 * two regular expressions, matched from their dots:
 *
 *   \s{0,10}(?:(https?|ftp)://)?[-a-zA-Z0-9@:%._\+~#=]{1,256}\.(TLD)\b[-a-zA-Z0-9()@:%_\+.~#?&//=]*
 *   \s{0,10}\b((https?|ftp)://)?(?:[0-2]?[0-9]{1,2}\.){3}[0-2]?[0-9]{1,2}[-a-zA-Z0-9()...]*
 */
#include "filter/edit_urls.h"
#include "filter/tlds.h"
#include "core/mem.h"
#include <utf8proc.h>

enum { SPACES = 10, RUN = 256 };

struct found {
    const char *from, *to;
};

struct place {
    const struct chars *c;
    const char *start;              /* of the text */
    const char *from, *end;         /* what is still to be searched */
};

static bool is_digit(char b) { return b >= '0' && b <= '9'; }
static bool is_plain(char b) { return is_digit(b) || ((b | 32) >= 'a' && (b | 32) <= 'z'); }
static bool in_host(char b) { return is_plain(b) || (b && strchr("-@:%._+~#=", b)); }
static bool in_path(char b) { return is_plain(b) || (b && strchr("-()@:%_+.~#?&/=", b)); }

static const char *path_end(const char *p, const char *end)
{
    while (p < end && in_path(*p))
        p++;
    return p;
}

static bool word_before(const struct place *at, const char *p)
{
    return p > at->start && (chars_flags(at->c, chars_prev(&p)) & CH_WORD);
}

static bool word_after(const struct place *at, const char *p)
{
    return p < at->end && (chars_flags(at->c, chars_next(&p)) & CH_WORD);
}

/* \s{0,10} that ends at p */
static const char *spaces_before(const struct place *at, const char *p)
{
    for (int i = 0; i < SPACES && p > at->from; i++) {
        const char *before = p;
        if (!(chars_flags(at->c, chars_prev(&before)) & CH_SPACE))
            break;
        p = before;
    }
    return p;
}

/* Where "http://" and the like that ends at p begins, or p. */
static const char *scheme_before(const struct place *at, const char *p)
{
    static const char *const list[] = {"https://", "http://", "ftp://"};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        size_t n = strlen(list[i]);
        if ((size_t)(p - at->from) >= n && !memcmp(p - n, list[i], n))
            return p - n;
    }
    return p;
}

/* ---- by top-level domain ------------------------------------------------------------------ */

static bool is_tld(struct slice name)
{
    char spaced[TLDS_MAX_BYTES + 2];
    if (!name.n || name.n > TLDS_MAX_BYTES || memchr(name.p, ' ', name.n))
        return false;
    spaced[0] = spaced[name.n + 1] = ' ';
    memcpy(spaced + 1, name.p, name.n);
    return memmem(tlds, strlen(tlds), spaced, name.n + 2) != NULL;
}

/* Behind a dot: the end of the longest domain with a word boundary after it, or NULL. */
static const char *tld_end(const struct place *at, const char *p)
{
    const char *ends[TLDS_MAX_BYTES], *q = p;
    size_t n = 0;
    while (q < at->end && q - p < TLDS_MAX_BYTES) {
        bool word = chars_flags(at->c, chars_next(&q)) & CH_WORD;
        if (q - p <= TLDS_MAX_BYTES && word != word_after(at, q))
            ends[n++] = q;
    }
    while (n--)
        if (is_tld(slice_of(p, (size_t)(ends[n] - p))))
            return ends[n];
    return NULL;
}

/* The host begins at `host`: the last dot within RUN bytes that fits decides. */
static const char *host_end(const struct place *at, const char *host)
{
    const char *p = host, *last = NULL;
    for (; p < at->end && p - host <= RUN && in_host(*p); p++) {
        if (*p != '.' || p == host)
            continue;
        const char *e = tld_end(at, p + 1);
        last = e ? e : last;
    }
    return last ? path_end(last, at->end) : NULL;
}

static bool find_host(struct place *at, struct found *f)
{
    const char *dot = at->from;
    for (; dot < at->end && (dot = memchr(dot, '.', (size_t)(at->end - dot))); dot++) {
        if (dot + 1 == at->end || is_digit(dot[1]) || !tld_end(at, dot + 1))
            continue;
        const char *host = dot;
        while (host > at->from && dot - host < RUN && in_host(host[-1]))
            host--;
        if (host == dot)
            continue;
        const char *from = scheme_before(at, host);
        *f = (struct found){spaces_before(at, from), host_end(at, host)};
        if (f->to)
            return true;
    }
    return false;
}

/* ---- by number ---------------------------------------------------------------------------- */

/* [0-2]?[0-9]{1,2} up to a dot: behind the dot, or NULL. */
static const char *octet(const char *p, const char *end)
{
    const char *q = p;
    while (q < end && is_digit(*q) && q - p < 4)
        q++;
    size_t n = (size_t)(q - p);
    if (n < 1 || n > 3 || (n == 3 && *p > '2') || q == end || *q != '.')
        return NULL;
    return q + 1;
}

static bool find_number(struct place *at, struct found *f)
{
    const char *dot = at->from;
    for (; dot < at->end && (dot = memchr(dot, '.', (size_t)(at->end - dot))); dot++) {
        const char *host = dot, *p;
        while (host > at->from && dot - host < 4 && is_digit(host[-1]))
            host--;
        p = octet(host, at->end);
        p = p ? octet(p, at->end) : NULL;
        p = p ? octet(p, at->end) : NULL;
        if (!p || p == at->end || !is_digit(*p))
            continue;
        const char *from = scheme_before(at, host);
        if (from < host && word_before(at, from))
            from = host;
        if (from == host && word_before(at, host))
            continue;
        *f = (struct found){spaces_before(at, from), path_end(p, at->end)};
        return true;
    }
    return false;
}

/* ---- the edit ----------------------------------------------------------------------------- */

/* Does the text begin with a top-level domain's name, in any case? The original asks this (by
 * re.match where re.search was meant) before it looks for any address. */
static bool begins_with_tld(const struct chars *c, struct slice text)
{
    char lower[TLDS_MAX_BYTES + 4];
    size_t n = 0;
    const char *p = text.p, *end = text.p + text.n;
    (void)c;
    while (p < end && n < TLDS_MAX_BYTES) {
        int32_t cp = utf8proc_tolower((utf8proc_int32_t)chars_next(&p));
        cp = cp == 0x17F ? 's' : cp == 0x131 ? 'i' : cp;        /* equal for re.IGNORECASE */
        n += utf8_put(lower + n, (uint32_t)cp);
        if (is_tld(slice_of(lower, n)))
            return true;
    }
    return false;
}

static bool take_out(const struct chars *c, struct slice text,
                     bool (*find)(struct place *, struct found *), struct buf *out)
{
    struct place at = {c, text.p, text.p, text.p + text.n};
    struct found f;
    bool any = false;
    while (find(&at, &f)) {
        buf_add(out, at.from, (size_t)(f.from - at.from));
        at.from = f.to;
        any = true;
    }
    if (any)
        buf_add(out, at.from, (size_t)(at.end - at.from));
    return any;
}

bool edit_urls(const struct chars *c, struct slice text, bool as_dclm, struct buf *out)
{
    struct buf work;
    buf_init(&work, BUF_NO_LIMIT);
    bool hosts = (!as_dclm || begins_with_tld(c, text)) && take_out(c, text, find_host, &work);
    if (hosts)
        text = slice_of(work.n ? work.p : "", work.n);
    bool numbers = take_out(c, text, find_number, out);
    if (hosts && !numbers)
        buf_add_slice(out, text);
    buf_free(&work);
    return hosts || numbers;
}
