/* extract - from a parsed page to its text
 *
 * The node array is cut into blocks: runs of text between block boundaries, each in one container
 * (a block-level element). Containers inherit facts from their ancestors (inside nav, hidden, ...)
 * as they are made, so every rule is a scan over blocks:
 *
 *     nodes -> blocks, containers -> keep[] -> text
 *
 * EXTRACT_ALL keeps what a reader of the page could see. EXTRACT_MAIN keeps the main content:
 * semantic chrome, form controls and hidden parts go; one root (main, article) is chosen if it
 * holds enough; where paragraphs carry the page, scraps between and around them are smoothed away;
 * a long block said twice is said once. No word of any language takes part.
 *
 * A `struct extract` belongs to one thread and is reused from page to page.
 */
#ifndef READ_EXTRACT_H
#define READ_EXTRACT_H
#include "read/html.h"

enum extract_mode { EXTRACT_MAIN, EXTRACT_ALL };

struct extract_block {
    uint32_t at, n;             /* bytes in text */
    uint32_t in;                /* container */
    uint32_t words, link_words;
    bool item;                  /* the first of a list item */
};

struct extract_container {
    uint32_t parent, end_node;
    uint32_t first_block, end_block;
    uint32_t facts;             /* its own and its ancestors', IN_* of extract_blocks.c */
    uint32_t own;
    uint8_t tag;
};

struct extract {
    struct buf text;            /* of all blocks */
    struct extract_block *block;
    struct extract_container *box;
    uint8_t *keep, *smooth;
    uint32_t *words_before;     /* sums over blocks, n_blocks + 1 */
    uint64_t *seen;             /* hash set of blocks */
    uint32_t n_blocks, n_boxes;
    uint32_t cap_blocks, cap_boxes, cap_keep, cap_seen;
};

void extract_init(struct extract *x);
void extract_free(struct extract *x);
/* Appends the text of the page to out. */
void extract_text(struct extract *x, const struct html *h, enum extract_mode mode,
                  struct buf *out);

/* Facts about a page that are not its text. Values are decoded into `out` buffers of the caller;
 * empty when absent. */
struct page_facts {
    struct slice title, canonical, lang;        /* raw spelling, in the page */
};
void extract_facts(const struct html *h, struct page_facts *f);

/* ---- between extract_blocks.c and extract.c ------------------------------------------------- */

enum {
    IN_NAV = 1, IN_HEADER = 2, IN_FOOTER = 4, IN_ASIDE = 8, IN_DIALOG = 16, IN_SEARCH = 32,
    IN_BANNER = 64, IN_CONTENTINFO = 128, IN_HIDDEN = 256, IN_NOSCRIPT = 512, IN_CONTROL = 1024,
    IN_MAIN = 2048, IN_BODY_PROP = 4096, IN_ARTICLE = 8192, IN_HINTED = 16384, IN_PRE = 32768,
    IN_NEVER = 65536,           /* head, template, select's options: no text for anybody */
};

void extract_blocks(struct extract *x, const struct html *h);

#endif
