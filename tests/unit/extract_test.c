/* extract: blocks as a reader sees them, main content by structure alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/mem.h"
#include "read/extract.h"
#include "read/page_facts.h"

_Noreturn void mem_failed(size_t wanted)
{
    (void)wanted;
    abort();
}

static void write(const char *page, enum extract_mode mode, enum extract_form form,
                  struct buf *out)
{
    struct html h;
    struct extract x;
    html_init(&h);
    extract_init(&x);
    assert_int_equal(html_parse(&h, slice_str(page)), 0);
    extract_text(&x, &h, mode, form, out);
    buf_add_byte(out, '\0');
    extract_free(&x);
    html_free(&h);
}

static void text_of(const char *page, enum extract_mode mode, struct buf *out)
{
    write(page, mode, EXTRACT_PLAIN, out);
}

static void check(enum extract_mode mode, const char *page, const char *text)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    text_of(page, mode, &b);
    assert_string_equal(b.p, text);
    buf_free(&b);
}

static void all(const char *page, const char *text)
{
    check(EXTRACT_ALL, page, text);
}

static void blocks(void **state)
{
    (void)state;
    all("<p>a  b\n c</p>d<div>e", "a b c\n\nd\n\ne");
    all("<p>a<b>b</b> <i>c</i>d", "ab cd");
    all("<p>a<br>b", "a\nb");
    all("a&nbsp;b&#160; c", "a b c");
    all("<ul><li>a<li><p>b</p><p>c</p></ul>", "- a\n- b\n\nc");
    all("<table><tr><th>a<td>b<tr><td>c<td>d</table>", "a\tb\nc\td");
    all("<pre>  a\n   b</pre>", "  a\n   b");
    all("<dl><dt>a<dd>b</dl>", "a\nb");
    all("<p>", "");
}

static void unseen(void **state)
{
    (void)state;
    all("<title>t</title><script>x</script><style>y</style><p>a", "a");
    all("<p hidden>a</p><p style='color: red; DISPLAY : none'>b</p>c", "c");
    all("<p>a <span aria-hidden=true>b</span> c", "a c");
    all("<p style='visibility:hidden'>a</p><noscript>b</noscript>c", "c");
    all("<template>a</template><select><option>b</select><svg><text>c</text></svg>d", "d");
    all("<p hidden=until-found>a", "a");
    all("<nav>a</nav><footer>b</footer>", "a\n\nb");
}

static void md(const char *page, const char *text)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    write(page, EXTRACT_ALL, EXTRACT_MARKDOWN, &b);
    assert_string_equal(b.p, text);
    buf_free(&b);
}

static void markdown(void **state)
{
    (void)state;
    md("<h2>a</h2><p>b<br>c</p>", "## a\n\nb  \nc");
    md("<ul><li>a<ol><li>b<li>c</ol><li>d</ul><p>e",
       "- a\n  1. b\n  2. c\n- d\n\ne");
    md("<pre>if x:\n    y</pre>", "```\nif x:\n    y\n```");
    md("<blockquote>a<br>b</blockquote>", "> a  \n> b");
    md("<table><tr><th>a<th>b|c<tr><td>d<td><p>e</p><p>f</p></table><p>g",
       "| a | b\\|c |\n| --- | --- |\n| d | e f |\n\ng");
    md("<p># a</p><p>1. b</p><p>- c</p><p>5 d</p>", "\\# a\n\n1\\. b\n\n\\- c\n\n5 d");
    md("<p>", "");
}

#define PARAGRAPH "Twelve words of running text make a paragraph that a reader would want to keep. "

static void chrome_goes(void **state)
{
    (void)state;
    check(EXTRACT_MAIN,
          "<nav><a href=1>Home</a> <a href=2>News</a></nav><header><div>Site</div></header>"
          "<main><h1>Title</h1><p>" PARAGRAPH "</p><p>Second. " PARAGRAPH "</p>"
          "<p>Third. " PARAGRAPH "</p><button>Buy</button></main>"
          "<aside>Other things</aside><footer>Imprint</footer>",
          "Title\n\nTwelve words of running text make a paragraph that a reader would want to keep."
          "\n\nSecond. Twelve words of running text make a paragraph that a reader would want to "
          "keep.\n\nThird. Twelve words of running text make a paragraph that a reader would want "
          "to keep.");
}

/* A page in a script without spaces or capitals goes the same way. */
static void any_script(void **state)
{
    (void)state;
    static const char page[] =
        "<nav><a href=1>首頁</a></nav><article><h1>標題</h1>"
        "<p>這是一個沒有空格的段落,它應該被保留下來,"
        "因為它是頁面的主要內容,讀者想要讀它。</p>"
        "<p>第二個段落也是一樣的,它有足夠多的字可以被當作正文,"
        "所以也應該留下來給讀者。</p>"
        "</article><footer>版權所有</footer>";
    struct buf b;
    buf_init(&b, 1 << 20);
    text_of(page, EXTRACT_MAIN, &b);
    const struct slice s = buf_slice(&b);
    assert_true(slice_find(s, SLICE("沒有空格的段落")) < s.n);
    assert_true(slice_find(s, SLICE("第二個段落")) < s.n);
    assert_true(slice_find(s, SLICE("版權所有")) == s.n);
    assert_true(slice_find(s, SLICE("首頁")) == s.n);
    buf_free(&b);
}

static void facts(void **state)
{
    (void)state;
    struct html h;
    struct page_facts f;
    html_init(&h);
    html_parse(&h, SLICE("<html lang=de><title>A &amp; B</title>"
                         "<link rel=canonical href='http://x/'><body>"));
    page_facts_of(&h, &f);
    assert_true(slice_is(f.lang, "de") && slice_is(f.title, "A & B"));
    assert_true(slice_is(f.canonical, "http://x/"));
    html_parse(&h, SLICE("<meta property=og:site_name content=S>"
                         "<meta name=author content=' N. N. '>"
                         "<meta property=og:type content=article><meta property=og:title content=T>"
                         "<meta name=date content=2001><body><time datetime=2002-03-04>x</time>"));
    page_facts_of(&h, &f);
    assert_true(slice_is(f.site, "S") && slice_is(f.author, "N. N."));
    assert_true(slice_is(f.kind, "article") && slice_is(f.title, "T"));
    assert_true(slice_is(f.published, "2001"));
    html_parse(&h, SLICE("<meta property=article:author content=http://x/><body>"
                         "<a rel=author>A</a><time datetime=2002-03-04>x</time>"));
    page_facts_of(&h, &f);
    assert_true(f.author.n == 0 && slice_is(f.published, "2002-03-04"));
    html_parse(&h, SLICE("<body><a rel=author href=x>A B</a><i itemprop=author>C"));
    page_facts_of(&h, &f);
    assert_true(slice_is(f.author, "C"));
    html_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks), cmocka_unit_test(markdown), cmocka_unit_test(unseen),
        cmocka_unit_test(chrome_goes),
        cmocka_unit_test(any_script), cmocka_unit_test(facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
