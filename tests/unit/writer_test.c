#include "check.h"

#include <pthread.h>
#include <zstd.h>
#include "core/input.h"
#include "core/writer.h"

enum { BYTES = 13 << 20 };
static struct buf records;          /* lines of many lengths, BYTES in all */
static struct err e;

static int make_records(void **state)
{
    (void)state;
    uint64_t random = 5;
    err_init(&e);
    buf_init(&records, BUF_NO_LIMIT);
    while (records.n < BYTES) {
        for (uint32_t n = next_random(&random) % 2000; n; n--)
            buf_add_byte(&records, (char)('a' + next_random(&random) % 26));
        buf_add_byte(&records, '\n');
    }
    return 0;
}

static int free_records(void **state)
{
    (void)state;
    buf_free(&records);
    return 0;
}

/* Writes the records in batches of about `step` bytes, cut at record ends. */
static void write_file(const char *name, size_t step)
{
    struct writer *w = writer_open(name, 1, &e);
    assert_non_null(w);
    for (struct slice rest = buf_slice(&records); rest.n;) {
        struct frame *frames = NULL;
        size_t n = step < rest.n ? step : rest.n;
        while (rest.p[n - 1] != '\n')
            n++;
        assert_int_equal(writer_append(w, slice_upto(rest, n), 1, &frames, &e), 0);
        assert_int_equal(writer_write(frames, &e), 0);
        rest = slice_from(rest, n);
    }
    struct hash128 got = writer_hash(w), want = hash128(buf_slice(&records));
    assert_true(got.hi == want.hi && got.lo == want.lo);
    assert_int_equal(writer_bytes(w), records.n);
    assert_int_equal(writer_commit(w, &e), 0);
}

static void assert_same_file(const char *a, const char *b)
{
    struct slice x = get_file(a), y = get_file(b);
    assert_true(slice_eq(x, y));
    free((void *)(uintptr_t)x.p);
    free((void *)(uintptr_t)y.p);
}

static void assert_decodes(const char *name)
{
    struct buf got;
    struct input *in = input_open(name, INPUT_WINDOW_DEFAULT, &e);
    long n;
    buf_init(&got, BUF_NO_LIMIT);
    assert_non_null(in);
    while ((n = input_read(in, buf_reserve(&got, 1 << 20), 1 << 20, &e)) > 0)
        got.n += (size_t)n;
    assert_int_equal(n, 0);
    assert_true(slice_eq(buf_slice(&got), buf_slice(&records)));
    input_close(in);
    buf_free(&got);
}

static void bytes_do_not_depend_on_batches(void **state)
{
    (void)state;
    static const char *const suffixes[] = {"", ".gz", ".zst"};
    for (size_t i = 0; i < 3; i++) {
        char one[32], other[32];
        snprintf(one, sizeof one, "one%s", suffixes[i]);
        snprintf(other, sizeof other, "other%s", suffixes[i]);
        write_file(one, 100 << 10);
        write_file(other, 5 << 20);
        assert_same_file(one, other);
        write_file(other, 1);
        assert_same_file(one, other);
        assert_decodes(one);
    }
}

/* CONTRACT: a frame closes at the first record end past 4 MiB. */
static void frames_close_at_the_first_record_end_past_4_mib(void **state)
{
    (void)state;
    write_file("x.zst", 64 << 10);
    struct slice file = get_file("x.zst"), rest = file;
    size_t at = 0, frames = 0;
    while (rest.n) {
        unsigned long long size = ZSTD_getFrameContentSize(rest.p, rest.n);
        size_t last = at + (size_t)size;
        assert_true(records.p[last - 1] == '\n');
        if (last < records.n) {
            assert_true(size > 4 << 20);
            const char *nl = memchr(records.p + at + (4 << 20), '\n', size);
            assert_ptr_equal(nl, records.p + last - 1);
        }
        at = last;
        frames++;
        rest = slice_from(rest, ZSTD_findFrameCompressedSize(rest.p, rest.n));
    }
    assert_int_equal(at, records.n);
    assert_int_equal(frames, 4);
    free((void *)(uintptr_t)file.p);
}

static void *write_late(void *frame)
{
    struct err own;
    err_init(&own);
    return writer_write(frame, &own) ? frame : NULL;
}

/* A frame that is ready early waits for those before it. */
static void frames_stay_in_order_on_any_thread(void **state)
{
    (void)state;
    struct writer *w = writer_open("y.zst", 1, &e);
    struct frame *first = NULL, *second = NULL;
    pthread_t thread;
    void *failed;
    size_t half = records.n / 2;
    while (records.p[half - 1] != '\n')
        half++;
    assert_int_equal(writer_append(w, slice_upto(buf_slice(&records), half), 1, &first, &e), 0);
    assert_int_equal(writer_append(w, slice_from(buf_slice(&records), half), 1, &second, &e), 0);
    assert_non_null(first);
    assert_non_null(second);
    pthread_create(&thread, NULL, write_late, second);
    assert_int_equal(writer_write(first, &e), 0);
    pthread_join(thread, &failed);
    assert_null(failed);
    assert_int_equal(writer_docs(w), 2);
    assert_int_equal(writer_commit(w, &e), 0);
    write_file("x.zst", 64 << 10);
    assert_same_file("x.zst", "y.zst");
}

static void nothing_is_still_a_file_of_its_codec(void **state)
{
    (void)state;
    static const char *const names[] = {"empty.gz", "empty.zst", "empty"};
    for (size_t i = 0; i < 3; i++) {
        struct writer *w = writer_open(names[i], 0, &e);
        assert_int_equal(writer_commit(w, &e), 0);
        struct slice file = get_file(names[i]);
        assert_int_equal(file.n > 0, i < 2);
        free((void *)(uintptr_t)file.p);
        char byte;
        struct input *in = input_open(names[i], INPUT_WINDOW_DEFAULT, &e);
        assert_int_equal(input_read(in, &byte, 1, &e), 0);
        input_close(in);
    }
}

static void an_abort_leaves_nothing(void **state)
{
    (void)state;
    struct frame *frames = NULL;
    struct writer *w = writer_open("z.zst", 0, &e);
    assert_int_equal(writer_append(w, SLICE("{}\n"), 1, &frames, &e), 0);
    writer_abort(w);
    writer_abort(NULL);
    assert_null(fopen("z.zst", "rb"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_do_not_depend_on_batches),
        cmocka_unit_test(frames_close_at_the_first_record_end_past_4_mib),
        cmocka_unit_test(frames_stay_in_order_on_any_thread),
        cmocka_unit_test(nothing_is_still_a_file_of_its_codec),
        cmocka_unit_test(an_abort_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, make_records, free_records);
}
