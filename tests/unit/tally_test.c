#include "check.h"

#include <math.h>
#include "core/json.h"
#include "core/tally.h"

static const struct slice none = {"", 0};

/* What tally_json() writes, as an object; parsed once to see that it is JSON. */
static struct slice as_json(const struct tally *t, struct buf *out)
{
    size_t at;
    buf_clear(out);
    buf_add_byte(out, '{');
    tally_json(t, out);
    buf_add_byte(out, '}');
    assert_int_equal(json_check(buf_slice(out), &at), 0);
    return buf_slice(out);
}

/* Adds the i-th of a fixed series of events. */
static void add_event(struct tally *t, unsigned i)
{
    char name[16], bin[16];
    snprintf(name, sizeof name, "rule-%u", i % 7);
    snprintf(bin, sizeof bin, "%d", tally_bin((double)(i % 100)));
    tally_add(t, TALLY_DROPPED, slice_str(name), none, 1, i);
    tally_add(t, TALLY_KEY, SLICE("lang"), slice_str(name), 1, 0);
    tally_add(t, TALLY_BIN, SLICE("words"), slice_str(bin), 1, 0);
    tally_add(t, TALLY_SUM, SLICE("words"), none, 1, (uint64_t)(int64_t)-(int)i);
    tally_add(t, TALLY_OUT, none, none, 1, i);
}

static void adds_up(void **state)
{
    (void)state;
    struct tally t;
    tally_init(&t);
    for (unsigned i = 0; i < 10000; i++)
        add_event(&t, i);
    assert_int_equal(tally_total(&t, TALLY_OUT).n, 10000);
    assert_int_equal(tally_total(&t, TALLY_OUT).bytes, 49995000);
    assert_int_equal(tally_total(&t, TALLY_DROPPED).n, 10000);
    assert_int_equal(tally_total(&t, TALLY_BAD).n, 0);
    tally_reset(&t);
    assert_int_equal(tally_total(&t, TALLY_OUT).n, 0);
    add_event(&t, 3);
    assert_int_equal(tally_total(&t, TALLY_OUT).bytes, 3);
    tally_free(&t);
}

static void merges_in_any_order(void **state)
{
    (void)state;
    enum { PARTS = 5 };
    struct tally whole, parts[PARTS], there, back;
    struct buf x, y;
    tally_init(&whole);
    tally_init(&there);
    tally_init(&back);
    buf_init(&x, 1 << 20);
    buf_init(&y, 1 << 20);
    for (int i = 0; i < PARTS; i++)
        tally_init(&parts[i]);
    for (unsigned i = 0; i < 5000; i++) {
        add_event(&whole, i);
        add_event(&parts[(i / 3) % PARTS], i);
    }
    for (int i = 0; i < PARTS; i++) {
        tally_merge(&there, &parts[i]);
        tally_merge(&back, &parts[PARTS - 1 - i]);
    }
    as_json(&whole, &x);
    assert_bytes(as_json(&there, &y), buf_slice(&x));
    assert_bytes(as_json(&back, &y), buf_slice(&x));
    for (int i = 0; i < PARTS; i++)
        tally_free(&parts[i]);
    tally_free(&whole);
    tally_free(&there);
    tally_free(&back);
    buf_free(&x);
    buf_free(&y);
}

static void bins_are_eighths_of_an_octave(void **state)
{
    (void)state;
    assert_int_equal(tally_bin(0), TALLY_BIN_ZERO);
    assert_int_equal(tally_bin(-1), TALLY_BIN_ZERO);
    assert_int_equal(tally_bin((double)NAN), TALLY_BIN_ZERO);
    assert_int_equal(tally_bin(1), 0);
    assert_int_equal(tally_bin(2), 8);
    assert_int_equal(tally_bin(0.5), -8);
    assert_int_equal(tally_bin(3), 12);
    for (int i = -200; i < 200; i++)
        assert_int_equal(tally_bin(exp2((i + 0.5) / 8)), i);
}

static void writes_what_the_page_says(void **state)
{
    (void)state;
    struct tally t;
    struct buf b;
    tally_init(&t);
    buf_init(&b, 1 << 20);
    tally_add(&t, TALLY_IN, none, none, 3, 30);
    tally_add(&t, TALLY_OUT, none, none, 1, 10);
    tally_add(&t, TALLY_DROPPED, SLICE("short"), none, 2, 20);
    tally_add(&t, TALLY_COUNTER, SLICE("tokens"), none, 5, 0);
    tally_add(&t, TALLY_KEY, SLICE("lang"), SLICE("de"), 1, 0);
    tally_add(&t, TALLY_BIN, SLICE("words"), SLICE("8"), 2, 0);
    tally_add(&t, TALLY_BIN, SLICE("words"), SLICE("-8"), 1, 0);
    tally_add(&t, TALLY_SUM, SLICE("words"), none, 3, 4500000);
    tally_add(&t, TALLY_THRESHOLD, SLICE("words"), SLICE("1.5"), 1, 0);
    struct slice s = as_json(&t, &b);
    assert_slice(json_find(s, SLICE("in"), NULL), "{\"docs\":3,\"bytes\":30}");
    assert_slice(json_find(s, SLICE("dropped"), NULL), "{\"short\":{\"docs\":2,\"bytes\":20}}");
    assert_slice(json_find(s, SLICE("counters.tokens"), NULL), "5");
    assert_slice(json_find(s, SLICE("keys.lang"), NULL), "{\"de\":1}");
    assert_slice(json_find(s, SLICE("histograms.words.bins"), NULL), "[[-8,1],[8,2]]");
    assert_slice(json_find(s, SLICE("histograms.words.sum"), NULL), "4.5");
    assert_slice(json_find(s, SLICE("histograms.words.threshold"), NULL), "1.5");
    tally_free(&t);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_up),
        cmocka_unit_test(merges_in_any_order),
        cmocka_unit_test(bins_are_eighths_of_an_octave),
        cmocka_unit_test(writes_what_the_page_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
