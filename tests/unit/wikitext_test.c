/* wikitext: what stays and what goes, one small page each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "core/mem.h"
#include "read/wiki.h"

enum { HANG_SECONDS = 120 };

_Noreturn void mem_failed(size_t wanted)
{
    (void)wanted;
    abort();
}

static const struct wiki_names NAMES = {.v = {{"Datei", 5}, {"Kategorie", 9}}, .n = 2};

static void check_opts(const struct wikitext_opts *o, const char *in, const char *expected)
{
    struct wikitext *w = wikitext_new();
    struct buf out;
    buf_init(&out, 1 << 20);
    assert_int_equal(wikitext_convert(w, o, &NAMES, slice_str(in), &out), 0);
    buf_add_byte(&out, '\0');
    assert_string_equal(out.p, expected);
    buf_free(&out);
    wikitext_free(w);
}

static void check(const char *in, const char *expected)
{
    static const struct wikitext_opts PLAIN = {.headings = WIKI_HEADINGS_PLAIN};
    check_opts(&PLAIN, in, expected);
}

static void links(void **state)
{
    (void)state;
    check("a [[b]] [[c|d]]s [[Help:X (y)|]].", "a b ds X.");
    check("[[File:a.png|thumb|a [[nested]] caption]]text", "text");
    check("[[Datei:a.png|x]][[Kategorie:b]]text[[:Kategorie:c]]", "textKategorie:c");
    check("text\n[[de:Anarchie]]\n[[zh-min-nan:X]]", "text");
    check("see [http://x.org/a the label], [http://x.org].", "see the label.");
    check("[[a]", "a]");
}

static void templates(void **state)
{
    (void)state;
    check("{{Infobox|a={{b|{{c}}}}|d}}text", "text");
    check("It is {{convert|5|km|mi|abbr=on}} long, {{cvt|3|-|4|sqmi}}.",
          "It is 5 km long, 3–4 sq mi.");
    check("{{lang|fr|bon ''mot''}} {{Nihongo|A|B|C}}", "bon mot A (B, C)");
    check("{{formatnum:12345}} {{val|1.5|0.1|e=3|u=m}}", "12345 1.5±0.1×10^3 m");
    check("{{circa|1400}}{{mdash}}{{frac|1|2}}", "c. 1400—1/2");
    check("x {{{param|y}}} z", "x z");
    check("{{unclosed [[a]] b", "unclosed a b");
    check("a}} b", "a b");
}

static void holes(void **state)
{
    (void)state;
    check("Berlin ({{IPA-x}}; {{y}}) is", "Berlin is");
    check("Paris ({{x}}, capital) is", "Paris (capital) is");
    check("f() stays {{x}}.", "f() stays.");
    check("a {{x}} b", "a b");
}

static void regions(void **state)
{
    (void)state;
    check("a<ref name=\"x\">[[b]]</ref> c<ref name=x /> d<!-- e -->.", "a c d.");
    check("<math>x^2 {{y}}</math> and <nowiki>''z'' [[q]]</nowiki>", "$x^2 {{y}}$ and ''z'' [[q]]");
    check("a\n<source lang=c>\nint  x;\n* y\n</source>\nb", "a\nint  x;\n* y\nb");
    check("<gallery>\na.png|b\n</gallery>text", "text");
    check("10<sup>6</sup> H<sub>2</sub>O<br/>x < y", "10^6 H2O\nx < y");
    check("<ref>open [[b]]", "open b");
    check("<table><tr><td>x</td></tr></table>text", "text");
}

static void tables(void **state)
{
    (void)state;
    check("a\n{| class=x\n|-\n| b || {{c\n|d}}\n{|\n| e\n|}\n|}\nf", "a\nf");
    check("a\n{|\n| never closed\n|-\nb", "a\nb");
}

static void layout(void **state)
{
    static const struct wikitext_opts MD = {.headings = WIKI_HEADINGS_MARKDOWN};
    static const char *const DROP[] = {"see also"};
    static const struct wikitext_opts CUT = {.drop_sections = DROP, .n_drop = 1};
    (void)state;
    check("'''A''' is ''b'' and '''''c''''' o'd.\n__NOTOC__\n* d\n** e\n# f",
          "A is b and c o'd.\n- d\n  - e\n- f");
    check("a\n== Empty ==\n{{x}}\n== Full ==\nb", "a\n\nFull\n\nb");
    check_opts(&MD, "a\n== B ==\n=== C ===\nd", "a\n\n## B\n\n### C\n\nd");
    check_opts(&CUT, "a\n== See also ==\n* b\n=== c ===\nd\n== E ==\nf", "a\n\nE\n\nf");
    check("&amp;lt;&nbsp;&#8212;&bogus;", "&lt; —&bogus;");
}

static void fill(struct buf *b, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_add_str(b, s);
}

/* Every kind of bracket opened a million times: a moment in linear time, hours in quadratic time,
 * and then the alarm ends the program. */
static void hostile(void **state)
{
    static const char *const UNITS[] = {"{{", "[[", "{|\n", "<ref>", "<!--", "[http://", "{{a|",
                                        "{{lang|x|", "[[a|", "<math>", "}}", "]]", "{{{", "''",
                                        "<b", "(", "\n==", "&", "{{#if:|", "{{a|[[b|"};
    (void)state;
    struct wikitext *w = wikitext_new();
    static const struct wikitext_opts PLAIN = {.headings = WIKI_HEADINGS_PLAIN};
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        struct buf in, out;
        buf_init(&in, BUF_NO_LIMIT);
        buf_init(&out, BUF_NO_LIMIT);
        fill(&in, UNITS[i], 1000000);
        fill(&in, "}}", i % 2 ? 1000000 : 0);
        alarm(HANG_SECONDS);
        wikitext_convert(w, &PLAIN, &NAMES, buf_slice(&in), &out);
        alarm(0);
        buf_free(&in);
        buf_free(&out);
    }
    wikitext_free(w);
}

static void pages(void **state)
{
    static const char DUMP[] =
        "<mediawiki xml:lang=\"de\"><siteinfo><dbname>dewiki</dbname>"
        "<base>https://de.wikipedia.org/wiki/Wikipedia:Hauptseite</base><namespaces>"
        "<namespace key=\"6\" case=\"x\">Datei</namespace><namespace key=\"0\" />"
        "</namespaces></siteinfo>\n<page><title>A &amp; B</title><ns>0</ns><id>7</id>"
        "<revision><id>1</id><text>old</text></revision>"
        "<revision><id>9</id><timestamp>2020-01-01T00:00:00Z</timestamp>"
        "<contributor><id>3</id></contributor><text xml:space=\"preserve\">x &lt;b&gt;</text>"
        "</revision></page>\n</mediawiki>\n";
    (void)state;
    struct arena a;
    struct wiki_site site;
    struct wiki_page p;
    struct slice rest = slice_str(DUMP), page;
    const char *lack;
    uint64_t n;
    arena_init(&a);
    wiki_site_read(&site, &a, rest);
    assert_true(slice_is(site.db, "dewiki") && slice_is(site.lang, "de"));
    assert_true(slice_is(site.base, "https://de.wikipedia.org/wiki/"));
    assert_true(site.names.n == 1 && slice_is(site.names.v[0], "Datei"));
    assert_true(wiki_split(rest, &n) == strlen(DUMP) - strlen("</mediawiki>\n") && n == 1);
    assert_true(wiki_next_page(&rest, &page) && wiki_page_read(&p, page, &lack) == 0);
    assert_true(slice_is(p.id, "7") && slice_is(p.revision, "9") && slice_is(p.ns, "0"));
    assert_true(slice_is(p.text, "x &lt;b&gt;") && !p.has_redirect);
    struct buf url;
    buf_init(&url, 1000);
    wiki_url(&site, SLICE("A & \xC3\xA4"), &url);
    assert_true(slice_is(buf_slice(&url), "https://de.wikipedia.org/wiki/A_%26_%C3%A4"));
    buf_free(&url);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links), cmocka_unit_test(templates), cmocka_unit_test(holes),
        cmocka_unit_test(regions), cmocka_unit_test(tables), cmocka_unit_test(layout),
        cmocka_unit_test(hostile), cmocka_unit_test(pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
