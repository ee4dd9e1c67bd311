/* detect - see detect.h. */
#include "shard/detect.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "core/docs.h"
#include "core/json.h"
#include "core/mem.h"
#include "shard/layout.h"
#include "shard/manifest.h"

/* Longer ones first: the first that fits is taken off. */
static const char *const suffixes[] = {".mds.zstd", ".mds", ".tar.gz", ".tar.zst", ".tar", ".tgz",
                                       ".tms", ".ds", ".npy", ".zstd.bin", ".bin"};
enum { SUFFIXES = sizeof suffixes / sizeof *suffixes };

static bool ends(const char *s, const char *suffix)
{
    return slice_ends(slice_str(s), slice_str(suffix));
}

size_t shard_suffix_length(const char *name)
{
    for (size_t i = 0; i < SUFFIXES; i++)
        if (ends(name, suffixes[i]) && strlen(name) > strlen(suffixes[i]))
            return strlen(suffixes[i]);
    return 0;
}

char *shard_base_name(const char *name)
{
    return layout_sibling(name, shard_suffix_length(name), "");
}

char *layout_sibling(const char *path, size_t cut, const char *suffix)
{
    size_t n = strlen(path) - cut, m = strlen(suffix);
    char *p = mem_alloc(n + m + 1);
    memcpy(p, path, n);
    memcpy(p + n, suffix, m + 1);
    return p;
}

static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* ---- one file ----------------------------------------------------------------------------- */

static const struct shard_format *look(const char *path, struct err *e)
{
    struct file f = {.fd = -1};
    unsigned char head[16] = {0};
    int rc = file_open(&f, path, e);
    if (!rc)
        rc = file_read(&f, head, f.size < sizeof head ? (size_t)f.size : sizeof head, 0, e);
    file_close(&f);
    /* what has a mark of its own first: bare ids are what is left */
    for (int bare = 0; !rc && bare < 2; bare++)
        for (size_t i = 0; shard_formats[i]; i++)
            if (shard_formats[i]->layout->scans == bare &&
                shard_formats[i]->layout->looks(path, head))
                return shard_formats[i];
    if (!rc)
        err_set(e, ERR_DATA, "%s: no format of token shards that is known: give --format", path);
    return NULL;
}

/* The .bin of a Megatron pair, by either file or the prefix; NULL if there is no index. */
static char *megatron_bin(const char *path)
{
    if (shard_suffix_length(path) && !ends(path, ".bin"))
        return NULL;
    size_t cut = ends(path, ".bin") || ends(path, ".idx") ? 4 : 0;
    char *idx = layout_sibling(path, cut, ".idx");
    char *bin = is_file(idx) ? layout_sibling(path, cut, ".bin") : NULL;
    mem_free(idx);
    return bin;
}

const struct shard_format *shard_detect(const char *path, const struct shard_format *wanted,
                                        char **bin, struct err *e)
{
    const struct shard_format *f;
    *bin = wanted && wanted != &shard_megatron ? NULL : megatron_bin(path);
    if (*bin)
        return &shard_megatron;
    if (wanted == &shard_megatron) {
        err_set(e, ERR_USAGE, "%s: a Megatron shard is NAME.bin and NAME.idx", path);
        return NULL;
    }
    f = wanted ? wanted : look(path, e);
    if (f)
        *bin = mem_strdup(path);
    return f;
}

/* ---- folders ------------------------------------------------------------------------------ */

static void add(struct shard_paths *p, char *path)
{
    p->v = mem_grow_array(p->v, p->n + 1, sizeof *p->v);
    p->v[p->n++] = path;
}

void shard_paths_free(struct shard_paths *p)
{
    for (size_t i = 0; i < p->n; i++)
        mem_free(p->v[i]);
    mem_free(p->v);
    *p = (struct shard_paths){0};
}

/* Names come from other people's files and are used as paths: no folders, no escapes. */
static bool add_named(struct shard_paths *p, const char *folder, struct slice json)
{
    if (!json_is_string(json) || json.n < 3 || json.n > 256 || memchr(json.p, '/', json.n) ||
        memchr(json.p, '\\', json.n))
        return false;
    char name[256];
    memcpy(name, json.p + 1, json.n - 2);
    name[json.n - 2] = '\0';
    add(p, manifest_path(folder, name));
    return true;
}

/* MDS: the raw file if it is there, else the packed one. */
static bool add_mds(struct shard_paths *p, const char *folder, struct slice shard)
{
    if (!add_named(p, folder, json_find(shard, SLICE("raw_data.basename"), NULL)))
        return false;
    if (is_file(p->v[p->n - 1]))
        return true;
    mem_free(p->v[--p->n]);
    struct slice zip = json_find(shard, SLICE("zip_data.basename"), NULL);
    return add_named(p, folder, zip.p ? zip : json_find(shard, SLICE("raw_data.basename"), NULL));
}

/* 1: index.json of MDS or LitData was read; 0: there is none of theirs. */
static int add_index(struct shard_paths *p, const char *folder, struct err *e)
{
    char *path = manifest_path(folder, "index.json");
    struct buf b;
    int rc = 0;
    buf_init(&b, (size_t)1 << 30);
    if (is_file(path)) {
        struct slice all, list;
        struct json_iter it;
        struct json_member m;
        size_t at;
        rc = docs_read_file(path, &b, e) ? -1 : 1;
        all = slice_trim(buf_slice(&b));
        if (rc == 1 && (json_check(all, &at) || !all.n || all.p[0] != '{'))
            rc = err_set(e, ERR_DATA, "%s: no JSON object", path);
        bool mds = rc == 1 && (list = json_find(all, SLICE("shards"), NULL)).p;
        if (rc == 1 && !mds)
            list = json_find(all, SLICE("chunks"), NULL);
        if (rc == 1 && (!list.p || !json_iter_init(&it, list)))
            rc = 0;
        while (rc == 1 && json_iter_next(&it, &m))
            if (m.value.p[0] != '{' ||
                !(mds ? add_mds(p, folder, m.value)
                      : add_named(p, folder, json_find(m.value, SLICE("filename"), NULL))))
                rc = err_set(e, ERR_DATA, "%s: an entry names no file of this folder", path);
    }
    buf_free(&b);
    mem_free(path);
    return rc;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_all(struct shard_paths *p, const char *folder, struct err *e)
{
    DIR *d = opendir(folder);
    size_t first = p->n;
    if (!d)
        return err_errno(e, "%s: cannot list", folder);
    for (struct dirent *x; (x = readdir(d));)
        if (shard_suffix_length(x->d_name)) {
            char *path = manifest_path(folder, x->d_name);
            if (is_file(path))
                add(p, path);
            else
                mem_free(path);
        }
    closedir(d);
    if (p->n == first)
        return err_set(e, ERR_DATA, "%s: no shards and no manifest in this folder", folder);
    qsort(p->v + first, p->n - first, sizeof *p->v, by_name);
    return 0;
}

static int add_folder(struct shard_paths *p, const char *folder, struct err *e)
{
    struct shard_manifest m;
    int rc = manifest_read(folder, &m, e);
    for (size_t i = 0; rc == 1 && i < m.files.n; i++)
        if (!m.files.v[i].index)
            add(p, manifest_path(folder, m.files.v[i].name));
    manifest_free(&m);
    if (rc == 0)
        rc = add_index(p, folder, e);
    return rc ? rc < 0 ? -1 : 0 : add_all(p, folder, e);
}

int shard_paths_add(struct shard_paths *p, const char *operand, struct err *e)
{
    struct stat st;
    if (stat(operand, &st) == 0 && S_ISDIR(st.st_mode))
        return add_folder(p, operand, e);
    add(p, mem_strdup(operand));
    return 0;
}
