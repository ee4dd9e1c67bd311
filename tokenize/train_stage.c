/* Stages: counting all pairs anew and keeping those that are frequent enough.
 *
 * Most pairs of a corpus are rare and never merged. Keeping only pairs of count >= threshold is
 * exact as long as the best pair is at least the threshold, because the count of a pair that exists
 * can only fall: a merge takes neighbours away and makes new pairs only with its new token. When
 * the best falls below, the next stage counts again with a lower threshold.
 */
#include <stdlib.h>
#include "core/mem.h"
#include "tokenize/train_internal.h"

#define FIRST_SHARE 512                 /* of the most frequent pair: one later stage is typical */

static uint64_t least(const struct trainer *t)
{
    return t->o.min_frequency > 1 ? t->o.min_frequency : 1;
}

static int check(uint64_t places, struct err *e)
{
    return places <= (uint64_t)1 << 36 ? 0 : err_set(e, ERR_NOMEM, "too many pairs to train on");
}

/* ---- the first stage: pairs of bytes, counted in a square ----------------------------------- */

struct square {
    uint64_t count[65536];
    uint64_t next[65536];               /* place in places[]; UINT64_MAX: not kept */
    uint32_t n[65536];
};

static void square_count(struct trainer *t, struct square *q)
{
    size_t word = 0;
    for (size_t at = 1; at < t->n_symbols; at++, word++) {
        uint64_t w = trainer_weight(t, (struct place){(uint32_t)at, t->weights[word]});
        uint32_t a = t->symbols[at++], b;
        for (; (b = t->symbols[at]) != SEP; at++, a = b) {
            q->count[a << 8 | b] += w;
            q->n[a << 8 | b]++;
        }
    }
}

static void square_places(struct trainer *t, struct square *q)
{
    size_t word = 0;
    for (size_t at = 1; at < t->n_symbols; at++, word++) {
        uint32_t w = t->weights[word], a = t->symbols[at++], b;
        for (; (b = t->symbols[at]) != SEP; at++, a = b) {
            uint64_t *next = &q->next[a << 8 | b];
            if (*next != UINT64_MAX)
                t->places[(*next)++] = (struct place){(uint32_t)(at - 1), w};
        }
    }
}

int stage_first(struct trainer *t, struct err *e)
{
    struct square *q = mem_zero(sizeof *q);
    uint64_t most = 0, total = 0;
    square_count(t, q);
    for (uint32_t i = 0; i < 65536; i++)
        most = q->count[i] > most ? q->count[i] : most;
    t->threshold = most / FIRST_SHARE > least(t) ? most / FIRST_SHARE : least(t);
    for (uint32_t i = 0; i < 65536; i++)
        total += q->count[i] >= t->threshold ? q->n[i] : 0;
    pairs_clear(t, 1 << 17);
    t->cap_places = total + total / 4 + 1024;
    if (check(total, e) < 0) {
        mem_free(q);
        return -1;
    }
    t->places = mem_alloc(t->cap_places * sizeof *t->places);
    mem_huge(t->places, t->cap_places * sizeof *t->places);
    for (uint32_t i = 0; i < 65536; i++) {
        q->next[i] = UINT64_MAX;
        if (q->count[i] < t->threshold)
            continue;
        struct pair *p = pair_make(t, pair_key(i >> 8, i & 255));
        p->count = q->count[i];
        p->n = q->n[i];
        p->first = q->next[i] = places_reserve(t, q->n[i]);
        heap_add(t, p->count, p->key);
    }
    square_places(t, q);
    mem_free(q);
    return 0;
}

/* ---- later stages --------------------------------------------------------------------------- */

typedef void (*pair_fn)(struct trainer *t, uint64_t key, struct place p);

static void each_pair(struct trainer *t, pair_fn see)
{
    size_t word = 0;
    for (size_t at = 1; at < t->n_symbols; at++, word++) {
        uint32_t a = t->symbols[at], b;
        size_t next = at + t->length[a];
        for (; (b = t->symbols[next]) != SEP; a = b) {
            if (allowed(t, a, b))
                see(t, pair_key(a, b), (struct place){(uint32_t)at, t->weights[word]});
            at = next;
            next += t->length[b];
        }
        at = next;
    }
}

static void see_count(struct trainer *t, uint64_t key, struct place p)
{
    struct pair *q = pair_make(t, key);
    q->count += trainer_weight(t, p);
    q->n++;
}

static void see_place(struct trainer *t, uint64_t key, struct place p)
{
    struct pair *q = pair_find(t, key);
    if (q)
        t->places[q->first + q->n++] = p;
}

/* Leaves only the pairs to keep in the table, each with an empty list of the right size. */
static int keep_frequent(struct trainer *t, struct err *e)
{
    struct pair *old = t->pairs;
    uint64_t size = t->pairs_mask + 1, kept = 0, total = 0, room = 1 << 14;
    for (uint64_t i = 0; i < size; i++) {
        bool keep = old[i].key != PAIR_FREE && old[i].count >= t->threshold;
        kept += keep;
        total += keep ? old[i].n : 0;
    }
    if (check(total, e) < 0)
        return -1;
    while (room < kept * 3)
        room *= 2;
    t->pairs = NULL;
    pairs_clear(t, room);
    t->n_places = 0;
    t->n_heap = 0;
    mem_free(t->places);
    t->cap_places = total + total / 4 + 1024;
    t->places = mem_alloc(t->cap_places * sizeof *t->places);
    mem_huge(t->places, t->cap_places * sizeof *t->places);
    for (uint64_t i = 0; i < size; i++) {
        if (old[i].key == PAIR_FREE || old[i].count < t->threshold)
            continue;
        struct pair *p = pair_make(t, old[i].key);
        p->count = old[i].count;
        p->first = places_reserve(t, old[i].n);
        heap_add(t, p->count, p->key);
    }
    mem_free(old);
    return 0;
}

int stage_again(struct trainer *t, uint64_t threshold, struct err *e)
{
    t->threshold = threshold > least(t) ? threshold : least(t);
    mem_free(t->places);                /* not needed while counting */
    t->places = NULL;
    t->n_places = t->cap_places = 0;
    pairs_clear(t, 1 << 17);
    each_pair(t, see_count);
    if (keep_frequent(t, e) < 0)
        return -1;
    each_pair(t, see_place);
    return 0;
}
