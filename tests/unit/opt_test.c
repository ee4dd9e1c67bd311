#include "check.h"

#include "core/mem.h"
#include "core/opt.h"

struct conf {
    bool flag;
    const char *name;
    uint64_t count, size;
    double share;
    struct opt_list list;
    int choice;
};

static const struct opt table[] = {
    OPT_BOOL('f', "flag", struct conf, flag, "a flag"),
    OPT_STR('n', "name", "NAME", "x", struct conf, name, "a name"),
    OPT_U64(0, "count", "N", "7", struct conf, count, "a count"),
    OPT_SIZE(0, "size", "SIZE", "1.5K", struct conf, size, "a size"),
    OPT_F64(0, "share", "X", "0.25", struct conf, share, "a share"),
    OPT_LIST(0, "list", "V", struct conf, list, "values"),
    OPT_CHOICE(0, "choice", "one|two|three", "two", struct conf, choice, "a choice"),
    OPT_END};

static int set(struct conf *c, const char *name, const char *value)
{
    struct err e;
    err_init(&e);
    int rc = opt_set(opt_find(table, name, strlen(name)), c, value, &e);
    assert_int_equal(e.kind, rc ? ERR_USAGE : ERR_NONE);
    return rc;
}

static void defaults_are_parsed_like_values(void **state)
{
    (void)state;
    struct conf c = {0};
    struct err e;
    err_init(&e);
    assert_int_equal(opt_defaults(table, &c, &e), 0);
    assert_false(c.flag);
    assert_string_equal(c.name, "x");
    assert_int_equal(c.count, 7);
    assert_int_equal(c.size, 1536);
    assert_true(c.share == 0.25);
    assert_int_equal(c.choice, 1);
    assert_int_equal(c.list.n, 0);
}

static void finds_by_whole_name_or_letter(void **state)
{
    (void)state;
    assert_ptr_equal(opt_find(table, "flag", 4), &table[0]);
    assert_null(opt_find(table, "fla", 3));             /* no abbreviations */
    assert_null(opt_find(table, "flags", 5));
    assert_ptr_equal(opt_find_letter(table, 'n'), &table[1]);
    assert_null(opt_find_letter(table, 'z'));
    assert_null(opt_find(NULL, "flag", 4));
}

static void sets_every_kind(void **state)
{
    (void)state;
    struct conf c = {0};
    assert_int_equal(set(&c, "flag", NULL), 0);
    assert_true(c.flag);
    assert_int_equal(set(&c, "count", "18446744073709551615"), 0);
    assert_true(c.count == UINT64_MAX);
    assert_int_equal(set(&c, "share", "-1e-3"), 0);
    assert_true(c.share == -1e-3);
    assert_int_equal(set(&c, "choice", "three"), 0);
    assert_int_equal(c.choice, 2);
    assert_int_equal(set(&c, "list", "a"), 0);
    assert_int_equal(set(&c, "list", "b"), 0);
    assert_int_equal(c.list.n, 2);
    assert_string_equal(c.list.v[1], "b");
    mem_free(c.list.v);
}

static void refuses_what_is_no_value(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"count", ""}, {"count", "-1"}, {"count", "1x"}, {"count", " 1"}, {"count", "+1"},
        {"count", "18446744073709551616"}, {"count", "1.5"}, {"share", ""}, {"share", "x"},
        {"share", "1x"}, {"share", "nan"}, {"share", "inf"}, {"choice", "four"}, {"choice", "o"},
        {"choice", ""}, {"choice", "one|two"}, {"size", "1X"}, {"size", "-1"}, {"size", ""},
        {"size", "1KK"}, {"size", "99999999T"}, {"size", "nan"}};
    struct conf c = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (!set(&c, wrong[i][0], wrong[i][1]))
            fail_msg("--%s took '%s'", wrong[i][0], wrong[i][1]);
}

static void reads_sizes(void **state)
{
    (void)state;
    static const struct { const char *s; uint64_t n; } sizes[] = {
        {"0", 0}, {"1", 1}, {"4K", 4096}, {"4k", 4096}, {"4KiB", 4096}, {"4KB", 4096},
        {"1.5G", 1610612736}, {"2T", 2199023255552}, {"1e3", 1000}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint64_t n = 99;
        assert_int_equal(opt_parse_size(sizes[i].s, &n), 0);
        assert_int_equal(n, sizes[i].n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_parsed_like_values),
        cmocka_unit_test(finds_by_whole_name_or_letter),
        cmocka_unit_test(sets_every_kind),
        cmocka_unit_test(refuses_what_is_no_value),
        cmocka_unit_test(reads_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
