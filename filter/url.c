/* See url.h. */
#include "filter/url.h"
#include <libpsl.h>
#include "core/docs.h"
#include "core/entries.h"
#include "core/input.h"
#include "text/url_normal.h"

void url_lists_init(struct url_lists *l)
{
    *l = (struct url_lists){.soft_words = 2};
    struct strset *sets[] = {&l->allow, &l->domains, &l->urls, &l->words, &l->soft, &l->subwords,
                              &l->normal_urls};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        strset_init(sets[i]);
}

void url_lists_free(struct url_lists *l)
{
    struct strset *sets[] = {&l->allow, &l->domains, &l->urls, &l->words, &l->soft, &l->subwords,
                              &l->normal_urls};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        strset_free(sets[i]);
    finder_free(l->finder);
}

void url_lists_ready(struct url_lists *l)
{
    struct slice rest = buf_slice(&l->urls.text), url;
    struct buf b;
    buf_init(&b, BUF_NO_LIMIT);
    while (l->normal && slice_next(&rest, '\n', &url)) {
        buf_clear(&b);
        url_normal(url, &b);
        strset_add(&l->normal_urls, buf_slice(&b));
    }
    buf_free(&b);
    if (l->subwords.n)
        l->finder = finder_new(&l->subwords);
}

/* ---- lists -------------------------------------------------------------------------------- */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

typedef void add_line(struct strset *s, struct slice line);

static void add_lines(struct strset *s, struct slice text, add_line *add)
{
    struct slice line;
    while (slice_next(&text, '\n', &line)) {
        line = slice_trim(line);
        if (line.n && line.p[0] != '#')
            add(s, line);
    }
}

static int read_list(struct strset *s, const char *path, add_line *add, struct err *e)
{
    struct buf b;
    buf_init(&b, UINT32_MAX - 1);
    int rc = docs_read_file(path, &b, e);
    if (!rc)
        add_lines(s, buf_slice(&b), add);
    buf_free(&b);
    return rc;
}

static void add_url(struct strset *s, struct slice line) { strset_add(s, line); }

/* The last word of the line, before any comment, in lower case. */
static void add_domain(struct strset *s, struct slice line)
{
    char name[URL_HOST_MAX + 1];
    line = slice_trim(slice_upto(line, slice_find_byte(line, '#')));
    size_t from = line.n;
    while (from && line.p[from - 1] != ' ' && line.p[from - 1] != '\t')
        from--;
    line = slice_from(line, from);
    if (line.n > URL_HOST_MAX)
        return;
    for (size_t i = 0; i < line.n; i++)
        name[i] = lower(line.p[i]);
    strset_add(s, slice_of(name, line.n));
}

static void add_word(struct strset *s, struct slice line)
{
    char word[URL_HOST_MAX + 1];
    size_t n = 0;
    for (size_t i = 0; i < line.n && n < URL_HOST_MAX; i++)
        if (is_alnum(line.p[i]))
            word[n++] = lower(line.p[i]);
    strset_add(s, slice_of(word, n));
}

int url_read_domains(struct strset *s, const char *path, struct err *e)
{
    return read_list(s, path, add_domain, e);
}

int url_read_urls(struct strset *s, const char *path, struct err *e)
{
    return read_list(s, path, add_url, e);
}

int url_read_words(struct strset *s, const char *path, struct err *e)
{
    return read_list(s, path, add_word, e);
}

/* ---- folders of lists --------------------------------------------------------------------- */

static struct slice last_part(struct slice path, struct slice *before)
{
    size_t n = path.n;
    while (n && path.p[n - 1] != '/')
        n--;
    *before = slice_upto(path, n ? n - 1 : 0);
    return slice_from(path, n);
}

/* Is the file's folder one of those wanted? */
static bool is_wanted(struct slice folder, const char *categories)
{
    struct slice rest = slice_str(categories), name, above;
    if (!categories)
        return true;
    while (slice_next(&rest, ',', &name))
        if (slice_eq(slice_trim(name), last_part(folder, &above)))
            return true;
    return false;
}

/* What a file of this name holds: the set that it belongs to, and how its lines are read. */
static struct strset *list_named(struct url_lists *l, struct slice name, add_line **add)
{
    const struct {
        const char *name;
        struct strset *set;
        add_line *add;
    } known[] = {
        {"domains", &l->domains, add_domain},
        {"urls", &l->urls, add_url},
        {"banned_words.txt", &l->words, add_word},
        {"soft_banned_words.txt", &l->soft, add_word},
        {"banned_subwords.txt", &l->subwords, add_word},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_is(name, known[i].name)) {
            *add = known[i].add;
            return known[i].set;
        }
    return NULL;
}

int url_read_folder(struct url_lists *l, const char *path, const char *categories, struct err *e)
{
    struct entries *en = entries_open(path, "", INPUT_WINDOW_MAX);
    struct slice name, folder;
    struct buf b;
    size_t found = 0;
    int rc;
    buf_init(&b, UINT32_MAX - 1);
    while ((rc = entries_next(en, &name, e)) > 0) {
        add_line *add = NULL;
        name = input_base_name(name);
        struct strset *s = list_named(l, last_part(name, &folder), &add);
        if (!s || !is_wanted(folder, categories))
            continue;
        buf_clear(&b);
        if ((rc = entries_read(en, &b, UINT32_MAX - 2, e)) < 0)
            break;
        add_lines(s, buf_slice(&b), add);
        found++;
    }
    entries_close(en);
    buf_free(&b);
    if (!rc && !found)
        rc = err_set(e, ERR_USAGE, "%.200s: no lists called domains, urls or banned_words.txt%s",
                     path, categories ? " in these categories" : "");
    return rc < 0 ? -1 : 0;
}

/* ---- parts of an address ------------------------------------------------------------------ */

/* What follows the scheme, or all of it. */
static struct slice without_scheme(struct slice url)
{
    size_t at = slice_find(url, SLICE("://"));
    for (size_t i = 0; i < at; i++)
        if (!is_alnum(url.p[i]) && !memchr("+-.", url.p[i], 3))
            at = url.n;
    if (at < url.n)
        return slice_from(url, at + 3);
    return slice_starts(url, SLICE("//")) ? slice_from(url, 2) : url;
}

struct slice url_host(struct slice url, char out[URL_HOST_MAX + 1])
{
    struct slice rest = without_scheme(slice_trim(url));
    size_t n = 0;
    while (n < rest.n && !memchr("/?#", rest.p[n], 3))
        n++;
    rest = slice_upto(rest, n);
    for (size_t i = rest.n; i > 0; i--)
        if (rest.p[i - 1] == '@') {
            rest = slice_from(rest, i);
            break;
        }
    if (rest.n && rest.p[0] == '[')             /* IPv6 */
        rest = slice_upto(rest, slice_find_byte(rest, ']') + 1);
    else
        rest = slice_upto(rest, slice_find_byte(rest, ':'));
    while (rest.n && rest.p[rest.n - 1] == '.')
        rest.n--;
    if (!rest.n || rest.n > URL_HOST_MAX)
        return (struct slice){NULL, 0};
    for (size_t i = 0; i < rest.n; i++)
        out[i] = lower(rest.p[i]);
    out[rest.n] = '\0';
    return slice_of(out, rest.n);
}

static struct slice parent(struct slice host)
{
    size_t dot = slice_find_byte(host, '.');
    return dot < host.n ? slice_from(host, dot + 1) : (struct slice){NULL, 0};
}

struct slice url_registered(struct slice host)
{
    const psl_ctx_t *psl = psl_builtin();
    struct slice before = {NULL, 0};
    for (struct slice s = host; s.p; before = s, s = parent(s))
        if (psl && psl_is_public_suffix2(psl, s.p, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE))
            return before;
    return (struct slice){NULL, 0};
}

/* ---- judging ------------------------------------------------------------------------------ */

static bool listed_with_parents(const struct strset *s, struct slice host)
{
    for (; host.p; host = parent(host))
        if (strset_has(s, host))
            return true;
    return false;
}

static const char *judge_host(const struct url_lists *l, struct slice url)
{
    char name[URL_HOST_MAX + 1];
    struct slice host = url_host(url, name), registered;
    if (!host.p || !l->domains.n)
        return NULL;
    registered = url_registered(host);
    if (registered.p && strset_has(&l->domains, registered))
        return "domain";
    if (l->parents ? listed_with_parents(&l->domains, host) : strset_has(&l->domains, host))
        return "subdomain";
    return NULL;
}

/* The next run of letters and digits. */
static bool next_piece(struct slice *rest, struct slice *piece)
{
    size_t from = 0, to;
    while (from < rest->n && !is_alnum(rest->p[from]))
        from++;
    for (to = from; to < rest->n && is_alnum(rest->p[to]);)
        to++;
    *piece = slice_of(rest->p + from, to - from);
    *rest = slice_from(*rest, to);
    return piece->n > 0;
}

static const char *judge_words(const struct url_lists *l, struct slice url)
{
    struct slice rest = url, piece, seen[URL_SOFT_MAX];
    uint64_t soft = 0;
    while (next_piece(&rest, &piece)) {
        if (strset_has(&l->words, piece))
            return "hard_blacklisted";
        if (soft == l->soft_words || !strset_has(&l->soft, piece))
            continue;
        uint64_t i = 0;
        while (i < soft && !slice_eq(seen[i], piece))
            i++;
        if (i == soft)
            seen[soft++] = piece;           /* each soft word counts once */
    }
    return l->soft.n && soft >= l->soft_words ? "soft_blacklisted" : NULL;
}

static bool has_normal(const struct strset *s, struct slice url)
{
    struct buf b;
    buf_init(&b, BUF_NO_LIMIT);
    url_normal(url, &b);
    bool has = strset_has(s, buf_slice(&b));
    buf_free(&b);
    return has;
}

const char *url_judge(const struct url_lists *l, struct slice url)
{
    char name[URL_HOST_MAX + 1];
    struct slice host = url_host(url, name);
    if (l->allow.n && host.p && listed_with_parents(&l->allow, host))
        return NULL;
    const char *reason = judge_host(l, url);
    if (reason)
        return reason;
    if (l->normal ? has_normal(&l->normal_urls, url)
                  : strset_has(&l->urls, url) || strset_has(&l->urls, without_scheme(url)))
        return "url";
    if ((reason = judge_words(l, url)))
        return reason;
    return l->finder && finder_finds(l->finder, url) ? "blacklisted_subword" : NULL;
}
