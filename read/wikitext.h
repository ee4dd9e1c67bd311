/* wikitext - MediaWiki markup to clean text, in linear time
 *
 * Templates cannot be expanded without the wiki, so they are dropped, except a table of inline
 * ones whose value stands in their arguments ({{convert|5|km}}, {{lang|fr|..}}, {{circa|1400}}):
 * without those, sentences would have holes. Tables, references, files, categories and comments
 * go; links show their label; formulas stay as TeX between $; headings stay as lines, and go when
 * nothing stands below them.
 *
 *     scan     one pass finds the brackets and pairs them with a stack  (wikitext_scan.c)
 *     render   walks the pairs, writes plain lines with marks for holes (wikitext.c, _template.c)
 *     lines    headings, lists, and the repair around holes: "( , )"    (wikitext_lines.c)
 *
 * Each byte is looked at a constant number of times whatever the nesting; depth is bounded.
 * A struct wikitext is scratch for one thread, reused from page to page.
 */
#ifndef READ_WIKITEXT_H
#define READ_WIKITEXT_H
#include "core/buf.h"

enum wiki_headings { WIKI_HEADINGS_PLAIN, WIKI_HEADINGS_MARKDOWN, WIKI_HEADINGS_NONE };

struct wikitext_opts {
    enum wiki_headings headings;
    const char *const *drop_sections;       /* titles, compared without ASCII case */
    size_t n_drop;
};

#define WIKI_MAX_NAMES 32

/* Names of the namespaces whose links vanish, in the wiki's language (from its siteinfo). */
struct wiki_names {
    struct slice v[WIKI_MAX_NAMES];
    size_t n;
};

struct wikitext;

struct wikitext *wikitext_new(void);
void wikitext_free(struct wikitext *w);             /* NULL is allowed */
/* Appends the text of a page to out. -1 when it is too long (2 GiB, or out is full). */
int wikitext_convert(struct wikitext *w, const struct wikitext_opts *o,
                     const struct wiki_names *names, struct slice text, struct buf *out);

#endif
