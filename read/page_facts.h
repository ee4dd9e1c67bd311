/* page_facts - what a page says of itself
 *
 * From its head: title, canonical link, meta elements (Open Graph, article:*, Dublin Core, plain
 * names) and, where those are silent, from rel=author, itemprop and time elements in its body. Raw
 * spelling, in the page or in the parser's buffer; empty when absent. The first source in the
 * order above wins.
 */
#ifndef READ_PAGE_FACTS_H
#define READ_PAGE_FACTS_H
#include "read/html.h"

struct page_facts {
    struct slice title, canonical, lang, author, published, site, kind;
};
void page_facts_of(const struct html *h, struct page_facts *f);

#endif
