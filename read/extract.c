/* From blocks to text: who decides, and what all ways of deciding share. */
#include "core/hash.h"
#include "core/mem.h"
#include "read/extract_features.h"
#include "read/extract_trees.h"

enum {
    REPEAT_WORDS = 6,
    SCORED_WORDS = 100          /* on smaller pages the figures tell too little */
};

void extract_init(struct extract *x)
{
    memset(x, 0, sizeof *x);
    buf_init(&x->text, HTML_PAGE_MAX * 3);
    hints_init(&x->hints);
    x->features = features_new();
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
    features_free(x->features);
    memset(x, 0, sizeof *x);
}

static void make_room(struct extract *x)
{
    const uint32_t n = x->n_blocks + 1;
    if (n > x->cap_keep) {
        x->cap_keep = n * 2;
        x->keep = mem_grow(x->keep, x->cap_keep);
        x->smooth = mem_grow(x->smooth, x->cap_keep);
        x->words_before = mem_grow_array(x->words_before, x->cap_keep, sizeof *x->words_before);
    }
    uint32_t slots = 64;
    while (slots < n * 2)
        slots *= 2;
    if (slots > x->cap_seen) {
        x->seen = mem_grow_array(x->seen, slots, sizeof *x->seen);
        x->cap_seen = slots;
    }
}

static struct extract_seen *seen_at(struct extract *x, uint64_t hash)
{
    uint32_t at = (uint32_t)(hash >> 32) & (x->cap_seen - 1);
    while (x->seen[at].n && x->seen[at].hash != hash)
        at = (at + 1) & (x->cap_seen - 1);
    x->seen[at].hash = hash;
    return &x->seen[at];
}

static void clear_seen(struct extract *x)
{
    memset(x->seen, 0, x->cap_seen * sizeof *x->seen);
}

/* Sums, and how often each text stood before. */
static void look_over(struct extract *x)
{
    clear_seen(x);
    x->words_before[0] = 0;
    for (uint32_t i = 0; i < x->n_blocks; i++) {
        struct extract_block *b = &x->block[i];
        x->words_before[i + 1] = x->words_before[i] + b->words;
        b->hash = hash64(slice_of(x->text.p + b->at, b->n));
        struct extract_seen *s = seen_at(x, b->hash);
        b->repeats = (uint8_t)(s->n < 255 ? s->n : 255);
        s->n++;
    }
}

void extract_drop_repeated(struct extract *x)
{
    clear_seen(x);
    for (uint32_t i = 0; i < x->n_blocks; i++) {
        const struct extract_block *b = &x->block[i];
        const unsigned tag = x->box[b->in].tag;
        if (!x->keep[i] || b->words < REPEAT_WORDS || tag == HTML_pre || tag == HTML_td)
            continue;
        struct extract_seen *s = seen_at(x, b->hash);
        x->keep[i] = s->n == 0;
        s->n = 1;
    }
}

/* Blocks without a word (a rule, a bullet, a formula in signs) go with what stands around them. */
static void settle_wordless(struct extract *x)
{
    for (uint32_t i = 0; i < x->n_blocks; i++) {
        if (x->block[i].words)
            continue;
        const bool before = i == 0 || x->keep[i - 1];
        const bool behind = i + 1 == x->n_blocks || x->keep[i + 1];
        x->keep[i] = before && behind && x->n_blocks > 1;
    }
}

/* The score above which blocks are kept, by mode. */
static unsigned move_cut(unsigned f1, enum extract_mode mode)
{
    const unsigned half = f1 * 230 / 512;       /* .9 of F/2: blocks there pay for themselves */
    switch (mode) {
    case EXTRACT_PRECISION: return half > 150 ? half : 150;
    case EXTRACT_RECALL: return half / 3;
    default: return half;
    }
}

bool extract_scores(struct extract *x, enum extract_mode mode)
{
    struct features *f = x->features;
    if (x->words_before[x->n_blocks] < SCORED_WORDS || x->n_blocks > EXTRACT_BLOCKS_MAX)
        return false;
    features_of(f, x);
    trees_score(&trees_first, f->row, ROW_COUNT, x->n_blocks, f->score[0]);
    features_context(f);
    trees_score(&trees_second, f->row, ROW_COUNT, x->n_blocks, f->score[1]);
    unsigned f1;
    if (features_cut(f, f->score[1], &f1) > 255)
        return false;
    const unsigned cut = move_cut(f1, mode);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < x->n_blocks; i++) {
        const bool never = x->box[x->block[i].in].facts & IN_NEVER;
        x->keep[i] = f->score[1][i] > cut && !never;
        kept += x->keep[i];
    }
    settle_wordless(x);
    return kept > 0;
}

static void keep_all(struct extract *x)
{
    for (uint32_t i = 0; i < x->n_blocks; i++)
        x->keep[i] = !(x->box[x->block[i].in].facts & (IN_HIDDEN | IN_NOSCRIPT));
}

void extract_text(struct extract *x, const struct html *h, enum extract_mode mode,
                  enum extract_form form, struct buf *out)
{
    extract_blocks(x, h);
    make_room(x);
    look_over(x);
    if (mode == EXTRACT_ALL) {
        keep_all(x);
    } else {
        if (mode == EXTRACT_RULES || !extract_scores(x, mode))
            extract_rules(x);
        extract_drop_repeated(x);
    }
    extract_write(x, form, out);
}
