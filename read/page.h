/* page - one HTML or plain text payload to UTF-8 text
 *
 *     bytes -> charset -> UTF-8 -> nodes -> main text
 *
 * What the html and warc stages share. A `struct page` is per worker and reused; results lie in the
 * arena that is given.
 */
#ifndef READ_PAGE_H
#define READ_PAGE_H
#include "core/arena.h"
#include "read/extract.h"
#include "read/page_facts.h"

struct page {
    struct html html;
    struct extract extract;
    struct buf utf8, text, tmp;
};

struct page_result {
    struct slice text;                          /* valid UTF-8, in the arena */
    struct slice title, canonical, lang;        /* empty when absent */
    struct slice author, published, site, kind; /* the same; see page_facts.h */
    struct slice schema;                        /* schema.org type; see page_ld.h */
    const char *charset;
    uint64_t repaired;
};

struct page *page_new(void);
void page_free(struct page *p);
/* How to read a page. Labels may be empty. */
struct page_how {
    struct slice http_charset;                  /* label that the server declared */
    struct slice detected_charset;              /* by somebody before us; counts as a guess */
    bool is_html;
    enum extract_mode mode;
    enum extract_form form;
};

/* -1 if the page is too large. */
int page_read(struct page *p, struct arena *a, struct slice bytes, const struct page_how *how,
              struct page_result *r);
/* Appends title, author, published, site, type, schema and lang, as far as known. */
void page_put_facts(struct buf *b, const struct page_result *r);

#endif
