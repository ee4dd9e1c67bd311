/* html_tree - the stack of open elements
 *
 * The tokenizer (html.c) calls tree_open() and tree_close() for tags and tree_text() for text; this
 * module decides where in the node array things hang. All searches look at the open elements only,
 * at most HTML_DEPTH_MAX of them.
 */
#ifndef READ_HTML_TREE_H
#define READ_HTML_TREE_H
#include "read/html.h"

struct tree {
    struct html *h;
    int depth;                          /* open elements */
    uint32_t node[HTML_DEPTH_MAX];
    uint8_t tag[HTML_DEPTH_MAX];
    uint16_t open[HTML_TAG_COUNT];      /* how many of each are open */
    uint32_t too_deep;                  /* elements that were not pushed */
    bool space;                         /* white space stands before the next node */
};

void tree_start(struct tree *t, struct html *h);
void tree_finish(struct tree *t);
/* A start tag; its attributes are the last ones added to h->attr, from first_attr on. `closed`
 * says that it has no content here. */
void tree_open(struct tree *t, enum html_tag tag, uint32_t first_attr, bool closed);
void tree_close(struct tree *t, enum html_tag tag);
void tree_text(struct tree *t, struct slice s, bool decode);

#endif
