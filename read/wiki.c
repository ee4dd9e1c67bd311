/* wiki - see wiki.h. Format: MediaWiki export schema 0.3 to 0.11. */
#include "read/wiki.h"
#include "read/xhtml.h"

static const struct slice PAGE_END = {"</page>", 7};

/* What stands between <name ...> and </name>, from the first such element on; {NULL, 0} if none.
 * *attrs (may be NULL) gets the opening tag's inside. An empty element has no bytes. */
static struct slice element(struct slice s, const char *name, struct slice *attrs)
{
    struct slice want = slice_str(name);
    while (s.n) {
        const char *lt = memchr(s.p, '<', s.n);
        if (!lt)
            break;
        s = slice_from(s, (size_t)(lt - s.p) + 1);
        char after = s.n > want.n ? s.p[want.n] : '\0';
        if (!slice_starts(s, want) || !(after == '>' || after == ' ' || after == '/'))
            continue;
        size_t gt = slice_find_byte(s, '>');
        if (gt == s.n)
            break;
        if (attrs)
            *attrs = slice_of(s.p + want.n, gt - want.n);
        struct slice body = slice_from(s, gt + 1);
        if (s.p[gt - 1] == '/')
            return slice_upto(body, 0);
        return slice_upto(body, slice_find_byte(body, '<'));    /* content is escaped */
    }
    return slice_of(NULL, 0);
}

static struct slice attribute(struct slice attrs, const char *name)
{
    struct xhtml_tag t = {.attrs = attrs};
    return xhtml_attr(&t, name);
}

static struct slice unescaped(struct arena *a, struct slice s)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    xhtml_unescape(s, &b);
    struct slice copy = arena_copy(a, buf_slice(&b));
    buf_free(&b);
    return copy;
}

static void add_name(struct wiki_site *site, struct slice name)
{
    if (name.n && site->names.n < WIKI_MAX_NAMES)
        site->names.v[site->names.n++] = name;
}

static void read_namespaces(struct wiki_site *site, struct arena *a, struct slice s)
{
    for (;;) {
        size_t at = slice_find(s, SLICE("<namespace "));
        struct slice attrs = {"", 0};
        if (at == s.n)
            return;
        s = slice_from(s, at);
        struct slice name = element(s, "namespace", &attrs), key = attribute(attrs, "key");
        if (slice_is(key, "-2") || slice_is(key, "6") || slice_is(key, "14"))
            add_name(site, unescaped(a, name));
        s = slice_from(s, 1);
    }
}

void wiki_site_read(struct wiki_site *site, struct arena *a, struct slice head)
{
    *site = (struct wiki_site){.lang = {"", 0}};
    struct slice attrs = {"", 0};
    element(head, "mediawiki", &attrs);
    site->lang = attribute(attrs, "xml:lang");
    head = slice_upto(head, slice_find(head, SLICE("<page>")));
    size_t end = slice_find(head, SLICE("</siteinfo>"));
    site->db = slice_trim(element(slice_upto(head, end), "dbname", NULL));
    struct slice base = slice_trim(element(slice_upto(head, end), "base", NULL));
    while (base.n && base.p[base.n - 1] != '/')
        base.n--;
    site->base = unescaped(a, base);
    read_namespaces(site, a, slice_upto(head, end));
}

size_t wiki_split(struct slice bytes, uint64_t *pages)
{
    size_t used = 0;
    *pages = 0;
    for (;;) {
        struct slice rest = slice_from(bytes, used);
        size_t at = slice_find(rest, PAGE_END);
        if (at == rest.n)
            return used;
        used += at + PAGE_END.n;
        while (used < bytes.n && (bytes.p[used] == '\n' || bytes.p[used] == '\r'))
            used++;
        ++*pages;
    }
}

bool wiki_next_page(struct slice *rest, struct slice *page)
{
    size_t from = slice_find(*rest, SLICE("<page>"));
    struct slice s = slice_from(*rest, from);
    size_t end = slice_find(s, PAGE_END);
    if (end == s.n)
        return false;
    *page = slice_upto(s, end + PAGE_END.n);
    *rest = slice_from(s, end + PAGE_END.n);
    return true;
}

/* The last revision: dumps with history hold many, oldest first. */
static struct slice last_revision(struct slice page)
{
    static const struct slice OPEN = {"<revision>", 10};
    struct slice s = slice_from(page, slice_find(page, OPEN));
    for (;;) {
        struct slice next = slice_from(s, OPEN.n);
        size_t at = slice_find(next, OPEN);
        if (at == next.n)
            return s;
        s = slice_from(next, at);
    }
}

int wiki_page_read(struct wiki_page *p, struct slice page, const char **lack)
{
    struct slice attrs = {"", 0};
    size_t at = slice_find(page, SLICE("<revision>"));
    struct slice head = slice_upto(page, at), rev = last_revision(page);
    *p = (struct wiki_page){.title = slice_trim(element(head, "title", NULL)),
                            .ns = slice_trim(element(head, "ns", NULL)),
                            .id = slice_trim(element(head, "id", NULL))};
    p->has_redirect = element(head, "redirect", &attrs).p != NULL;
    p->redirect = attribute(attrs, "title");
    struct slice text = element(rev, "text", &attrs);
    p->has_text = text.p != NULL && attribute(attrs, "deleted").p == NULL;
    p->text = text;
    p->revision = slice_trim(element(rev, "id", NULL));
    p->timestamp = slice_trim(element(rev, "timestamp", NULL));
    p->model = slice_trim(element(rev, "model", NULL));
    *lack = p->title.n == 0 ? "title" : p->id.n == 0 ? "id" : rev.n == 0 ? "revision" : NULL;
    return *lack ? -1 : 0;
}

void wiki_url(const struct wiki_site *site, struct slice title, struct buf *out)
{
    static const char HEX[] = "0123456789ABCDEF";
    buf_add_slice(out, site->base);
    for (size_t i = 0; i < title.n; i++) {
        unsigned char c = (unsigned char)title.p[i];
        bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
                     (c && strchr("-_.~;@$!*(),/:", c));
        if (plain || c == ' ') {
            buf_add_byte(out, c == ' ' ? '_' : (char)c);
            continue;
        }
        char esc[3] = {'%', HEX[c >> 4], HEX[c & 15]};
        buf_add(out, esc, 3);
    }
}
