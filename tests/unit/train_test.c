/* Training against the definition: count all pairs, take the best, replace, count again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/mem.h"
#include "tokenize/load.h"
#include "tokenize/train.h"
#include "tokenize/words.h"

enum { MAX_WORDS = 400, MAX_LEN = 60, MAX_IDS = 700 };

struct corpus {
    unsigned n, len[MAX_WORDS];
    uint32_t word[MAX_WORDS][MAX_LEN];          /* ids */
    char text[MAX_WORDS][MAX_LEN];
    uint64_t count[MAX_WORDS];
};

static uint64_t random_state;
static unsigned random_below(unsigned n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % n;
}

static void make(struct corpus *c, unsigned seed, uint64_t scale)
{
    static const char *const letters[] = {"a", "ab", "abc", "a -=", "etaoin shrdlu"};
    const char *alphabet = letters[seed % 5];
    random_state = seed;
    c->n = 1 + random_below(MAX_WORDS);
    for (unsigned i = 0; i < c->n; i++) {
        c->len[i] = 1 + random_below(seed % 3 ? 12 : MAX_LEN);
        c->count[i] = (1 + random_below(9)) * scale;
        for (unsigned k = 0; k < c->len[i]; k++)
            c->text[i][k] = alphabet[random_below((unsigned)strlen(alphabet))];
    }
}

static uint32_t number(unsigned char b, enum tie_rule tie)
{
    uint32_t n = 0;
    for (uint32_t cp = 0; tie == TIE_HF && cp < byte_level_char(b); cp++)
        n += byte_level_byte(cp) >= 0;
    return tie == TIE_HF ? n : b;
}

/* One step of the definition; false when no pair is left. */
static bool naive_step(struct corpus *c, const struct train_opts *o, const uint32_t *bytes,
                       uint32_t made, struct merge *m)
{
    static uint64_t count[MAX_IDS][MAX_IDS];
    memset(count, 0, sizeof count);
    *m = (struct merge){0, 0, made, 0};
    for (unsigned i = 0; i < c->n; i++)
        for (unsigned k = 0; k + 1 < c->len[i]; k++)
            count[c->word[i][k]][c->word[i][k + 1]] += c->count[i];
    for (uint32_t a = 0; a < made; a++)
        for (uint32_t b = 0; b < made; b++)
            if (count[a][b] > m->count && (!o->max_bytes || bytes[a] + bytes[b] <= o->max_bytes))
                *m = (struct merge){a, b, made, count[a][b]};
    if (!m->count || m->count < o->min_frequency)
        return false;
    for (unsigned i = 0; i < c->n; i++) {
        unsigned n = 0;
        for (unsigned k = 0; k < c->len[i]; k++) {
            bool hit = k + 1 < c->len[i] && c->word[i][k] == m->left &&
                       c->word[i][k + 1] == m->right;
            c->word[i][n++] = hit ? made : c->word[i][k];
            k += hit;
        }
        c->len[i] = n;
    }
    return true;
}

static void compare(unsigned seed, const struct train_opts *o, uint64_t scale)
{
    static struct corpus c;
    uint32_t bytes[MAX_IDS];
    struct trained t;
    struct err e;
    make(&c, seed, scale);
    err_init(&e);
    struct trainer *tr = trainer_new(o);
    for (unsigned i = 0; i < c.n; i++) {
        assert_int_equal(trainer_add(tr, slice_of(c.text[i], c.len[i]), c.count[i], &e), 0);
        for (unsigned k = 0; k < c.len[i]; k++)
            c.word[i][k] = number((unsigned char)c.text[i][k], o->tie);
    }
    assert_int_equal(trainer_run(tr, NULL, NULL, &t, &e), 0);
    for (uint32_t id = 0; id < 256; id++)
        bytes[id] = 1;
    size_t n = 0;
    struct merge want;
    while (256 + n < o->tokens && naive_step(&c, o, bytes, 256 + (uint32_t)n, &want)) {
        assert_true(n < t.n);
        assert_int_equal(t.merges[n].left, want.left);
        assert_int_equal(t.merges[n].right, want.right);
        assert_int_equal(t.merges[n].made, want.made);
        assert_int_equal(t.merges[n].count, want.count);
        bytes[256 + n] = bytes[want.left] + bytes[want.right];
        n++;
    }
    assert_int_equal(t.n, n);
    assert_int_equal(t.vocab.n_ids, 256 + n);
    trained_free(&t);
    trainer_free(tr);
}

static void equals_the_definition(void **state)
{
    (void)state;
    for (unsigned seed = 0; seed < 60; seed++) {
        struct train_opts o = {MAX_IDS, 0, 0, seed % 2 ? TIE_RAW : TIE_HF, NULL, NULL, NULL, 0};
        compare(seed, &o, 1);
    }
}

static void limits(void **state)
{
    (void)state;
    for (unsigned seed = 0; seed < 20; seed++) {
        struct train_opts rare = {MAX_IDS, 40, 0, TIE_HF, NULL, NULL, NULL, 0};
        struct train_opts small = {MAX_IDS, 0, 2 + seed % 6, TIE_HF, NULL, NULL, NULL, 0};
        compare(seed, &rare, 1);
        compare(seed, &small, 1);
    }
}

/* Counts of more than 32 bits, some in one word. */
static void large_counts(void **state)
{
    (void)state;
    for (unsigned seed = 0; seed < 10; seed++) {
        struct train_opts o = {MAX_IDS, 0, 0, TIE_HF, NULL, NULL, NULL, 0};
        compare(seed, &o, (uint64_t)1 << 31);
        compare(seed, &o, (uint64_t)1 << 40);
    }
}

/* ---- words -------------------------------------------------------------------------------- */

struct sum {
    uint64_t n, hash, total;
    struct buf last;
    bool ordered;
};

static int take(void *to, struct slice word, uint64_t count, struct err *e)
{
    struct sum *s = to;
    (void)e;
    s->n++;
    s->total += count;
    s->hash += hash_mix(hash64(word) ^ hash_mix(count));
    s->ordered = s->ordered && slice_cmp(buf_slice(&s->last), word) < 0;
    buf_clear(&s->last);
    buf_add_slice(&s->last, word);
    return 0;
}

static struct sum count_words(uint64_t memory, int tables, bool sorted, bool *spilled)
{
    struct words *w[4];
    struct sum s = {.ordered = true};
    struct err e;
    char word[64];
    err_init(&e);
    buf_init(&s.last, 1 << 20);
    for (int i = 0; i < tables; i++)
        w[i] = words_new(memory, ".", 0);
    random_state = 5;
    for (unsigned i = 0; i < 60000; i++) {
        unsigned n = 1 + random_below(i % 10 ? 15 : 60);
        for (unsigned k = 0; k < n; k++)
            word[k] = (char)(random_below(3) ? 0 : random_below(256));
        assert_int_equal(words_add(w[i % (unsigned)tables], slice_of(word, n), 1 + i % 3, &e), 0);
    }
    assert_int_equal(words_gather(w, tables, sorted, take, &s, &e), 0);
    *spilled = false;
    for (int i = 0; i < tables; i++) {
        *spilled = *spilled || words_spilled(w[i]);
        words_free(w[i]);
    }
    buf_free(&s.last);
    return s;
}

static void spilled_words_are_the_same(void **state)
{
    (void)state;
    bool spilled;
    struct sum a = count_words(1 << 30, 1, true, &spilled);
    assert_false(spilled);
    assert_true(a.ordered);
    assert_int_equal(a.total, 60000 * 2);
    for (int tables = 1; tables <= 4; tables++) {
        struct sum b = count_words(1 << 18, tables, true, &spilled);
        assert_true(spilled && b.ordered);
        assert_true(a.n == b.n && a.hash == b.hash && a.total == b.total);
        b = count_words(1 << 30, tables, false, &spilled);
        assert_true(!spilled && a.n == b.n && a.hash == b.hash && a.total == b.total);
    }
}

_Noreturn void mem_failed(size_t wanted)
{
    fprintf(stderr, "no memory for %zu bytes\n", wanted);
    abort();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_the_definition), cmocka_unit_test(limits),
        cmocka_unit_test(large_counts), cmocka_unit_test(spilled_words_are_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
