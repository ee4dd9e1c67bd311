#include "check.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zdict.h>
#include <zlib.h>
#include <zstd.h>
#include "core/buf.h"
#include "core/input.h"

enum codec { PLAIN, GZIP, ZSTD, BZIP2, XZ, LZ4, CODECS };
static const char *const suffix[] = {"", ".gz", ".zst", ".bz2", ".xz", ".lz4"};

static struct buf text, stored, got;
static struct err e;

static int set_up(void **state)
{
    (void)state;
    buf_init(&text, BUF_NO_LIMIT);
    buf_init(&stored, BUF_NO_LIMIT);
    buf_init(&got, BUF_NO_LIMIT);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buf_free(&text);
    buf_free(&stored);
    buf_free(&got);
    return 0;
}

static void make_text(size_t n)
{
    uint64_t random = n;
    buf_clear(&text);
    while (text.n < n)
        buf_add_fmt(&text, "line %u\n", next_random(&random) % 100000);
    text.n = n;
}

/* Appends one member of the codec that holds s. */
static void pack(enum codec codec, struct slice s, struct buf *out)
{
    size_t room = s.n + s.n / 50 + 1024, n = room;
    char *to = buf_reserve(out, room);
    if (codec == PLAIN) {
        n = s.n;
        if (n)
            memcpy(to, s.p, n);
    } else if (codec == GZIP) {
        z_stream z = {.next_in = (unsigned char *)(uintptr_t)s.p, .avail_in = (unsigned)s.n,
                      .next_out = (unsigned char *)to, .avail_out = (unsigned)room};
        assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, 0), Z_OK);
        assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
        n = z.total_out;
        deflateEnd(&z);
    } else if (codec == ZSTD) {
        ZSTD_CCtx *c = ZSTD_createCCtx();
        ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
        n = ZSTD_compress2(c, to, room, s.p, s.n);
        ZSTD_freeCCtx(c);
    } else if (codec == BZIP2) {
        unsigned made = (unsigned)room;
        assert_int_equal(BZ2_bzBuffToBuffCompress(to, &made, (char *)(uintptr_t)s.p,
                                                  (unsigned)s.n, 1, 0, 0), BZ_OK);
        n = made;
    } else if (codec == LZ4) {
        const LZ4F_preferences_t p = {.frameInfo = {.contentChecksumFlag = 1}};
        n = LZ4F_compressFrame(to, room, s.p, s.n, &p);
        assert_false(LZ4F_isError(n));
    } else {
        n = 0;
        assert_int_equal(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC64, NULL,
                                                 (const uint8_t *)s.p, s.n, (uint8_t *)to, &n,
                                                 room), LZMA_OK);
    }
    out->n += n;
}

static int read_all(struct input *in, size_t step)
{
    long n = in ? 1 : -1;
    buf_clear(&got);
    while (n > 0) {
        n = input_read(in, buf_reserve(&got, step), step, &e);
        got.n += n > 0 ? (size_t)n : 0;
    }
    input_close(in);
    return (int)n;
}

/* Decodes a file of these bytes: 0, or -1 with e set. */
static int decode_as(const char *name, struct slice bytes)
{
    put_file(name, bytes.p, bytes.n);
    err_init(&e);
    int rc = read_all(input_open(name, INPUT_WINDOW_DEFAULT, &e), 50000);
    assert_int_equal(e.kind != ERR_NONE, rc != 0);
    return rc;
}

static const char *name_of(enum codec c)
{
    static char name[16];
    snprintf(name, sizeof name, "x%s", suffix[c]);
    return name;
}

static void decodes_every_codec_by_its_magic(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 100, 70000, 3000000};
    for (int c = PLAIN; c < CODECS; c++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            make_text(sizes[i]);
            buf_clear(&stored);
            pack((enum codec)c, buf_slice(&text), &stored);
            assert_int_equal(decode_as("any-name", buf_slice(&stored)), 0);
            assert_true(slice_eq(buf_slice(&got), buf_slice(&text)));
        }
}

static void decodes_all_members_and_empty_ones(void **state)
{
    (void)state;
    make_text(200000);
    for (int c = GZIP; c < CODECS; c++) {
        buf_clear(&stored);
        for (size_t at = 0; at < text.n; at += 20000) {
            pack((enum codec)c, SLICE(""), &stored);
            pack((enum codec)c, slice_of(text.p + at, 20000), &stored);
        }
        assert_int_equal(decode_as(name_of(c), buf_slice(&stored)), 0);
        assert_true(slice_eq(buf_slice(&got), buf_slice(&text)));
    }
}

static void passes_over_skippable_zstd_frames(void **state)
{
    (void)state;
    static const char skippable[] = "\x5a\x2a\x4d\x18\x05\0\0\0abcde";
    make_text(1000);
    buf_clear(&stored);
    for (int i = 0; i < 2; i++) {
        buf_add(&stored, skippable, sizeof skippable - 1);
        pack(ZSTD, slice_of(text.p + 500 * i, 500), &stored);
    }
    buf_add(&stored, skippable, sizeof skippable - 1);
    assert_int_equal(decode_as("x.zst", buf_slice(&stored)), 0);
    assert_bytes(buf_slice(&got), buf_slice(&text));
}

/* Not even a cut at the border of the codec's magic number passes for plain text. */
/* Magic, size, and the dictionary as it is or compressed; then frames that need it. */
static void a_dictionary_in_front_serves_all_frames(void **state)
{
    (void)state;
    enum { SAMPLES = 2000, RECORD = 100 };
    static char dictionary[8192];
    size_t sizes[SAMPLES];
    make_text(SAMPLES * RECORD);
    for (size_t i = 0; i < SAMPLES; i++)
        sizes[i] = RECORD;
    const size_t n = ZDICT_trainFromBuffer(dictionary, sizeof dictionary, text.p, sizes, SAMPLES);
    assert_false(ZDICT_isError(n));
    for (int packed = 0; packed < 2; packed++) {
        struct buf front;
        buf_init(&front, 1 << 20);
        if (packed)
            pack(ZSTD, slice_of(dictionary, n), &front);
        else
            buf_add(&front, dictionary, n);
        const unsigned char head[8] = {0x5d, 0x2a, 0x4d, 0x18, front.n & 255, front.n >> 8 & 255,
                                       front.n >> 16, 0};
        buf_clear(&stored);
        buf_add(&stored, head, sizeof head);
        buf_add_slice(&stored, buf_slice(&front));
        ZSTD_CCtx *c = ZSTD_createCCtx();
        for (size_t at = 0; at < text.n; at += RECORD) {
            char *to = buf_reserve(&stored, 1024);
            stored.n += ZSTD_compress_usingDict(c, to, 1024, text.p + at, RECORD, dictionary, n, 3);
        }
        ZSTD_freeCCtx(c);
        assert_int_equal(decode_as("x.zst", buf_slice(&stored)), 0);
        assert_true(slice_eq(buf_slice(&got), buf_slice(&text)));
        stored.p[8 + packed] ^= 1;          /* no dictionary any more */
        assert_int_equal(decode_as("x.zst", buf_slice(&stored)), -1);
        assert_int_equal(decode_as("x.zst", slice_upto(buf_slice(&stored), 5000)), -1);
        buf_free(&front);
    }
}

static void every_truncation_is_an_error(void **state)
{
    (void)state;
    make_text(3000);
    for (int c = GZIP; c < CODECS; c++) {
        buf_clear(&stored);
        pack((enum codec)c, slice_upto(buf_slice(&text), 1500), &stored);
        size_t first = stored.n;
        pack((enum codec)c, slice_from(buf_slice(&text), 1500), &stored);
        for (size_t n = 0; n < stored.n; n++) {
            if (n == first)         /* a member less: no decoder can know */
                continue;
            if (!decode_as(name_of(c), slice_upto(buf_slice(&stored), n)))
                fail_msg("%s cut to %zu of %zu bytes passed", name_of(c), n, stored.n);
            assert_int_equal(e.kind, ERR_DATA);
            assert_string_equal(e.file, name_of(c));
        }
    }
}

static void a_flipped_bit_is_an_error_or_harmless(void **state)
{
    (void)state;
    make_text(300);
    for (int c = GZIP; c < CODECS; c++) {
        buf_clear(&stored);
        pack((enum codec)c, buf_slice(&text), &stored);
        for (size_t bit = 0; bit < 8 * stored.n; bit++) {
            stored.p[bit / 8] ^= (char)(1 << bit % 8);
            if (!decode_as(name_of(c), buf_slice(&stored)) &&
                !slice_eq(buf_slice(&got), buf_slice(&text)))
                fail_msg("%s, bit %zu: other text passed", name_of(c), bit);
            stored.p[bit / 8] ^= (char)(1 << bit % 8);
        }
    }
}

static void other_bytes_behind_the_last_member_are_damage(void **state)
{
    (void)state;
    static const size_t sizes[] = {3000, 2000000};
    for (int c = GZIP; c < CODECS; c++)
        for (size_t i = 0; i < 2; i++) {
            make_text(sizes[i]);
            buf_clear(&stored);
            pack((enum codec)c, buf_slice(&text), &stored);
            buf_add_str(&stored, "garbage");
            assert_int_equal(decode_as(name_of(c), buf_slice(&stored)), -1);
            assert_int_equal(e.kind, ERR_DATA);
            assert_int_equal(e.offset, text.n);
        }
}

/* Tapes and block devices pad with zeros, from a few to megabytes of them. */
static void zeros_behind_the_last_member_are_padding(void **state)
{
    (void)state;
    static const size_t zeros[] = {4, 512, 1 << 20};
    for (int c = GZIP; c < CODECS; c++)
        for (size_t i = 0; i < 3; i++) {
            make_text(2000000);
            buf_clear(&stored);
            pack((enum codec)c, buf_slice(&text), &stored);
            memset(buf_reserve(&stored, zeros[i]), 0, zeros[i]);
            stored.n += zeros[i];
            if (decode_as(name_of(c), buf_slice(&stored)))
                fail_msg("%s and %zu zeros: %s", name_of(c), zeros[i], e.text);
            assert_true(slice_eq(buf_slice(&got), buf_slice(&text)));
            buf_add_byte(&stored, 'x');
            assert_int_equal(decode_as(name_of(c), buf_slice(&stored)), -1);
        }
}

/* Text that somebody decompressed and left under its old name is still text. */
static void the_name_does_not_choose_the_codec(void **state)
{
    (void)state;
    make_text(1000);
    for (int c = GZIP; c < CODECS; c++) {
        assert_int_equal(decode_as(name_of(c), buf_slice(&text)), 0);
        assert_bytes(buf_slice(&got), buf_slice(&text));
    }
    buf_clear(&stored);
    pack(ZSTD, buf_slice(&text), &stored);
    assert_int_equal(decode_as("x.gz", buf_slice(&stored)), 0);
    assert_bytes(buf_slice(&got), buf_slice(&text));
}

static void large_zstd_windows_only_when_asked(void **state)
{
    (void)state;
    make_text(100000);
    buf_clear(&stored);
    ZSTD_CCtx *c = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, 28);
    ZSTD_CCtx_setParameter(c, ZSTD_c_enableLongDistanceMatching, 1);
    size_t room = 2 * text.n;
    ZSTD_outBuffer dst = {buf_reserve(&stored, room), room, 0};
    ZSTD_inBuffer src = {text.p, text.n, 0};        /* in a stream the size is not known */
    assert_false(ZSTD_isError(ZSTD_compressStream2(c, &dst, &src, ZSTD_e_flush)));
    assert_false(ZSTD_isError(ZSTD_compressStream2(c, &dst, &src, ZSTD_e_end)));
    stored.n = dst.pos;
    ZSTD_freeCCtx(c);
    assert_int_equal(decode_as("x.zst", buf_slice(&stored)), -1);
    err_init(&e);
    assert_int_equal(read_all(input_open("x.zst", 28, &e), 50000), 0);
    assert_true(slice_eq(buf_slice(&got), buf_slice(&text)));
}

/* A pipe may give single bytes, also across the border of two members. */
static void a_pipe_gives_the_same_bytes_however_slowly(void **state)
{
    (void)state;
    make_text(3000000);
    for (int c = PLAIN; c < CODECS; c++) {
        int fd[2], keep = dup(0);
        buf_clear(&stored);
        pack((enum codec)c, slice_upto(buf_slice(&text), 2900000), &stored);
        size_t border = stored.n;
        pack((enum codec)c, slice_from(buf_slice(&text), 2900000), &stored);
        assert_int_equal(pipe(fd), 0);
        pid_t child = fork();
        if (!child) {
            close(fd[0]);
            for (size_t i = 0, n; i < stored.n; i += n) {
                bool near = i < 20 || (i + 3 > border && i < border + 20);
                n = near ? 1 : i < border ? border - 2 - i : stored.n - i;
                if (write(fd[1], stored.p + i, n) != (ssize_t)n)
                    _exit(1);
                if (near)
                    usleep(2000);
            }
            _exit(0);
        }
        close(fd[1]);
        dup2(fd[0], 0);
        close(fd[0]);
        err_init(&e);
        int rc = read_all(input_open(NULL, INPUT_WINDOW_DEFAULT, &e), 50000);
        dup2(keep, 0);
        close(keep);
        waitpid(child, NULL, 0);
        if (rc)
            fail_msg("%s: %s", name_of(c), e.text);
        assert_bytes(buf_slice(&got), buf_slice(&text));
    }
}

static void what_cannot_be_opened_is_an_io_error(void **state)
{
    (void)state;
    err_init(&e);
    assert_null(input_open("no/such", INPUT_WINDOW_DEFAULT, &e));
    assert_int_equal(e.kind, ERR_IO);
    assert_string_equal(e.file, "no/such");
    err_init(&e);
    assert_null(input_open("/", INPUT_WINDOW_DEFAULT, &e));
    assert_int_equal(e.kind, ERR_IO);
}

static void names_lose_their_compression_suffix(void **state)
{
    (void)state;
    assert_slice(input_base_name(SLICE("a/x.jsonl.gz")), "a/x.jsonl");
    assert_slice(input_base_name(SLICE("x.zst")), "x");
    assert_slice(input_base_name(SLICE("x.zstd")), "x");
    assert_slice(input_base_name(SLICE("x.bz2")), "x");
    assert_slice(input_base_name(SLICE("x.xz")), "x");
    assert_slice(input_base_name(SLICE("x.gz.gz")), "x.gz");
    assert_slice(input_base_name(SLICE(".gz")), ".gz");
    assert_slice(input_base_name(SLICE("gz")), "gz");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_every_codec_by_its_magic),
        cmocka_unit_test(decodes_all_members_and_empty_ones),
        cmocka_unit_test(passes_over_skippable_zstd_frames),
        cmocka_unit_test(a_dictionary_in_front_serves_all_frames),
        cmocka_unit_test(every_truncation_is_an_error),
        cmocka_unit_test(a_flipped_bit_is_an_error_or_harmless),
        cmocka_unit_test(other_bytes_behind_the_last_member_are_damage),
        cmocka_unit_test(zeros_behind_the_last_member_are_padding),
        cmocka_unit_test(the_name_does_not_choose_the_codec),
        cmocka_unit_test(large_zstd_windows_only_when_asked),
        cmocka_unit_test(a_pipe_gives_the_same_bytes_however_slowly),
        cmocka_unit_test(what_cannot_be_opened_is_an_io_error),
        cmocka_unit_test(names_lose_their_compression_suffix),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
