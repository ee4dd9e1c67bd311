/* extract_features - what the classifier sees of a block: one byte a feature
 *
 * Counts are bytes by logarithm (15 steps a doubling), shares are 0 to 255. Everything that a block
 * asks of its ancestors is carried down the boxes once, so that deep nesting costs nothing. The
 * lists below are the order of the columns: tools/extract_train.py reads the names from
 * tools/extract_rows.c, and read/extract_model.h must be made again when they change.
 */
#ifndef READ_EXTRACT_FEATURES_H
#define READ_EXTRACT_FEATURES_H
#include "read/extract.h"

#define EXTRACT_ANCESTORS 5             /* only those that hold more blocks than the one below */
#define EXTRACT_GROUPS 12               /* hint groups whose share of the page is a feature */

#define ANCESTOR_LIST(X, n) \
    X(a##n##_words) X(a##n##_link) X(a##n##_blocks) X(a##n##_good) X(a##n##_share) X(a##n##_dense)
#define NEIGHBOUR_LIST(X, n) \
    X(n##_words) X(n##_link) X(n##_alike) X(n##_kin) X(n##_sentences) X(n##_heading)
#define WINDOW_LIST(X, n) X(w##n##_words) X(w##n##_link) X(w##n##_mean)

#define EXTRACT_FEATURE_LIST(X) \
    /* the block itself */ \
    X(words) X(word_length) X(link) X(links) X(commas) X(sentences) X(last) X(capitals) \
    X(digits) X(bold) X(kind) X(is_p) X(heading) X(is_li) X(is_cell) X(is_div) X(is_term) \
    X(is_caption) X(copyright) X(currency) X(pipe) X(arrow) X(repeats) \
    /* where it stands */ \
    X(position_blocks) X(position_words) X(index) X(rest) X(words_behind) X(h1_distance) \
    X(h1_words) X(depth) \
    /* what it stands in */ \
    ANCESTOR_LIST(X, 0) ANCESTOR_LIST(X, 1) ANCESTOR_LIST(X, 2) ANCESTOR_LIST(X, 3) \
    ANCESTOR_LIST(X, 4) X(alike_count) X(alike_words) X(alike_link) X(alike_kind) \
    X(alike_share) X(near_alike_count) X(near_alike_words) X(near_alike_link) X(off_path) \
    X(path_good) X(path_share) X(path_words) X(path_link) X(path_good_here) X(path_depth) \
    X(facts) /* EXTRACT_FACTS columns from here */

#define EXTRACT_FEATURE_TAIL(X) \
    /* what stands around it */ \
    NEIGHBOUR_LIST(X, p1) NEIGHBOUR_LIST(X, p2) NEIGHBOUR_LIST(X, n1) NEIGHBOUR_LIST(X, n2) \
    WINDOW_LIST(X, 2) WINDOW_LIST(X, 5) WINDOW_LIST(X, 12) X(good_before) X(good_behind) \
    X(under_heading) X(section_words) X(section_level) \
    /* the page */ \
    X(page_words) X(page_link) X(page_blocks) X(page_good) X(page_main) X(page_articles) \
    X(page_h1) X(page_currency) X(page_comments) X(page_forms) X(page_items) X(page_cells) \
    X(page_pre) X(page_good_blocks) X(page_headings) X(page_threads)

/* The second round: the first one's scores around the block. */
#define EXTRACT_CONTEXT_LIST(X) \
    X(score) X(before1) X(before2) X(before3) X(before4) X(behind1) X(behind2) X(behind3) \
    X(behind4) X(around3) X(around8) X(around20) X(before8) X(behind8) X(before30) X(behind30) \
    X(c0_mean) X(c0_rest) X(c0_share) X(c1_mean) X(c1_rest) X(c1_share) X(c2_mean) X(c2_rest) \
    X(c2_share) X(c3_mean) X(c3_rest) X(c3_share) X(c4_mean) X(c4_rest) X(c4_share) \
    X(path_mean) X(path_score) X(path_count) X(path_part) X(path_length) X(alike_mean) \
    X(alike_self) X(alike_part) X(alike_above) X(page_mean) X(page_f1) X(page_expected) \
    X(over_cut) X(so_far) X(heading_score) X(section_mean) X(section_blocks) X(section_part) \
    X(kept_before) X(kept_behind)

enum {
#define F(name) F_##name,
    EXTRACT_FEATURE_LIST(F)
    F_after_facts = F_facts + EXTRACT_FACTS - 1,
    F_group_share,
    F_after_groups = F_group_share + EXTRACT_GROUPS - 1,
    F_hint_near,
    F_after_near = F_hint_near + HINT_COUNT - 1,
    F_hint_above,
    F_after_above = F_hint_above + HINT_COUNT - 1,
    EXTRACT_FEATURE_TAIL(F)
    F_COUNT,
#undef F
    C_START = F_COUNT - 1,              /* the context's columns follow in the same row */
#define C(name) C_##name,
    EXTRACT_CONTEXT_LIST(C)
#undef C
    ROW_COUNT
};

/* What a box passes on to the blocks in it. */
struct box_figures {
    uint32_t alike, alike_words, alike_links;   /* siblings that look the same, with itself */
    uint32_t group_words[EXTRACT_GROUPS];   /* of the outermost ancestor in the group */
    uint32_t wider;                         /* nearest ancestor that holds more blocks */
    uint32_t path;                          /* where its way to the root meets the dense path */
    uint32_t heaviest, nearest;             /* repeated ancestors, by words, by distance; or 0 */
    uint32_t slot;                          /* of its group of siblings */
    uint16_t off_path;
    bool on_path;
};

struct features {
    const struct extract *x;
    struct box_figures *box;
    uint8_t *row;                       /* n_blocks rows of ROW_COUNT bytes */
    uint8_t *score[2];                  /* of each round; 0 to 255 */
    uint32_t *link, *good, *links;      /* sums over blocks before i, like x->words_before */
    uint32_t *next_good;
    uint64_t *mass;                     /* words times score, summed over blocks before i */
    uint64_t *box_mass;
    uint32_t *table;                    /* hash tables of siblings and paths: 6 words a slot */
    uint32_t *section, *path_of, *path_slot;
    uint32_t cap_blocks, cap_boxes, cap_table;
    uint32_t h1, n_good_blocks;
    uint8_t page[16];
};

struct features *features_new(void);
void features_free(struct features *f);
/* Fill the rows: without the context, and the context from score[0]. words_before of x must be
 * there. */
void features_of(struct features *f, const struct extract *x);
void features_context(struct features *f);      /* extract_context.c */
/* The score (1 to 256) from which on blocks are kept, so that the expected F1 of words is greatest;
 * *f1 is that, in 0 to 255. */
unsigned features_cut(const struct features *f, const uint8_t *score, unsigned *f1);

/* ---- between extract_features.c and extract_context.c ---------------------------------------- */

/* 15 steps a doubling; 0 to 255. */
static inline uint8_t features_log(uint64_t v)
{
    const uint32_t x = (v < 65535 ? (uint32_t)v : 65535) + 1;
    const unsigned l = 31 - (unsigned)__builtin_clz(x);
    const unsigned r = l * 15 + (((x << (31 - l)) >> 27) & 15);
    return (uint8_t)(r < 255 ? r : 255);
}

static inline uint8_t features_share(uint64_t part, uint64_t all)
{
    return (uint8_t)(all == 0 ? 0 : part >= all ? 255 : part * 255 / all);
}

static inline uint32_t features_words(const struct extract *x, uint32_t box)
{
    return x->words_before[x->box[box].end_block] - x->words_before[x->box[box].first_block];
}

static inline uint32_t features_blocks(const struct extract *x, uint32_t box)
{
    return x->box[box].end_block - x->box[box].first_block;
}

#endif
