/* html - a page as a flat array of nodes
 *
 * One linear pass over UTF-8 bytes makes an array of nodes in document order: elements and runs of
 * text. `end` is the first index behind a node's subtree, so every later pass is a scan. Text
 * points into the page, or, where character references were decoded, into the parser's own buffer.
 * Only the attributes of html_tags.h are kept, as slices of the page.
 *
 * The tokenizer follows the HTML standard; tree construction is reduced to what text needs
 * (implied end tags, raw text, void elements; no adoption agency, no foster parents). Depth is
 * capped at HTML_DEPTH_MAX: deeper elements become siblings at the limit.
 *
 * A `struct html` belongs to one thread and is reused from page to page; the nodes are good until
 * the next html_parse(). The page must live as long. Time is linear in the page.
 */
#ifndef READ_HTML_H
#define READ_HTML_H
#include <stdint.h>
#include "core/buf.h"
#include "read/html_tags.h"

#define HTML_DEPTH_MAX 512
#define HTML_ATTRS_MAX 256              /* attributes looked at per tag */
#define HTML_TAG_SLOTS 512
#define HTML_PAGE_MAX ((size_t)1 << 30)

enum { HTML_SPACE_BEFORE = 1, HTML_DECODED = 2 };

struct html_node {
    uint32_t parent, end;
    uint32_t at, n;             /* text: its bytes; see html_text(). script, style: place in page */
    uint32_t attr;              /* index of the first attribute */
    uint16_t depth;
    uint8_t n_attr;
    uint8_t tag, flags;
};

struct html_attr {
    uint32_t at, n;             /* value, raw, in the page */
    uint8_t name;
};

struct html {
    struct slice page;
    struct html_node *node;
    struct html_attr *attr;
    uint32_t n_nodes, n_attrs;
    uint32_t cap_nodes, cap_attrs;
    struct buf decoded;
    uint64_t tag_key[HTML_TAG_SLOTS];   /* hash table of tag names, made once */
    uint8_t tag_of_slot[HTML_TAG_SLOTS];
};

void html_init(struct html *h);
void html_free(struct html *h);
/* -1 if the page is larger than HTML_PAGE_MAX; nothing else fails. */
int html_parse(struct html *h, struct slice page);

static inline struct slice html_text(const struct html *h, const struct html_node *x)
{
    return slice_of((x->flags & HTML_DECODED ? h->decoded.p : h->page.p) + x->at, x->n);
}
/* Raw value of an attribute; p = NULL when absent. */
struct slice html_attr(const struct html *h, const struct html_node *x, enum html_attr_name name);
unsigned html_tag_props(enum html_tag tag);

/* Appends s with its character references decoded (read/html_entity.c). */
void html_decode(struct buf *out, struct slice s);

#endif
