/* book: notices go within bounds, books stay whole; paragraphs are joined, verse is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/mem.h"
#include "read/book.h"

_Noreturn void mem_failed(size_t wanted)
{
    (void)wanted;
    abort();
}

static void fill(struct buf *b, size_t lines)
{
    for (size_t i = 0; i < lines; i++)
        buf_add_str(b, "It was the best of lines, it was the longest of lines, said one.\n");
}

static void header(struct buf *b)
{
    buf_add_str(b, "\xEF\xBB\xBFThe Project Gutenberg EBook of X, by Y\n\nTitle: X\n\nAuthor: Y\n\n"
                   "Release Date: May, 2001 [EBook #4711]\n\nLanguage: German\n\n"
                   "*** START OF THIS PROJECT GUTENBERG EBOOK X ***\n\n"
                   "Produced by Somebody and the Online\nDistributed Proofreading Team\n\n\n"
                   "CHAPTER I\n\n");
}

static void strips(void **state)
{
    (void)state;
    struct buf t;
    struct book b;
    buf_init(&t, 1 << 24);
    header(&t);
    fill(&t, 1000);
    buf_add_str(&t, "\nTHE END\n\n\nEnd of the Project Gutenberg EBook of X, by Y\n\n"
                    "*** END OF THIS PROJECT GUTENBERG EBOOK X ***\n\nLicence\n");
    book_strip(&b, buf_slice(&t));
    assert_true(b.gutenberg && slice_is(b.title, "X") && slice_is(b.author, "Y"));
    assert_true(slice_is(b.lang, "de") && slice_is(b.number, "4711"));
    assert_true(slice_starts(b.body, SLICE("CHAPTER I\n\nIt was")));
    assert_true(slice_ends(b.body, SLICE("\n\nTHE END")));
    buf_free(&t);
}

/* A licence in the middle of a collection once cost another stripper the whole Shakespeare. */
static void stays_whole(void **state)
{
    (void)state;
    struct buf t;
    struct book b;
    buf_init(&t, 1 << 24);
    header(&t);
    fill(&t, 5000);
    buf_add_str(&t, "*** END OF THE PROJECT GUTENBERG EBOOK PART ONE ***\n"
                    "*** START OF THE PROJECT GUTENBERG EBOOK PART TWO ***\n");
    fill(&t, 5000);
    book_strip(&b, buf_slice(&t));
    assert_true(b.body.n > 10000 * 60);
    book_strip(&b, SLICE("Just a text.\nEnd of the story.\n"));
    assert_true(!b.gutenberg && slice_is(b.body, "Just a text.\nEnd of the story.\n"));
    book_strip(&b, SLICE(""));
    assert_int_equal(b.body.n, 0);
    buf_free(&t);
}

static void unwraps(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1 << 16);
    book_unwrap(SLICE("\r\n\r\nThis paragraph was broken at the usual column by somebody\r\n"
                      "long ago.\r\n\r\n\r\n  A verse\r\n  in two lines\r\n\r\n"
                      "Short line\nkept.\n"),
                &out);
    buf_add_byte(&out, '\0');
    assert_string_equal(out.p, "This paragraph was broken at the usual column by somebody long ago."
                               "\n\n  A verse\n  in two lines\n\nShort line\nkept.");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strips), cmocka_unit_test(stays_whole), cmocka_unit_test(unwraps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
