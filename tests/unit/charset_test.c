/* charset: the order of evidence, the standard's labels, conversion that loses nothing silently. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/mem.h"
#include "core/utf8.h"
#include "read/charset.h"

_Noreturn void mem_failed(size_t wanted)
{
    (void)wanted;
    abort();
}

static void labels(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {" UTF8 ", "utf-8"}, {"latin1", "windows-1252"}, {"ISO-8859-1", "windows-1252"},
        {"us-ascii", "windows-1252"}, {"gb2312", "gb18030"}, {"GBK", "gb18030"},
        {"x-sjis", "shift_jis"}, {"ks_c_5601-1987", "euc-kr"}, {"tis-620", "windows-874"},
        {"iso-8859-9", "windows-1254"}, {"big5", "big5"}, {"koi8-r", "koi8-r"},
        {"utf-16", "utf-16le"}, {"unicodeFFFE", "utf-16be"}, {"csKOI8R", "koi8-r"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(charset_of_label(slice_str(rows[i][0])), rows[i][1]);
    assert_null(charset_of_label(SLICE("klingon")));
    assert_null(charset_of_label(SLICE("")));
}

static void where_labels_stand(void **state)
{
    (void)state;
    assert_true(slice_is(charset_in_type(SLICE("text/html; charset=\"UTF-8\"; x=y")), "UTF-8"));
    assert_true(slice_is(charset_in_type(SLICE("text/html;Charset = utf-8")), "utf-8"));
    assert_int_equal(charset_in_type(SLICE("text/html")).n, 0);
    assert_true(slice_is(charset_in_meta(SLICE("<html><meta charset=koi8-r>")), "koi8-r"));
    assert_true(slice_is(charset_in_meta(SLICE("<!-- <meta charset=big5> --><META http-equiv="
        "'Content-Type' content='text/html; charset=gbk'>")), "gbk"));
    assert_true(slice_is(charset_in_meta(SLICE("<?xml version='1.0' encoding='euc-jp'?>")),
                         "euc-jp"));
    assert_int_equal(charset_in_meta(SLICE("<p>charset=utf-8</p>")).n, 0);
}

static void decides(const char *page, const char *http, const char *expected)
{
    size_t skip;
    assert_string_equal(charset_decide(slice_str(page), slice_str(http), SLICE(""), true, &skip),
                        expected);
}

#define CYRILLIC "\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0? \xdd\xf2\xee \xf2\xe5" \
    "\xea\xf1\xf2 \xed\xe0 \xf0\xf3\xf1\xf1\xea\xee\xec \xff\xe7\xfb\xea\xe5, \xee\xed " \
    "\xe4\xee\xf1\xf2\xe0\xf2\xee\xf7\xed\xee \xe4\xeb\xe8\xed\xed\xfb\xe9."

static void evidence(void **state)
{
    (void)state;
    decides("\xEF\xBB\xBF<meta charset=koi8-r>", "big5", "utf-8");
    decides("\xFF\xFEx", "utf-8", "utf-16le");
    decides("<meta charset=koi8-r>", "koi8-r", "koi8-r");         /* agree: even if ASCII */
    decides("<meta charset=koi8-r>caf\xC3\xA9", "windows-1251", "utf-8");      /* valid UTF-8 */
    decides("<meta charset=koi8-r>\xC3", "windows-1251", "koi8-r");            /* then meta */
    decides("\xC3(", "windows-1251", "windows-1251");                          /* then HTTP */
    decides("<meta charset=utf-16>\xC3(", "", "utf-8");
    decides(CYRILLIC, "", "windows-1251");                                     /* then a guess */
    decides("<p>plain", "nonsense", "utf-8");
    decides("", "", "utf-8");
    size_t skip;
    assert_string_equal(charset_decide(SLICE(CYRILLIC), SLICE(""), SLICE("KOI8-R"), true, &skip),
                        "koi8-r");                                             /* somebody's */
}

static void converts(const char *charset, struct slice from, const char *to, uint64_t repaired)
{
    struct buf b;
    uint64_t n = 0;
    buf_init(&b, 1 << 16);
    assert_true(charset_convert(&b, from, charset, &n));
    assert_true(slice_is(buf_slice(&b), to));
    assert_int_equal(n, repaired);
    assert_true(utf8_valid(buf_slice(&b)));
    buf_free(&b);
}

static void conversion(void **state)
{
    (void)state;
    converts("windows-1252", SLICE("caf\xE9 \x80 \x93x\x94"),
             "caf\xC3\xA9 \xE2\x82\xAC \xE2\x80\x9Cx\xE2\x80\x9D", 0);
    converts("shift_jis", SLICE("\x93\xFA\x96\x7B"), "\xE6\x97\xA5\xE6\x9C\xAC", 0);
    converts("gb18030", SLICE("\xC4\xE3\xBA\xC3"), "\xE4\xBD\xA0\xE5\xA5\xBD", 0);
    converts("euc-kr", SLICE("\xC7\xD1"), "\xED\x95\x9C", 0);
    converts("utf-16le", SLICE("a\0\xE9\0"), "a\xC3\xA9", 0);
    converts("utf-16be", SLICE("\0a\0\xE9"), "a\xC3\xA9", 0);
    converts("shift_jis", SLICE("a\xFF" "b"), "a\xEF\xBF\xBD" "b", 1);
    converts("euc-jp", SLICE("a\x8F"), "a\xEF\xBF\xBD", 1);                 /* cut off */
    converts("windows-1252", SLICE("a\x81" "b"), "a\xC2\x81" "b", 0);
    struct buf b;
    uint64_t n = 0;
    buf_init(&b, 16);
    assert_false(charset_convert(&b, SLICE("x"), "klingon", &n));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels), cmocka_unit_test(where_labels_stand),
        cmocka_unit_test(evidence), cmocka_unit_test(conversion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
