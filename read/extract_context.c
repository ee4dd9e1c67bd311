/* The second round's features: the first round's scores of the neighbours, of the boxes around, of
 * blocks with the same path of tags, and of the page. */
#include "core/hash.h"
#include "core/mem.h"
#include "read/extract_features.h"

enum { SLOT_WORDS = 6, LIKELY = 153, FAR = 99 };

/* Mean score of words whose summed score is `mass`. */
static uint8_t mean_of(uint64_t mass, uint64_t words)
{
    const uint64_t m = words ? mass / words : 0;
    return (uint8_t)(m < 255 ? m : 255);
}

static uint32_t words_of(const struct features *f, uint32_t from, uint32_t to)
{
    return f->x->words_before[to] - f->x->words_before[from];
}

static uint8_t mean_in(const struct features *f, uint32_t from, uint32_t to)
{
    return mean_of(f->mass[to] - f->mass[from], words_of(f, from, to));
}

static uint64_t box_mass(const struct features *f, uint32_t box)
{
    return f->mass[f->x->box[box].end_block] - f->mass[f->x->box[box].first_block];
}

unsigned features_cut(const struct features *f, const uint8_t *score, unsigned *f1)
{
    const struct extract *x = f->x;
    uint64_t words[256] = {0}, all = 0, hit = 0, kept = 0;
    double best = 0;
    unsigned cut = 256;
    for (uint32_t i = 0; i < x->n_blocks; i++) {
        words[score[i]] += x->block[i].words;
        all += (uint64_t)score[i] * x->block[i].words;
    }
    for (unsigned k = 255; k > 0; k--) {
        if (!words[k])
            continue;
        hit += words[k] * k;
        kept += words[k];
        const double now = 2.0 * (double)hit / ((double)kept * 255.0 + (double)all);
        if (now > best) {
            best = now;
            cut = k;
        }
    }
    *f1 = (unsigned)(best * 255.0);
    return cut;
}

static uint32_t *find_slot(struct features *f, uint64_t key, uint32_t *at)
{
    const uint64_t mixed = hash_mix(key);
    const uint32_t tell = (uint32_t)mixed | 1;
    *at = (uint32_t)(mixed >> 32) & (f->cap_table - 1);
    while (f->table[*at * SLOT_WORDS] && f->table[*at * SLOT_WORDS] != tell)
        *at = (*at + 1) & (f->cap_table - 1);
    f->table[*at * SLOT_WORDS] = tell;
    return &f->table[(size_t)*at * SLOT_WORDS];
}

/* Blocks in boxes with the same tags and classes all the way up. A slot: tell, count, words, sum of
 * scores, and 64 bits of mass. */
static void group_by_path(struct features *f)
{
    const struct extract *x = f->x;
    memset(f->table, 0, (size_t)f->cap_table * SLOT_WORDS * sizeof *f->table);
    f->path_of[0] = 1;
    for (uint32_t i = 1; i < x->n_boxes; i++)
        f->path_of[i] = (f->path_of[x->box[i].parent] * 0x01000193u) ^ x->box[i].signature;
    for (uint32_t i = 0; i < x->n_blocks; i++) {
        uint32_t *slot = find_slot(f, f->path_of[x->block[i].in], &f->path_slot[i]);
        uint64_t mass;
        memcpy(&mass, slot + 4, sizeof mass);
        mass += (uint64_t)f->score[0][i] * x->block[i].words;
        memcpy(slot + 4, &mass, sizeof mass);
        slot[1]++;
        slot[2] += x->block[i].words;
        slot[3] += f->score[0][i];
    }
}

/* Sums for siblings that look the same are kept with the first box of the group. */
static void add_up_siblings(struct features *f)
{
    const struct extract *x = f->x;
    memset(f->box_mass, 0, (size_t)x->n_boxes * sizeof *f->box_mass);
    uint32_t *first = f->path_of;               /* of slot's group; path_of is used up by now */
    memset(f->table, 0, (size_t)f->cap_table * SLOT_WORDS * sizeof *f->table);
    for (uint32_t i = 1; i < x->n_boxes; i++) {
        uint32_t at;
        uint32_t *slot = find_slot(f, (uint64_t)x->box[i].parent << 32 | x->box[i].signature, &at);
        if (!slot[1])
            slot[1] = i;
        first[i] = slot[1];
        f->box_mass[slot[1]] += box_mass(f, i);
    }
}

static void fill_scores(const struct features *f, uint32_t i, uint8_t *r)
{
    static const uint32_t widths[3] = {3, 8, 20};
    const uint32_t n = f->x->n_blocks;
    const uint8_t *p = f->score[0];
    r[C_score] = p[i];
    for (uint32_t k = 1; k <= 4; k++) {
        r[C_before1 + k - 1] = i >= k ? p[i - k] : 0;
        r[C_behind1 + k - 1] = i + k < n ? p[i + k] : 0;
    }
    for (int k = 0; k < 3; k++) {
        const uint32_t w = widths[k];
        r[C_around3 + k] = mean_in(f, i > w ? i - w : 0, i + w + 1 < n ? i + w + 1 : n);
    }
    r[C_before8] = mean_in(f, i > 8 ? i - 8 : 0, i);
    r[C_behind8] = mean_in(f, i + 1, i + 9 < n ? i + 9 : n);
    r[C_before30] = mean_in(f, i > 30 ? i - 30 : 0, i);
    r[C_behind30] = mean_in(f, i + 1, i + 31 < n ? i + 31 : n);
}

static void fill_boxes(const struct features *f, uint32_t i, uint8_t *r)
{
    const struct extract *x = f->x;
    const uint32_t words = x->block[i].words;
    const uint64_t own = (uint64_t)f->score[0][i] * words, page = f->mass[x->n_blocks];
    uint32_t at = x->block[i].in;
    for (int k = 0; k < EXTRACT_ANCESTORS; k++) {
        uint8_t *a = r + C_c0_mean + k * (C_c1_mean - C_c0_mean);
        const uint64_t mass = box_mass(f, at);
        a[0] = mean_of(mass, features_words(x, at));
        a[1] = mean_of(mass - own, features_words(x, at) - words);
        a[2] = features_share(mass, page);
        at = f->box[at].wider;
    }
}

static void fill_path(const struct features *f, uint32_t i, uint8_t *r)
{
    const uint32_t *slot = &f->table[(size_t)f->path_slot[i] * SLOT_WORDS];
    uint64_t mass;
    memcpy(&mass, slot + 4, sizeof mass);
    r[C_path_mean] = mean_of(mass, slot[2]);
    r[C_path_score] = (uint8_t)(slot[3] / slot[1]);
    r[C_path_count] = features_log(slot[1]);
    r[C_path_part] = features_share(slot[2], f->x->words_before[f->x->n_blocks]);
    r[C_path_length] = features_log((uint64_t)slot[2] * 4 / slot[1]);
}

static void fill_alike(const struct features *f, uint32_t i, uint8_t *r)
{
    const struct extract *x = f->x;
    const uint32_t box = f->box[x->block[i].in].heaviest;
    memset(r + C_alike_mean, 0, 4);
    if (!box)
        return;
    const uint64_t mass = f->box_mass[f->path_of[box]];
    const uint32_t parent = x->box[box].parent;
    r[C_alike_mean] = mean_of(mass, f->box[box].alike_words);
    r[C_alike_self] = mean_of(box_mass(f, box), features_words(x, box));
    r[C_alike_part] = features_share(mass, f->mass[x->n_blocks]);
    r[C_alike_above] = mean_of(box_mass(f, parent), features_words(x, parent));
}

/* Sections run from heading to heading; section[i] is where the one after i's begins. */
static void find_sections(struct features *f)
{
    const struct extract *x = f->x;
    uint32_t end = x->n_blocks;
    for (uint32_t i = x->n_blocks; i-- > 0;) {
        f->section[i] = end;
        if (extract_is_heading(x->box[x->block[i].in].tag))
            end = i;
    }
}

static void fill_course(const struct features *f, unsigned cut, unsigned f1)
{
    const struct extract *x = f->x;
    const uint8_t *p = f->score[0];
    const uint32_t n = x->n_blocks;
    uint32_t start = 0, likely = 0;
    bool any = false, under = false;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *r = f->row + (size_t)i * ROW_COUNT;
        if (extract_is_heading(x->box[x->block[i].in].tag)) {
            start = i;
            under = true;
        }
        const uint32_t end = f->section[i];
        r[C_page_mean] = mean_of(f->mass[n], x->words_before[n]);
        r[C_page_f1] = (uint8_t)f1;
        r[C_page_expected] = features_log(f->mass[n] / 255);
        r[C_over_cut] = (uint8_t)(p[i] >= cut ? 128 + (p[i] - cut) / 2
                                              : 128 - (cut - p[i] > 255 ? 255 : cut - p[i]) / 2);
        r[C_so_far] = features_share(f->mass[i], f->mass[n]);
        r[C_heading_score] = under ? p[start] : 0;
        r[C_section_mean] = mean_in(f, start, end);
        r[C_section_blocks] = features_log(end - start);
        r[C_section_part] = features_log(words_of(f, start, end));
        r[C_kept_before] = (uint8_t)(any && i - likely < FAR ? i - likely : FAR);
        if (p[i] >= LIKELY) {
            likely = i;
            any = true;
        }
    }
    uint32_t next = n + FAR;
    for (uint32_t i = n; i-- > 0;) {
        if (p[i] >= LIKELY)
            next = i;
        f->row[(size_t)i * ROW_COUNT + C_kept_behind] = (uint8_t)(next - i < FAR ? next - i : FAR);
    }
}

void features_context(struct features *f)
{
    const uint32_t n = f->x->n_blocks;
    unsigned f1;
    const unsigned cut = features_cut(f, f->score[0], &f1);
    f->mass[0] = 0;
    for (uint32_t i = 0; i < n; i++)
        f->mass[i + 1] = f->mass[i] + (uint64_t)f->score[0][i] * f->x->block[i].words;
    group_by_path(f);
    for (uint32_t i = 0; i < n; i++)
        fill_path(f, i, f->row + (size_t)i * ROW_COUNT);
    add_up_siblings(f);
    find_sections(f);
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *r = f->row + (size_t)i * ROW_COUNT;
        fill_scores(f, i, r);
        fill_boxes(f, i, r);
        fill_alike(f, i, r);
    }
    fill_course(f, cut, f1);
}
