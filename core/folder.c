/* folder - see folder.h. */
#include "core/folder.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/docs.h"
#include "core/input.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/output.h"
#include "core/record.h"

enum { STAMP_BYTES = 64 << 10 };

struct folder {
    const struct chain *chain;
    char *path;                     /* without a slash at the end */
    struct buf record;
    char record_hash[33];
};

bool folder_named(const char *path)
{
    struct stat st;
    size_t n = path ? strlen(path) : 0;
    return n && (path[n - 1] == '/' || (!stat(path, &st) && S_ISDIR(st.st_mode)));
}

static char *join(const struct folder *f, const char *a, const char *b, const char *c)
{
    size_t n = strlen(f->path) + strlen(a) + strlen(b) + strlen(c) + 2;
    char *p = mem_alloc(n);
    snprintf(p, n, "%s/%s%s%s", f->path, a, b, c);
    return p;
}

static int make_parent(const char *path, struct err *e)
{
    char *folder = mem_strdup(path), *slash = strrchr(folder, '/');
    int rc = 0;
    if (slash && slash != folder) {
        *slash = '\0';
        rc = output_mkdir(folder, e);
    }
    mem_free(folder);
    return rc;
}

char *folder_path(const struct folder *f, const char *name, struct err *e)
{
    char *p = join(f, name, "", "");
    if (!make_parent(p, e))
        return p;
    mem_free(p);
    return NULL;
}

static char *mark_path(const struct folder *f, const struct unit *u)
{
    return join(f, ".tokmill/", u->name, ".json");
}

static int write_file(const char *path, struct slice bytes, struct err *e)
{
    return make_parent(path, e) ? -1 : output_whole(path, bytes, e);
}

/* The file's content; empty when it is not there or cannot be read. */
static void read_quietly(const char *path, struct buf *out)
{
    struct err ignored;
    err_init(&ignored);
    buf_clear(out);
    if (access(path, R_OK) == 0 && docs_read_file(path, out, &ignored))
        buf_clear(out);
}

/* ---- the run that the folder belongs to ------------------------------------------------------ */

static void forget_marks(const char *folder)
{
    DIR *dir = opendir(folder);
    for (struct dirent *d; dir && (d = readdir(dir));) {
        char path[4096];
        struct stat st;
        if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, d->d_name);
        if (!lstat(path, &st) && S_ISDIR(st.st_mode))
            forget_marks(path);
        else
            unlink(path);
    }
    if (dir)
        closedir(dir);
}

/* Files that would stand in our way although no run of ours made the folder. What another rank,
 * started together with us, put there meanwhile is no stranger: its marks came first. */
static int refuse_strangers(const struct folder *f, const char *marks, struct err *e)
{
    DIR *dir = opendir(f->path);
    char name[256] = "";
    for (struct dirent *d; dir && !*name && (d = readdir(dir));)
        if (strcmp(d->d_name, ".") && strcmp(d->d_name, "..") && !strstr(d->d_name, ".tmp."))
            snprintf(name, sizeof name, "%s", d->d_name);
    if (dir)
        closedir(dir);
    if (!*name || access(marks, F_OK) == 0)
        return 0;
    err_at(e, slice_str(f->path), ERR_NO_POS, ERR_NO_POS);
    return err_set(e, ERR_USAGE, "is not empty and no output of tokmill: holds '%.100s' "
                   "(--force writes beside it)", name);
}

static int claim(struct folder *f, struct err *e)
{
    struct buf stored;
    char *path = join(f, ".tokmill/", "run", ".json"), *marks = join(f, ".tokmill", "", "");
    int rc = 0;
    buf_init(&stored, 64 << 20);
    read_quietly(path, &stored);
    struct slice was = slice_trim(buf_slice(&stored));
    bool force = f->chain->o.force;
    if (!was.n)
        rc = force || access(marks, F_OK) == 0 ? 0 : refuse_strangers(f, marks, e);
    else if (!force)
        rc = record_differs(was, buf_slice(&f->record), f->path, e);
    if (!rc && !slice_eq(was, buf_slice(&f->record))) {
        if (was.n)
            forget_marks(marks);
        struct buf line;
        buf_init(&line, BUF_NO_LIMIT);
        buf_add_slice(&line, buf_slice(&f->record));
        buf_add_byte(&line, '\n');
        rc = write_file(path, buf_slice(&line), e);
        buf_free(&line);
    }
    buf_free(&stored);
    mem_free(path);
    mem_free(marks);
    return rc;
}

struct folder *folder_open(const struct chain *c, const char *path, struct err *e)
{
    struct folder *f = mem_zero(sizeof *f);
    f->chain = c;
    f->path = mem_strdup(path);
    for (size_t n = strlen(f->path); n > 1 && f->path[n - 1] == '/'; n--)
        f->path[n - 1] = '\0';
    buf_init(&f->record, BUF_NO_LIMIT);
    if (!output_mkdir(f->path, e) && !record_format(c, &f->record, e)) {
        hash128_hex(hash128(buf_slice(&f->record)), f->record_hash);
        if (!claim(f, e))
            return f;
    }
    folder_close(f);
    return NULL;
}

void folder_close(struct folder *f)
{
    if (!f)
        return;
    buf_free(&f->record);
    mem_free(f->path);
    mem_free(f);
}

/* ---- marks ---------------------------------------------------------------------------------- */

/* Tells a changed input without reading all of it: size and hash of both ends. A folder, or what
 * cannot be read, has a stamp of its own kind that never matches. */
static bool stamp(const char *path, uint64_t *size, char hex[33])
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode);
    char *ends = mem_alloc(2 * STAMP_BYTES);
    ssize_t a = 0, b = 0;
    if (ok) {
        *size = (uint64_t)st.st_size;
        a = pread(fd, ends, STAMP_BYTES, 0);
        if (a == STAMP_BYTES && st.st_size > STAMP_BYTES)
            b = pread(fd, ends + a, STAMP_BYTES,
                      st.st_size > 2 * STAMP_BYTES ? st.st_size - STAMP_BYTES : STAMP_BYTES);
        ok = a >= 0 && b >= 0;
    }
    if (ok)
        hash128_hex(hash128(slice_of(ends, (size_t)(a + b))), hex);
    if (fd >= 0)
        close(fd);
    mem_free(ends);
    return ok;
}

static struct slice member(struct slice object, const char *key)
{
    struct slice v = json_find(object, slice_str(key), NULL);
    return v.p ? v : (struct slice){"", 0};
}

static bool string_is(struct slice value, const char *text)
{
    return json_is_string(value) && slice_is(slice_of(value.p + 1, value.n - 2), text);
}

static bool inputs_unchanged(const struct unit *u, struct slice list)
{
    struct json_iter it;
    struct json_member m;
    size_t i = 0;
    if (!json_iter_init(&it, list))
        return false;
    for (; json_iter_next(&it, &m); i++) {
        uint64_t size, was;
        char hex[33];
        if (i == u->inputs.n || !stamp(u->inputs.v[i], &size, hex) ||
            !json_u64(member(m.value, "size"), &was) || was != size ||
            !string_is(member(m.value, "stamp"), hex))
            return false;
    }
    return i == u->inputs.n;
}

static bool outputs_there(const struct folder *f, struct slice list)
{
    struct json_iter it;
    struct json_member m;
    bool ok = json_iter_init(&it, list);
    while (ok && json_iter_next(&it, &m)) {
        struct stat st;
        uint64_t size = 0;
        struct slice name = member(m.value, "name");
        if (!json_is_string(name))
            return false;
        struct arena a;
        arena_init(&a);
        uint64_t repaired = 0;
        char *path = join(f, arena_str(&a, json_string(name, &a, &repaired)), "", "");
        ok = !stat(path, &st) && (S_ISDIR(st.st_mode) ||
             (json_u64(member(m.value, "size"), &size) && size == (uint64_t)st.st_size));
        mem_free(path);
        arena_free(&a);
    }
    return ok;
}

/* The mark of a finished unit into *mark; empty when it is not finished. */
static void read_mark(const struct folder *f, const struct unit *u, struct buf *mark)
{
    char *path = mark_path(f, u);
    size_t at;
    read_quietly(path, mark);
    struct slice all = slice_trim(buf_slice(mark));
    if (!all.n || json_check(all, &at) || !string_is(member(all, "record"), f->record_hash) ||
        !outputs_there(f, member(all, "outputs")))
        buf_clear(mark);
    mem_free(path);
}

bool folder_unit_done(const struct folder *f, const struct unit *u)
{
    struct buf mark;
    buf_init(&mark, 64 << 20);
    read_mark(f, u, &mark);
    bool done = mark.n && inputs_unchanged(u, member(slice_trim(buf_slice(&mark)), "inputs"));
    buf_free(&mark);
    return done;
}

static void put_inputs(const struct folder *f, const struct unit *u,
                       const struct input_seen *seen, struct buf *b)
{
    const struct chain_opts *o = &f->chain->o;
    json_key(b, "inputs");
    buf_add_byte(b, '[');
    for (size_t i = 0; i < u->inputs.n; i++) {
        uint64_t size = 0;
        char hex[33] = "";
        buf_add_str(b, i ? ",{" : "{");
        json_put_str(b, "name", chain_input_name(u->inputs.v[i], o->input_root,
                                               o->input_name));
        if (stamp(u->inputs.v[i], &size, hex)) {
            json_put_u64(b, "size", size);
            json_put_str(b, "stamp", slice_str(hex));
        }
        if (seen && seen[i].whole) {
            hash128_hex(seen[i].hash, hex);
            json_put_u64(b, "bytes", seen[i].bytes);
            json_put_str(b, "xxh3_128", slice_str(hex));
        }
        buf_add_byte(b, '}');
    }
    buf_add_byte(b, ']');
}

/* Counts and hashes a file that a stage wrote itself. */
static int measure(const char *path, struct unit_output *out, struct err *e)
{
    struct input *in = input_open(path, INPUT_WINDOW_MAX, e);
    struct hasher *h = hasher_new();
    char *block = mem_alloc(256 << 10);
    long n = in ? 1 : -1;
    while (n > 0 && (n = input_read(in, block, 256 << 10, e)) > 0) {
        hasher_add(h, block, (size_t)n);
        out->bytes += (uint64_t)n;
    }
    out->hash = hasher_value(h);
    input_close(in);
    hasher_free(h);
    mem_free(block);
    return n < 0 ? -1 : 0;
}

static int put_output(const struct folder *f, const struct unit_output *given, struct buf *b,
                      struct err *e)
{
    struct unit_output content = *given, *out = &content;
    char hex[33], *path = join(f, out->name, "", "");
    struct stat st;
    int rc = stat(path, &st) ? err_errno(e, "cannot find what was just written") : 0;
    json_key(b, "outputs");
    buf_add_str(b, "[{");
    json_put_str(b, "name", slice_str(out->name));
    if (!rc && !S_ISDIR(st.st_mode) && !(out->own && (rc = measure(path, out, e)))) {
        json_put_u64(b, "size", (uint64_t)st.st_size);
        if (!out->own)
            json_put_u64(b, "documents", out->documents);
        json_put_u64(b, "bytes", out->bytes);
        hash128_hex(out->hash, hex);
        json_put_str(b, "xxh3_128", slice_str(hex));
    }
    buf_add_str(b, "}]");
    mem_free(path);
    return rc;
}

int folder_unit_finish(struct folder *f, const struct unit *u, const struct input_seen *seen,
                       const struct unit_output *out, struct err *e)
{
    struct buf b;
    char *path = mark_path(f, u);
    buf_init(&b, BUF_NO_LIMIT);
    buf_add_byte(&b, '{');
    json_put_str(&b, "unit", slice_str(u->name));
    json_put_str(&b, "record", slice_str(f->record_hash));
    put_inputs(f, u, seen, &b);
    int rc = put_output(f, out, &b, e);
    buf_add_str(&b, "}\n");
    if (!rc)
        rc = write_file(path, buf_slice(&b), e);
    buf_free(&b);
    mem_free(path);
    return rc;
}

/* ---- the manifest --------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

/* Names of all outputs in a manifest, as spelled, sorted. */
static struct slice *output_names(struct slice manifest, size_t *n)
{
    struct json_iter units, outs;
    struct json_member u, o;
    struct slice *v = NULL;
    *n = 0;
    if (json_iter_init(&units, member(manifest, "units")))
        while (json_iter_next(&units, &u))
            if (json_iter_init(&outs, member(u.value, "outputs")))
                while (json_iter_next(&outs, &o)) {
                    if ((*n & (*n - 1)) == 0)
                        v = mem_grow_array(v, *n ? 2 * *n : 1, sizeof *v);
                    v[(*n)++] = member(o.value, "name");
                }
    if (*n)
        qsort(v, *n, sizeof *v, by_name);
    return v;
}

static void remove_output(const struct folder *f, struct slice name)
{
    struct arena a;
    uint64_t repaired = 0;
    arena_init(&a);
    if (json_is_string(name)) {
        const char *plain = arena_str(&a, json_string(name, &a, &repaired));
        char *path = join(f, plain, "", "");
        if (!strstr(plain, "..") && plain[0] != '/')
            unlink(path);
        mem_free(path);
    }
    arena_free(&a);
}

/* Outputs of the manifest before that the new one does not have. */
static void remove_stale(const struct folder *f, struct slice before, struct slice now)
{
    size_t n_before, n_now;
    struct slice *was = output_names(before, &n_before), *is = output_names(now, &n_now);
    for (size_t i = 0; i < n_before; i++)
        if (!n_now || !bsearch(&was[i], is, n_now, sizeof *is, by_name))
            remove_output(f, was[i]);
    mem_free(was);
    mem_free(is);
}

/* True when every unit is finished; *out is the manifest. */
static bool format_manifest(const struct folder *f, struct buf *out)
{
    const struct plan *p = &f->chain->plan;
    struct buf mark;
    bool all = true;
    buf_init(&mark, 64 << 20);
    buf_add_byte(out, '{');
    json_put_str(out, "tokmill", SLICE(TOKMILL_VERSION));
    json_put_str(out, "kind", SLICE("outputs"));
    json_put_raw(out, "run", buf_slice(&f->record));
    json_key(out, "units");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < p->n && all; i++) {
        read_mark(f, &p->v[i], &mark);
        all = mark.n != 0;
        buf_add_str(out, i ? ",\n " : "\n ");
        buf_add_slice(out, slice_trim(buf_slice(&mark)));
    }
    buf_add_str(out, "]}\n");
    buf_free(&mark);
    return all;
}

int folder_finish(struct folder *f, struct err *e)
{
    struct buf now, before;
    char *path = join(f, "manifest.json", "", "");
    int rc = 0;
    buf_init(&now, BUF_NO_LIMIT);
    buf_init(&before, BUF_NO_LIMIT);
    if (format_manifest(f, &now)) {
        read_quietly(path, &before);
        if (!slice_eq(buf_slice(&before), buf_slice(&now))) {
            rc = write_file(path, buf_slice(&now), e);
            if (!rc)
                remove_stale(f, slice_trim(buf_slice(&before)), slice_trim(buf_slice(&now)));
        }
    }
    buf_free(&now);
    buf_free(&before);
    mem_free(path);
    return rc;
}
