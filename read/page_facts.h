/* page_facts - what a page says of itself in its head */
#ifndef READ_PAGE_FACTS_H
#define READ_PAGE_FACTS_H
#include "read/html.h"

struct page_facts {
    struct slice title, canonical, lang;        /* raw spelling, in the page; empty when absent */
};
void page_facts_of(const struct html *h, struct page_facts *f);

#endif
