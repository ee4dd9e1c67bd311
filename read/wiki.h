/* wiki - MediaWiki XML dumps, page by page
 *
 * A dump is <mediawiki>, a <siteinfo> with the wiki's name and namespaces, then pages. Inside a
 * page everything that users wrote is escaped, so "</page>" only ever ends a page: dumps are cut
 * there with a plain search and pages are read on any thread by looking for their few elements;
 * no XML parser is needed, and a damaged page harms no other.
 *
 * Slices point into the dump; text and title come unescaped into a caller's buf or arena.
 */
#ifndef READ_WIKI_H
#define READ_WIKI_H
#include <stdint.h>
#include "core/arena.h"
#include "core/buf.h"
#include "read/wikitext.h"

/* What the start of a dump says. All may be empty. */
struct wiki_site {
    struct slice db;                /* "enwiki" */
    struct slice base;              /* "https://en.wikipedia.org/wiki/" */
    struct slice lang;              /* "en" */
    struct wiki_names names;        /* of files, categories, media */
};

struct wiki_page {
    struct slice title, ns, id, redirect;           /* title and redirect still escaped */
    struct slice revision, timestamp, model, text;  /* of the last revision in the dump */
    bool has_redirect, has_text;
};

void wiki_site_read(struct wiki_site *site, struct arena *a, struct slice head);
/* Bytes up to the end of the last whole page, and how many pages that is. */
size_t wiki_split(struct slice bytes, uint64_t *pages);
/* The next "<page>...</page>"; *rest moves behind it. False when there is none. */
bool wiki_next_page(struct slice *rest, struct slice *page);
/* 0; -1 when it lacks what a page must have, *lack naming it. */
int wiki_page_read(struct wiki_page *p, struct slice page, const char **lack);
/* Address of a page, percent-encoded as MediaWiki does. title is unescaped. */
void wiki_url(const struct wiki_site *site, struct slice title, struct buf *out);

#endif
