/* Pieces: whatever the cache holds, has lost or has overwritten, the ids are those of merging. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/mem.h"
#include "tokenize/pieces.h"

enum { TEXT = 1 << 16, ROUNDS = 260 };

static uint64_t random_state = 7;
static unsigned below(unsigned n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % n;
}

/* Bytes, and tokens made of two earlier ones. */
static void make_vocab(struct vocab *v, unsigned n)
{
    struct err e;
    err_init(&e);
    vocab_init(v);
    for (unsigned b = 0; b < 256; b++) {
        char c = (char)b;
        vocab_add(v, b, slice_of(&c, 1), true, &e);
    }
    while (v->n_ids < 256 + n) {
        char text[64];
        struct slice a = v->token[below(3) ? 'a' + below(8) : below(v->n_ids)];
        struct slice b = v->token[below(3) ? 'a' + below(8) : below(v->n_ids)];
        memcpy(text, a.p, a.n);
        memcpy(text + a.n, b.p, b.n);
        if (a.n + b.n <= 24 && vocab_find(v, slice_of(text, a.n + b.n)) == VOCAB_NONE)
            vocab_add(v, v->n_ids, slice_of(text, a.n + b.n), true, &e);
    }
    vocab_finish(v);
}

/* Words of 1 to 40 bytes, few of many lengths, some beyond what the cache keeps; n pieces. */
static size_t make_text(char *text, uint32_t *ends, size_t most)
{
    size_t n = 0, at = 0;
    while (n < most) {
        unsigned kind = below(100), len = 1 + below(kind < 60 ? 6 : kind < 90 ? 20 : 40);
        if (kind == 99)
            len = 1 + below(CACHE_TEXT + 60);
        if (at + len > TEXT)
            break;
        for (unsigned i = 0; i < len; i++)
            text[at++] = below(50) ? (char)('a' + below(8)) : (char)below(256);
        ends[n++] = (uint32_t)at;
    }
    return n;
}

static void compare(const struct bpe_table *t, struct merger *m, const char *text,
                    const uint32_t *ends, size_t n, const uint32_t *got, size_t n_got)
{
    uint32_t want[512];
    size_t at = 0, done = 0;
    for (size_t k = 0; k < n; at = ends[k++]) {
        size_t len = bpe_merge(t, m, slice_of(text + at, ends[k] - at), want);
        assert_true(done + len <= n_got);
        assert_memory_equal(got + done, want, len * sizeof *want);
        done += len;
    }
    assert_int_equal(done, n_got);
}

static void ids_are_those_of_merging(void **state)
{
    (void)state;
    struct tokenizer t = {.byte_level = true};
    struct merger m = {0};
    make_vocab(&t.vocab, 300);
    t.table = bpe_table_of_ranks(&t.vocab);
    assert_non_null(t.table);
    char *text = mem_alloc(TEXT);
    uint32_t *ends = mem_alloc(BATCH * sizeof *ends), *out = mem_alloc((TEXT + 16) * sizeof *out);
    for (int v = 0; pieces_stage(v); v++) {
        struct pieces *p = mem_zero(sizeof *p);
        pieces_init(p, &t);
        p->stage = pieces_stage(v);
        for (unsigned round = 0; round < ROUNDS; round++) {
            if (round == ROUNDS / 2) {          /* as after 3 * 2^32 ids: places need 64 bits */
                p->cache.ring_at += (uint64_t)3 << 32;
                memset(p->cache.ring, 0xEE, CACHE_RING * sizeof *p->cache.ring);
            }
            size_t n = make_text(text, ends, 1 + below(BATCH)), half = n / 2;
            struct slice s = slice_of(text, ends[n - 1]);
            if (half)
                pieces_add(p, s, 0, ends, half);
            pieces_mark(p);
            pieces_add(p, s, half ? ends[half - 1] : 0, ends + half, n - half);
            size_t n_ids = (size_t)(pieces_flush(p, out) - out);
            assert_int_equal(p->n_marks, 1);
            compare(t.table, &m, text, ends, n, out, n_ids);
            compare(t.table, &m, text, ends, half, out, p->marks[0].ids);
        }
        pieces_free(p);
        mem_free(p);
    }
    mem_free(text);
    mem_free(ends);
    mem_free(out);
    merger_free(&m);
    bpe_table_free(t.table);
    vocab_free(&t.vocab);
}

_Noreturn void mem_failed(size_t wanted)
{
    fprintf(stderr, "no memory for %zu bytes\n", wanted);
    abort();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ids_are_those_of_merging)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
