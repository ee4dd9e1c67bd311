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
    const char *charset;
    uint64_t repaired;
};

struct page *page_new(void);
void page_free(struct page *p);
/* `http_charset` is a label or empty. -1 if the page is too large. */
int page_read(struct page *p, struct arena *a, struct slice bytes, struct slice http_charset,
              bool is_html, enum extract_mode mode, enum extract_form form,
              struct page_result *r);

#endif
