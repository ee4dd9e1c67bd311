#include "check.h"

#include "core/json.h"

static bool good(const char *s)
{
    size_t at;
    return json_check(slice_str(s), &at) == 0;
}

/* Offset of the byte that is wrong. */
static size_t wrong_at(struct slice s)
{
    size_t at = 9999;
    assert_int_equal(json_check(s, &at), -1);
    return at;
}

static void accepts_what_rfc_8259_does(void **state)
{
    (void)state;
    static const char *const values[] = {
        "0", "-0", "1e5", "-1.25E-10", "12345678901234567890123", "true", "false", "null", "\"\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"", "[]", "[ ]", "{}", "{ }",
        " \t\r\n[1 , 2,[3]] \n", "{\"a\":{\"b\":[{}]},\"a\":1}", "\"\\ud800\"", "\"\x7f\""};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        if (!good(values[i]))
            fail_msg("refused %s", values[i]);
}

static void refuses_what_rfc_8259_does(void **state)
{
    (void)state;
    static const char *const values[] = {
        "", " ", "01", "1.", ".5", "+1", "1e", "1e+", "-", "--1", "0x10", "NaN", "Infinity", "nul",
        "truex", "True", "'a'", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\\u123\"", "\"a\nb\"",
        "\"\x01\"", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "{\"a\"", "{\"a\":", "{\"a\":1",
        "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "{1:1}", "{\"a\":1 \"b\":2}", "[}", "{]", "1 2", "[] x",
        "\xef\xbb\xbf{}", "\"\\\"", "/**/1"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        if (good(values[i]))
            fail_msg("accepted %s", values[i]);
}

static void names_the_wrong_byte(void **state)
{
    (void)state;
    assert_int_equal(wrong_at(SLICE("{\"a\":x}")), 5);
    assert_int_equal(wrong_at(SLICE("[1,2")), 4);
    assert_int_equal(wrong_at(SLICE("[1] ]")), 4);
    assert_int_equal(wrong_at(SLICE("\"a\xff\"")), 2);
    assert_int_equal(wrong_at(SLICE("[\"\xed\xa0\x80\"]")), 2);        /* a surrogate in UTF-8 */
    assert_int_equal(wrong_at(SLICE("[\"\xc0\xaf\",x")), 2);            /* the earlier of two */
    assert_int_equal(wrong_at(slice_of("\"a\0b\"", 5)), 2);
}

/* A control character or quote is found wherever it lies in the word that is tested at once. */
static void finds_every_special_byte_in_every_place(void **state)
{
    (void)state;
    for (size_t place = 1; place < 20; place++)
        for (unsigned c = 0; c < 0x80; c++) {
            char s[22];
            memset(s, 'a', sizeof s);
            s[0] = s[21] = '"';
            s[place] = (char)c;
            size_t at;
            bool ok = json_check(slice_of(s, sizeof s), &at) == 0;
            bool escape_ends = c == '\\';       /* \a is no escape */
            assert_int_equal(ok, c >= 0x20 && c != '"' && !escape_ends);
        }
}

static void limits_depth(void **state)
{
    (void)state;
    char s[2 * JSON_DEPTH_MAX + 2];
    size_t at;
    memset(s, '[', JSON_DEPTH_MAX);
    memset(s + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    assert_int_equal(json_check(slice_of(s, 2 * JSON_DEPTH_MAX), &at), 0);
    memset(s, '[', JSON_DEPTH_MAX + 1);
    memset(s + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
    assert_int_equal(json_check(slice_of(s, 2 * JSON_DEPTH_MAX + 2), &at), -1);
    assert_int_equal(at, JSON_DEPTH_MAX);
}

static void walks_members_in_order_and_as_spelled(void **state)
{
    (void)state;
    struct json_iter it;
    struct json_member m;
    assert_true(json_iter_init(&it, SLICE(" {\"a\" : 1.50 , \"\\u0062\":[1, 2] ,\"c\":\"x\"} ")));
    assert_true(json_iter_next(&it, &m));
    assert_slice(m.key, "a");
    assert_slice(m.value, "1.50");
    assert_true(json_iter_next(&it, &m));
    assert_slice(m.key, "\\u0062");
    assert_slice(m.value, "[1, 2]");
    assert_true(json_iter_next(&it, &m));
    assert_slice(m.value, "\"x\"");
    assert_false(json_iter_next(&it, &m));
    assert_true(json_iter_init(&it, SLICE("[true,null]")));
    assert_true(json_iter_next(&it, &m));
    assert_slice(m.key, "");
    assert_slice(m.value, "true");
    assert_false(json_iter_init(&it, SLICE("\"{\"")));
    assert_false(json_iter_init(&it, slice_of(NULL, 0)));
}

static void finds_by_dotted_path(void **state)
{
    (void)state;
    struct slice s = SLICE("{\"a\":{\"b\":{\"c\":7},\"x\":1},\"d\":[{\"e\":1}],\"a\":8}");
    bool doubled = false;
    assert_slice(json_find(s, SLICE("a.b.c"), NULL), "7");
    assert_slice(json_find(s, SLICE("a.b"), NULL), "{\"c\":7}");
    assert_null(json_find(s, SLICE("a.b.c.d"), NULL).p);
    assert_null(json_find(s, SLICE("a.z"), NULL).p);
    assert_null(json_find(s, SLICE("d.e"), NULL).p);        /* no walking into arrays */
    assert_slice(json_find(s, SLICE("d"), &doubled), "[{\"e\":1}]");
    assert_false(doubled);
    assert_slice(json_find(s, SLICE("a.x"), &doubled), "1");
    assert_true(doubled);
}

/* RFC 8259 section 8.3: names are compared after their escapes are decoded. */
static void finds_keys_however_they_are_spelled(void **state)
{
    (void)state;
    bool doubled = false;
    struct slice s = SLICE("{\"\\u0074ext\":1,\"a\\/b\":2,\"text\":3}");
    assert_slice(json_find(s, SLICE("text"), &doubled), "1");
    assert_true(doubled);
    assert_slice(json_find(s, SLICE("a/b"), NULL), "2");
    assert_null(json_find(s, SLICE("\\u0074ext"), NULL).p);
}

static void decodes_strings(void **state)
{
    (void)state;
    struct arena a;
    uint64_t repaired = 0;
    arena_init(&a);
    assert_slice(json_string(SLICE("\"plain\""), &a, &repaired), "plain");
    assert_slice(json_string(SLICE("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), &a, &repaired),
                 "\"\\/\b\f\n\r\t");
    assert_slice(json_string(SLICE("\"\\u00E9\\u20ac\\ud83D\\uDe00x\""), &a, &repaired),
                 "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80x");
    assert_bytes(json_string(SLICE("\"a\\u0000b\""), &a, &repaired), slice_of("a\0b", 3));
    assert_int_equal(repaired, 0);
    assert_slice(json_string(SLICE("\"\\ud800\""), &a, &repaired), "\xef\xbf\xbd");
    assert_slice(json_string(SLICE("\"\\udc00\\ud800\""), &a, &repaired),
                 "\xef\xbf\xbd\xef\xbf\xbd");
    assert_slice(json_string(SLICE("\"\\ud800\\u0041\""), &a, &repaired), "\xef\xbf\xbd" "A");
    assert_slice(json_string(SLICE("\"\\ud800\\ud83d\\ude00\""), &a, &repaired),
                 "\xef\xbf\xbd\xf0\x9f\x98\x80");
    assert_slice(json_string(SLICE("\"\\ud800\\n\""), &a, &repaired), "\xef\xbf\xbd\n");
    assert_int_equal(repaired, 6);
    arena_free(&a);
}

static void reads_numbers(void **state)
{
    (void)state;
    double d;
    uint64_t v;
    assert_true(json_f64(SLICE("-1.5e3"), &d));
    assert_true(d == -1500);
    assert_false(json_f64(SLICE("\"1\""), &d));
    assert_false(json_f64(SLICE("null"), &d));
    assert_true(json_u64(SLICE("18446744073709551615"), &v));
    assert_true(v == UINT64_MAX);
    assert_false(json_u64(SLICE("18446744073709551616"), &v));
    assert_false(json_u64(SLICE("-1"), &v));
    assert_false(json_u64(SLICE("1.0"), &v));
    assert_false(json_u64(SLICE(""), &v));
}

static void reads_arrays_of_ids(void **state)
{
    static const char *const bad[] = {"", "[", "1", "{}", "[1", "[1,", "[1,]", "[,1]", "[1 2]",
                                      "[-1]", "[1.0]", "[1e2]", "[\"1\"]", "[4294967296]",
                                      "[99999999999999999999]", "[[1]]", "[null]"};
    uint32_t v[16];
    size_t n;
    (void)state;
    assert_int_equal(json_u32_array(SLICE("[]"), v, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(json_u32_array(SLICE(" [ 0 , 4294967295,7 ]"), v, &n), 0);
    assert_int_equal(n, 3);
    assert_true(v[0] == 0 && v[1] == UINT32_MAX && v[2] == 7);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (json_u32_array(slice_str(bad[i]), v, &n) == 0)
            fail_msg("%s", bad[i]);
}

static void writes_strings_that_read_back(void **state)
{
    (void)state;
    struct buf b;
    struct arena a;
    char all[600];
    size_t n = 0, at;
    buf_init(&b, 1 << 16);
    arena_init(&a);
    for (int c = 0; c < 0x80; c++) {
        all[n++] = (char)c;
        memcpy(all + n, "\xc3\xa9", 2);    /* moves each byte to other places */
        n += 2;
    }
    json_add_string(&b, slice_of(all, n));
    assert_int_equal(json_check(buf_slice(&b), &at), 0);
    assert_bytes(json_string(buf_slice(&b), &a, NULL), slice_of(all, n));
    buf_clear(&b);
    json_add_string(&b, slice_of("\0\b\t\n\v\f\r\"\\/\x1f\x7f", 12));
    assert_slice(buf_slice(&b), "\"\\u0000\\b\\t\\n\\u000b\\f\\r\\\"\\\\/\\u001f\x7f\"");
    buf_free(&b);
    arena_free(&a);
}

/* Near its limit a buffer is written byte by byte: the same text, and it fits to the last byte. */
static void writes_strings_the_same_where_room_is_short(void **state)
{
    (void)state;
    enum { N = 20000 };
    static char text[N];
    struct buf wide, tight;
    uint32_t random = 1;
    for (size_t i = 0; i < N; i++) {
        random = random * 1664525 + 1013904223;
        text[i] = (char)(random >> 24 & 0x7f);
        text[i] = random >> 8 & 7 && (unsigned char)text[i] < 0x20 ? 'x' : text[i];
    }
    buf_init(&wide, 1 << 20);
    json_add_string(&wide, slice_of(text, N));
    buf_init(&tight, wide.n);
    json_add_string(&tight, slice_of(text, N));
    assert_true(buf_ok(&tight));
    assert_bytes(buf_slice(&tight), buf_slice(&wide));
    buf_free(&tight);
    buf_init(&tight, wide.n - 1);
    json_add_string(&tight, slice_of(text, N));
    assert_false(buf_ok(&tight));
    buf_free(&tight);
    buf_free(&wide);
}

static void writes_the_shortest_number_that_reads_back(void **state)
{
    (void)state;
    static const double values[] = {0, 1, -1, 0.1, 1.0 / 3, 1e300, 5e-324, 123456789.125, -2.5e-7};
    static const char *const spelled[] = {"0", "1", "-1", "0.1", "0.3333333333333333", "1e+300",
                                          "5e-324", "123456789.125", "-2.5e-07"};
    struct buf b;
    buf_init(&b, 1 << 10);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        double back;
        buf_clear(&b);
        json_add_f64(&b, values[i]);
        assert_slice(buf_slice(&b), spelled[i]);
        assert_true(json_f64(buf_slice(&b), &back) && back == values[i]);
    }
    buf_clear(&b);
    json_add_f64(&b, 0.0 / (double)(b.n));
    assert_slice(buf_slice(&b), "null");
    buf_free(&b);
}

static void puts_commas_where_they_are_due(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 10);
    buf_add_byte(&b, '{');
    json_put_str(&b, "a", SLICE("x"));
    json_put_u64(&b, "b", 7);
    json_key(&b, "c");
    buf_add_byte(&b, '{');
    json_put_bool(&b, "d", true);
    buf_add_byte(&b, '}');
    json_put_raw(&b, "e", SLICE("[]"));
    buf_add_byte(&b, '}');
    assert_slice(buf_slice(&b), "{\"a\":\"x\",\"b\":7,\"c\":{\"d\":true},\"e\":[]}");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_what_rfc_8259_does),
        cmocka_unit_test(refuses_what_rfc_8259_does),
        cmocka_unit_test(names_the_wrong_byte),
        cmocka_unit_test(finds_every_special_byte_in_every_place),
        cmocka_unit_test(limits_depth),
        cmocka_unit_test(walks_members_in_order_and_as_spelled),
        cmocka_unit_test(finds_by_dotted_path),
        cmocka_unit_test(finds_keys_however_they_are_spelled),
        cmocka_unit_test(decodes_strings),
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(reads_arrays_of_ids),
        cmocka_unit_test(writes_strings_that_read_back),
        cmocka_unit_test(writes_strings_the_same_where_room_is_short),
        cmocka_unit_test(writes_the_shortest_number_that_reads_back),
        cmocka_unit_test(puts_commas_where_they_are_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
