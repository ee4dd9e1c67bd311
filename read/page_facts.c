/* See page_facts.h. */
#include "read/page_facts.h"

enum { TITLE, AUTHOR, PUBLISHED, SITE, KIND, WHATS };

/* Names of meta elements, best first. */
static const struct {
    const char *name;
    int what;
} metas[] = {
    {"article:published_time", PUBLISHED}, {"datePublished", PUBLISHED},
    {"og:published_time", PUBLISHED}, {"dc.date.issued", PUBLISHED}, {"dcterms.created", PUBLISHED},
    {"dc.date", PUBLISHED}, {"citation_publication_date", PUBLISHED}, {"pubdate", PUBLISHED},
    {"publishdate", PUBLISHED}, {"date", PUBLISHED},
    {"author", AUTHOR}, {"citation_author", AUTHOR}, {"dc.creator", AUTHOR},
    {"dcterms.creator", AUTHOR}, {"byl", AUTHOR}, {"parsely-author", AUTHOR},
    {"article:author", AUTHOR}, {"twitter:creator", AUTHOR},
    {"og:site_name", SITE}, {"application-name", SITE}, {"al:android:app_name", SITE},
    {"og:type", KIND}, {"og:title", TITLE}, {"twitter:title", TITLE}, {"dc.title", TITLE},
};
#define N_METAS (sizeof metas / sizeof *metas)

struct found {
    struct slice value;
    size_t rank;                    /* smaller is better */
};

static void offer(struct found *f, struct slice value, size_t rank)
{
    value = slice_trim(value);
    if (value.n && (!f->value.n || rank < f->rank))
        *f = (struct found){value, rank};
}

static void look_at_meta(const struct html *h, const struct html_node *e, struct found *found)
{
    const struct slice content = html_attr(h, e, HTML_ATTR_content);
    static const enum html_attr_name keys[] = {HTML_ATTR_property, HTML_ATTR_name,
                                               HTML_ATTR_itemprop};
    for (int k = 0; k < 3; k++) {
        const struct slice name = html_attr(h, e, keys[k]);
        for (size_t i = 0; name.n && i < N_METAS; i++)
            if (slice_eq_nocase(name, slice_str(metas[i].name)))
                offer(&found[metas[i].what], content, i);
    }
}

/* A URL is no name: article:author often is one. */
static bool is_url(struct slice s)
{
    return slice_starts_nocase(s, SLICE("http:")) || slice_starts_nocase(s, SLICE("https:"));
}

static struct slice text_in(const struct html *h, uint32_t i)
{
    for (uint32_t k = i + 1; k < h->node[i].end; k++)
        if (h->node[k].tag == HTML_TEXT)
            return slice_trim(html_text(h, &h->node[k]));
    return SLICE("");
}

static void look_at_body(const struct html *h, uint32_t i, struct found *found)
{
    const struct html_node *e = &h->node[i];
    if (e->tag == HTML_TEXT || !e->n_attr)
        return;
    const struct slice prop = html_attr(h, e, HTML_ATTR_itemprop);
    const struct slice when = html_attr(h, e, HTML_ATTR_datetime);
    if (slice_eq_nocase(prop, SLICE("datePublished"))) {
        offer(&found[PUBLISHED], when.n ? when : html_attr(h, e, HTML_ATTR_content), N_METAS);
    } else if (when.n) {
        offer(&found[PUBLISHED], when, N_METAS + 1);
    } else if (slice_eq_nocase(prop, SLICE("author"))) {
        offer(&found[AUTHOR], slice_upto(text_in(h, i), 100), N_METAS);
    } else if (slice_eq_nocase(html_attr(h, e, HTML_ATTR_rel), SLICE("author"))) {
        offer(&found[AUTHOR], slice_upto(text_in(h, i), 100), N_METAS + 1);
    }
}

static void look_at_head(const struct html *h, uint32_t i, struct page_facts *f,
                         struct found *found)
{
    const struct html_node *e = &h->node[i];
    if (e->tag == HTML_title && !f->title.n)
        f->title = text_in(h, i);
    else if (e->tag == HTML_meta)
        look_at_meta(h, e, found);
    else if (e->tag == HTML_link && !f->canonical.n &&
             slice_eq_nocase(html_attr(h, e, HTML_ATTR_rel), SLICE("canonical")))
        f->canonical = html_attr(h, e, HTML_ATTR_href);
}

void page_facts_of(const struct html *h, struct page_facts *f)
{
    const struct slice none = SLICE("");
    struct found found[WHATS] = {{{NULL, 0}, 0}};
    bool body = false;
    *f = (struct page_facts){none, none, none, none, none, none, none};
    for (uint32_t i = 1; i < h->n_nodes; i++) {
        body = body || h->node[i].tag == HTML_body;
        if (!body)
            look_at_head(h, i, f, found);
        else
            look_at_body(h, i, found);
    }
    if (is_url(found[AUTHOR].value))
        found[AUTHOR].value = none;
    f->lang = html_attr(h, &h->node[0], HTML_ATTR_lang);
    f->title = f->title.n ? f->title : found[TITLE].value;
    f->author = found[AUTHOR].value;
    f->published = found[PUBLISHED].value;
    f->site = found[SITE].value;
    f->kind = found[KIND].value;
}
