/* Which blocks are the main content, by rules alone. They are the semantic ones that an ablation on
 * a reviewed corpus found to carry the decision: chrome, root, smoothing. */
#include "core/hash.h"
#include "core/mem.h"
#include "read/extract.h"

enum {
    CHROME = IN_NAV | IN_HEADER | IN_FOOTER | IN_ASIDE | IN_COMPLEMENTARY | IN_DIALOG |
             IN_SEARCH | IN_BANNER | IN_CONTENTINFO,
    UNSEEN = IN_HIDDEN | IN_NOSCRIPT,
    GOOD_WORDS = 12,            /* a paragraph has so many words, few of them links */
    DUP_WORDS = 6
};

/* Boxes whose names alone let a rule take them for chrome. */
#define HINTED_GROUPS                                                                     \
    (1u << HINT_share | 1u << HINT_cookie | 1u << HINT_crumbs | 1u << HINT_pager |        \
     1u << HINT_newsletter | 1u << HINT_nav | 1u << HINT_footer)

static bool is_good(const struct extract *x, const struct extract_block *b)
{
    return extract_is_good(b, GOOD_WORDS) || x->box[b->in].tag == HTML_pre;
}

static bool is_link_block(const struct extract_block *b)
{
    return b->link_words * 2 > b->words;
}

/* Kinds of chrome that hold most of the page's paragraphs are not chrome there. */
static uint32_t facts_to_drop(const struct extract *x)
{
    uint64_t good_in[32] = {0}, good = 0;
    for (uint32_t i = 0; i < x->n_blocks; i++) {
        const struct extract_block *b = &x->block[i];
        if (!is_good(x, b))
            continue;
        good += b->words;
        for (uint32_t f = x->box[b->in].facts & (CHROME | UNSEEN); f; f &= f - 1)
            good_in[__builtin_ctz(f)] += b->words;
    }
    uint32_t drop = CHROME | UNSEEN | IN_CONTROL | IN_NEVER;
    for (int bit = 0; bit < 32; bit++)
        if (good_in[bit] * 2 > good && good_in[bit] > 100)
            drop &= ~(1u << bit);
    return drop;
}

static void drop_chrome(struct extract *x)
{
    const uint32_t drop = facts_to_drop(x);
    for (uint32_t i = 0; i < x->n_blocks; i++) {
        const struct extract_box *c = &x->box[x->block[i].in];
        const uint32_t hit = c->facts & drop;
        /* The title of the page may stand in a header. */
        x->keep[i] = !hit || (c->tag == HTML_h1 && hit == IN_HEADER);
    }
}

static uint32_t box_words(const struct extract *x, const struct extract_box *c)
{
    return x->words_before[c->end_block] - x->words_before[c->first_block];
}

/* Boxes whose class says share, cookie, related...: outermost ones, and only if they hold less
 * than a tenth of the page. */
static void drop_hinted(struct extract *x)
{
    const uint64_t page = x->words_before[x->n_blocks];
    uint32_t done = 0;
    for (uint32_t i = 1; i < x->n_boxes; i++) {
        const struct extract_box *c = &x->box[i];
        if (!(c->hints & HINTED_GROUPS) || c->first_block < done ||
            (uint64_t)box_words(x, c) * 10 >= page)
            continue;
        for (uint32_t b = c->first_block; b < c->end_block; b++)
            x->keep[b] = 0;
        done = c->end_block;
    }
}

/* The one outermost main, else articleBody, else article, if it holds enough of the page. */
static uint32_t find_root(const struct extract *x)
{
    static const uint32_t kinds[3] = {IN_MAIN, IN_BODY_PROP, IN_ARTICLE};
    const uint64_t page = x->words_before[x->n_blocks];
    uint32_t found[3] = {0}, count[3] = {0};
    for (uint32_t i = 1; i < x->n_boxes; i++) {
        const struct extract_box *c = &x->box[i];
        for (int k = 0; k < 3; k++) {
            if (!(c->own & kinds[k]) || x->box[c->parent].facts & kinds[k])
                continue;
            const uint64_t words = box_words(x, c);
            if (words * 7 > page && words > 40) {
                count[k]++;
                found[k] = i;
            }
        }
    }
    for (int k = 0; k < 3; k++)
        if (count[k] == 1)
            return found[k];
    return 0;
}

static void keep_root(struct extract *x)
{
    const uint32_t root = find_root(x);
    if (!root)
        return;
    for (uint32_t i = 0; i < x->n_blocks; i++)
        if ((i < x->box[root].first_block || i >= x->box[root].end_block) &&
            x->box[x->block[i].in].tag != HTML_h1)
            x->keep[i] = 0;
}

/* Up to three kept blocks before the first paragraph. */
static void smooth_lead(struct extract *x, uint32_t first)
{
    int left = 3;
    for (uint32_t i = first; i-- > 0 && left > 0;) {
        if (!x->keep[i])
            continue;
        left--;
        x->smooth[i] = !is_link_block(&x->block[i]) || x->box[x->block[i].in].tag == HTML_h1;
    }
}

/* Between two paragraphs: short gaps and gaps that are mostly no links. */
static void smooth_gap(struct extract *x, uint32_t from, uint32_t to)
{
    uint32_t count = 0, plain = 0;
    for (uint32_t i = from; i < to; i++) {
        count += x->keep[i];
        plain += x->keep[i] && !is_link_block(&x->block[i]);
    }
    if (count > 6 && plain * 10 < count * 7)
        return;
    for (uint32_t i = from; i < to; i++)
        x->smooth[i] = x->keep[i] && !is_link_block(&x->block[i]);
}

static void smooth_tail(struct extract *x, uint32_t from)
{
    int left = 2;
    for (uint32_t i = from; i < x->n_blocks && left > 0; i++) {
        if (!x->keep[i])
            continue;
        left--;
        x->smooth[i] = !is_link_block(&x->block[i]) &&
                       !extract_is_heading(x->box[x->block[i].in].tag);
    }
}

/* Only where paragraphs carry the page; undone if it leaves less than a quarter. */
static void smooth(struct extract *x)
{
    uint64_t kept = 0, good = 0, left = 0;
    for (uint32_t i = 0; i < x->n_blocks; i++)
        if (x->keep[i]) {
            kept += x->block[i].words;
            good += is_good(x, &x->block[i]) ? x->block[i].words : 0;
        }
    if (kept == 0 || good * 100 < kept * 55)
        return;
    memset(x->smooth, 0, x->n_blocks);
    uint32_t next = 0;
    bool any = false;
    for (uint32_t i = 0; i < x->n_blocks; i++) {
        if (!x->keep[i] || !is_good(x, &x->block[i]))
            continue;
        x->smooth[i] = 1;
        if (any)
            smooth_gap(x, next, i);
        else
            smooth_lead(x, i);
        any = true;
        next = i + 1;
    }
    smooth_tail(x, next);
    for (uint32_t i = 0; i < x->n_blocks; i++)
        left += x->smooth[i] ? x->block[i].words : 0;
    if (left * 4 >= kept)
        memcpy(x->keep, x->smooth, x->n_blocks);
}

void extract_rules(struct extract *x)
{
    drop_chrome(x);
    drop_hinted(x);
    keep_root(x);
    smooth(x);
}
