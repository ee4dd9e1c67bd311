/* Statistics files: merging is exact, associative and commutative; hostile files are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/mem.h"
#include "stats/file.h"
#include "stats/html.h"

_Noreturn void mem_failed(size_t wanted)
{
    (void)wanted;
    abort();
}

static const char *const files[] = {
    "{\"tokmill\":\"0.1.0\",\"stages\":[{\"name\":\"a\",\"step\":0,\"in\":{\"docs\":3,\"bytes\":7},"
    "\"keys\":{\"lang\":{\"min\":2,\"en\":1}},\"histograms\":{\"h\":{\"bins\":[[-100000,1],[8,2]],"
    "\"count\":3,\"sum\":0.1,\"min\":-1,\"max\":2.5,\"threshold\":0.25}}}],"
    "\"run\":{\"seconds\":1.5,\"cpu_seconds\":0.7,\"peak_rss\":100,\"threads\":2,\"host\":\"x\"}}",
    "{\"tokmill\":\"0.1.0\",\"stages\":[{\"name\":\"a\",\"step\":0,\"in\":{\"docs\":4,\"bytes\":1},"
    "\"keys\":{\"lang\":{\"de\":5,\"en\":1}},\"histograms\":{\"h\":{\"bins\":[[8,1],[-9,1]],"
    "\"count\":2,\"sum\":0.2,\"min\":0.4,\"max\":2}}},{\"name\":\"b\",\"step\":1,\"new\":2}],"
    "\"run\":{\"seconds\":1,\"cpu_seconds\":0.1,\"peak_rss\":1e2,\"threads\":2,\"host\":\"x\"}}",
    "{\"tokmill\":\"0.1.0\",\"stages\":[{\"name\":\"b\",\"step\":1,\"new\":18446744073709551615,"
    "\"edited_bytes\":-5,\"samples\":{\"kept\":[{\"key\":\"02\",\"id\":\"q\",\"text\":\"<&>\"},"
    "{\"key\":\"01\",\"id\":\"r\",\"text\":\"t\"}]}}],"
    "\"run\":{\"seconds\":1,\"cpu_seconds\":0.3,\"peak_rss\":100,\"threads\":2,\"host\":\"y\"}}"};

static void merge(struct buf *out, const struct slice *v, int n)
{
    struct stats s;
    struct err e;
    err_init(&e);
    stats_init(&s);
    for (int i = 0; i < n; i++)
        assert_int_equal(stats_add(&s, v[i], &e), 0);
    buf_clear(out);
    stats_write(&s, out);
    stats_free(&s);
}

static void assert_same(const struct buf *a, const struct buf *b)
{
    assert_int_equal(a->n, b->n);
    assert_memory_equal(a->p, b->p, a->n);
}

static void merge_is_commutative(void **state)
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    struct buf first, other;
    buf_init(&first, BUF_NO_LIMIT);
    buf_init(&other, BUF_NO_LIMIT);
    for (int o = 0; o < 6; o++) {
        struct slice v[3];
        for (int i = 0; i < 3; i++)
            v[i] = slice_str(files[orders[o][i]]);
        merge(o ? &other : &first, v, 3);
        if (o)
            assert_same(&first, &other);
    }
    buf_free(&first);
    buf_free(&other);
    (void)state;
}

static void merge_is_associative(void **state)
{
    struct buf all, part, both;
    struct slice v[3];
    buf_init(&all, BUF_NO_LIMIT);
    buf_init(&part, BUF_NO_LIMIT);
    buf_init(&both, BUF_NO_LIMIT);
    for (int i = 0; i < 3; i++)
        v[i] = slice_str(files[i]);
    merge(&all, v, 3);
    for (int i = 0; i < 3; i++) {                   /* the other two first, then file i */
        struct slice two[2] = {v[(i + 1) % 3], v[(i + 2) % 3]};
        merge(&part, two, 2);
        struct slice joined[2] = {v[i], buf_slice(&part)};
        merge(&both, joined, 2);
        assert_same(&all, &both);
    }
    struct slice alone = buf_slice(&all);           /* merging one merged file changes nothing */
    merge(&both, &alone, 1);
    assert_same(&all, &both);
    buf_free(&all);
    buf_free(&part);
    buf_free(&both);
    (void)state;
}

static void merge_adds_exactly(void **state)
{
    struct buf b;
    struct slice v[3];
    buf_init(&b, BUF_NO_LIMIT);
    for (int i = 0; i < 3; i++)
        v[i] = slice_str(files[i]);
    merge(&b, v, 3);
    buf_add_byte(&b, '\0');
    assert_string_equal(b.p,
        "{\"tokmill\":\"0.1.0\",\"stages\":[{\"name\":\"a\",\"step\":0,\"in\":{\"docs\":7,"
        "\"bytes\":8},\"keys\":{\"lang\":{\"min\":2,\"de\":5,\"en\":2}},\"histograms\":{\"h\":{"
        "\"bins\":[[-100000,1],[-9,1],[8,3]],\"count\":5,\"sum\":0.3,\"min\":-1,\"max\":2.5,"
        "\"threshold\":0.25}}},{\"name\":\"b\",\"step\":1,\"edited_bytes\":-5,\"samples\":{"
        "\"kept\":[{\"key\":\"01\",\"id\":\"r\",\"text\":\"t\"},{\"key\":\"02\",\"id\":\"q\","
        "\"text\":\"<&>\"}]},\"new\":18446744073709551617}],"
        "\"run\":{\"files\":3,\"seconds\":1.5,\"cpu_seconds\":1.1,\"peak_rss\":100,\"threads\":2},"
        "\"runs\":[{\"seconds\":1,\"cpu_seconds\":0.1,\"peak_rss\":100,\"threads\":2,"
        "\"host\":\"x\"},{\"seconds\":1,\"cpu_seconds\":0.3,\"peak_rss\":100,\"threads\":2,"
        "\"host\":\"y\"},{\"seconds\":1.5,\"cpu_seconds\":0.7,\"peak_rss\":100,\"threads\":2,"
        "\"host\":\"x\"}]}\n");
    buf_free(&b);
    (void)state;
}

static void samples_are_the_smallest(void **state)
{
    struct buf b, json;
    buf_init(&b, BUF_NO_LIMIT);
    buf_init(&json, BUF_NO_LIMIT);
    buf_add_str(&json, "{\"stages\":[{\"name\":\"a\",\"step\":0,\"samples\":{\"dropped\":[");
    for (int i = 40; i > 0; i--)
        buf_add_fmt(&json, "%s{\"key\":\"%04x\"}", i < 40 ? "," : "", i);
    buf_add_str(&json, "]}}]}");
    struct slice v[1] = {buf_slice(&json)};
    merge(&b, v, 1);
    buf_add_byte(&b, '\0');
    assert_non_null(strstr(b.p, "[{\"key\":\"0001\"},{\"key\":\"0002\"}"));
    assert_non_null(strstr(b.p, "{\"key\":\"0014\"}]"));
    buf_free(&b);
    buf_free(&json);
    (void)state;
}

static void foreign_files_are_refused(void **state)
{
    static const char *const bad[] = {
        "", "[]", "7", "{", "{\"stages\":7}", "{\"stages\":[7]}", "{}", "{\"stages\":[[]]}",
        "{\"stages\":[],\"run\":3}", "{\"stages\":[],\"a\":1,\"a\":2}",
        "{\"stages\":[{\"histograms\":{\"h\":{\"bins\":[[1]]}}}]}",
        "{\"stages\":[{\"histograms\":{\"h\":{\"bins\":[[1e9,1]]}}}]}",
        "{\"stages\":[{\"name\":\"a\",\"x\":1},{\"name\":\"a\",\"x\":\"1\"}]}",
        "{\"stages\":[],\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":"
        "{\"a\":"
        "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}}}}}}}}}}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct stats s;
        struct err e;
        err_init(&e);
        stats_init(&s);
        assert_int_equal(stats_add(&s, slice_str(bad[i]), &e), -1);
        assert_int_equal(e.kind, ERR_DATA);
        stats_free(&s);
    }
    (void)state;
}

static void numbers_are_decimal(void **state)
{
    static const struct { const char *in, *out; } v[] = {
        {"0", "0"}, {"-0.0", "0"}, {"1e3", "1000"}, {"0.0000005", "0.000001"},
        {"0.00000049", "0"}, {"-1.25E-1", "-0.125"}, {"1e-999999999999", "0"},
        {"12345678901234567890.5", "12345678901234567890.5"}, {"0e999999999", "0"}};
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        fixed n = 0;
        struct buf b;
        buf_init(&b, 100);
        assert_true(fixed_parse(slice_str(v[i].in), &n));
        fixed_write(&b, n);
        buf_add_byte(&b, '\0');
        assert_string_equal(b.p, v[i].out);
        buf_free(&b);
    }
    fixed big = 0;
    assert_true(fixed_parse(SLICE("1e999"), &big));
    assert_true(fixed_add(big, big) == big);        /* stops, does not wrap */
    assert_false(fixed_parse(SLICE("x"), &big));
    (void)state;
}

static void html_is_escaped(void **state)
{
    struct buf b;
    buf_init(&b, 1000);
    html_text(&b, SLICE("<a href=\"x\" b='y'>&\x01\n"));
    buf_add_byte(&b, '\0');
    assert_string_equal(b.p, "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;\xEF\xBF\xBD\n");
    buf_free(&b);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merge_is_commutative), cmocka_unit_test(merge_is_associative),
        cmocka_unit_test(merge_adds_exactly), cmocka_unit_test(samples_are_the_smallest),
        cmocka_unit_test(foreign_files_are_refused), cmocka_unit_test(numbers_are_decimal),
        cmocka_unit_test(html_is_escaped)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
