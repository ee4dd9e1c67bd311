/* wiki - pages of MediaWiki XML dumps as documents. Formats and rules: read/wiki.h, wikitext.h. */
#include "core/json.h"
#include "core/mem.h"
#include "core/stage.h"
#include "core/utf8.h"
#include "read/wiki.h"
#include "read/xhtml.h"

struct conf {
    const char *namespaces;
    int headings;
    struct opt_list drop_section;
    bool markup;
};

static const struct opt OPTS[] = {
    OPT_STR(0, "namespaces", "LIST", "0", struct conf, namespaces,
            "numbers of the namespaces to read, parted by commas"),
    OPT_CHOICE(0, "headings", "plain|markdown|none", "plain", struct conf, headings,
               "how section headings are shown"),
    OPT_LIST(0, "drop-section", "TITLE", struct conf, drop_section,
             "leave out sections of this title, with what is below them"),
    OPT_BOOL(0, "markup", struct conf, markup, "keep the wikitext as it is"),
    OPT_END,
};

struct scratch {
    struct wikitext *wikitext;
    struct buf raw, text, tmp;
};

static void *scratch_new(const void *conf)
{
    (void)conf;
    struct scratch *s = mem_zero(sizeof *s);
    s->wikitext = wikitext_new();
    buf_init(&s->raw, BUF_NO_LIMIT);
    buf_init(&s->text, BUF_NO_LIMIT);
    buf_init(&s->tmp, 1 << 20);
    return s;
}

static void scratch_free(void *scratch)
{
    struct scratch *s = scratch;
    wikitext_free(s->wikitext);
    buf_free(&s->raw);
    buf_free(&s->text);
    buf_free(&s->tmp);
    mem_free(s);
}

static int split(const void *conf, struct slice bytes, bool at_end, size_t *used,
                 uint64_t *records, struct err *e)
{
    (void)conf, (void)e;
    *used = wiki_split(bytes, records);
    if (at_end)
        *used = bytes.n;
    return 0;
}

static struct slice clean(struct scratch *s, struct job *j, struct slice escaped)
{
    buf_clear(&s->tmp);
    xhtml_unescape(escaped, &s->tmp);
    return arena_copy(j->arena, buf_slice(&s->tmp));
}

static struct slice metadata(struct scratch *s, struct job *j, const struct wiki_site *site,
                             const struct wiki_page *p, struct slice title)
{
    struct buf url;
    buf_init(&url, 1 << 20);
    wiki_url(site, title, &url);
    buf_clear(&s->tmp);
    if (site->base.n)
        json_put_str(&s->tmp, "url", buf_slice(&url));
    json_put_str(&s->tmp, "title", title);
    if (p->timestamp.n)
        json_put_str(&s->tmp, "date", p->timestamp);
    if (site->lang.n)
        json_put_str(&s->tmp, "lang", site->lang);
    buf_free(&url);
    return arena_copy(j->arena, buf_slice(&s->tmp));
}

/* The reason why a page is no document, or NULL. */
static const char *passed_over(const struct conf *c, const struct wiki_page *p)
{
    struct slice list = slice_str(c->namespaces), ns;
    bool wanted = p->ns.n == 0;
    while (slice_next(&list, ',', &ns))
        wanted |= slice_eq(slice_trim(ns), p->ns);
    if (!wanted)
        return "namespace";
    if (p->has_redirect || slice_starts_nocase(p->text, SLICE("#redirect")))
        return "redirect";
    if (p->model.n && !slice_is(p->model, "wikitext"))
        return "model";
    return p->has_text ? NULL : "no-text";
}

static void add_page(const struct conf *c, struct job *j, const struct wiki_site *site,
                     const struct wiki_page *p, const struct piece *piece, struct batch *out)
{
    struct scratch *s = j->scratch;
    const struct wikitext_opts o = {.headings = (enum wiki_headings)c->headings,
                                    .drop_sections = c->drop_section.v,
                                    .n_drop = c->drop_section.n};
    buf_clear(&s->raw);
    buf_clear(&s->text);
    xhtml_unescape(p->text, &s->raw);
    struct slice text = buf_slice(&s->raw);
    if (!c->markup && wikitext_convert(s->wikitext, &o, &site->names, text, &s->text) == 0)
        text = buf_slice(&s->text);
    struct slice title = clean(s, j, p->title);
    struct slice wiki = site->db.n ? site->db : SLICE("wiki");
    struct slice id = arena_fmt(j->arena, "%.*s-%.*s-%.*s", (int)wiki.n, wiki.p, (int)p->id.n,
                                p->id.p, (int)p->revision.n, p->revision.p);
    doc_make(batch_add(out), j->arena, id, arena_copy(j->arena, text),
             site->db.n ? site->db : piece->fallback_source, metadata(s, j, site, p, title));
}

static int parse(const void *conf, struct job *j, const struct piece *piece, struct batch *out)
{
    struct wiki_site site;
    struct slice rest = piece->bytes, page;
    uint64_t record = piece->record, repaired = 0;
    wiki_site_read(&site, j->arena, utf8_repair(piece->head, j->arena, &repaired));
    repaired = 0;
    for (; wiki_next_page(&rest, &page); record++) {
        struct wiki_page p;
        const char *lack;
        uint64_t at = piece->offset + (uint64_t)(page.p - piece->bytes.p);
        if (wiki_page_read(&p, utf8_repair(page, j->arena, &repaired), &lack) != 0) {
            batch_bad(out, "page", record, at, page, "a page without %s", lack);
            continue;
        }
        const char *reason = passed_over(conf, &p);
        if (reason) {
            batch_pass(out, reason);
        } else {
            add_page(conf, j, &site, &p, piece, out);
            batch_place(out, record, at, page.n);
        }
    }
    if (repaired)
        batch_repaired(out, repaired);
    size_t open = slice_find(rest, SLICE("<page>"));
    if (rest.p == piece->bytes.p && piece->offset == 0 && open == rest.n &&
        slice_find(piece->head, SLICE("<mediawiki")) == piece->head.n)
        batch_damaged(out, "not-a-dump", 1, 0, "no MediaWiki dump: it holds no <page>");
    if (open < rest.n)
        batch_damaged(out, "truncated", record,
                      piece->offset + (uint64_t)(rest.p + open - piece->bytes.p),
                      "the dump ends inside a page");
    return 0;
}

const struct stage stage_wiki = {
    .name = "wiki",
    .summary = "read pages of MediaWiki XML dumps",
    .operands = "[FILE...]",
    .example = "tokmill wiki enwiki-latest-pages-articles-multistream.xml.bz2 -o wiki.jsonl.zst",
    .form = FORM_SOURCE,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .scratch_new = scratch_new,
    .scratch_free = scratch_free,
    .source = {.split = split, .parse = parse},
};
