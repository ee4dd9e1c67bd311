#include "check.h"

#include "core/doc.h"

static struct arena a;
static struct buf out;

static int set_up(void **state)
{
    (void)state;
    arena_init(&a);
    buf_init(&out, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&a);
    buf_free(&out);
    return 0;
}

/* "" when the record is a document, else the sort of badness. */
static const char *parse_with(struct doc *d, const char *line, const struct doc_fields *f,
                              uint64_t *repaired)
{
    const char *kind = "";
    size_t at;
    int rc = doc_parse(d, &a, slice_str(line), f, SLICE("fallback"), &kind, &at, repaired);
    assert_int_equal(rc, *kind ? -1 : 0);
    return kind;
}

static const char *parse(struct doc *d, const char *line)
{
    uint64_t repaired = 0;
    return parse_with(d, line, &doc_fields_default, &repaired);
}

static struct slice formatted(const struct doc *d)
{
    buf_clear(&out);
    doc_format(d, &out);
    assert_true(out.n && out.p[out.n - 1] == '\n');
    return slice_upto(buf_slice(&out), out.n - 1);
}

static void passes_byte_for_byte(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{\"id\":\"1\",\"text\":\"a\"}",
        "{ \"id\" : \"1\" , \"text\" : \"a\" }",
        "{\"text\":\"\\u0061\\/\\u00e9\",\"id\":12345678901234567890}",
        "{\"n\":12345678901234567890,\"f\":1.10,\"e\":1E+2,\"id\":\"\\u0031\",\"text\":\"\"}",
        "{\"id\":\"1\",\"metadata\":{\"url\" : \"x\", \"z\":[1, 2]},\"text\":\"a\",\"x\":null}",
        "{\"id\":\"1\",\"input_ids\":[1, 2,3 ],\"text\":\"a\"}",
        "{\"id\":\"1\",\"text\":\"a\",\"input_ids\":[ ]}",
        "{\"id\":\"1\",\"input_ids\":[7],\"metadata\":null}"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct doc d = {0};
        assert_string_equal(parse(&d, lines[i]), "");
        assert_slice(formatted(&d), lines[i]);
    }
}

static void knows_text_and_id(void **state)
{
    (void)state;
    struct doc d = {0};
    assert_string_equal(parse(&d, "{\"text\":\"\\u0061\\n\",\"id\":\"\\u00e9\"}"), "");
    assert_slice(d.text, "a\n");
    assert_slice(d.id, "\xc3\xa9");
    assert_string_equal(parse(&d, "{\"text\":\"\",\"id\":12345678901234567890}"), "");
    assert_slice(d.id, "12345678901234567890");
    assert_true(d.has_text);
    assert_int_equal(d.text.n, 0);
}

static void gives_an_id_where_none_is(void **state)
{
    (void)state;
    struct doc d = {0};
    assert_string_equal(parse(&d, "{\"text\":\"a\",\"x\":1}"), "");
    assert_slice(formatted(&d), "{\"id\":\"fallback\",\"text\":\"a\",\"x\":1}");
    assert_slice(d.id, "fallback");
}

/* An id of null counts as none; its member is given the value, not doubled. */
static void fills_a_null_id(void **state)
{
    (void)state;
    struct doc d = {0};
    assert_string_equal(parse(&d, "{\"text\":\"a\",\"id\":null}"), "");
    assert_slice(formatted(&d), "{\"text\":\"a\",\"id\":\"fallback\"}");
}

static void tells_bad_records_by_kind(void **state)
{
    (void)state;
    static const struct { const char *line, *kind; } bad[] = {
        {"{\"text\":\"a\"", "json"},
        {"{\"text\":\"a\xff\"}", "json"},
        {"", "json"},
        {"[1]", "not-object"},
        {"\"text\"", "not-object"},
        {"{}", "no-text"},
        {"{\"id\":\"1\"}", "no-text"},
        {"{\"text\":5}", "text-type"},
        {"{\"text\":null}", "text-type"},
        {"{\"text\":\"a\",\"text\":\"b\"}", "doubled-key"},
        {"{\"text\":\"a\",\"id\":1,\"id\":2}", "doubled-key"},
        {"{\"text\":\"a\",\"metadata\":{},\"metadata\":{}}", "doubled-key"},
        {"{\"text\":\"a\",\"input_ids\":[],\"input_ids\":[]}", "doubled-key"},
        {"{\"text\":\"a\",\"te\\u0078t\":\"b\"}", "doubled-key"},
        {"{\"text\":\"a\",\"metadata\":5}", "metadata-type"},
        {"{\"text\":\"a\",\"metadata\":[]}", "metadata-type"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct doc d = {0};
        assert_string_equal(parse(&d, bad[i].line), bad[i].kind);
    }
}

static void doubled_keys_that_nobody_reads_pass(void **state)
{
    (void)state;
    struct doc d = {0};
    const char *line = "{\"text\":\"a\",\"x\":1,\"x\":2,\"id\":\"1\"}";
    assert_string_equal(parse(&d, line), "");
    assert_slice(formatted(&d), line);
}

static void repairs_lone_surrogates_in_text(void **state)
{
    (void)state;
    struct doc d = {0};
    uint64_t repaired = 0;
    assert_string_equal(parse_with(&d, "{\"id\":\"1\",\"text\":\"a\\ud800b\\ud83d\\ude00\"}",
                                   &doc_fields_default, &repaired), "");
    assert_int_equal(repaired, 1);
    assert_slice(d.text, "a\xef\xbf\xbd" "b\xf0\x9f\x98\x80");
    assert_slice(formatted(&d), "{\"id\":\"1\",\"text\":\"a\xef\xbf\xbd" "b\xf0\x9f\x98\x80\"}");
}

static void reads_other_peoples_members(void **state)
{
    (void)state;
    struct doc_fields f = {SLICE("data.body"), SLICE("meta.key"), SLICE("link"), SLICE("lg")};
    const char *line = "{\"data\":{\"x\":1,\"body\":\"a\"},\"meta\":{\"key\":7},\"link\":\"u\"}";
    struct doc d = {0};
    uint64_t repaired = 0;
    assert_string_equal(parse_with(&d, line, &f, &repaired), "");
    assert_slice(d.text, "a");
    assert_slice(d.id, "7");
    assert_slice(doc_url(&d), "u");
    assert_slice(doc_lang(&d), "");
    assert_slice(formatted(&d), line);
    doc_set_text(&d, SLICE("b"));
    assert_slice(formatted(&d), "{\"data\":{\"x\":1,\"body\":\"b\"},\"meta\":{\"key\":7},"
                                "\"link\":\"u\"}");
}

static void sets_members_in_place_or_at_the_end(void **state)
{
    (void)state;
    struct doc d = {0};
    parse(&d, "{\"id\":\"1\",\"metadata\":{\"lang\":\"de\",\"x\": 1},\"text\":\"a\",\"z\":0}");
    doc_set_str(&d, "metadata.lang", SLICE("en"));
    doc_set_u64(&d, "metadata.n", 18446744073709551615u);
    doc_set_f64(&d, "metadata.tokmill.lang.score", 0.25);
    doc_set(&d, "metadata.tokmill.lang.top", SLICE("[1,2]"));
    doc_set_str(&d, "new", SLICE("\"\n"));
    assert_slice(formatted(&d),
                 "{\"id\":\"1\",\"metadata\":{\"lang\":\"en\",\"x\": 1,\"n\":18446744073709551615,"
                 "\"tokmill\":{\"lang\":{\"score\":0.25,\"top\":[1,2]}}},\"text\":\"a\",\"z\":0,"
                 "\"new\":\"\\\"\\n\"}");
    assert_slice(doc_lang(&d), "en");
}

static void makes_metadata_where_none_is(void **state)
{
    (void)state;
    struct doc d = {0};
    parse(&d, "{\"id\":\"1\",\"text\":\"a\"}");
    doc_set_u64(&d, "metadata.a.b", 1);
    assert_slice(formatted(&d), "{\"id\":\"1\",\"text\":\"a\",\"metadata\":{\"a\":{\"b\":1}}}");
    parse(&d, "{\"id\":\"1\",\"metadata\":null,\"text\":\"a\"}");
    doc_set_u64(&d, "metadata.a", 1);
    assert_slice(formatted(&d), "{\"id\":\"1\",\"metadata\":{\"a\":1},\"text\":\"a\"}");
}

static void edits_text(void **state)
{
    (void)state;
    struct doc d = {0};
    parse(&d, "{\"id\":\"1\",\"text\":\"\\u0061\",\"x\": 1}");
    doc_set_text(&d, SLICE("b\"\\\n"));
    assert_slice(formatted(&d), "{\"id\":\"1\",\"text\":\"b\\\"\\\\\\n\",\"x\": 1}");
    parse(&d, "{\"id\":\"1\",\"input_ids\":[1]}");
    doc_set_text(&d, SLICE("new"));
    assert_slice(formatted(&d), "{\"id\":\"1\",\"input_ids\":[1],\"text\":\"new\"}");
}

static void reads_and_sets_ids(void **state)
{
    (void)state;
    static const uint32_t ids[] = {0, 4294967295u, 7};
    struct doc d = {0};
    parse(&d, "{\"id\":\"1\",\"text\":\"a\",\"input_ids\":[ 0, 4294967295 ,7],\"x\":1}");
    assert_int_equal(doc_ids(&d), 0);
    assert_int_equal(d.n_ids, 3);
    assert_memory_equal(d.ids, ids, sizeof ids);
    doc_set_ids(&d, ids + 1, 2);
    assert_slice(formatted(&d),
                 "{\"id\":\"1\",\"text\":\"a\",\"input_ids\":[4294967295,7],\"x\":1}");
    parse(&d, "{\"id\":\"1\",\"text\":\"a\"}");
    doc_set_ids(&d, ids, 0);
    assert_slice(formatted(&d), "{\"id\":\"1\",\"text\":\"a\",\"input_ids\":[]}");
    static const char *const wrong[] = {"[-1]", "[1.5]", "[4294967296]", "[\"1\"]", "{}", "7",
                                        "[[1]]", "null"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char line[64];
        snprintf(line, sizeof line, "{\"id\":\"1\",\"input_ids\":%s}", wrong[i]);
        assert_string_equal(parse(&d, line), "");
        assert_int_equal(doc_ids(&d), -1);
    }
}

static void takes_ids_away(void **state)
{
    (void)state;
    static const struct { const char *before, *after; } cases[] = {
        {"{\"id\":\"1\",\"input_ids\":[1],\"text\":\"a\"}", "{\"id\":\"1\",\"text\":\"a\"}"},
        {"{\"input_ids\":[1],\"id\":\"1\",\"text\":\"a\"}", "{\"id\":\"1\",\"text\":\"a\"}"},
        {"{\"id\":\"1\",\"text\":\"a\",\"input_ids\":[1]}", "{\"id\":\"1\",\"text\":\"a\"}"},
        {"{ \"input_ids\" : [1] , \"id\":\"1\",\"text\":\"a\"}", "{ \"id\":\"1\",\"text\":\"a\"}"},
        {"{\"id\":\"1\" , \"input_ids\" : [1] , \"text\":\"a\"}",
         "{\"id\":\"1\"  , \"text\":\"a\"}"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct doc d = {0};
        const char *kind;
        size_t at;
        uint64_t repaired = 0;
        parse(&d, cases[i].before);
        doc_drop_ids(&d);
        struct slice got = arena_copy(&a, formatted(&d));
        assert_slice(got, cases[i].after);
        assert_int_equal(doc_parse(&d, &a, got, &doc_fields_default, SLICE("f"), &kind, &at,
                                   &repaired), 0);
    }
}

static void makes_documents(void **state)
{
    (void)state;
    struct doc d = {0};
    doc_make(&d, &a, SLICE("i\"d"), SLICE("t\tx"), SLICE("s"), SLICE("\"url\":\"u\""));
    assert_slice(formatted(&d), "{\"id\":\"i\\\"d\",\"text\":\"t\\tx\",\"source\":\"s\","
                                "\"metadata\":{\"url\":\"u\"}}");
    assert_slice(doc_url(&d), "u");
    assert_slice(doc_get(&d, "source"), "\"s\"");
    assert_null(doc_get(&d, "absent").p);
    assert_slice(doc_get_text(&d, SLICE("text")), "t\tx");
    assert_slice(doc_get_text(&d, SLICE("id")), "i\"d");
}

static void formats_with_one_member_more(void **state)
{
    (void)state;
    struct doc d = {0};
    parse(&d, "{\"id\":\"1\",\"text\":\"a\"}");
    buf_clear(&out);
    doc_format_with(&d, &out, "_drop", SLICE("{\"rule\":\"x\"}"));
    assert_slice(buf_slice(&out), "{\"id\":\"1\",\"text\":\"a\",\"_drop\":{\"rule\":\"x\"}}\n");
    assert_slice(formatted(&d), "{\"id\":\"1\",\"text\":\"a\"}");
}

/* However a document was changed, what is written is one JSON record that parses again. */
static void any_order_of_changes_gives_json(void **state)
{
    (void)state;
    static const char *const starts[] = {
        "{\"id\":\"1\",\"text\":\"a\"}", "{\"text\":\"a\", \"input_ids\": [1] ,\"id\":\"1\"}",
        "{\"input_ids\":[1]}", "{\"metadata\":{\"a\":{}},\"text\":\"\",\"input_ids\":[]}"};
    static const uint32_t ids[] = {5, 6};
    uint64_t random = 1;
    for (int round = 0; round < 4000; round++) {
        struct doc d = {0};
        arena_reset(&a);
        assert_string_equal(parse(&d, starts[round % 4]), "");
        for (int step = 0; step < 6; step++) {
            switch (next_random(&random) % 6) {
            case 0: doc_set_text(&d, SLICE("new \"text\"")); break;
            case 1: doc_set_ids(&d, ids, next_random(&random) % 3); break;
            case 2: doc_drop_ids(&d); break;
            case 3: doc_set_u64(&d, "metadata.x", step); break;
            case 4: doc_set_str(&d, "metadata.a.b", SLICE("y")); break;
            case 5: doc_set_f64(&d, "top", 0.5); break;
            }
        }
        struct doc again = {0};
        struct slice line = arena_copy(&a, formatted(&d));
        const char *kind = "";
        size_t at;
        uint64_t repaired = 0;
        if (!d.has_text && !d.has_ids)
            continue;
        if (doc_parse(&again, &a, line, &doc_fields_default, SLICE("f"), &kind, &at, &repaired))
            fail_msg("%s at %zu: %.*s", kind, at, (int)line.n, line.p);
        assert_bytes(again.text, d.text);
        assert_bytes(formatted(&again), line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_byte_for_byte),
        cmocka_unit_test(knows_text_and_id),
        cmocka_unit_test(gives_an_id_where_none_is),
        cmocka_unit_test(fills_a_null_id),
        cmocka_unit_test(tells_bad_records_by_kind),
        cmocka_unit_test(doubled_keys_that_nobody_reads_pass),
        cmocka_unit_test(repairs_lone_surrogates_in_text),
        cmocka_unit_test(reads_other_peoples_members),
        cmocka_unit_test(sets_members_in_place_or_at_the_end),
        cmocka_unit_test(makes_metadata_where_none_is),
        cmocka_unit_test(edits_text),
        cmocka_unit_test(reads_and_sets_ids),
        cmocka_unit_test(takes_ids_away),
        cmocka_unit_test(makes_documents),
        cmocka_unit_test(formats_with_one_member_more),
        cmocka_unit_test(any_order_of_changes_gives_json),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
