#include "check.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/entries.h"
#include "core/input.h"

static struct err e;
static struct buf seen;         /* "name=bytes;" of all entries */

static int fresh_folder(void **state)
{
    (void)state;
    err_init(&e);
    buf_init(&seen, BUF_NO_LIMIT);
    return system("rm -rf d && mkdir -p d/b d/empty") ? -1 : 0;
}

static int forget_seen(void **state)
{
    (void)state;
    buf_free(&seen);
    return 0;
}

static int walk(const char *path, const char *root, uint64_t max)
{
    struct entries *en = entries_open(path, root, INPUT_WINDOW_DEFAULT);
    struct slice name = {"", 0};
    struct buf bytes;
    int rc;
    buf_init(&bytes, BUF_NO_LIMIT);
    buf_clear(&seen);
    err_init(&e);
    while ((rc = entries_next(en, &name, &e)) > 0) {
        buf_add_slice(&seen, name);
        buf_add_byte(&seen, '=');
        buf_clear(&bytes);
        if ((rc = entries_read(en, &bytes, max + 1, &e)) < 0)
            break;
        if (bytes.n > max)
            buf_add_str(&seen, "LARGE");
        else
            buf_add_slice(&seen, buf_slice(&bytes));
        buf_add_byte(&seen, ';');
    }
    entries_close(en);
    buf_free(&bytes);
    return rc;
}

/* An archive of two files; filter "" for a plain tar. */
static void pack(const char *path, const char *format, const char *filter)
{
    struct archive *a = archive_write_new();
    assert_int_equal(archive_write_set_format_by_name(a, format), ARCHIVE_OK);
    if (*filter)
        assert_int_equal(archive_write_add_filter_by_name(a, filter), ARCHIVE_OK);
    assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
    static const char *const names[] = {"./z.txt", "sub/", "sub/a.txt"};
    for (int i = 0; i < 3; i++) {
        struct archive_entry *entry = archive_entry_new();
        char bytes[3000];
        memset(bytes, 'a' + i, sizeof bytes);
        archive_entry_set_pathname(entry, names[i]);
        archive_entry_set_filetype(entry, i == 1 ? AE_IFDIR : AE_IFREG);
        archive_entry_set_perm(entry, 0755);
        archive_entry_set_size(entry, i == 1 ? 0 : 3000);
        assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
        if (i != 1)
            assert_int_equal(archive_write_data(a, bytes, 3000), 3000);
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
}

static void folders_give_their_files_in_byte_order_of_paths(void **state)
{
    (void)state;
    put_file("d/c.txt", "3", 1);
    put_file("d/b/x.txt", "2", 1);
    put_file("d/a", "1", 1);
    put_file("d/b-c", "0", 1);
    put_file("d/b.gz", "not packed", 10);
    assert_int_equal(symlink("..", "d/b/up"), 0);
    assert_int_equal(symlink("../a", "d/b/a"), 0);
    assert_int_equal(walk("d", "d", 1 << 20), 0);
    assert_slice(buf_slice(&seen), "a=1;b-c=0;b=not packed;b/x.txt=2;c.txt=3;");
    assert_int_equal(walk("d/", "", 1 << 20), 0);
    assert_slice(buf_slice(&seen), "d/a=1;d/b-c=0;d/b=not packed;d/b/x.txt=2;d/c.txt=3;");
}

static void a_file_is_one_entry(void **state)
{
    (void)state;
    put_file("d/a", "1", 1);
    put_file("d/none", "", 0);
    assert_int_equal(walk("./d/a", "", 1 << 20), 0);
    assert_slice(buf_slice(&seen), "d/a=1;");
    assert_int_equal(walk("d/none", "d/", 1 << 20), 0);
    assert_slice(buf_slice(&seen), "none=;");
    assert_int_equal(walk("d/empty", "", 1 << 20), 0);
    assert_slice(buf_slice(&seen), "");
}

static void archives_give_their_members(void **state)
{
    (void)state;
    static const struct { const char *path, *format, *filter; } kinds[] = {
        {"d/x.tar", "pax", ""}, {"d/x.tar.gz", "pax", "gzip"}, {"d/x.tgz", "gnutar", "gzip"},
        {"d/x.tar.zst", "ustar", "zstd"}, {"d/x.tar.bz2", "pax", "bzip2"},
        {"d/x.tar.xz", "pax", "xz"}, {"d/x.zip", "zip", ""}, {"d/x.7z", "7zip", ""}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        pack(kinds[i].path, kinds[i].format, kinds[i].filter);
        assert_int_equal(walk(kinds[i].path, "d", 1 << 20), 0);
        if (seen.n != 6022 || memcmp(seen.p, "x/z.txt=aaa", 11) ||
            memcmp(seen.p + 3009, "x/sub/a.txt=ccc", 15))
            fail_msg("%s: %.*s (%zu)", kinds[i].path, 20, seen.p, seen.n);
    }
}

static void what_is_too_large_is_named(void **state)
{
    (void)state;
    put_file("d/small", "12345", 5);
    put_file("d/tall", "1234567", 7);
    assert_int_equal(walk("d", "d", 6), 0);
    assert_slice(buf_slice(&seen), "small=12345;tall=LARGE;");
    pack("x.tar", "pax", "");
    assert_int_equal(walk("x.tar", "", 2999), 0);
    assert_slice(buf_slice(&seen), "x/z.txt=LARGE;x/sub/a.txt=LARGE;");
    assert_int_equal(walk("x.tar", "", 3000), 0);
    assert_true(seen.n > 6000);
}

/* Whatever the archive is cut to, the walk fails: a cut must not look like fewer files. */
static void a_cut_archive_is_an_error(void **state)
{
    (void)state;
    static const struct { const char *path, *format, *filter; } kinds[] = {
        {"x.tar", "ustar", ""}, {"x.tar.gz", "ustar", "gzip"}, {"x.zip", "zip", ""},
        {"x.7z", "7zip", ""}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        pack(kinds[i].path, kinds[i].format, kinds[i].filter);
        struct slice whole = get_file(kinds[i].path);
        size_t last = whole.n;
        if (i == 0)             /* a tar ends with the first of its empty blocks */
            last = 3 * 512 + 2 * 3072 + 512;
        for (size_t n = 512; n < last; n += n % 512 && n < last - 40 ? 37 : 1) {
            put_file(kinds[i].path, whole.p, n);
            if (walk(kinds[i].path, "", 1 << 20) == 0)
                fail_msg("%s cut to %zu of %zu bytes passed", kinds[i].path, n, whole.n);
            assert_int_equal(e.kind, ERR_DATA);
        }
        free((void *)(uintptr_t)whole.p);
    }
}

static void a_missing_file_is_an_io_error(void **state)
{
    (void)state;
    assert_int_equal(walk("d/no", "", 1 << 20), -1);
    assert_int_equal(e.kind, ERR_IO);
    assert_string_equal(e.file, "d/no");
}

static void names_lose_their_root(void **state)
{
    (void)state;
    assert_slice(entries_name(SLICE("/data/x/a.gz"), "/data"), "x/a.gz");
    assert_slice(entries_name(SLICE("/data/x/a"), "/data/"), "x/a");
    assert_slice(entries_name(SLICE("/database/a"), "/data"), "database/a");
    assert_slice(entries_name(SLICE("./a"), ""), "a");
    assert_slice(entries_name(SLICE("././a/./b"), ""), "a/./b");
    assert_slice(entries_name(SLICE("/a"), ""), "a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(folders_give_their_files_in_byte_order_of_paths,
                                        fresh_folder, forget_seen),
        cmocka_unit_test_setup_teardown(a_file_is_one_entry, fresh_folder, forget_seen),
        cmocka_unit_test_setup_teardown(archives_give_their_members, fresh_folder, forget_seen),
        cmocka_unit_test_setup_teardown(what_is_too_large_is_named, fresh_folder, forget_seen),
        cmocka_unit_test_setup_teardown(a_cut_archive_is_an_error, fresh_folder, forget_seen),
        cmocka_unit_test_setup_teardown(a_missing_file_is_an_io_error, fresh_folder, forget_seen),
        cmocka_unit_test(names_lose_their_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
