/* entries - see entries.h. An explicit stack of sorted folders; libarchive reads what is packed. */
#include "core/entries.h"
#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "core/input.h"
#include "core/mem.h"

enum { READ_BYTES = 256 << 10 };

struct path_stack {
    char **v;
    size_t n, cap;
};

struct entries {
    struct path_stack todo;         /* the next path on top */
    const char *root;
    int window_log;
    struct input *file;             /* the file at hand, when it is none of an archive */
    bool in_member;                 /* the file at hand is one of the archive */
    struct buf head;                /* its first bytes, read to see what it is */
    struct archive *archive;        /* NULL between archives */
    struct input *stream;           /* what the archive reads from, when compressed */
    struct err stream_err;
    bool stream_end;                /* all of the stream was read ... */
    size_t zeros;                   /* ... and it ended with so many zero bytes */
    char block[64 << 10];
    struct buf prefix;              /* of names in the archive */
    struct buf name;
};

static void push(struct path_stack *s, char *path)
{
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 16;
        s->v = mem_grow_array(s->v, s->cap, sizeof *s->v);
    }
    s->v[s->n++] = path;
}

struct slice entries_name(struct slice path, const char *root)
{
    struct slice r = slice_str(root);
    while (r.n && r.p[r.n - 1] == '/')
        r.n--;
    if (r.n && slice_starts(path, r) && path.n > r.n && path.p[r.n] == '/')
        path = slice_from(path, r.n + 1);
    while (slice_starts(path, SLICE("./")) || slice_starts(path, SLICE("/")))
        path = slice_from(path, path.p[0] == '/' ? 1 : 2);
    return path;
}

struct entries *entries_open(const char *path, const char *root, int window_log)
{
    struct entries *en = mem_zero(sizeof *en);
    en->root = root;
    en->window_log = window_log;
    buf_init(&en->head, BUF_NO_LIMIT);
    buf_init(&en->prefix, 1 << 16);
    buf_init(&en->name, 1 << 16);
    push(&en->todo, mem_strdup(path));
    return en;
}

static int descending(const void *a, const void *b)
{
    return -strcmp(*(char *const *)a, *(char *const *)b);
}

/* A folder's entries go on the stack in reverse, folders with a slash so that full paths sort. */
static int push_folder(struct entries *en, const char *path, struct err *e)
{
    size_t first = en->todo.n;
    DIR *dir = opendir(path);
    if (!dir)
        return err_errno(e, "cannot open folder");
    for (struct dirent *d; (d = readdir(dir));) {
        struct stat st;
        if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
            continue;
        struct buf b;
        buf_init(&b, 1 << 16);
        buf_add_str(&b, path);
        if (b.n && b.p[b.n - 1] != '/')
            buf_add_byte(&b, '/');
        buf_add_str(&b, d->d_name);
        buf_add_byte(&b, '\0');
        /* Symbolic links inside a tree are not followed: they may leave it or close a circle. */
        bool is_link = buf_ok(&b) && !lstat(b.p, &st) && S_ISLNK(st.st_mode);
        if (buf_ok(&b) && !is_link && (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode))) {
            b.n--;
            buf_add_str(&b, S_ISDIR(st.st_mode) ? "/" : "");
            buf_add_byte(&b, '\0');
            push(&en->todo, b.p);
        } else {
            buf_free(&b);
        }
    }
    closedir(dir);
    if (en->todo.n > first)
        qsort(en->todo.v + first, en->todo.n - first, sizeof *en->todo.v, descending);
    return 0;
}

/* ---- archives ------------------------------------------------------------------------------- */

static la_ssize_t read_stream(struct archive *a, void *data, const void **block)
{
    struct entries *en = data;
    long n = input_read(en->stream, en->block, sizeof en->block, &en->stream_err);
    if (n < 0)
        archive_set_error(a, EIO, "%s", en->stream_err.text);
    *block = en->block;
    en->stream_end = n == 0;
    for (long i = 0; i < n; i++)
        en->zeros = en->block[i] ? 0 : en->zeros + 1;
    return n;
}

static bool is_epub(struct slice head)
{
    return head.n >= 58 &&
           slice_starts(slice_from(head, 30), SLICE("mimetypeapplication/epub+zip"));
}

static bool is_tar(struct slice head)
{
    return head.n >= 512 && !memcmp(head.p + 257, "ustar", 5);
}

static bool is_archive(struct slice head)
{
    if (slice_starts(head, SLICE("PK\3\4")))
        return !is_epub(head);
    return slice_starts(head, SLICE("7z\xbc\xaf\x27\x1c")) ||
           is_tar(head);
}

static int archive_failed(struct entries *en, struct err *e)
{
    if (en->stream_err.kind != ERR_NONE)
        *e = en->stream_err;
    const char *why = archive_error_string(en->archive);
    return err_set(e, ERR_DATA, "archive: %s", why ? why : "damaged");
}

static void close_archive(struct entries *en)
{
    if (en->archive)
        archive_read_free(en->archive);
    input_close(en->stream);
    en->archive = NULL;
    en->stream = NULL;
}

static struct slice strip_archive_suffix(struct slice name)
{
    static const char *const suffixes[] = {".tar", ".tgz", ".tbz2", ".txz", ".zip", ".7z"};
    name = input_base_name(name);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (slice_ends(name, slice_str(suffixes[i])) && name.n > strlen(suffixes[i]))
            return slice_upto(name, name.n - strlen(suffixes[i]));
    return name;
}

/* Zip and 7z have their directory at the end: they are read from the file, where it is plain. */
static int open_archive(struct entries *en, const char *path, bool from_file, struct err *e)
{
    buf_clear(&en->prefix);
    buf_add_slice(&en->prefix, strip_archive_suffix(entries_name(slice_str(path), en->root)));
    buf_add_byte(&en->prefix, '/');
    err_init(&en->stream_err);
    en->stream_end = false;
    en->zeros = 0;
    en->archive = archive_read_new();
    if (!en->archive)
        return err_set(e, ERR_NOMEM, "no memory for an archive reader");
    archive_read_support_format_tar(en->archive);
    archive_read_support_format_gnutar(en->archive);
    archive_read_support_format_zip(en->archive);
    archive_read_support_format_7zip(en->archive);
    int rc;
    if (from_file) {
        rc = archive_read_open_filename(en->archive, path, 256 << 10);
    } else {
        if (!(en->stream = input_open(path, en->window_log, e)))
            return -1;
        rc = archive_read_open(en->archive, en, NULL, read_stream, NULL);
    }
    return rc == ARCHIVE_OK ? 0 : archive_failed(en, e);
}

/* The next regular file of the open archive; 0 when it has ended. */
static int next_member(struct entries *en, struct err *e)
{
    struct archive_entry *entry;
    int rc;
    while ((rc = archive_read_next_header(en->archive, &entry)) == ARCHIVE_OK ||
           rc == ARCHIVE_WARN) {
        const char *path = archive_entry_pathname(entry);
        if (archive_entry_filetype(entry) != AE_IFREG || !path)
            continue;
        buf_clear(&en->name);
        buf_add_slice(&en->name, buf_slice(&en->prefix));
        buf_add_slice(&en->name, entries_name(slice_str(path), ""));
        en->in_member = true;
        return 1;
    }
    if (rc != ARCHIVE_EOF)
        return archive_failed(en, e);
    /* A tar that was cut between two members looks whole, but for its two blocks of zeros. */
    if (en->stream_end && en->zeros < 512)
        return err_set(e, ERR_DATA, "archive: it ends without its end mark");
    close_archive(en);
    return 0;
}

/* ---- files ---------------------------------------------------------------------------------- */

/* Opens `path`: 1 when it is one file, 0 when it was an archive, now open. */
static int open_file(struct entries *en, const char *path, struct err *e)
{
    struct input *in = input_open(path, en->window_log, e);
    if (!in)
        return -1;
    bool plain = input_is_plain(in) && strcmp(path, "-");
    long n = 1;
    buf_clear(&en->head);
    while (n > 0 && en->head.n < 512) {
        n = input_read(in, buf_reserve(&en->head, 4096), 4096, e);
        en->head.n += n > 0 ? (size_t)n : 0;
    }
    if (n >= 0 && is_archive(buf_slice(&en->head)) && strcmp(path, "-")) {
        bool from_file = plain && !is_tar(buf_slice(&en->head));
        input_close(in);
        buf_clear(&en->head);
        return open_archive(en, path, from_file, e);
    }
    buf_clear(&en->name);
    buf_add_slice(&en->name, input_base_name(entries_name(slice_str(path), en->root)));
    if (n < 0) {
        input_close(in);
        return -1;
    }
    en->file = in;
    return 1;
}

static int next_path(struct entries *en, struct err *e)
{
    struct stat st;
    char *path = en->todo.v[--en->todo.n];
    int rc;
    if (strcmp(path, "-") && stat(path, &st))
        rc = err_errno(e, "cannot open");
    else if (strcmp(path, "-") && S_ISDIR(st.st_mode))
        rc = push_folder(en, path, e);
    else
        rc = open_file(en, path, e);
    if (rc < 0)
        err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
    mem_free(path);
    return rc;
}

static void close_file(struct entries *en)
{
    buf_clear(&en->head);
    input_close(en->file);
    en->file = NULL;
    en->in_member = false;
}

int entries_next(struct entries *en, struct slice *name, struct err *e)
{
    int rc = 0;
    close_file(en);
    buf_clear(&en->name);
    while (!rc && (en->archive || en->todo.n)) {
        rc = en->archive ? next_member(en, e) : next_path(en, e);
        if (rc < 0 && en->archive)
            err_at(e, buf_slice(&en->prefix), ERR_NO_POS, ERR_NO_POS);
    }
    *name = buf_slice(&en->name);
    return rc;
}

/* Up to n bytes of the file at hand; 0 at its end. */
static long read_some(struct entries *en, char *to, size_t n, struct err *e)
{
    if (en->file)
        return input_read(en->file, to, n, e);
    la_ssize_t got = en->in_member ? archive_read_data(en->archive, to, n) : 0;
    return got < 0 ? archive_failed(en, e) : (long)got;
}

int entries_read(struct entries *en, struct buf *bytes, size_t upto, struct err *e)
{
    long n = 1;
    buf_add_slice(bytes, buf_slice(&en->head));
    buf_clear(&en->head);
    while (n > 0 && bytes->n < upto) {
        char *to = buf_reserve(bytes, READ_BYTES);
        if (!to)
            return err_set(e, ERR_NOMEM, "no memory for a file");
        n = read_some(en, to, READ_BYTES, e);
        bytes->n += n > 0 ? (size_t)n : 0;
    }
    if (n <= 0)
        close_file(en);
    if (n < 0)
        err_at(e, en->archive ? buf_slice(&en->prefix) : buf_slice(&en->name), ERR_NO_POS,
               ERR_NO_POS);
    return n < 0 ? -1 : n > 0;
}

int entries_walk(const char *path, int (*fn)(const char *path, uint64_t size, void *arg),
                 void *arg, struct err *e)
{
    struct entries *en = entries_open(path, "", INPUT_WINDOW_DEFAULT);
    int rc = 0;
    while (!rc && en->todo.n) {
        struct stat st;
        char *next = en->todo.v[--en->todo.n];
        if (stat(next, &st)) {
            rc = err_errno(e, "cannot open");
            err_at(e, slice_str(next), ERR_NO_POS, ERR_NO_POS);
        } else if (S_ISDIR(st.st_mode)) {
            rc = push_folder(en, next, e);
        } else {
            rc = fn(next, (uint64_t)st.st_size, arg);
        }
        mem_free(next);
    }
    entries_close(en);
    return rc;
}

void entries_close(struct entries *en)
{
    if (!en)
        return;
    close_file(en);
    close_archive(en);
    for (size_t i = 0; i < en->todo.n; i++)
        mem_free(en->todo.v[i]);
    mem_free(en->todo.v);
    buf_free(&en->head);
    buf_free(&en->prefix);
    buf_free(&en->name);
    mem_free(en);
}
