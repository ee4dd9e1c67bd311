/* The trainers' formats, byte for byte, and their readers on damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "core/mem.h"
#include "shard/idx.h"
#include "shard/le.h"
#include "shard/reader.h"

static const uint32_t ids[] = {1, 2, 3, 9, 65000, 9, 9, 5, 9};
static const size_t lengths[] = {4, 2, 1, 2};          /* each ends with 9 */

static void make(const struct shard_format *f, const char *path, unsigned width)
{
    struct err e;
    struct shard_files files = {0};
    struct shard_about a = {.max_id = 65000, .eod = EOD_LAST, .eod_id = 9, .width = width};
    const uint32_t *p = ids;
    err_init(&e);
    struct shard_sink *s = f->open(path, &a, 3, &e);
    assert_non_null(s);
    for (size_t i = 0; i < 4; p += lengths[i++])
        assert_int_equal(f->add(s, p, lengths[i], &e) ||
                         f->end_doc(s, &(struct shard_doc){0}, &e), 0);
    assert_int_equal(f->commit(s, &files, &e), 0);
    shard_files_free(&files);
}

static size_t slurp(const char *path, unsigned char *p, size_t max)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(p, 1, max, f);
    fclose(f);
    return n;
}

static void spit(const char *path, const unsigned char *p, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_int_equal(fwrite(p, 1, n, f), n);
    fclose(f);
}

static void megatron_bytes(void **state)
{
    unsigned char b[256];
    (void)state;
    make(&shard_megatron, "t.bin", 2);
    assert_int_equal(slurp("t.bin", b, sizeof b), 18);
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(le_get16(b + 2 * i), ids[i]);
    assert_int_equal(slurp("t.idx", b, sizeof b), 42 + 20 * 4);
    assert_memory_equal(b, "MMIDIDX\0\0\1\0\0\0\0\0\0\0\10", 18);
    assert_int_equal(le_get64(b + 18), 4);
    assert_int_equal(le_get64(b + 26), 5);
    uint64_t at = 0;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(le_get32(b + 34 + 4 * i), lengths[i]);
        assert_int_equal(le_get64(b + 50 + 8 * i), at);
        at += 2 * lengths[i];
    }
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(le_get64(b + 82 + 8 * i), i);
    make(&shard_megatron, "t.bin", 4);
    slurp("t.idx", b, sizeof b);
    assert_int_equal(b[17], 4);
    assert_int_equal(slurp("t.bin", b, sizeof b), 36);
}

static void widths(void **state)
{
    (void)state;
    assert_int_equal(shard_megatron.width(65498), 2);
    assert_int_equal(shard_megatron.width(65499), 4);
    assert_int_equal(shard_megatron.width(0x7fffffff), 4);
    assert_int_equal(shard_megatron.width(0x80000000), 0);
    assert_int_equal(shard_nanogpt.width(65535), 2);
    assert_int_equal(shard_nanogpt.width(65536), 0);
    assert_int_equal(shard_llmc.width(65536), 4);
    assert_int_equal(shard_native.width(65535), 2);
}

static void llmc_bytes(void **state)
{
    unsigned char b[2048];
    (void)state;
    make(&shard_llmc, "l.bin", 2);
    assert_int_equal(slurp("l.bin", b, sizeof b), 1024 + 18);
    assert_int_equal(le_get32(b), 20240520);
    assert_int_equal(le_get32(b + 4), 1);
    assert_int_equal(le_get32(b + 8), 9);
    make(&shard_llmc, "l.bin", 4);
    assert_int_equal(slurp("l.bin", b, sizeof b), 1024 + 36);
    assert_int_equal(le_get32(b), 20240801);
    assert_int_equal(le_get32(b + 4), 7);
    unlink("l.bin");
}

/* Reads all documents; the number of them, or -1. */
static int read_all(const char *path, const struct shard_wish *w)
{
    struct err e;
    struct arena a;
    struct shard_doc d;
    const uint32_t *p;
    size_t n;
    int docs = 0, rc = 1;
    err_init(&e);
    arena_init(&a);
    struct shard_reader *r = shard_reader_open(path, w, &e);
    const uint32_t *want = ids;
    while (r && (rc = shard_reader_next(r, &a, &d, &p, &n, &e)) == 1) {
        if (docs < 4 && !w->keep_eod && n == lengths[docs] - 1)
            assert_memory_equal(p, want, n * sizeof *p);
        want += docs < 4 ? lengths[docs] : 0;
        docs++;
    }
    shard_reader_close(r);
    arena_free(&a);
    return r && rc == 0 ? docs : -1;
}

static void reading(void **state)
{
    struct shard_wish w = {.doc_max = 1000, .has_eod = true, .eod_id = 9};
    (void)state;
    make(&shard_megatron, "t.bin", 2);
    assert_int_equal(read_all("t.bin", &w), 4);
    assert_int_equal(read_all("t.idx", &w), 4);
    assert_int_equal(read_all("t", &w), 4);
    w.doc_max = 3;
    assert_int_equal(read_all("t", &w), -1);
    w.doc_max = 1000;
    make(&shard_nanogpt, "n.bin", 2);
    assert_int_equal(read_all("n.bin", &w), 4);
    make(&shard_native, "n.tms", 2);
    assert_int_equal(read_all("n.tms", &w), 4);
    w.has_eod = false;
    assert_int_equal(read_all("n.bin", &w), -1);
    unlink("n.bin");
    unlink("n.tms");
}

/* Every byte of the index set to 0xff, every cut: an error or a document, nothing undefined. */
static void hostile_index(void **state)
{
    struct shard_wish w = {.doc_max = 1000};
    unsigned char b[256];
    (void)state;
    make(&shard_megatron, "t.bin", 2);
    size_t n = slurp("t.idx", b, sizeof b);
    for (size_t i = 0; i < n; i++) {
        unsigned char was = b[i];
        b[i] = 0xff;
        spit("t.idx", b, n);
        int got = read_all("t.bin", &w);
        if (i < 82)
            assert_int_equal(got, -1);
        b[i] = was;
        spit("t.idx", b, i);
        assert_int_equal(read_all("t.bin", &w), -1);
    }
    memset(b + 18, 0xff, 16);
    spit("t.idx", b, n);
    assert_int_equal(read_all("t.bin", &w), -1);
    unlink("t.bin");
    unlink("t.idx");
}

/* Ends beside the ids: found without a manifest, width included; damage refused. */
static void told_ends(void **state)
{
    struct shard_wish w = {.doc_max = 1000, .has_eod = true, .eod_id = 9};
    const struct shard_format *const f[] = {&shard_datatrove, &shard_olmo};
    const char *const path[] = {"d.ds", "o.npy"}, *const side[] = {"d.ds.index", "o.csv.gz"};
    unsigned char b[512];
    (void)state;
    for (int i = 0; i < 2; i++)
        for (unsigned width = 2; width <= 4; width += 2) {
            make(f[i], path[i], width);
            assert_int_equal(read_all(path[i], &w), 4);
            size_t n = slurp(side[i], b, sizeof b);
            for (size_t at = 0; at < n; at++) {
                spit(side[i], b, at);
                assert_int_equal(read_all(path[i], &w), -1);
            }
            spit(side[i], b, n);
            n = slurp(path[i], b, sizeof b);
            spit(path[i], b, n - 1);
            assert_int_equal(read_all(path[i], &w), -1);
            unlink(side[i]);
            spit(path[i], b, n);
            assert_int_equal(read_all(path[i], &w), -1);
        }
    const unsigned char falling[16] = {5, [8] = 4};
    spit("d.ds", falling, 8);
    spit("d.ds.index", falling, 16);
    assert_int_equal(read_all("d.ds", &w), -1);
    const char *const rows[] = {"0,4,a\n4,9,b\n", "0,4\n4,9", "0,4,a\n5,9,b\n", "0,4,a\nx,9\n",
                                "0,4,a\n4\n", "0,4,a\n4,9999999999999999999\n", "1,9\n", ""};
    make(&shard_olmo, "o.npy", 2);
    for (int i = 0; i < 8; i++) {
        spit("o.csv.gz", (const unsigned char *)rows[i], strlen(rows[i]));
        assert_int_equal(read_all("o.npy", &w), i < 2 ? 2 : -1);
    }
    spit("o.npy", (const unsigned char *)"\x93NUMPY\1\0..........", 18);
    spit("o.csv.gz", (const unsigned char *)"0,9\n", 4);
    assert_int_equal(read_all("o.npy", &w), -1);
    unlink("o.npy");
    unlink("o.csv.gz");
    unlink("d.ds");
    unlink("d.ds.index");
    unlink("d.ds.metadata");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(megatron_bytes), cmocka_unit_test(widths), cmocka_unit_test(llmc_bytes),
        cmocka_unit_test(reading), cmocka_unit_test(hostile_index),
        cmocka_unit_test(told_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
