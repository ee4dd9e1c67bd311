/* Which blocks are the main content, and how they are written. The rules are the semantic ones that
 * an ablation on a reviewed corpus found to carry the decision: chrome, root, smoothing. */
#include "core/hash.h"
#include "core/mem.h"
#include "read/extract.h"

enum {
    CHROME = IN_NAV | IN_HEADER | IN_FOOTER | IN_ASIDE | IN_DIALOG | IN_SEARCH | IN_BANNER |
             IN_CONTENTINFO,
    UNSEEN = IN_HIDDEN | IN_NOSCRIPT,
    GOOD_WORDS = 12,            /* a paragraph has so many words, few of them links */
    DUP_WORDS = 6
};

void extract_init(struct extract *x)
{
    memset(x, 0, sizeof *x);
    buf_init(&x->text, HTML_PAGE_MAX * 3);
}

void extract_free(struct extract *x)
{
    buf_free(&x->text);
    mem_free(x->block);
    mem_free(x->box);
    mem_free(x->keep);
    mem_free(x->smooth);
    mem_free(x->words_before);
    mem_free(x->seen);
    memset(x, 0, sizeof *x);
}

static bool is_good(const struct extract *x, const struct extract_block *b)
{
    return (b->words >= GOOD_WORDS && b->link_words * 10 < b->words * 3) ||
           x->box[b->in].tag == HTML_pre;
}

static bool is_link_block(const struct extract_block *b)
{
    return b->link_words * 2 > b->words;
}

static bool is_heading(unsigned tag)
{
    return tag >= HTML_h1 && tag <= HTML_h6;
}

static void make_room(struct extract *x)
{
    const uint32_t n = x->n_blocks + 1;
    if (n <= x->cap_keep)
        return;
    x->cap_keep = n * 2;
    x->keep = mem_grow(x->keep, x->cap_keep);
    x->smooth = mem_grow(x->smooth, x->cap_keep);
    x->words_before = mem_grow_array(x->words_before, x->cap_keep, sizeof *x->words_before);
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
    uint32_t drop = CHROME | UNSEEN | IN_CONTROL;
    for (int bit = 0; bit < 32; bit++)
        if (good_in[bit] * 2 > good && good_in[bit] > 100)
            drop &= ~(1u << bit);
    return drop;
}

static void drop_chrome(struct extract *x)
{
    const uint32_t drop = facts_to_drop(x);
    for (uint32_t i = 0; i < x->n_blocks; i++) {
        const struct extract_container *c = &x->box[x->block[i].in];
        const uint32_t hit = c->facts & drop;
        /* The title of the page may stand in a header. */
        x->keep[i] = !hit || (c->tag == HTML_h1 && hit == IN_HEADER);
    }
}

static uint32_t box_words(const struct extract *x, const struct extract_container *c)
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
        const struct extract_container *c = &x->box[i];
        if (!(c->own & IN_HINTED) || c->first_block < done ||
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
        const struct extract_container *c = &x->box[i];
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
        x->smooth[i] = !is_link_block(&x->block[i]) && !is_heading(x->box[x->block[i].in].tag);
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

static void clear_seen(struct extract *x)
{
    uint32_t want = 64;
    while (want < x->n_blocks * 2)
        want *= 2;
    if (want > x->cap_seen) {
        x->seen = mem_grow_array(x->seen, want, sizeof *x->seen);
        x->cap_seen = want;
    }
    memset(x->seen, 0, x->cap_seen * sizeof *x->seen);
}

static void drop_repeated(struct extract *x)
{
    clear_seen(x);
    for (uint32_t i = 0; i < x->n_blocks; i++) {
        const struct extract_block *b = &x->block[i];
        const unsigned tag = x->box[b->in].tag;
        if (!x->keep[i] || b->words < DUP_WORDS || tag == HTML_pre || tag == HTML_td)
            continue;
        const uint64_t hash = hash64(slice_of(x->text.p + b->at, b->n)) | 1;
        uint32_t at = (uint32_t)(hash >> 32) & (x->cap_seen - 1);
        while (x->seen[at] && x->seen[at] != hash)
            at = (at + 1) & (x->cap_seen - 1);
        if (x->seen[at])
            x->keep[i] = 0;
        x->seen[at] = hash;
    }
}

static void keep_main(struct extract *x)
{
    x->words_before[0] = 0;
    for (uint32_t i = 0; i < x->n_blocks; i++)
        x->words_before[i + 1] = x->words_before[i] + x->block[i].words;
    drop_chrome(x);
    drop_hinted(x);
    keep_root(x);
    smooth(x);
    drop_repeated(x);
}

static void keep_all(struct extract *x)
{
    for (uint32_t i = 0; i < x->n_blocks; i++)
        x->keep[i] = !(x->box[x->block[i].in].facts & UNSEEN);
}

static bool is_cell(unsigned tag)
{
    return tag == HTML_td || tag == HTML_th;
}

/* Cells of one row are separated by a tab, items and rows by a newline, the rest by an empty
 * line. */
static const char *separator(const struct extract *x, const struct extract_block *a,
                             const struct extract_block *b)
{
    const struct extract_container *ca = &x->box[a->in], *cb = &x->box[b->in];
    if (is_cell(ca->tag) && is_cell(cb->tag))
        return ca->parent == cb->parent ? "\t" : "\n";
    if (b->item || cb->tag == HTML_dt || cb->tag == HTML_dd || cb->tag == HTML_option)
        return "\n";
    return "\n\n";
}

static void write_kept(const struct extract *x, struct buf *out)
{
    const struct extract_block *last = NULL;
    for (uint32_t i = 0; i < x->n_blocks; i++) {
        const struct extract_block *b = &x->block[i];
        if (!x->keep[i])
            continue;
        if (last)
            buf_add_str(out, separator(x, last, b));
        if (b->item)
            buf_add_str(out, "- ");
        buf_add(out, x->text.p + b->at, b->n);
        last = b;
    }
}

void extract_text(struct extract *x, const struct html *h, enum extract_mode mode,
                  struct buf *out)
{
    extract_blocks(x, h);
    make_room(x);
    if (mode == EXTRACT_MAIN)
        keep_main(x);
    else
        keep_all(x);
    write_kept(x, out);
}

void extract_facts(const struct html *h, struct page_facts *f)
{
    *f = (struct page_facts){SLICE(""), SLICE(""), SLICE("")};
    f->lang = html_attr(h, &h->node[0], HTML_ATTR_lang);
    for (uint32_t i = 1; i < h->n_nodes && h->node[i].tag != HTML_body; i++) {
        const struct html_node *e = &h->node[i];
        if (e->tag == HTML_title && !f->title.n && e->end > i + 1)
            f->title = html_text(h, e + 1);
        else if (e->tag == HTML_link && !f->canonical.n &&
                 slice_eq_nocase(html_attr(h, e, HTML_ATTR_rel), SLICE("canonical")))
            f->canonical = html_attr(h, e, HTML_ATTR_href);
    }
}
