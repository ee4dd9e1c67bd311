/* Near-duplicates by brute force: planted copies, chains, templates, equal runs, short and empty
 * documents. What is dropped is similar to what is kept; what is kept is not, as far as bands see;
 * and nothing depends on memory or threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/hash.h"
#include "core/mem.h"
#include "dedup/minhash.h"
#include "dedup/near.h"
#include "dedup/shingle.h"

enum { DOCS = 1200, BANDS = 14, ROWS = 8, WORDS = 5, MOST = SHINGLE_ROOM };

struct corpus {
    struct buf text[DOCS];
    uint64_t set[DOCS][MOST];       /* sorted shingles, each once */
    size_t n[DOCS];
    uint64_t keys[DOCS][BANDS];
    uint64_t random;
};

static uint64_t next(struct corpus *c) { return c->random = hash_mix(c->random + 12345); }

static void add_word(struct buf *b, uint64_t v)
{
    if (b->n)
        buf_add_byte(b, ' ');
    for (int i = 0; i < 4; i++, v /= 26)
        buf_add_byte(b, (char)('a' + v % 26));
}

/* The text of `of` with about one word in `rate` replaced; rate 0: none. */
static void vary(struct corpus *c, size_t i, size_t of, uint64_t rate)
{
    struct slice rest = buf_slice(&c->text[of]), word;
    while (slice_next(&rest, ' ', &word)) {
        if (rate && next(c) % rate == 0) {
            add_word(&c->text[i], next(c));
            continue;
        }
        if (c->text[i].n)
            buf_add_byte(&c->text[i], ' ');
        buf_add_slice(&c->text[i], word);
    }
}

static void fresh(struct corpus *c, size_t i, size_t words)
{
    for (size_t k = 0; k < words; k++)
        add_word(&c->text[i], next(c));
}

/* By i mod 12: chains of six, each varying the one before; a template with its own tail; texts
 * equal to one text; short ones; copies of the document 12 before; fresh ones. */
static void write_texts(struct corpus *c)
{
    for (size_t i = 0; i < DOCS; i++) {
        size_t kind = i % 12;
        buf_init(&c->text[i], 1 << 20);
        if (i < 12)
            fresh(c, i, 60 + 30 * i);
        else if (kind < 3 && i / 12 % 6)
            vary(c, i, i - 12, 40);
        else if (kind == 3) {
            vary(c, i, 3, 0);
            fresh(c, i, 8 + i % 20);
        } else if (kind == 4)
            vary(c, i, 4, 0);
        else if (kind == 5)
            fresh(c, i, i / 12 % 5);
        else if (kind < 9 && i / 12 % 2)
            vary(c, i, i - 12, 15 + i % 100);
        else
            fresh(c, i, 20 + next(c) % 200);
    }
}

static int by_value(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return a < b ? -1 : a > b;
}

static struct corpus *new_corpus(void)
{
    struct corpus *c = mem_zero(sizeof *c);
    struct shingler *s = shingler_new(SHINGLE_WORDS, WORDS);
    struct minhash *m = minhash_new(BANDS, ROWS, 0);
    uint32_t lanes[BANDS * ROWS];
    uint64_t more[SHINGLE_ROOM];
    write_texts(c);
    for (size_t i = 0; i < DOCS; i++) {
        size_t n, kept = 0;
        shingler_start(s, buf_slice(&c->text[i]));
        n = shingler_next(s, c->set[i]);
        assert_int_equal(shingler_next(s, more), 0);
        minhash_start(m, lanes);
        minhash_add(m, lanes, c->set[i], n);
        minhash_keys(m, lanes, c->keys[i]);
        qsort(c->set[i], n, sizeof c->set[i][0], by_value);
        for (size_t k = 0; k < n; k++)
            if (!k || c->set[i][k] != c->set[i][kept - 1])
                c->set[i][kept++] = c->set[i][k];
        c->n[i] = kept;
    }
    minhash_free(m);
    shingler_free(s);
    return c;
}

static void free_corpus(struct corpus *c)
{
    for (size_t i = 0; i < DOCS; i++)
        buf_free(&c->text[i]);
    mem_free(c);
}

static double similarity(const struct corpus *c, size_t a, size_t b)
{
    size_t common = 0;
    for (size_t i = 0; i < c->n[a]; i++)
        common += bsearch(&c->set[a][i], c->set[b], c->n[b], sizeof c->set[b][0], by_value) != NULL;
    return (double)common / (double)(c->n[a] + c->n[b] - common);
}

static bool share_band(const struct corpus *c, size_t a, size_t b)
{
    for (int i = 0; i < BANDS; i++)
        if (c->n[a] && c->n[b] && c->keys[a][i] == c->keys[b][i])
            return true;
    return false;
}

struct result {
    struct verdict_of v[DOCS];
    bool has[DOCS];
    struct near_counts counts;
};

/* rank: NULL for the policy `first`. */
static void run(const struct corpus *c, struct near_about about, const uint64_t *rank,
                struct result *r)
{
    struct err e;
    struct buf line, id;
    err_init(&e);
    about.bands = BANDS;
    about.words = WORDS;
    about.tmp = "/tmp";
    about.ranked = about.by_id = rank != NULL;
    struct near *n = near_new(&about, &e);
    struct spool *docs = spool_new("/tmp", 0, &e);
    struct names *names = names_new("/tmp", 0, &e);
    buf_init(&line, 1 << 20);
    buf_init(&id, 100);
    for (size_t i = 0; i < DOCS; i++) {
        buf_clear(&line);
        buf_clear(&id);
        buf_add_fmt(&id, "%05zu", (i * 7919) % 99991);
        buf_add_fmt(&line, "{\"id\":\"%.*s\",\"text\":\"%.*s\"}\n", (int)id.n, id.p,
                    (int)c->text[i].n, c->text[i].n ? c->text[i].p : "");
        assert_int_equal(spool_add(docs, buf_slice(&line), &e), 0);
        assert_int_equal(names_add(names, buf_slice(&id), &e), 0);
        assert_int_equal(near_add(n, c->n[i] ? c->keys[i] : NULL, rank ? rank[i] : 0, &e), 0);
    }
    assert_int_equal(spool_seal(docs, &e), 0);
    assert_int_equal(names_seal(names, &e), 0);
    if (near_decide(n, names, &(struct near_texts){.docs = docs, .fields = &doc_fields_default},
                    &e))
        fail_msg("%s", e.text);
    struct verdict_cursor *cursor = verdict_cursor_new();
    for (size_t i = 0; i < DOCS; i++) {
        memset(&r->v[i], 0, sizeof r->v[i]);
        r->has[i] = verdicts_find(near_verdicts(n), cursor, i, &r->v[i], &e) == 1;
    }
    r->counts = near_counts(n);
    verdict_cursor_free(cursor);
    buf_free(&line);
    buf_free(&id);
    names_free(names);
    spool_free(docs);
    near_free(n);
}

static bool kept(const struct result *r, size_t i) { return !r->has[i] || r->v[i].kept == i; }

static void check(const struct corpus *c, const struct result *r, double threshold)
{
    size_t sizes[DOCS] = {0}, dropped = 0;
    for (size_t i = 0; i < DOCS; i++) {
        size_t k = kept(r, i) ? i : (size_t)r->v[i].kept;
        sizes[k]++;
        dropped += k != i;
        if (k == i)
            continue;
        assert_true(kept(r, k) && share_band(c, i, k));
        assert_true(similarity(c, i, k) >= threshold);
        assert_true(r->v[i].similarity == similarity(c, i, k));
    }
    for (size_t i = 0; i < DOCS; i++) {
        if (kept(r, i))
            assert_int_equal(r->has[i] ? r->v[i].size : 1, sizes[i]);
        for (size_t k = 0; k < i; k++)
            if (kept(r, i) && kept(r, k) && share_band(c, i, k))
                assert_true(similarity(c, i, k) < threshold);
    }
    assert_true(dropped > DOCS / 8);
    assert_true(r->counts.clusters.refused > 0);         /* chains and templates were told apart */
}

static void same(const struct result *a, const struct result *b)
{
    assert_memory_equal(a->has, b->has, sizeof a->has);
    assert_memory_equal(a->v, b->v, sizeof a->v);
}

static const struct near_about usual = {
    .verify = true, .threshold = .75, .memory = 64 << 20, .threads = 1};

static void keeps_what_is_different(void **state)
{
    struct corpus *c = *state;
    struct result r, other;
    struct near_about about = usual;
    run(c, about, NULL, &r);
    check(c, &r, about.threshold);
    for (size_t i = 0; i < DOCS; i++)           /* the first of a cluster is the kept one */
        assert_true(kept(&r, i) || r.v[i].kept < i);
    about.memory = 1 << 20;
    run(c, about, NULL, &other);
    same(&r, &other);
    about.threads = 4;
    run(c, about, NULL, &other);
    same(&r, &other);
    about.threshold = .9;
    run(c, about, NULL, &other);
    check(c, &other, .9);
}

/* With ranks the kept one is better than every one that joined it, and the order of the walk is
 * that of (rank, id). */
static void keeps_the_best(void **state)
{
    struct corpus *c = *state;
    struct result r;
    uint64_t rank[DOCS];
    for (size_t i = 0; i < DOCS; i++)
        rank[i] = hash_mix(i) % 3;
    run(c, usual, rank, &r);
    check(c, &r, usual.threshold);
    for (size_t i = 0; i < DOCS; i++) {
        size_t k = (size_t)r.v[i].kept;
        if (!kept(&r, i))
            assert_true(rank[k] < rank[i] ||
                        (rank[k] == rank[i] && (k * 7919) % 99991 < (i * 7919) % 99991));
    }
}

/* Without verification clusters are the connected components of shared bands. */
static void unverified_is_connected(void **state)
{
    struct corpus *c = *state;
    struct result r;
    size_t first[DOCS];
    struct near_about about = usual;
    about.verify = false;
    run(c, about, NULL, &r);
    for (size_t i = 0; i < DOCS; i++)
        first[i] = i;
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t i = 0; i < DOCS; i++)
            for (size_t k = 0; k < i; k++)
                if (first[i] != first[k] && share_band(c, i, k)) {
                    size_t least = first[i] < first[k] ? first[i] : first[k];
                    first[i] = first[k] = least;
                    moved = true;
                }
    }
    for (size_t i = 0; i < DOCS; i++)
        assert_int_equal(r.has[i] ? r.v[i].kept : i, first[i]);
}

static int setup(void **state)
{
    *state = new_corpus();
    return 0;
}

static int teardown(void **state)
{
    free_corpus(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_is_different),
        cmocka_unit_test(keeps_the_best),
        cmocka_unit_test(unverified_is_connected),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
