/* Packing: what each way promises, on random documents; and the sets that it searches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/hash.h"
#include "core/mem.h"
#include "shard/bitset.h"
#include "shard/pack.h"

enum { DOCS = 3000, LENGTH = 64, LONGEST = 300 };

static void sets(void **state)
{
    (void)state;
    for (uint32_t limit = 1; limit < 9000; limit = limit * 3 + 1) {
        struct bitset b;
        bool *in = mem_array(limit, sizeof *in);
        bitset_init(&b, limit);
        for (uint64_t k = 0; k < 300; k++) {
            uint32_t i = (uint32_t)(hash_mix(k * 2 + limit) % limit);
            uint32_t q = (uint32_t)(hash_mix(k * 2 + 1) % (limit + 3)), up = q, down = q;
            in[i] = !in[i];
            if (in[i])
                bitset_add(&b, i);
            else
                bitset_remove(&b, i);
            while (up < limit && !in[up])
                up++;
            while (down != UINT32_MAX && (down >= limit || !in[down]))
                down--;
            assert_int_equal(bitset_from(&b, q), up < limit ? up : BITSET_NONE);
            assert_int_equal(bitset_upto(&b, q), down);
        }
        bitset_free(&b);
        mem_free(in);
    }
}

/* What comes out, checked as it comes. */
struct seen {
    const struct pack_plan *plan;
    bool token[DOCS][LONGEST + 1];
    uint64_t tokens, rows, padding, heads;
    uint64_t last;              /* document */
};

static uint32_t length_of(uint64_t doc)
{
    uint64_t h = hash_mix(doc);
    return (uint32_t)(h % 7 == 0 ? 0 : h % 5 == 0 ? h / 8 % LONGEST : h / 8 % LENGTH);
}

static uint32_t id_of(uint64_t doc, uint64_t at)
{
    return (uint32_t)(hash_mix(doc * 1000 + at) % 9000 + 1);
}

static int take(void *to, const struct pack_row *r, struct err *e)
{
    struct seen *s = to;
    uint32_t at = 0;
    (void)e;
    assert_in_range(r->used, 1, LENGTH);
    for (size_t i = 0; i < r->n_parts; i++) {
        const struct pack_part *p = &r->parts[i];
        char name[24];
        memcpy(name, p->doc.id.p, p->doc.id.n);
        name[p->doc.id.n] = '\0';
        uint64_t doc = strtoull(name + 1, NULL, 10), len = length_of(doc) + 1;
        assert_int_equal(p->doc.place, doc);
        assert_true(slice_is(p->doc.source, doc % 2 ? "odd" : ""));
        assert_true(p->n > 0 && p->from + p->n <= len);
        for (uint32_t k = 0; k < p->n; k++) {
            assert_int_equal(r->ids[at + k],
                             p->from + k + 1 == len ? 9999 : id_of(doc, p->from + k));
            assert_false(s->token[doc][p->from + k]);           /* each token once */
            s->token[doc][p->from + k] = true;
        }
        s->heads += p->from == 0;
        at += p->n;
        if (s->plan->mode == PACK_CROP)
            assert_int_equal(p->from, 0);
        if (s->plan->mode == PACK_CONCAT)
            assert_true(doc >= s->last);
        s->last = doc;
    }
    assert_int_equal(at, r->used);
    for (; at < LENGTH; at++)
        assert_int_equal(r->ids[at], 7777);
    s->tokens += r->used;
    s->padding += LENGTH - r->used;
    s->rows++;
    return 0;
}

static void way(enum pack_mode mode, uint64_t window, struct pack_counts *out)
{
    struct pack_plan plan = {.mode = mode, .length = LENGTH, .pad_id = 7777, .window = window,
                             .eod = EOD_LAST, .eod_id = 9999};
    struct seen *s = mem_zero(sizeof *s);
    struct err e;
    uint32_t ids[LONGEST];
    char name[24];
    err_init(&e);
    s->plan = &plan;
    struct packer *p = pack_new(&plan, take, s);
    for (uint64_t d = 0; d < DOCS; d++) {
        uint32_t n = length_of(d);
        for (uint32_t k = 0; k < n; k++)
            ids[k] = id_of(d, k);
        int k = snprintf(name, sizeof name, "d%llu", (unsigned long long)d);
        struct shard_doc doc = {.id = slice_of(name, (size_t)k),
                                .source = slice_str(d % 2 ? "odd" : ""), .place = d};
        assert_int_equal(pack_add(p, ids, n, &doc, &e), 0);
    }
    assert_int_equal(pack_finish(p, &e), 0);
    const struct pack_counts *c = pack_counts(p);
    assert_int_equal(c->documents, DOCS);
    assert_int_equal(c->sequences, s->rows);
    assert_int_equal(c->padding, s->padding);
    assert_int_equal(c->tokens, s->tokens + c->dropped);
    assert_int_equal(c->tokens, LENGTH * c->sequences - c->padding + c->dropped);
    assert_int_equal(s->heads, DOCS);                   /* no document without its beginning */
    *out = *c;
    pack_free(p);
    mem_free(s);
}

static void ways(void **state)
{
    struct pack_counts concat, fit, whole, crop;
    (void)state;
    way(PACK_CONCAT, 0, &concat);
    assert_int_equal(concat.dropped, 0);
    assert_true(concat.padding < LENGTH);
    way(PACK_BEST_FIT, 4000, &fit);
    way(PACK_BEST_FIT, 1 << 30, &whole);
    assert_int_equal(fit.dropped + whole.dropped, 0);
    assert_true(whole.padding <= fit.padding);
    assert_true(fit.padding * 20 < fit.tokens && fit.cut < concat.cut);
    way(PACK_CROP, 4000, &crop);
    assert_true(crop.padding < LENGTH);
    assert_true(crop.dropped > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sets), cmocka_unit_test(ways)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
