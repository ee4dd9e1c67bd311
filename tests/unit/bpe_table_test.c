/* The packed merges give what the definition gives: lowest rank first, leftmost of equals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/mem.h"
#include "tokenize/bpe_words.h"

static uint64_t random_state = 3;
static unsigned below(unsigned n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % n;
}

/* 256 bytes in some order, then `n` tokens: each joins two earlier ones of a small alphabet. */
static void make_vocab(struct vocab *v, unsigned n, bool merges)
{
    struct err e;
    char text[600];
    err_init(&e);
    vocab_init(v);
    for (unsigned b = 0; b < 256; b++) {
        char c = (char)(b ^ 0x5A);
        assert_int_equal(vocab_add(v, b, slice_of(&c, 1), true, &e), 0);
    }
    for (unsigned rank = 0; rank < n;) {
        uint32_t pick[2];
        for (int k = 0; k < 2; k++)
            pick[k] = below(3) && v->n_ids > 256 ? 256 + below(v->n_ids - 256)
                                                 : (uint32_t)("abc"[below(3)] ^ 0x5A);
        struct slice a = v->token[pick[0]], b = v->token[pick[1]];
        if (a.n + b.n > 300)
            continue;
        memcpy(text, a.p, a.n);
        memcpy(text + a.n, b.p, b.n);
        struct slice made = slice_of(text, a.n + b.n);
        uint32_t id = vocab_find(v, made);
        if (id == VOCAB_NONE) {
            id = v->n_ids;
            assert_int_equal(vocab_add(v, id, made, true, &e), 0);
        } else if (!merges) {
            continue;
        }
        if (merges)
            vocab_add_pair(v, pick[0], pick[1], rank, id);
        rank++;
    }
    vocab_finish(v);
    if (!merges)
        vocab_pairs_of_ranks(v);
}

static size_t naive(const struct vocab *v, struct slice s, uint32_t *ids)
{
    size_t n = s.n;
    for (size_t i = 0; i < n; i++)
        ids[i] = v->byte_id[(unsigned char)s.p[i]];
    for (;;) {
        const struct vocab_pair *best = NULL;
        size_t at = 0;
        for (size_t i = 0; i + 1 < n; i++) {
            const struct vocab_pair *p = vocab_pair(v, ids[i], ids[i + 1]);
            if (p && (!best || p->rank < best->rank)) {
                best = p;
                at = i;
            }
        }
        if (!best)
            return n;
        ids[at] = best->id;
        memmove(ids + at + 1, ids + at + 2, (--n - at - 1) * sizeof *ids);
    }
}

static void check(const struct vocab *v, const struct bpe_table *t, struct merger *m, size_t max)
{
    char text[16][400];
    uint32_t want[400], got[400];
    struct bpe_word words[16];
    for (unsigned k = 0; k < 16; k++) {
        size_t n = 1 + below((unsigned)max);
        for (size_t i = 0; i < n; i++)
            text[k][i] = below(20) ? "abc"[below(3)] : (char)below(256);
        struct slice s = slice_of(text[k], n);
        size_t n_want = naive(v, s, want);
        assert_int_equal(bpe_merge(t, m, s, got), n_want);
        assert_memory_equal(got, want, n_want * sizeof *want);
        words[k].bytes = (unsigned char *)text[k];
        words[k].n = n < BPE_WORD ? (uint32_t)n : BPE_WORD;
    }
    for (int with = 0; with <= bpe_has_avx512(); with++) {
        (with ? bpe_merge_words_avx512 : bpe_merge_words_any)(t, words, 16);
        for (unsigned k = 0; k < 16; k++) {
            size_t n_want = naive(v, slice_of(text[k], words[k].n), want);
            assert_int_equal(words[k].n_ids, n_want);
            assert_memory_equal(words[k].ids, want, n_want * sizeof *want);
        }
    }
}

static void equals_the_definition(void **state)
{
    (void)state;
    unsigned tables = 0;
    for (unsigned round = 0; round < 200; round++) {
        struct vocab v;
        struct merger m = {0};
        bool merges = round % 2;
        make_vocab(&v, 1 + below(round % 5 ? 12 : 60), merges);
        struct bpe_table *t = merges ? bpe_table_of_merges(&v) : bpe_table_of_ranks(&v);
        if (!t) {                       /* a token used before it is made */
            vocab_free(&v);
            continue;
        }
        tables++;
        for (unsigned i = 0; i < 40; i++)
            check(&v, t, &m, i % 4 ? 15 : i % 8 ? 40 : 300);
        bool all = true;
        for (uint32_t id = 0; id < v.n_ids; id++) {
            uint32_t ids[400];
            all = all && naive(&v, v.token[id], ids) == 1 && ids[0] == id;
        }
        assert_int_equal(t->complete, all);
        bpe_table_free(t);
        merger_free(&m);
        vocab_free(&v);
    }
    assert_true(tables > 20);
}

static void a_missing_byte(void **state)
{
    (void)state;
    struct vocab v;
    struct err e;
    err_init(&e);
    vocab_init(&v);
    vocab_add(&v, 0, SLICE("a"), true, &e);
    vocab_finish(&v);
    assert_null(bpe_table_of_ranks(&v));
    vocab_free(&v);
}

_Noreturn void mem_failed(size_t wanted)
{
    fprintf(stderr, "no memory for %zu bytes\n", wanted);
    abort();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(equals_the_definition),
                                       cmocka_unit_test(a_missing_byte)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
