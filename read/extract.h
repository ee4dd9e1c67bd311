/* extract - from a parsed page to its text
 *
 * The node array is cut into blocks: runs of text between block boundaries, each in one box (a
 * block-level element). Boxes inherit facts from their ancestors (inside nav, hidden, ...) as they
 * are made, so that everything later is a scan over blocks and boxes:
 *
 *     nodes -> blocks, boxes -> features -> scores -> keep[] -> text          (extract_blocks.c,
 *                   |                                  ^      extract_features.c, extract_trees.c,
 *                   +------------- rules --------------+      extract_rules.c, extract_write.c)
 *
 * EXTRACT_ALL keeps what a reader of the page could see. The other modes keep the main content:
 * boosted trees over byte features of each block give it a probability, a second round looks at
 * the first one's scores around it, and blocks are kept above the threshold that makes the
 * expected F1 of the page's words greatest; EXTRACT_PRECISION and EXTRACT_RECALL move it. No word
 * of any language takes part, only structure, lengths, and words in class and id. Very small and
 * very large pages, and those where the scores find nothing, go by the rules alone.
 *
 * A `struct extract` belongs to one thread and is reused from page to page. Time is linear in the
 * page.
 */
#ifndef READ_EXTRACT_H
#define READ_EXTRACT_H
#include "read/extract_hints.h"
#include "read/html.h"

enum extract_mode {
    EXTRACT_MAIN,
    EXTRACT_PRECISION,
    EXTRACT_RECALL,
    EXTRACT_ALL,
    EXTRACT_RULES,
    EXTRACT_SOURCE,         /* nothing is extracted: the markup itself (read/page.c) */
};
enum extract_form { EXTRACT_PLAIN, EXTRACT_MARKDOWN };

#define EXTRACT_BLOCKS_MAX 20000        /* scored pages have no more blocks */

/* Facts of a box, its own and its ancestors'. */
#define EXTRACT_FACT_LIST(X) \
    X(NAV) X(HEADER) X(FOOTER) X(ASIDE) X(DIALOG) X(SEARCH) X(BANNER) X(CONTENTINFO) X(HIDDEN) \
    X(NOSCRIPT) X(CONTROL) X(MAIN) X(BODY_PROP) X(ARTICLE) X(PRE) X(SECTION) X(FORM) X(TABLE) \
    X(UL) X(OL) X(DL) X(LI) X(QUOTE) X(FIGURE) X(DETAILS) X(P) X(HEADER_INSIDE) X(ITEM_TYPE) \
    X(ITEM_PROP) X(COMPLEMENTARY) X(NEVER)
enum extract_fact_bit {
#define BIT(name) BIT_##name,
    EXTRACT_FACT_LIST(BIT)
#undef BIT
    EXTRACT_FACTS
};
enum {
#define FACT(name) IN_##name = 1 << BIT_##name,
    IN_NONE = 0, EXTRACT_FACT_LIST(FACT)
#undef FACT
    /* NEVER: head, template, options of a select: no text for anybody. */
};

/* Marks that text of a block may hold. */
enum { MARK_COPYRIGHT = 1, MARK_CURRENCY = 2, MARK_PIPE = 4, MARK_ARROW = 8 };

struct extract_block {
    uint32_t at, n;             /* bytes in text */
    uint32_t in;                /* box */
    uint64_t hash;              /* of the text */
    uint32_t words, link_words, bold_words, links, chars;
    uint32_t commas, sentences, capitals, digits;       /* counts; capitals and digits: words */
    uint8_t marks;              /* MARK_* */
    uint8_t repeats;            /* how often the same text stood before */
    bool item;                  /* the first of a list item */
};

struct extract_box {
    uint32_t parent, end_node;
    uint32_t first_block, end_block;
    uint32_t facts, own;        /* IN_*: with its ancestors', only its own */
    uint32_t hints, hints_above;        /* groups of extract_hints.h: its own, with ancestors' */
    uint32_t signature;         /* of tag and first class: siblings that look the same */
    uint32_t number;            /* of a list item in its list, from 1 */
    uint16_t depth;
    uint8_t tag;
};

struct extract_seen {
    uint64_t hash;
    uint32_t n;
};

struct features;                /* extract_features.h */

struct extract {
    struct buf text;            /* of all blocks */
    struct extract_block *block;
    struct extract_box *box;
    uint8_t *keep, *smooth;
    uint32_t *words_before;     /* sums over blocks, n_blocks + 1 */
    struct extract_seen *seen;  /* hash table of block texts */
    uint32_t n_blocks, n_boxes;
    uint32_t cap_blocks, cap_boxes, cap_keep, cap_seen;
    struct hints hints;
    struct features *features;
};

void extract_init(struct extract *x);
void extract_free(struct extract *x);
/* Appends the text of the page to out. */
void extract_text(struct extract *x, const struct html *h, enum extract_mode mode,
                  enum extract_form form, struct buf *out);

/* ---- the steps, for extract.c and tests ----------------------------------------------------- */

void extract_blocks(struct extract *x, const struct html *h);
/* Fill keep[]: by rules, and by scores. The latter is false if it found nothing. */
void extract_rules(struct extract *x);
bool extract_scores(struct extract *x, enum extract_mode mode);
void extract_drop_repeated(struct extract *x);
void extract_write(const struct extract *x, enum extract_form form, struct buf *out);

static inline bool extract_is_heading(unsigned tag)
{
    return tag >= HTML_h1 && tag <= HTML_h6;
}

/* A paragraph: so many words, few of them links. */
static inline bool extract_is_good(const struct extract_block *b, uint32_t words)
{
    return b->words >= words && (uint64_t)b->link_words * 10 < (uint64_t)b->words * 3;
}

#endif
