/* url - drop documents by their address. What counts: filter/url.h. */
#include "core/stage.h"
#include "filter/url.h"
#include "text/url_normal.h"

enum { MISSING_KEEP, MISSING_DROP, MISSING_BAD };

struct conf {
    struct opt_list folders, domains, urls, words, soft, subwords, allow;
    const char *categories;
    uint64_t soft_words;
    bool parents, host, normal;
    int missing;
    struct url_lists lists;
};

static const struct opt OPTS[] = {
    OPT_LIST(0, "lists", "DIR", struct conf, folders,
             "a folder or archive of lists by their names: UT1's, datatrove's"),
    OPT_STR(0, "categories", "NAME,...", NULL, struct conf, categories,
            "with --lists: only those in folders of these names"),
    OPT_LIST(0, "domains", "FILE", struct conf, domains,
             "domains and hosts to drop: one a line, or a hosts file"),
    OPT_LIST(0, "urls", "FILE", struct conf, urls, "addresses to drop"),
    OPT_LIST(0, "words", "FILE", struct conf, words, "words one of which drops"),
    OPT_LIST(0, "soft-words", "FILE", struct conf, soft, "words several of which drop"),
    OPT_U64(0, "soft-min", "N", "2", struct conf, soft_words, "so many different soft words drop"),
    OPT_LIST(0, "subwords", "FILE", struct conf, subwords,
             "strings that drop wherever they stand, between letters too"),
    OPT_LIST(0, "allow", "FILE", struct conf, allow, "domains to keep, with all below them"),
    OPT_BOOL(0, "parents", struct conf, parents, "a listed domain covers all hosts below it"),
    OPT_CHOICE(0, "missing", "keep|drop|bad", "keep", struct conf, missing,
               "what to do with documents without an address"),
    OPT_BOOL(0, "normal", struct conf, normal,
             "compare whole addresses in their normal form, and write it: metadata.url_normal"),
    OPT_BOOL(0, "host", struct conf, host,
             "write metadata.host and metadata.domain, the registered part"),
    OPT_END,
};

static int read_all(const struct opt_list *files, struct strset *s,
                    int (*read)(struct strset *, const char *, struct err *), struct err *e)
{
    for (size_t i = 0; i < files->n; i++)
        if (read(s, files->v[i], e))
            return -1;
    return 0;
}

static int open_url(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    struct url_lists *l = &c->lists;
    (void)s;
    url_lists_init(l);
    l->soft_words = c->soft_words;
    l->parents = c->parents;
    l->normal = c->normal;
    if (c->soft_words < 1 || c->soft_words > URL_SOFT_MAX)
        return err_set(e, ERR_USAGE, "--soft-min: 1 to %d", URL_SOFT_MAX);
    if (!c->folders.n && !c->domains.n && !c->urls.n && !c->words.n && !c->soft.n &&
        !c->subwords.n && !c->host && !c->normal)
        return err_set(e, ERR_USAGE, "url needs a list (--domains FILE, ...), --host or --normal");
    if (c->categories && !c->folders.n)
        return err_set(e, ERR_USAGE, "--categories needs --lists");
    for (size_t i = 0; i < c->folders.n; i++)
        if (url_read_folder(l, c->folders.v[i], c->categories, e))
            return -1;
    if (read_all(&c->allow, &l->allow, url_read_domains, e) ||
        read_all(&c->domains, &l->domains, url_read_domains, e) ||
        read_all(&c->urls, &l->urls, url_read_urls, e) ||
        read_all(&c->words, &l->words, url_read_words, e) ||
        read_all(&c->soft, &l->soft, url_read_words, e) ||
        read_all(&c->subwords, &l->subwords, url_read_words, e))
        return -1;
    url_lists_ready(l);
    return 0;
}

static void close_url(void *conf) { url_lists_free(&((struct conf *)conf)->lists); }

static void write_host(struct doc *d, struct slice url)
{
    char name[URL_HOST_MAX + 1];
    struct slice host = url_host(url, name), registered;
    if (!host.p)
        return;
    registered = url_registered(host);
    doc_set_str(d, "metadata.host", host);
    if (registered.p)
        doc_set_str(d, "metadata.domain", registered);
}

static void write_normal(struct job *j, struct doc *d, struct slice url)
{
    struct buf b;
    buf_init(&b, BUF_NO_LIMIT);
    url_normal(url, &b);
    doc_set_str(d, "metadata.url_normal", arena_copy(j->arena, buf_slice(&b)));
    buf_free(&b);
}

static enum verdict judge(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct slice url = doc_url(d);
    if (!url.n) {
        if (c->missing == MISSING_BAD)
            return job_bad(j, "no-url", "a document without an address");
        return c->missing == MISSING_DROP ? job_drop(j, "no_url") : DOC_KEEP;
    }
    const char *reason = url_judge(&c->lists, url);
    if (reason)
        return job_drop(j, reason);
    if (c->host)
        write_host(d, url);
    if (c->normal)
        write_normal(j, d, url);
    return DOC_KEEP;
}

const struct stage stage_url = {
    .name = "url",
    .summary = "drop documents by lists of domains, addresses and words",
    .operands = "[FILE...]",
    .example = "tokmill url --domains adult/domains --urls adult/urls docs.jsonl.zst",
    .form = FORM_MAP,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .open = open_url,
    .close = close_url,
    .map = judge,
};
