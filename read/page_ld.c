/* See page_ld.h. */
#include "core/json.h"
#include "read/page_ld.h"

/* Types that nearly every page carries whatever it is about. */
static const char *const furniture[] = {
    "WebSite", "WebPage", "Organization", "BreadcrumbList", "ListItem", "ImageObject", "Person",
    "SearchAction", "SiteNavigationElement", "WPHeader", "WPFooter", "WPSideBar", "Corporation",
    "NewsMediaOrganization", "ReadAction", "Thing"};

static struct slice string_of(struct slice value, struct arena *a)
{
    uint64_t repaired = 0;
    return json_is_string(value) ? slice_trim(json_string(value, a, &repaired)) : SLICE("");
}

/* A value, or the first one of an array. */
static struct slice first_of(struct slice value)
{
    struct json_iter it;
    struct json_member m;
    if (value.n && value.p[0] == '[' && json_iter_init(&it, value) && json_iter_next(&it, &m))
        return m.value;
    return value;
}

static struct slice get(struct slice object, const char *key)
{
    return first_of(json_find(object, slice_str(key), NULL));
}

/* "http://schema.org/Product" and "schema:Product" are "Product". */
static struct slice type_of(struct slice object, struct arena *a)
{
    struct slice type = string_of(get(object, "@type"), a);
    for (size_t i = type.n; i > 0; i--)
        if (type.p[i - 1] == '/' || type.p[i - 1] == '#' || type.p[i - 1] == ':')
            return slice_from(type, i);
    return type;
}

static bool is_furniture(struct slice type)
{
    for (size_t i = 0; i < sizeof furniture / sizeof *furniture; i++)
        if (slice_is(type, furniture[i]))
            return true;
    return false;
}

static bool take(struct slice object, struct arena *a, struct page_ld *ld)
{
    const struct slice type = object.n && object.p[0] == '{' ? type_of(object, a) : SLICE("");
    if (!type.n || is_furniture(type))
        return false;
    const struct slice author = get(object, "author");
    ld->type = type;
    ld->author = author.n && author.p[0] == '{' ? string_of(get(author, "name"), a)
                                                : string_of(author, a);
    ld->published = string_of(get(object, "datePublished"), a);
    ld->title = string_of(get(object, "headline"), a);
    return true;
}

/* An object, or each of an array or of a graph. */
static bool look_in(struct slice json, struct arena *a, struct page_ld *ld)
{
    struct json_iter it;
    struct json_member m;
    const struct slice graph = json.p[0] == '{' ? json_find(json, SLICE("@graph"), NULL) : json;
    if (json.p[0] == '{' && take(json, a, ld))
        return true;
    if (!graph.n || graph.p[0] != '[' || !json_iter_init(&it, graph))
        return false;
    while (json_iter_next(&it, &m))
        if (take(m.value, a, ld))
            return true;
    return false;
}

void page_ld_of(const struct html *h, struct arena *a, struct page_ld *ld)
{
    const struct slice none = SLICE("");
    *ld = (struct page_ld){none, none, none, none};
    for (uint32_t i = 1; i < h->n_nodes; i++) {
        const struct html_node *e = &h->node[i];
        if (e->tag != HTML_script || !e->n_attr ||
            !slice_eq_nocase(slice_trim(html_attr(h, e, HTML_ATTR_type)),
                             SLICE("application/ld+json")))
            continue;
        const struct slice json = slice_trim(slice_of(h->page.p + e->at, e->n));
        size_t wrong;
        if (json.n && json_check(json, &wrong) == 0 && look_in(json, a, ld))
            return;
    }
}
