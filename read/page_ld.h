/* page_ld - what a page says of itself in JSON-LD (schema.org)
 *
 * Every <script type="application/ld+json"> is an object, an array of them, or an object whose
 * "@graph" is one. The page's own object is the first whose type is not one of the site's furniture
 * (WebSite, Organization, BreadcrumbList ...). What is no JSON is passed over.
 */
#ifndef READ_PAGE_LD_H
#define READ_PAGE_LD_H
#include "core/arena.h"
#include "read/html.h"

struct page_ld {
    struct slice type;                          /* "NewsArticle"; empty when absent, as all */
    struct slice author, published, title;      /* decoded, in the arena or the page */
};
void page_ld_of(const struct html *h, struct arena *a, struct page_ld *ld);

#endif
