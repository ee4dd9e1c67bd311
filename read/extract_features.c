/* The first round's features; see extract_features.h. */
#include "core/hash.h"
#include "core/mem.h"
#include "read/extract_features.h"

enum { GOOD_WORDS = 10, FAR = 200, SLOT_WORDS = 6 };

struct features *features_new(void)
{
    return mem_zero(sizeof(struct features));
}

void features_free(struct features *f)
{
    if (!f)
        return;
    mem_free(f->box);
    mem_free(f->row);
    mem_free(f->score[0]);
    mem_free(f->score[1]);
    mem_free(f->link);
    mem_free(f->good);
    mem_free(f->links);
    mem_free(f->next_good);
    mem_free(f->mass);
    mem_free(f->box_mass);
    mem_free(f->table);
    mem_free(f->section);
    mem_free(f->path_of);
    mem_free(f->path_slot);
    mem_free(f);
}

static void grow_blocks(struct features *f, uint32_t n)
{
    if (n <= f->cap_blocks)
        return;
    f->cap_blocks = n * 2;
    const size_t cap = f->cap_blocks;
    f->row = mem_grow(f->row, cap * ROW_COUNT);
    f->score[0] = mem_grow(f->score[0], cap);
    f->score[1] = mem_grow(f->score[1], cap);
    f->link = mem_grow_array(f->link, cap, sizeof *f->link);
    f->good = mem_grow_array(f->good, cap, sizeof *f->good);
    f->links = mem_grow_array(f->links, cap, sizeof *f->links);
    f->next_good = mem_grow_array(f->next_good, cap, sizeof *f->next_good);
    f->mass = mem_grow_array(f->mass, cap, sizeof *f->mass);
    f->section = mem_grow_array(f->section, cap, sizeof *f->section);
    f->path_slot = mem_grow_array(f->path_slot, cap, sizeof *f->path_slot);
}

static void grow(struct features *f)
{
    const uint32_t boxes = f->x->n_boxes;
    grow_blocks(f, f->x->n_blocks + 65);        /* whole strips of 64, and the sums' last */
    if (boxes > f->cap_boxes) {
        f->cap_boxes = boxes * 2;
        f->box = mem_grow_array(f->box, f->cap_boxes, sizeof *f->box);
        f->box_mass = mem_grow_array(f->box_mass, f->cap_boxes, sizeof *f->box_mass);
        f->path_of = mem_grow_array(f->path_of, f->cap_boxes, sizeof *f->path_of);
    }
    uint32_t slots = 64;
    while (slots < boxes * 2 || slots < f->x->n_blocks * 2)
        slots *= 2;
    if (slots > f->cap_table) {
        f->cap_table = slots;
        f->table = mem_grow_array(f->table, (size_t)slots * SLOT_WORDS, sizeof *f->table);
    }
}

static bool is_good(const struct extract_block *b)
{
    return extract_is_good(b, GOOD_WORDS);
}

static uint8_t tag_of(const struct features *f, uint32_t block)
{
    return f->x->box[f->x->block[block].in].tag;
}

/* ---- sums over blocks ----------------------------------------------------------------------- */

static void add_up(struct features *f)
{
    const struct extract *x = f->x;
    uint32_t next = x->n_blocks + FAR;
    f->link[0] = f->good[0] = f->links[0] = 0;
    f->n_good_blocks = 0;
    f->h1 = UINT32_MAX;
    for (uint32_t i = 0; i < x->n_blocks; i++) {
        const struct extract_block *b = &x->block[i];
        f->link[i + 1] = f->link[i] + b->link_words;
        f->links[i + 1] = f->links[i] + b->links;
        f->good[i + 1] = f->good[i] + (is_good(b) ? b->words : 0);
        f->n_good_blocks += is_good(b);
        const struct extract_box *c = &x->box[b->in];
        if (f->h1 == UINT32_MAX && (c->tag == HTML_h1 || x->box[c->parent].tag == HTML_h1))
            f->h1 = i;
    }
    for (uint32_t i = x->n_blocks; i-- > 0;) {
        if (is_good(&x->block[i]))
            next = i;
        f->next_good[i] = next;
    }
}

static uint32_t sum_in(const struct features *f, const uint32_t *sums, uint32_t box)
{
    return sums[f->x->box[box].end_block] - sums[f->x->box[box].first_block];
}

/* ---- boxes ---------------------------------------------------------------------------------- */

/* Siblings with the same signature: key, count, words, link words. */
static void count_siblings(struct features *f)
{
    const struct extract *x = f->x;
    memset(f->table, 0, (size_t)f->cap_table * SLOT_WORDS * sizeof *f->table);
    for (uint32_t i = 1; i < x->n_boxes; i++) {
        const uint64_t key = (uint64_t)x->box[i].parent << 32 | x->box[i].signature;
        const uint64_t mixed = hash_mix(key);
        const uint32_t tell = (uint32_t)mixed | 1;
        uint32_t at = (uint32_t)(mixed >> 32) & (f->cap_table - 1);
        while (f->table[at * SLOT_WORDS] && f->table[at * SLOT_WORDS] != tell)
            at = (at + 1) & (f->cap_table - 1);
        uint32_t *slot = &f->table[(size_t)at * SLOT_WORDS];
        slot[0] = tell;
        f->box[i].slot = at;
        const uint32_t words = features_words(x, i);
        if (!words)
            continue;
        slot[1]++;
        slot[2] += words;
        slot[3] += sum_in(f, f->link, i);
    }
}

static void carry_groups(struct features *f, uint32_t i)
{
    struct box_figures *b = &f->box[i];
    const struct extract_box *c = &f->x->box[i];
    const struct box_figures *above = &f->box[c->parent];
    for (int g = 0; g < EXTRACT_GROUPS; g++) {
        b->group_words[g] = above->group_words[g];
        if (!b->group_words[g] && c->hints >> g & 1)
            b->group_words[g] = features_words(f->x, i);
    }
}

static void carry_down(struct features *f)
{
    const struct extract *x = f->x;
    const uint32_t slot0 = f->box[0].slot;
    f->box[0] = (struct box_figures){.on_path = true, .alike = 1, .slot = slot0};
    for (uint32_t i = 1; i < x->n_boxes; i++) {
        struct box_figures *b = &f->box[i];
        const uint32_t parent = x->box[i].parent, slot = b->slot;
        const struct box_figures *above = &f->box[parent];
        const uint32_t *siblings = &f->table[(size_t)slot * SLOT_WORDS];
        *b = (struct box_figures){.slot = slot, .alike = siblings[1], .alike_words = siblings[2],
                                  .alike_links = siblings[3]};
        carry_groups(f, i);
        const uint64_t good = sum_in(f, f->good, i), good_above = sum_in(f, f->good, parent);
        b->on_path = above->on_path && good > 0 && good * 10 >= good_above * 6;
        b->off_path = (uint16_t)(b->on_path ? 0 : above->off_path + 1);
        b->path = b->on_path ? i : above->path;
        b->wider = features_blocks(x, parent) > features_blocks(x, i) ? parent : above->wider;
        b->nearest = b->alike >= 3 ? i : above->nearest;
        const uint32_t heaviest = above->heaviest;
        const bool heavier = !heaviest || b->alike_words >= f->box[heaviest].alike_words;
        b->heaviest = b->alike >= 3 && b->alike_words && heavier ? i : heaviest;
    }
}

/* ---- the page ------------------------------------------------------------------------------- */

static void look_at_page(struct features *f)
{
    const struct extract *x = f->x;
    const uint32_t n = x->n_blocks, words = x->words_before[n];
    uint32_t articles = 0, forms = 0, comments = 0, threads = 0, h1 = 0, currency = 0, items = 0;
    uint32_t cells = 0, pre = 0, headings = 0;
    bool has_main = false;
    for (uint32_t i = 1; i < x->n_boxes; i++) {
        articles += x->box[i].tag == HTML_article;
        forms += x->box[i].tag == HTML_form;
        h1 += x->box[i].tag == HTML_h1;
        has_main |= x->box[i].tag == HTML_main;
        comments += x->box[i].hints >> HINT_comment & 1;
        threads += x->box[i].hints >> HINT_thread & 1;
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct extract_block *b = &x->block[i];
        const struct extract_box *c = &x->box[b->in];
        currency += (b->marks & MARK_CURRENCY) != 0;
        items += c->facts & IN_LI ? b->words : 0;
        cells += c->facts & IN_TABLE ? b->words : 0;
        pre += c->tag == HTML_pre;
        headings += extract_is_heading(c->tag);
    }
    const uint8_t page[sizeof f->page] = {
        features_log(words), features_share(f->link[n], words), features_log(n),
        features_share(f->good[n], words), has_main, features_log(articles), features_log(h1),
        features_log(currency), features_log(comments), features_log(forms),
        features_share(items, words), features_share(cells, words), features_log(pre),
        features_log(f->n_good_blocks), features_log(headings), features_log(threads)};
    memcpy(f->page, page, sizeof page);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static uint8_t kind_of(unsigned tag)
{
    static const uint8_t kinds[HTML_TAG_COUNT] = {
        [HTML_p] = 20, [HTML_blockquote] = 19, [HTML_pre] = 18, [HTML_figcaption] = 17,
        [HTML_caption] = 16, [HTML_h1] = 15, [HTML_h2] = 14, [HTML_h3] = 13, [HTML_h4] = 12,
        [HTML_h5] = 11, [HTML_h6] = 10, [HTML_dd] = 9, [HTML_dt] = 8, [HTML_li] = 7, [HTML_td] = 6,
        [HTML_th] = 5, [HTML_div] = 4, [HTML_section] = 3, [HTML_article] = 3, [HTML_main] = 3,
        [HTML_header] = 2, [HTML_summary] = 2, [HTML_form] = 1, [HTML_button] = 1,
        [HTML_legend] = 1,
    };
    return kinds[tag];
}

static uint8_t last_of(const struct extract *x, const struct extract_block *b)
{
    const uint8_t *end = (const uint8_t *)x->text.p + b->at + b->n;
    const uint8_t *wide = end - 3;
    switch (end[-1]) {
    case '.': return 1;
    case '!': case '?': return 2;
    case ':': return 3;
    case ',': return 4;
    default: break;
    }
    if (b->n < 3)
        return 0;
    if (memcmp(wide, "\xE3\x80\x82", 3) == 0 || memcmp(wide, "\xE0\xA5\xA4", 3) == 0)
        return 1;
    if (memcmp(wide, "\xEF\xBC\x81", 3) == 0 || memcmp(wide, "\xEF\xBC\x9F", 3) == 0)
        return 2;
    return memcmp(wide, "\xEF\xBC\x9A", 3) == 0 ? 3 : 0;
}

static void fill_block(const struct features *f, uint32_t i, uint8_t *r)
{
    const struct extract_block *b = &f->x->block[i];
    const unsigned tag = tag_of(f, i);
    const uint32_t w = b->words ? b->words : 1;
    r[F_words] = features_log(b->words);
    r[F_word_length] = (uint8_t)(b->chars / w > 31 ? 255 : b->chars * 8 / w);
    r[F_link] = features_share(b->link_words, b->words);
    r[F_links] = features_log(b->links);
    r[F_commas] = features_log(b->commas);
    r[F_sentences] = features_log(b->sentences);
    r[F_last] = last_of(f->x, b);
    r[F_capitals] = features_share(b->capitals, b->words);
    r[F_digits] = features_share(b->digits, b->words);
    r[F_bold] = features_share(b->bold_words, b->words);
    r[F_kind] = kind_of(tag);
    r[F_is_p] = tag == HTML_p;
    r[F_heading] = (uint8_t)(extract_is_heading(tag) ? 1 + tag - HTML_h1 : 0);
    r[F_is_li] = tag == HTML_li;
    r[F_is_cell] = tag == HTML_td || tag == HTML_th;
    r[F_is_div] = tag == HTML_div;
    r[F_is_term] = tag == HTML_dt || tag == HTML_dd;
    r[F_is_caption] = tag == HTML_figcaption || tag == HTML_caption;
    r[F_copyright] = (b->marks & MARK_COPYRIGHT) != 0;
    r[F_currency] = (b->marks & MARK_CURRENCY) != 0;
    r[F_pipe] = (b->marks & MARK_PIPE) != 0;
    r[F_arrow] = (b->marks & MARK_ARROW) != 0;
    r[F_repeats] = b->repeats;
}

static void fill_place(const struct features *f, uint32_t i, uint8_t *r)
{
    const struct extract *x = f->x;
    const uint32_t before = x->words_before[i], all = x->words_before[x->n_blocks];
    r[F_position_blocks] = features_share(i, x->n_blocks);
    r[F_position_words] = features_share(before, all);
    r[F_index] = features_log(i);
    r[F_rest] = features_log(x->n_blocks - i);
    r[F_words_behind] = features_log(all - before);
    r[F_h1_distance] = r[F_h1_words] = 0;
    if (f->h1 != UINT32_MAX && i >= f->h1) {
        r[F_h1_distance] = (uint8_t)(128 + features_log(i - f->h1) / 2);
        r[F_h1_words] = features_log(before - x->words_before[f->h1]);
    } else if (f->h1 != UINT32_MAX) {
        r[F_h1_distance] = (uint8_t)(128 - features_log(f->h1 - i) / 2);
    }
    const uint32_t depth = x->box[x->block[i].in].depth;
    r[F_depth] = (uint8_t)(depth < 255 ? depth : 255);
}

static void fill_ancestors(const struct features *f, uint32_t i, uint8_t *r)
{
    const struct extract *x = f->x;
    const uint32_t page = x->words_before[x->n_blocks];
    uint32_t at = x->block[i].in;
    for (int k = 0; k < EXTRACT_ANCESTORS; k++) {
        uint8_t *a = r + F_a0_words + k * (F_a1_words - F_a0_words);
        const uint32_t words = features_words(x, at), blocks = features_blocks(x, at);
        a[0] = features_log(words);
        a[1] = features_share(sum_in(f, f->link, at), words);
        a[2] = features_log(blocks);
        a[3] = features_share(sum_in(f, f->good, at), words);
        a[4] = features_share(words, page);
        a[5] = blocks ? features_log((uint64_t)words * 4 / blocks) : 0;
        at = f->box[at].wider;
    }
}

static void fill_alike(const struct features *f, uint32_t i, uint8_t *r)
{
    const struct extract *x = f->x;
    const struct box_figures *own = &f->box[x->block[i].in];
    const struct box_figures *far = &f->box[own->heaviest], *near = &f->box[own->nearest];
    memset(r + F_alike_count, 0, F_off_path - F_alike_count);
    if (own->heaviest) {
        r[F_alike_count] = features_log(far->alike);
        r[F_alike_words] = features_log(far->alike_words / far->alike);
        r[F_alike_link] = features_share(far->alike_links, far->alike_words);
        r[F_alike_kind] = kind_of(x->box[own->heaviest].tag);
        r[F_alike_share] = features_share(far->alike_words, x->words_before[x->n_blocks]);
    }
    if (own->nearest) {
        r[F_near_alike_count] = features_log(near->alike);
        r[F_near_alike_words] = features_log(near->alike_words / near->alike);
        r[F_near_alike_link] = features_share(near->alike_links, near->alike_words);
    }
    const uint32_t path = own->path, words = features_words(x, path);
    const uint32_t good = sum_in(f, f->good, path), depth = x->box[path].depth;
    r[F_off_path] = (uint8_t)(own->off_path < 255 ? own->off_path : 255);
    r[F_path_good] = features_share(good, f->good[x->n_blocks]);
    r[F_path_share] = features_share(words, x->words_before[x->n_blocks]);
    r[F_path_words] = features_log(words);
    r[F_path_link] = features_share(sum_in(f, f->link, path), words);
    r[F_path_good_here] = features_share(good, words);
    r[F_path_depth] = (uint8_t)(depth < 255 ? depth : 255);
}

static void fill_names(const struct features *f, uint32_t i, uint8_t *r)
{
    const struct extract *x = f->x;
    const uint32_t in = x->block[i].in;
    const struct extract_box *c = &x->box[in];
    const uint32_t near = c->hints | x->box[c->parent].hints;
    for (int k = 0; k < EXTRACT_FACTS; k++)
        r[F_facts + k] = c->facts >> k & 1;
    for (int g = 0; g < EXTRACT_GROUPS; g++) {
        const uint32_t words = f->box[in].group_words[g];
        const uint8_t share = features_share(words, x->words_before[x->n_blocks]);
        r[F_group_share + g] = (uint8_t)(words ? 1 + share * 254 / 255 : 0);
    }
    for (int g = 0; g < HINT_COUNT; g++) {
        r[F_hint_near + g] = near >> g & 1;
        r[F_hint_above + g] = c->hints_above >> g & 1;
    }
}

static void fill_neighbours(const struct features *f, uint32_t i, uint8_t *r)
{
    static const int where[4] = {-1, -2, 1, 2};
    const struct extract *x = f->x;
    const uint32_t own = x->block[i].in;
    for (int k = 0; k < 4; k++) {
        uint8_t *a = r + F_p1_words + k * (F_p2_words - F_p1_words);
        const int64_t at = (int64_t)i + where[k];
        memset(a, 0, 6);
        if (at < 0 || at >= x->n_blocks)
            continue;
        const struct extract_block *b = &x->block[at];
        const unsigned tag = x->box[b->in].tag;
        a[0] = features_log(b->words);
        a[1] = features_share(b->link_words, b->words);
        a[2] = tag == x->box[own].tag;
        a[3] = b->in == own ? 2 : x->box[b->in].parent == x->box[own].parent;
        a[4] = features_share(b->sentences, b->words);
        a[5] = extract_is_heading(tag);
    }
}

static void fill_windows(const struct features *f, uint32_t i, uint8_t *r)
{
    static const uint32_t widths[3] = {2, 5, 12};
    const struct extract *x = f->x;
    for (int k = 0; k < 3; k++) {
        uint8_t *a = r + F_w2_words + k * (F_w5_words - F_w2_words);
        const uint32_t from = i > widths[k] ? i - widths[k] : 0;
        const uint32_t to = i + widths[k] + 1 < x->n_blocks ? i + widths[k] + 1 : x->n_blocks;
        const uint32_t words = x->words_before[to] - x->words_before[from];
        a[0] = features_log(words);
        a[1] = features_share(f->link[to] - f->link[from], words);
        a[2] = features_log((uint64_t)words * 4 / (to - from));
    }
}

/* What a scan from the page's start remembers. */
struct so_far {
    uint32_t good, heading, words;
    bool any_good, any_heading;
};

static void fill_course(const struct features *f, uint32_t i, struct so_far *s, uint8_t *r)
{
    const struct extract_block *b = &f->x->block[i];
    const unsigned tag = tag_of(f, i);
    const uint32_t behind = f->next_good[i] - i, before = s->any_good ? i - s->good : FAR;
    r[F_good_before] = features_log(before < FAR ? before : FAR);
    r[F_good_behind] = features_log(behind < FAR ? behind : FAR);
    if (is_good(b)) {
        s->good = i;
        s->any_good = true;
    }
    if (extract_is_heading(tag)) {
        s->heading = i;
        s->words = 0;
        s->any_heading = true;
    }
    r[F_under_heading] = s->any_heading ? features_log(i - s->heading) : 255;
    r[F_section_words] = features_log(s->words);
    r[F_section_level] = (uint8_t)(s->any_heading ? tag_of(f, s->heading) - HTML_h1 + 1 : 0);
    s->words += b->words;
}

void features_of(struct features *f, const struct extract *x)
{
    f->x = x;
    grow(f);
    add_up(f);
    count_siblings(f);
    carry_down(f);
    look_at_page(f);
    struct so_far s = {0};
    for (uint32_t i = 0; i < x->n_blocks; i++) {
        uint8_t *r = f->row + (size_t)i * ROW_COUNT;
        fill_block(f, i, r);
        fill_place(f, i, r);
        fill_ancestors(f, i, r);
        fill_alike(f, i, r);
        fill_names(f, i, r);
        fill_neighbours(f, i, r);
        fill_windows(f, i, r);
        fill_course(f, i, &s, r);
        memcpy(r + F_page_words, f->page, sizeof f->page);
    }
}
