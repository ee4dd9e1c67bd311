/* html: tokens as the standard cuts them, the tree as far as text needs it, any input in linear
 * time. A tree is written as tag(children); a text in quotes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "core/mem.h"
#include "read/html.h"

enum { HANG_SECONDS = 120 };

_Noreturn void mem_failed(size_t wanted)
{
    (void)wanted;
    abort();
}

static const char *tag_name(unsigned tag)
{
    static const char *const names[] = {
        "", "other",
#define NAME(name, props) #name,
        HTML_TAG_LIST(NAME)
#undef NAME
    };
    return names[tag];
}

static void write_tree(const struct html *h, uint32_t i, struct buf *out)
{
    const struct html_node *x = &h->node[i];
    if (x->tag == HTML_TEXT) {
        buf_add_byte(out, '\'');
        buf_add_slice(out, html_text(h, x));
        buf_add_byte(out, '\'');
        return;
    }
    buf_add_str(out, tag_name(x->tag));
    buf_add_byte(out, '(');
    for (uint32_t k = i + 1; k < x->end; k = h->node[k].end) {
        if (k > i + 1)
            buf_add_byte(out, ' ');
        write_tree(h, k, out);
    }
    buf_add_byte(out, ')');
}

static void check(const char *page, const char *tree)
{
    struct html h;
    struct buf b;
    html_init(&h);
    buf_init(&b, 1 << 16);
    assert_int_equal(html_parse(&h, slice_str(page)), 0);
    write_tree(&h, 0, &b);
    buf_add_byte(&b, '\0');
    assert_string_equal(b.p, tree);
    buf_free(&b);
    html_free(&h);
}

static void tags(void **state)
{
    (void)state;
    check("", "html()");
    check("a<b>c</b>d", "html('a' b('c') 'd')");
    check("<DIV Class=x>a</dIv >b", "html(div('a') 'b')");
    check("<br/>a<br />b", "html(br() 'a' br() 'b')");
    check("<div/>a", "html(div('a'))");                      /* the slash means nothing here */
    check("a < b, 3<4, <3", "html('a < b, 3<4, <3')");
    check("a</>b</ x>c", "html('a' 'b' 'c')");
    check("<x-y>a</x-y>", "html(other('a'))");
    check("<p title='a>b'>c", "html(p('c'))");
    check("<p title=\"a'>b\">c", "html(p('c'))");
    check("<p title=a'>c", "html(p('c'))");
    check("<p a=1 / b = 2 c>d", "html(p('d'))");
    check("<p =x>a", "html(p('a'))");
    check("a<p title='unclosed>b", "html('a')");
    check("a<p", "html('a')");
    check("a<", "html('a<')");
    check("a</", "html('a' '</')");
}

static void declarations(void **state)
{
    (void)state;
    check("<!doctype html>a<?php x ?>b", "html('a' 'b')");
    check("a<!-- b > c -- d -->e", "html('a' 'e')");
    check("a<!-->b<!--->c<!---->d", "html('a' 'b' 'c' 'd')");
    check("a<!--x--!>b", "html('a' 'b')");
    check("a<!-- never closed", "html('a')");
    check("a<![CDATA[b]]>c", "html('a' 'c')");               /* a bogus comment outside of svg */
    check("<svg><![CDATA[a>b]]></svg>c", "html(svg() 'c')");
}

static void raw_text(void **state)
{
    (void)state;
    check("<script>a</b>'</script x>b", "html(script() 'b')");
    check("<script><!-- <script>a</script> --></script>b", "html(script() 'b')");
    check("<script><!-- never closed </script>b", "html(script() 'b')");
    check("<script>a</scriptx></script>b", "html(script() 'b')");
    check("<style>p>a{}</style>b", "html(style() 'b')");
    check("<title>a<b>&amp;</title>c", "html(title('a<b>&') 'c')");
    check("<textarea><p>a</textarea>c", "html(textarea('<p>a') 'c')");
    check("<xmp><p>&amp;</xmp>c", "html(xmp('<p>&amp;') 'c')");
    check("<plaintext></plaintext>c", "html(plaintext('</plaintext>c'))");
    check("<iframe><p></iframe>c", "html(iframe() 'c')");
    check("<script>never closed", "html(script())");
}

static void references(void **state)
{
    (void)state;
    check("&amp;&AMP&lt;&#65;&#x42;&#X43", "html('&&<ABC')");
    check("&euro;&NotEqualTilde;&notin;&notit;", "html('\xE2\x82\xAC\xE2\x89\x82\xCC\xB8"
          "\xE2\x88\x89\xC2\xACit;')");
    check("&#128;&#0;&#xD800;&#x110000;&#99999999999;", "html('\xE2\x82\xAC\xEF\xBF\xBD"
          "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD')");
    check("a & b &; &# &#x; &unknown; &", "html('a & b &; &# &#x; &unknown; &')");
    check("&copy2025 &copyright", "html('\xC2\xA9" "2025 \xC2\xA9right')");
}

static void implied_ends(void **state)
{
    (void)state;
    check("<p>a<p>b<div>c", "html(p('a') p('b') div('c'))");
    check("<ul><li>a<li>b<ul><li>c</ul><li>d</ul>e",
          "html(ul(li('a') li('b' ul(li('c'))) li('d')) 'e')");
    check("<dl><dt>a<dd>b<dt>c</dl>", "html(dl(dt('a') dd('b') dt('c')))");
    check("<table><tr><td>a<td>b<tr><td>c</table>d",
          "html(table(tr(td('a') td('b')) tr(td('c'))) 'd')");
    check("<table><tr><td><table><tr><td>a</table>b</table>",
          "html(table(tr(td(table(tr(td('a'))) 'b'))))");
    check("<select><option>a<option>b</select>", "html(select(option('a') option('b')))");
    check("<h1>a</h2>b", "html(h1('a') 'b')");
    check("<p><b>a<p>c</b>d", "html(p(b('a')) p('c' 'd'))");
    check("<head><title>t</title><div>a", "html(head(title('t')) div('a'))");
    check("<body>a</body>b</html>c", "html(body('a' 'b' 'c'))");
    check("<div><span></div>a", "html(div(span()) 'a')");
    check("<table><tr><td></div>a</table>", "html(table(tr(td('a'))))");
    check("<a href=x>b<a href=y>c", "html(a('b') a('c'))");
}

static void attributes(void **state)
{
    (void)state;
    struct html h;
    html_init(&h);
    html_parse(&h, SLICE("<p CLASS=a id='b c' hidden data-x=1 class=second role = main>"));
    const struct html_node *p = &h.node[1];
    assert_true(slice_is(html_attr(&h, p, HTML_ATTR_class), "a"));
    assert_true(slice_is(html_attr(&h, p, HTML_ATTR_id), "b c"));
    assert_true(html_attr(&h, p, HTML_ATTR_hidden).p && !html_attr(&h, p, HTML_ATTR_hidden).n);
    assert_true(slice_is(html_attr(&h, p, HTML_ATTR_role), "main"));
    assert_null(html_attr(&h, p, HTML_ATTR_href).p);
    html_free(&h);
}

/* ---- what no page may do -------------------------------------------------------------------- */

/* 4 MiB of front and then units: in linear time a fraction of a second. A pass that goes over the
 * rest for each byte, even at the speed of memchr, takes minutes: then the alarm ends it. */
static void survives(const char *front, const char *unit)
{
    struct html h;
    struct buf b;
    html_init(&h);
    buf_init(&b, BUF_NO_LIMIT);
    buf_add_str(&b, front);
    while (b.n < 4 << 20)
        buf_add_str(&b, unit);
    alarm(HANG_SECONDS);
    assert_int_equal(html_parse(&h, buf_slice(&b)), 0);
    alarm(0);
    for (uint32_t i = 0; i < h.n_nodes; i++)
        assert_true(h.node[i].end > i && h.node[i].end <= h.n_nodes &&
                    h.node[i].depth <= HTML_DEPTH_MAX);
    buf_free(&b);
    html_free(&h);
}

static void linear_time(void **state)
{
    (void)state;
    static const char *const units[] = {
        "<div>", "<ul><li>", "<b n><i n>", "<a href=x>", "<p>", "<table><tr><td>", "<", "</", "<!",
        "<!--", "<!-- -", "-", "&", "&#", "&#x", "&a", "<a b=", "<a b='", " x=y", "{", "<svg>",
        "</p>", "<script>", "<script><!--", "<script><!--<script>", "<title>", "<![CDATA[", "<td>",
        "<select><option>", "\xFF", "<h1>", "</div>", "<template>", "<dl><dd>", "<math><mi>",
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        survives("", units[i]);
    survives("<p", " a=b");
    survives("<div><b>", "</b>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags), cmocka_unit_test(declarations), cmocka_unit_test(raw_text),
        cmocka_unit_test(references), cmocka_unit_test(implied_ends), cmocka_unit_test(attributes),
        cmocka_unit_test(linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
