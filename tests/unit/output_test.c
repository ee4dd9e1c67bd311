#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "core/output.h"

static struct err e;

static int fresh_folder(void **state)
{
    (void)state;
    err_init(&e);
    if (system("rm -rf here there && mkdir here") != 0)
        return -1;
    return 0;
}

static int files_in(const char *folder)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    int n = 0;
    for (struct dirent *d; (d = readdir(dir));)
        n += d->d_name[0] != '.';
    closedir(dir);
    return n;
}

static void assert_content(const char *name, const char *want)
{
    struct slice got = get_file(name);
    assert_slice(got, want);
    free((void *)(uintptr_t)got.p);
}

static void nothing_stands_there_before_the_commit(void **state)
{
    (void)state;
    struct output *o = output_open("here/x", &e);
    assert_non_null(o);
    assert_int_equal(output_write(o, "abc", 3, &e), 0);
    assert_int_equal(access("here/x", F_OK), -1);
    assert_int_equal(files_in("here"), 1);
    assert_int_equal(output_size(o), 3);
    assert_int_equal(output_commit(o, &e), 0);
    assert_content("here/x", "abc");
    assert_int_equal(files_in("here"), 1);
}

static void an_old_file_stays_until_the_commit(void **state)
{
    (void)state;
    put_file("here/x", "old", 3);
    struct output *o = output_open("here/x", &e);
    assert_int_equal(output_write(o, "new", 3, &e), 0);
    assert_content("here/x", "old");
    output_abort(o);
    assert_content("here/x", "old");
    assert_int_equal(files_in("here"), 1);
    o = output_open("here/x", &e);
    assert_int_equal(output_write(o, "newer", 5, &e), 0);
    assert_int_equal(output_commit(o, &e), 0);
    assert_content("here/x", "newer");
    output_abort(NULL);
}

static void writes_any_amount_and_headers_last(void **state)
{
    (void)state;
    enum { N = 3 << 20 };
    char *bytes = malloc(N);
    uint64_t random = 1;
    for (size_t i = 0; i < N; i++)
        bytes[i] = (char)next_random(&random);
    struct output *o = output_open("here/x", &e);
    for (size_t at = 0, n; at < N; at += n) {
        n = next_random(&random) % 700000;
        n = n < N - at ? n : N - at;
        assert_int_equal(output_write(o, bytes + at, n, &e), 0);
    }
    assert_int_equal(output_pwrite(o, "head", 4, 0, &e), 0);
    assert_int_equal(output_size(o), N);
    assert_int_equal(output_commit(o, &e), 0);
    memcpy(bytes, "head", 4);
    struct slice got = get_file("here/x");
    assert_bytes(got, slice_of(bytes, N));
    free((void *)(uintptr_t)got.p);
    free(bytes);
}

static void a_full_disk_is_an_error_that_leaves_nothing(void **state)
{
    (void)state;
    struct rlimit old, small = {1 << 20, 1 << 20};
    getrlimit(RLIMIT_FSIZE, &old);
    small.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    static char bytes[600 << 10];
    struct output *o = output_open("here/x", &e);
    int rc = 0;
    for (int i = 0; i < 4 && !rc; i++)
        rc = output_write(o, bytes, sizeof bytes, &e);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(rc, -1);
    assert_int_equal(e.kind, ERR_IO);
    assert_string_equal(e.file, "here/x");
    output_abort(o);
    assert_int_equal(files_in("here"), 0);
}

static void a_missing_folder_is_an_error(void **state)
{
    (void)state;
    assert_null(output_open("here/no/x", &e));
    assert_int_equal(e.kind, ERR_IO);
    assert_string_equal(e.file, "here/no/x");
}

/* The temporary name that process `pid` of this host gives its output. */
static void leave_over(const char *name, long pid)
{
    char host[64] = "host", path[256];
    gethostname(host, sizeof host - 1);
    snprintf(path, sizeof path, "there/%s.tmp.%.40s.%ld.0.0", name, host, pid);
    put_file(path, "left", 4);
}

static void sweeps_what_killed_runs_left(void **state)
{
    (void)state;
    assert_int_equal(mkdir("there", 0777), 0);   /* not yet known to be clean */
    pid_t gone = fork();
    if (!gone)
        _exit(0);
    waitpid(gone, NULL, 0);
    leave_over("x", gone);
    leave_over("x", getpid());          /* a namespace gives the same number again */
    leave_over("x", getppid());         /* somebody is at work there */
    leave_over("xy", gone);             /* another output's, dead too */
    struct output *o = output_open("there/x", &e);
    assert_non_null(o);
    assert_int_equal(files_in("there"), 2);
    assert_int_equal(output_commit(o, &e), 0);
    assert_int_equal(files_in("there"), 2);
    assert_content("there/x", "");
}

static void devices_and_pipes_are_written_not_replaced(void **state)
{
    (void)state;
    struct stat st;
    assert_int_equal(mkfifo("here/pipe", 0600), 0);
    pid_t reader = fork();
    if (!reader) {
        char got[8] = "";
        int fd = open("here/pipe", O_RDONLY);
        ssize_t n = read(fd, got, sizeof got);
        _exit(n == 3 && !memcmp(got, "abc", 3) ? 0 : 1);
    }
    struct output *o = output_open("here/pipe", &e);
    assert_non_null(o);
    assert_int_equal(output_write(o, "abc", 3, &e), 0);
    assert_int_equal(output_commit(o, &e), 0);
    int status = -1;
    waitpid(reader, &status, 0);
    assert_int_equal(status, 0);
    assert_int_equal(stat("here/pipe", &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    assert_int_equal(files_in("here"), 1);
}

static void a_link_stays_a_link(void **state)
{
    (void)state;
    struct stat st;
    put_file("here/target", "old", 3);
    assert_int_equal(symlink("target", "here/link"), 0);
    struct output *o = output_open("here/link", &e);
    assert_int_equal(output_write(o, "new", 3, &e), 0);
    assert_int_equal(output_commit(o, &e), 0);
    assert_content("here/target", "new");
    assert_int_equal(lstat("here/link", &st), 0);
    assert_true(S_ISLNK(st.st_mode));
}

static void makes_folders_with_their_parents(void **state)
{
    (void)state;
    struct stat st;
    assert_int_equal(output_mkdir("here/a/b/c/", &e), 0);
    assert_int_equal(stat("here/a/b/c", &st), 0);
    assert_int_equal(output_mkdir("here/a/b", &e), 0);
    put_file("here/file", "", 0);
    assert_int_equal(output_mkdir("here/file", &e), -1);
    assert_int_equal(e.kind, ERR_IO);
    err_init(&e);
    assert_int_equal(output_mkdir("here/file/a", &e), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_stands_there_before_the_commit, fresh_folder),
        cmocka_unit_test_setup(an_old_file_stays_until_the_commit, fresh_folder),
        cmocka_unit_test_setup(writes_any_amount_and_headers_last, fresh_folder),
        cmocka_unit_test_setup(a_full_disk_is_an_error_that_leaves_nothing, fresh_folder),
        cmocka_unit_test_setup(a_missing_folder_is_an_error, fresh_folder),
        cmocka_unit_test_setup(sweeps_what_killed_runs_left, fresh_folder),
        cmocka_unit_test_setup(devices_and_pipes_are_written_not_replaced, fresh_folder),
        cmocka_unit_test_setup(a_link_stays_a_link, fresh_folder),
        cmocka_unit_test_setup(makes_folders_with_their_parents, fresh_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
