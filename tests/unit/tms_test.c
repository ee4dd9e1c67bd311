/* libtokmill-shard: every change and cut of a small shard, lies with right checksums, threads. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "core/mem.h"
#include "shard/native.h"
#include "shard/tms_internal.h"

static const char path[] = "tms_test.tms";

/* A shard in memory, with what it decodes to. */
struct sample {
    unsigned char *p;
    size_t n;
    uint32_t *ids;
    uint64_t *ends;
    uint64_t tokens, docs;
};

static uint32_t token(uint64_t i, uint32_t max_id)
{
    uint64_t v = hash_mix(i);
    uint32_t common = max_id < 50 ? max_id : 50;
    return (uint32_t)(v % 4 ? v / 4 % (common + 1) : v / 4 % ((uint64_t)max_id + 1));
}

/* Documents of these lengths. */
static struct sample make(uint32_t max_id, const unsigned *length, size_t docs)
{
    struct err e;
    struct shard_files files = {0};
    struct shard_about a = {.tokenizer = SLICE("{\"hash\":\"x\"}"), .max_id = max_id,
                            .eod = EOD_NONE, .width = max_id < 65536 ? 2 : 4};
    struct sample s = {.docs = docs, .ends = mem_array(docs + 1, sizeof *s.ends)};
    for (size_t i = 0; i < docs; i++)
        s.ends[i] = s.tokens += length[i];
    s.ids = mem_array(s.tokens + 1, sizeof *s.ids);
    for (uint64_t i = 0; i < s.tokens; i++)
        s.ids[i] = token(i, max_id);
    err_init(&e);
    struct shard_sink *sink = shard_native.open(path, &a, 3, &e);
    assert_non_null(sink);
    for (size_t i = 0; i < docs; i++) {
        uint64_t from = i ? s.ends[i - 1] : 0;
        assert_int_equal(shard_native.add(sink, s.ids + from, s.ends[i] - from, &e), 0);
        assert_int_equal(shard_native.end_doc(sink, &(struct shard_doc){0}, &e), 0);
    }
    assert_int_equal(shard_native.commit(sink, &files, &e), 0);
    s.n = files.v[0].size;
    shard_files_free(&files);
    FILE *f = fopen(path, "rb");
    s.p = mem_alloc(s.n);
    assert_int_equal(fread(s.p, 1, s.n, f), s.n);
    fclose(f);
    return s;
}

static void free_sample(struct sample *s)
{
    mem_free(s->p);
    mem_free(s->ids);
    mem_free(s->ends);
    unlink(path);
}

static int from_memory(void *context, void *p, size_t n, uint64_t at)
{
    memcpy(p, (const unsigned char *)context + at, n);
    return 0;
}

static tms *open_bytes(const unsigned char *p, size_t n, struct tms_error *e)
{
    return tms_open_source(&(struct tms_source){(void *)p, n, from_memory}, e);
}

enum outcome { REFUSED, SAME, OTHER };

/* What a reader gets that asks for everything but does not verify. */
static enum outcome read_all(const struct sample *s, tms *t, tms_cursor *c)
{
    struct tms_error e;
    if (tms_tokens(t) != s->tokens || tms_documents(t) != s->docs)
        return OTHER;
    uint32_t *ids = mem_array(s->tokens + 1, sizeof *ids);
    uint64_t *ends = mem_array(s->docs + 1, sizeof *ends);
    enum outcome o = REFUSED;
    if (!tms_read(c, 0, s->tokens, ids, &e) && !tms_ends(c, 0, s->docs, ends, &e))
        o = memcmp(ids, s->ids, s->tokens * sizeof *ids) ||
                    memcmp(ends, s->ends, s->docs * sizeof *ends) ? OTHER : SAME;
    mem_free(ids);
    mem_free(ends);
    return o;
}

/* Reading: refused, the same, or other. *verified: what tms_verify() says. */
static enum outcome look(const struct sample *s, const unsigned char *p, size_t n, bool *verified)
{
    struct tms_error e = {0};
    enum outcome o = REFUSED;
    tms *t = open_bytes(p, n, &e);
    tms_cursor *c = t ? tms_cursor_new(t, &e) : NULL;
    *verified = c && tms_verify(c, &e) == 0;
    if (!*verified)
        assert_true((e.status == TMS_DAMAGED || e.status == TMS_UNSUPPORTED) && *e.text);
    if (c)
        o = read_all(s, t, c);
    tms_cursor_free(c);
    tms_close(t);
    return o;
}

/* Every byte in several ways: verify refuses each; a reader refuses or is not concerned. */
static void change_every_byte(const struct sample *s)
{
    static const unsigned char flip[] = {1, 2, 0x10, 0x80, 0xff, 0x5a};
    bool verified;
    assert_int_equal(look(s, s->p, s->n, &verified), SAME);
    assert_true(verified);
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < sizeof flip; k++) {
            s->p[i] ^= flip[k];
            enum outcome o = look(s, s->p, s->n, &verified);
            if (verified || o == OTHER)
                fail_msg("byte %zu of %zu, flip %02x: %s", i, s->n, flip[k],
                         verified ? "verified" : "read as something else");
            s->p[i] ^= flip[k];
        }
}

static void every_change(void **state)
{
    static const unsigned small[] = {3, 0, 40, 1, 0, 200, 0}, empty[] = {0, 0, 0};
    const uint32_t max_id[] = {299, 50256, 65535, 200018};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct sample s = make(max_id[i], small, 7);
        change_every_byte(&s);
        free_sample(&s);
    }
    struct sample s = make(299, empty, 3);
    change_every_byte(&s);
    free_sample(&s);
}

static void every_cut(void **state)
{
    static const unsigned length[] = {3, 0, 400, 1, 0, 900, 0};
    bool verified;
    (void)state;
    struct sample s = make(200018, length, 7);
    for (size_t n = 0; n < s.n; n++)
        if (look(&s, s.p, n, &verified) != REFUSED || verified)
            fail_msg("cut to %zu of %zu", n, s.n);
    unsigned char *more = mem_alloc(s.n + 1);
    memcpy(more, s.p, s.n);
    more[s.n] = 0;
    assert_int_equal(look(&s, more, s.n + 1, &verified), REFUSED);
    mem_free(more);
    free_sample(&s);
}

/* ---- lies with right checksums ------------------------------------------------------------ */

static size_t find_frame(const struct sample *s, const char *mark, size_t *size)
{
    for (size_t at = 0; at + 16 <= s->n; at++)
        if (le_get32(s->p + at) == TMS_MAGIC && memcmp(s->p + at + 8, mark, 8) == 0) {
            *size = (size_t)le_get32(s->p + at + 4) + 8;
            return at;
        }
    fail();
    return 0;
}

static uint64_t seal(unsigned char *frame, size_t size)
{
    le_put64(frame + size - TMS_SEAL, XXH3_64bits(frame, size - TMS_SEAL));
    return le_get64(frame + size - TMS_SEAL);
}

/* Overwrites a number and makes all seals right again. Nothing can be wrong then but what the file
 * says twice; reading it must be safe, and only what is said once may pass for verified. */
static void lie(struct sample *s, const char *mark, size_t at, unsigned bytes, uint64_t v)
{
    size_t size, foot_size, place = find_frame(s, mark, &size);
    size_t foot = find_frame(s, TMS_FOOT_MARK, &foot_size);
    const char *const sealed[] = {TMS_HEAD_MARK, TMS_INDEX_MARK, TMS_DOCS_MARK};
    if (bytes == 4)
        le_put32(s->p + place + at, (uint32_t)v);
    else
        le_put64(s->p + place + at, v);
    seal(s->p + place, size);
    for (size_t i = 0; i < 3; i++)
        if (memcmp(mark, sealed[i], 8) == 0)
            le_put64(s->p + foot + 80 + 8 * i, le_get64(s->p + place + size - TMS_SEAL));
    seal(s->p + foot, foot_size);
}

static void lies(void **state)
{
    static const unsigned length[] = {3, 0, 400, 1, 0, 900, 0};
    static const struct {
        const char *mark;
        size_t at;
        unsigned bytes;
    } place[] = {
        {TMS_HEAD_MARK, 16, 4}, {TMS_HEAD_MARK, 20, 4}, {TMS_HEAD_MARK, 24, 4},
        {TMS_HEAD_MARK, 28, 4}, {TMS_HEAD_MARK, 32, 4}, {TMS_HEAD_MARK, 36, 4},
        {TMS_RANKS_MARK, 16, 4}, {TMS_RANKS_MARK, 20, 4}, {TMS_RANKS_MARK, 24, 4},
        {TMS_BLOCK_MARK, 16, 4}, {TMS_BLOCK_MARK, 20, 4}, {TMS_BLOCK_MARK, 24, 4},
        {TMS_BLOCK_MARK, 28, 4}, {TMS_BLOCK_MARK, 32, 8}, {TMS_BLOCK_MARK, 40, 8},
        {TMS_BLOCK_MARK, 48, 8}, {TMS_BLOCK_MARK, 56, 4}, {TMS_INDEX_MARK, 16, 8},
        {TMS_INDEX_MARK, 24, 4}, {TMS_INDEX_MARK, 28, 4}, {TMS_INDEX_MARK, 32, 8},
        {TMS_INDEX_MARK, 40, 8}, {TMS_INDEX_MARK, 48, 4}, {TMS_INDEX_MARK, 56, 8},
        {TMS_INDEX_MARK, 64, 8}, {TMS_INDEX_MARK, 72, 8}, {TMS_INDEX_MARK, 80, 8},
        {TMS_INDEX_MARK, 88, 4}, {TMS_INDEX_MARK, 92, 4}, {TMS_INDEX_MARK, 96, 8},
        {TMS_INDEX_MARK, 104, 8}, {TMS_INDEX_MARK, 112, 8}, {TMS_DOCS_MARK, 16, 8},
        {TMS_DOCS_MARK, 24, 4}, {TMS_FOOT_MARK, 16, 8}, {TMS_FOOT_MARK, 24, 8},
        {TMS_FOOT_MARK, 32, 8}, {TMS_FOOT_MARK, 40, 8}, {TMS_FOOT_MARK, 48, 8},
        {TMS_FOOT_MARK, 56, 4}, {TMS_FOOT_MARK, 64, 8}, {TMS_FOOT_MARK, 72, 8}};
    static const uint64_t value[] = {0, 1, 8, 0xffff, 0x10000, 0x7fffffff, 0xffffffff,
                                     (uint64_t)1 << 40, (uint64_t)1 << 63, UINT64_MAX};
    (void)state;
    struct sample s = make(200018, length, 7);
    unsigned char *good = mem_alloc(s.n);
    memcpy(good, s.p, s.n);
    for (size_t i = 0; i < sizeof place / sizeof *place; i++)
        for (size_t k = 0; k < sizeof value / sizeof *value; k++) {
            bool verified;
            lie(&s, place[i].mark, place[i].at, place[i].bytes, value[k]);
            bool changed = memcmp(good, s.p, s.n) != 0;
            bool eod = memcmp(place[i].mark, TMS_HEAD_MARK, 8) == 0 &&
                       place[i].at >= 24 && place[i].at <= 28;
            look(&s, s.p, s.n, &verified);
            if (changed && verified && !eod)
                fail_msg("%s at %zu = %llx", place[i].mark, place[i].at,
                         (unsigned long long)value[k]);
            memcpy(s.p, good, s.n);
        }
    mem_free(good);
    free_sample(&s);
}

/* ---- kernels, threads --------------------------------------------------------------------- */

static void kernels_agree(void **state)
{
    enum { N = 70000 };
    unsigned char *ranks = mem_alloc(2 * N), *x = mem_alloc(4 * N);
    uint32_t *lut = mem_array(TMS_LUT, sizeof *lut), *a = mem_array(N, sizeof *a),
             *b = mem_array(N, sizeof *b);
    const struct tms_kernels *fast = tms_kernels_choose();
    (void)state;
    for (size_t i = 0; i < TMS_LUT; i++)
        lut[i] = i < 60000 ? (uint32_t)(i * 7919 % 190000) : TMS_HOLE;
    for (size_t i = 0; i < N; i++)
        le_put32(x + 4 * i, (uint32_t)i);
    for (size_t n = 0; n < N; n += n < 70 ? 1 : 9973)
        for (int kind = 0; kind < 4; kind++) {
            for (size_t i = 0; i < n; i++) {
                uint64_t v = hash_mix(i + 131 * n);
                le_put16(ranks + 2 * i, v % 5 == 0 && kind ? TMS_EXCEPTION
                                        : (uint32_t)(v >> 8) % (kind == 3 ? 60001 : 60000));
            }
            size_t exceptions = kind == 2 ? n / 9 : n;
            struct tms_unrank u = {lut, 200000, ranks, a, n, x, x + 4 * exceptions, NULL};
            struct tms_unrank w = u;
            w.ids = b;
            tms_scalar.unrank(&u);
            fast->unrank(&w);
            assert_true(u.flaw == w.flaw || (u.flaw && w.flaw && !strcmp(u.flaw, w.flaw)));
            if (!u.flaw) {
                assert_true(u.x == w.x && memcmp(a, b, n * sizeof *a) == 0);
                assert_true(tms_scalar.hash(a, n) == fast->hash(b, n));
            }
        }
    mem_free(ranks);
    mem_free(x);
    mem_free(lut);
    mem_free(a);
    mem_free(b);
}

struct worker {
    const struct sample *s;
    const tms *t;
    uint64_t seed;
    const char *wrong;
};

static void *work(void *arg)
{
    struct worker *w = arg;
    struct tms_error e;
    uint32_t *ids = malloc(140000 * sizeof *ids);
    tms_cursor *c = tms_cursor_new(w->t, &e);
    for (uint64_t i = 0; i < 150 && !w->wrong; i++) {
        uint64_t from = hash_mix(w->seed * 1000 + i) % w->s->tokens, from_doc, to_doc, doc;
        size_t n = i % 10 ? 2049 : 131072;
        n = n < w->s->tokens - from ? n : w->s->tokens - from;
        if (tms_read(c, from, n, ids, &e) || tms_document_of(c, from, &doc, &e) ||
            tms_document(c, doc, &from_doc, &to_doc, &e))
            w->wrong = "refused";
        else if (memcmp(ids, w->s->ids + from, n * sizeof *ids))
            w->wrong = "other ids";
        else if (from < from_doc || from >= to_doc || to_doc != w->s->ends[doc])
            w->wrong = "another document";
    }
    tms_cursor_free(c);
    free(ids);
    return NULL;
}

/* Several threads, a document longer than a block, borders on borders, several rank tables. */
static void threads(void **state)
{
    enum { THREADS = 8 };
    static const unsigned length[] = {65536, 0, 0, 65535, 1, 200000, 7, 0, 400000, 65536, 0};
    struct worker w[THREADS];
    pthread_t id[THREADS];
    struct tms_error e;
    (void)state;
    struct sample s = make(200018, length, sizeof length / sizeof *length);
    tms *t = tms_open(path, &e);
    assert_non_null(t);
    for (unsigned i = 0; i < THREADS; i++) {
        w[i] = (struct worker){.s = &s, .t = t, .seed = i};
        assert_int_equal(pthread_create(&id[i], NULL, work, &w[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(id[i], NULL);
        if (w[i].wrong)
            fail_msg("%s", w[i].wrong);
    }
    bool verified;
    assert_int_equal(look(&s, s.p, s.n, &verified), SAME);
    assert_true(verified);
    tms_close(t);
    free_sample(&s);
}

/* The file shrinks while it is open: an error and no signal. */
static void shrinks(void **state)
{
    static const unsigned length[] = {300000};
    uint32_t ids[10];
    struct tms_error e;
    (void)state;
    struct sample s = make(50256, length, 1);
    tms *t = tms_open(path, &e);
    tms_cursor *c = tms_cursor_new(t, &e);
    assert_int_equal(truncate(path, (off_t)s.n / 3), 0);
    assert_int_equal(tms_read(c, 250000, 10, ids, &e), -1);
    assert_int_equal(e.status, TMS_DAMAGED);
    assert_int_equal(tms_read(c, 300000, 1, ids, &e), -1);
    assert_int_equal(e.status, TMS_RANGE);
    assert_int_equal(tms_read(c, 299999, 10, ids, NULL), -1);
    tms_cursor_free(c);
    tms_close(t);
    assert_null(tms_open("no such file", &e));
    assert_int_equal(e.status, TMS_SYSTEM);
    assert_null(tms_open("/", &e));
    free_sample(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change), cmocka_unit_test(every_cut), cmocka_unit_test(lies),
        cmocka_unit_test(kernels_agree), cmocka_unit_test(threads), cmocka_unit_test(shrinks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
