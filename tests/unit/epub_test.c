/* epub: spine order, what is skipped, and books that are damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/mem.h"
#include <archive.h>
#include <archive_entry.h>
#include "read/epub.h"
#include "read/xhtml.h"

_Noreturn void mem_failed(size_t wanted)
{
    (void)wanted;
    abort();
}

struct file {
    const char *path, *bytes;
};

static size_t make_zip(char *out, size_t cap, const struct file *f, size_t n)
{
    size_t used = 0;
    struct archive *a = archive_write_new();
    archive_write_set_format_zip(a);
    archive_write_zip_set_compression_store(a);
    assert_int_equal(archive_write_open_memory(a, out, cap, &used), ARCHIVE_OK);
    for (size_t i = 0; i < n; i++) {
        struct archive_entry *e = archive_entry_new();
        archive_entry_set_pathname(e, f[i].path);
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_size(e, (la_int64_t)strlen(f[i].bytes));
        archive_write_header(a, e);
        archive_write_data(a, f[i].bytes, strlen(f[i].bytes));
        archive_entry_free(e);
    }
    archive_write_free(a);
    return used;
}

static const struct file BOOK[] = {
    {"mimetype", "application/epub+zip"},
    {"OPS/text/c2.xhtml", "<html><head><title>no</title></head><body><h1>Two</h1>"
                          "<p>second&nbsp;&eacute;\n part</p></body></html>"},
    {"OPS/c1 x.xhtml", "<html><body><h1>One</h1><p>first<br/>line</p></body></html>"},
    {"OPS/note.xhtml", "<html><body>aside</body></html>"},
    {"OPS/nav.xhtml", "<html><body>contents</body></html>"},
    {"META-INF/container.xml", "<container><rootfiles><rootfile full-path='OPS/p.opf'/>"
                               "</rootfiles></container>"},
    {"OPS/p.opf", "<package xmlns:dc='x'><metadata><dc:title>T &amp; U</dc:title>"
                  "<dc:creator>A</dc:creator><dc:language>en</dc:language></metadata><manifest>"
                  "<item id='n' href='nav.xhtml' media-type='application/xhtml+xml'"
                  " properties='nav'/>"
                  "<item id='b' href='./text/../text/c2.xhtml' media-type='application/xhtml+xml'/>"
                  "<item id='a' href='c1%20x.xhtml#top' media-type='application/xhtml+xml'/>"
                  "<item id='x' href='gone.xhtml' media-type='application/xhtml+xml'/>"
                  "<item id='s' href='note.xhtml' media-type='application/xhtml+xml'/></manifest>"
                  "<spine><itemref idref='n'/><itemref idref='a'/><itemref idref='x'/>"
                  "<itemref idref='b'/><itemref idref='s' linear='no'/><itemref idref='a'/>"
                  "</spine></package>"},
};
#define N_BOOK (sizeof BOOK / sizeof BOOK[0])

static void reads(void **state)
{
    (void)state;
    char zip[16384];
    size_t n = make_zip(zip, sizeof zip, BOOK, N_BOOK);
    struct arena a;
    struct epub b;
    struct err e;
    struct buf out;
    arena_init(&a);
    err_init(&e);
    buf_init(&out, 1 << 20);
    assert_true(epub_is(slice_of(zip, n)));
    assert_int_equal(epub_read(&b, &a, slice_of(zip, n), 1 << 20, &out, &e), 0);
    buf_add_byte(&out, '\0');
    assert_string_equal(out.p, "One\n\nfirst\nline\n\nTwo\n\nsecond \xC3\xA9 part");
    assert_true(slice_is(b.title, "T & U") && slice_is(b.author, "A") && slice_is(b.lang, "en"));
    assert_true(b.chapters == 2 && b.damaged == 1);
    buf_free(&out);
    arena_free(&a);
}

/* A byte changed anywhere, or the end cut off, is an error or a shorter book; never a crash. */
static void survives(void **state)
{
    (void)state;
    char zip[16384];
    size_t n = make_zip(zip, sizeof zip, BOOK, N_BOOK);
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < n; i += 3) {
        struct epub b;
        struct err e;
        struct buf out;
        err_init(&e);
        buf_init(&out, 1 << 20);
        zip[i] ^= 0x55;
        epub_read(&b, &a, slice_of(zip, i % 2 ? n : i), 1 << 20, &out, &e);
        zip[i] ^= 0x55;
        buf_free(&out);
        arena_reset(&a);
    }
    arena_free(&a);
}

static void text(const char *in, const char *expected)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    xhtml_text(slice_str(in), &out);
    buf_add_byte(&out, '\0');
    assert_string_equal(out.p, expected);
    buf_free(&out);
}

static void tags(void **state)
{
    (void)state;
    text("a<b>b</b> <i>c</i>\n\nd", "ab c d");
    text("<ul><li>a</li><li>b</li></ul>c", "- a\n- b\n\nc");
    text("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc");
    text("<pre>a\n  b</pre>c", "a\n  b\n\nc");
    text("x<script>if (a < b) {}</script>y<!-- <p> -->z", "xyz");
    text("a <span epub:type=\"pagebreak\">12</span>b 1 < 2 &#x41;&#150;&amp;&nosuch; <",
         "a b 1 < 2 A\xE2\x80\x93&&nosuch; <");
    text("<![CDATA[a<b]]> <p", "a<b <p");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads), cmocka_unit_test(survives), cmocka_unit_test(tags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
