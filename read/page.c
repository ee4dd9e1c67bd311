/* From payload to text; see page.h. */
#include "core/json.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "read/charset.h"
#include "read/page.h"
#include "read/page_ld.h"

struct page *page_new(void)
{
    struct page *p = mem_zero(sizeof *p);
    html_init(&p->html);
    extract_init(&p->extract);
    buf_init(&p->utf8, HTML_PAGE_MAX);
    buf_init(&p->text, HTML_PAGE_MAX * 3);
    buf_init(&p->tmp, 1 << 20);
    return p;
}

void page_free(struct page *p)
{
    if (!p)
        return;
    html_free(&p->html);
    extract_free(&p->extract);
    buf_free(&p->utf8);
    buf_free(&p->text);
    buf_free(&p->tmp);
    mem_free(p);
}

/* NUL has no place in text; HTML turns it into U+FFFD or drops it. */
static struct slice without_nul(struct arena *a, struct slice s)
{
    if (!s.n || !memchr(s.p, 0, s.n))
        return s;
    char *o = arena_alloc(a, s.n);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i])
            o[n++] = s.p[i];
    return slice_of(o, n);
}

static struct slice to_utf8(struct page *p, struct arena *a, struct slice bytes,
                            const struct page_how *how, struct page_result *r)
{
    size_t skip;
    r->charset = charset_decide(bytes, how->http_charset, how->detected_charset, how->is_html,
                                &skip);
    bytes = slice_from(bytes, skip);
    buf_clear(&p->utf8);
    if (strcmp(r->charset, "utf-8") != 0 &&
        charset_convert(&p->utf8, bytes, r->charset, &r->repaired))
        bytes = buf_slice(&p->utf8);
    return utf8_repair(bytes, a, &r->repaired);
}

/* A raw value with references decoded and white space collapsed. */
static struct slice clean_value(struct page *p, struct arena *a, struct slice raw)
{
    raw = slice_trim(slice_upto(raw, 4096));
    if (!raw.n)
        return raw;
    buf_clear(&p->tmp);
    html_decode(&p->tmp, raw);
    char *o = arena_alloc(a, p->tmp.n);
    size_t n = 0;
    for (size_t i = 0; i < p->tmp.n; i++) {
        const char c = p->tmp.p[i];
        if ((uint8_t)c > ' ')
            o[n++] = c;
        else if (n && o[n - 1] != ' ')
            o[n++] = ' ';
    }
    uint64_t cut = 0;                   /* the limit above may split a character */
    return utf8_repair(slice_trim(slice_of(o, n)), a, &cut);
}

int page_read(struct page *p, struct arena *a, struct slice bytes, const struct page_how *how,
              struct page_result *r)
{
    *r = (struct page_result){.text = SLICE("")};
    if (bytes.n > HTML_PAGE_MAX)
        return -1;
    const struct slice utf8 = to_utf8(p, a, bytes, how, r);
    if (!how->is_html || how->mode == EXTRACT_SOURCE) {
        r->text = without_nul(a, utf8.p == p->utf8.p ? arena_copy(a, utf8) : utf8);
        return 0;
    }
    if (html_parse(&p->html, utf8) != 0)
        return -1;
    struct page_facts f;
    page_facts_of(&p->html, &f);
    r->title = clean_value(p, a, f.title);
    r->canonical = clean_value(p, a, f.canonical);
    r->lang = clean_value(p, a, f.lang);
    r->author = clean_value(p, a, f.author);
    r->published = clean_value(p, a, f.published);
    r->site = clean_value(p, a, f.site);
    r->kind = clean_value(p, a, f.kind);
    struct page_ld ld;
    page_ld_of(&p->html, a, &ld);
    r->schema = clean_value(p, a, ld.type);
    if (!r->title.n)
        r->title = clean_value(p, a, ld.title);
    if (!r->author.n)
        r->author = clean_value(p, a, ld.author);
    if (!r->published.n)
        r->published = clean_value(p, a, ld.published);
    buf_clear(&p->text);
    extract_text(&p->extract, &p->html, how->mode, how->form, &p->text);
    r->text = without_nul(a, arena_copy(a, buf_slice(&p->text)));
    return 0;
}

static void put_if(struct buf *b, const char *key, struct slice v)
{
    if (v.n)
        json_put_str(b, key, v);
}

void page_put_facts(struct buf *b, const struct page_result *r)
{
    put_if(b, "title", r->title);
    put_if(b, "author", r->author);
    put_if(b, "published", r->published);
    put_if(b, "site", r->site);
    put_if(b, "type", r->kind);
    put_if(b, "schema", r->schema);
    put_if(b, "lang", r->lang);
}
