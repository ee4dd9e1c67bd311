/* WebDataset: a tar in which a document is two members of one key, KEY.npy with its ids and
 * KEY.json with its id, source and place. A key ends at the first dot of the name. After
 * webdataset/writer.py and tariterators.py. */
#include <stdio.h>
#include "core/json.h"
#include "core/mem.h"
#include "shard/flat.h"
#include "shard/ids_hash.h"
#include "shard/layout.h"
#include "shard/le.h"
#include "shard/npy.h"
#include "shard/reader.h"
#include "shard/tar.h"

enum { KEY_MAX = TAR_NAME_MAX - 5 - 11, HEAD_MAX = 1 << 12, JSON_MAX = 1 << 20 };

/* ---- writing ------------------------------------------------------------------------------ */

struct shard_sink {
    struct output *out;
    char *path;
    char key[TAR_NAME_MAX];     /* what keys of this file begin with */
    struct buf ids, json;       /* of the document being written */
    unsigned width;
    uint64_t documents, tokens;
    struct hasher *hash;
};

static void wds_free(struct shard_sink *s)
{
    buf_free(&s->ids);
    buf_free(&s->json);
    hasher_free(s->hash);
    mem_free(s->path);
    mem_free(s);
}

static void wds_abort(struct shard_sink *s)
{
    if (!s)
        return;
    output_abort(s->out);
    wds_free(s);
}

/* Keys are unique among files by the file's name, in which a dot would end them. */
static void name_keys(struct shard_sink *s)
{
    const char *slash = strrchr(s->path, '/');
    struct slice name = slice_str(slash ? slash + 1 : s->path);
    name = slice_upto(name, name.n - strlen(".tar"));
    if (name.n > KEY_MAX)
        name = slice_from(name, name.n - KEY_MAX);
    for (size_t i = 0; i < name.n; i++)
        s->key[i] = name.p[i] == '.' ? '_' : name.p[i];
}

static struct shard_sink *wds_open(const char *path, const struct shard_about *a, int level,
                                   struct err *e)
{
    (void)level;
    struct output *out = output_open(path, e);
    if (!out)
        return NULL;
    struct shard_sink *s = mem_zero(sizeof *s);
    s->out = out;
    s->path = mem_strdup(path);
    s->width = a->width;
    s->hash = hasher_new();
    buf_init(&s->ids, BUF_NO_LIMIT);
    buf_init(&s->json, BUF_NO_LIMIT);
    name_keys(s);
    return s;
}

static int wds_add(struct shard_sink *s, const uint32_t *ids, size_t n, struct err *e)
{
    unsigned char *to = (unsigned char *)buf_reserve(&s->ids, n * s->width);
    if (!to && n)
        return err_set(e, ERR_NOMEM, "no memory for a document of %zu tokens", n);
    if (n)
        le_put_ids(to, ids, n, s->width);
    s->ids.n += n * s->width;
    s->tokens += n;
    ids_hash_add(s->hash, ids, n);
    return 0;
}

static int member(struct shard_sink *s, const char *suffix, struct slice head, struct slice body,
                  struct err *e)
{
    static const unsigned char zero[TAR_BLOCK];
    unsigned char block[TAR_BLOCK];
    char name[TAR_NAME_MAX + 40];
    int n = snprintf(name, sizeof name, "%s-%09llu%s", s->key, (unsigned long long)s->documents,
                     suffix);
    uint64_t size = head.n + body.n;
    tar_header(block, slice_of(name, (size_t)n), size);
    return output_write(s->out, block, sizeof block, e) ||
                   output_write(s->out, head.p, head.n, e) ||
                   output_write(s->out, body.p, body.n, e) ||
                   output_write(s->out, zero, (size_t)(-size % TAR_BLOCK), e)
               ? -1 : 0;
}

static int wds_end_doc(struct shard_sink *s, const struct shard_doc *d, struct err *e)
{
    unsigned char head[NPY_HEAD];
    npy_head(head, s->width, s->ids.n / s->width);
    buf_clear(&s->json);
    buf_add_byte(&s->json, '{');
    json_put_str(&s->json, "id", d->id);
    if (d->source.n)
        json_put_str(&s->json, "source", d->source);
    if (d->place)
        json_put_u64(&s->json, "record", d->place);
    buf_add_byte(&s->json, '}');
    if (member(s, ".npy", slice_of((char *)head, sizeof head), buf_slice(&s->ids), e) ||
        member(s, ".json", slice_of("", 0), buf_slice(&s->json), e))
        return -1;
    buf_clear(&s->ids);
    s->documents++;
    return 0;
}

static int wds_commit(struct shard_sink *s, struct shard_files *files, struct err *e)
{
    static const unsigned char end[2 * TAR_BLOCK];
    if (output_write(s->out, end, sizeof end, e)) {
        wds_abort(s);
        return -1;
    }
    struct shard_file *f = shard_files_add(files, s->path);
    f->size = output_size(s->out);
    f->documents = s->documents;
    f->tokens = s->tokens;
    f->hash = hasher_value(s->hash);
    int rc = output_commit(s->out, e);
    wds_free(s);
    return rc;
}

/* A member is below 8 GiB. */
const struct shard_format shard_webdataset = {
    .name = "webdataset", .suffix = ".tar", .names_docs = true, .eod = EOD_LAST,
    .tokens = 1 << 24, .tokens_max = (uint64_t)1 << 40, .docs_max = 999999999,
    .doc_max = 1 << 30, .width = flat_width_of, .open = wds_open, .add = wds_add,
    .end_doc = wds_end_doc, .commit = wds_commit, .abort = wds_abort,
    .layout = &shard_webdataset_layout};

/* ---- reading ------------------------------------------------------------------------------ */

struct own {
    struct tar tar;
    struct buf key;                 /* of the sample being read */
    struct tar_member member;       /* read ahead: the first of the next sample */
    bool has_member, settled;
    struct buf json;
    struct arena arena;             /* strings of the json */
};

static bool looks(const char *path, const unsigned char head[16])
{
    static const char *const suffix[] = {".tar", ".tar.gz", ".tgz", ".tar.zst"};
    (void)head;
    for (size_t i = 0; i < 4; i++)
        if (slice_ends(slice_str(path), slice_str(suffix[i])))
            return true;
    return false;
}

static void close_tar(struct shard_input *in)
{
    struct own *o = in->own;
    if (!o)
        return;
    tar_free(&o->tar);
    buf_free(&o->key);
    buf_free(&o->json);
    arena_free(&o->arena);
    mem_free(o);
}

/* The name up to the first dot of its last part, and what follows the dot. */
static struct slice key_of(struct slice name, struct slice *extension)
{
    size_t base = name.n;
    while (base && name.p[base - 1] != '/')
        base--;
    size_t dot = base + slice_find_byte(slice_from(name, base), '.');
    *extension = slice_from(name, dot + 1);
    return slice_upto(name, dot);
}

static bool holds_ids(const struct shard_input *in, struct slice extension)
{
    static const char *const usual[] = {"npy", "input_ids.npy", "tokens.npy", "ids.npy"};
    const char *column = in->wish->column;
    if (column)
        return slice_is(extension, column) ||
               (slice_ends(extension, SLICE(".npy")) &&
                slice_is(slice_upto(extension, extension.n - 4), column));
    for (size_t i = 0; i < 4; i++)
        if (slice_is(extension, usual[i]))
            return true;
    return false;
}

static int take_ids(struct shard_input *in, const struct tar_member *m, struct shard_span *s,
                    struct err *e)
{
    struct own *o = in->own;
    char head[HEAD_MAX];
    struct npy a;
    size_t n = m->size < sizeof head ? (size_t)m->size : sizeof head;
    if (file_read(&in->bin, head, n, m->at, e))
        return -1;
    if (!npy_parse(slice_of(head, n), &a))
        return file_flaw(&in->bin, e, "a member with ids is no NumPy array of integers");
    if (o->settled && (a.width != in->about.width || a.is_signed != in->is_signed))
        return file_flaw(&in->bin, e, "samples of different types in one file");
    if (a.n > m->size || a.head + a.n * a.width != m->size)
        return file_flaw(&in->bin, e, "an array's shape contradicts its size");
    in->about.width = a.width;
    in->is_signed = a.is_signed;
    o->settled = true;
    *s = (struct shard_span){.at = m->at + a.head, .n = a.n};
    return 0;
}

/* Names as we write them; another's json is not ours to judge. */
static int take_names(struct shard_input *in, const struct tar_member *m, struct shard_doc *d,
                      struct err *e)
{
    struct own *o = in->own;
    size_t at;
    uint64_t repaired = 0;
    if (m->size > JSON_MAX)
        return 0;
    buf_clear(&o->json);
    char *p = buf_reserve(&o->json, (size_t)m->size + 1);
    if (file_read(&in->bin, p, (size_t)m->size, m->at, e))
        return -1;
    struct slice all = slice_trim(slice_of(p, (size_t)m->size));
    if (json_check(all, &at) || !all.n || all.p[0] != '{')
        return 0;
    struct slice id = json_find(all, SLICE("id"), NULL);
    struct slice source = json_find(all, SLICE("source"), NULL);
    struct slice record = json_find(all, SLICE("record"), NULL);
    if (id.p && json_is_string(id))
        d->id = json_string(id, &o->arena, &repaired);
    if (source.p && json_is_string(source))
        d->source = json_string(source, &o->arena, &repaired);
    if (record.p)
        json_u64(record, &d->place);
    return 0;
}

static int open_tar(struct shard_input *in, struct err *e)
{
    if (layout_open_bin(in, (uint64_t)1 << 40, e))
        return -1;
    struct own *o = in->own = mem_zero(sizeof *o);
    tar_init(&o->tar, &in->bin);
    buf_init(&o->key, BUF_NO_LIMIT);
    buf_init(&o->json, BUF_NO_LIMIT);
    arena_init(&o->arena);
    if (!in->listed)
        in->about.width = 4;                /* until the first sample tells */
    return 0;
}

static int next(struct shard_input *in, struct shard_span *s, struct shard_doc *d, struct err *e)
{
    struct own *o = in->own;
    bool found = false, any = false;
    int rc = 1;
    arena_reset(&o->arena);
    for (;; any = true) {
        struct slice extension;
        if (!o->has_member && (rc = tar_next(&o->tar, &o->member, e)) < 0)
            return -1;
        o->has_member = rc == 1;
        struct slice key = rc ? key_of(o->member.name, &extension) : slice_of("", 0);
        if (any && (!rc || !slice_eq(key, buf_slice(&o->key))))
            break;
        if (!rc)
            return 0;
        buf_clear(&o->key);
        buf_add_slice(&o->key, key);
        o->has_member = false;
        if (!found && holds_ids(in, extension)) {
            found = true;
            if (take_ids(in, &o->member, s, e))
                return -1;
        } else if (slice_is(extension, "json") && take_names(in, &o->member, d, e)) {
            return -1;
        }
    }
    return found ? 1 : err_set(e, ERR_DATA, "sample %.*s has no .npy with ids: name it with "
                               "--column", (int)(o->key.n < 100 ? o->key.n : 100), o->key.p);
}

const struct shard_layout shard_webdataset_layout = {
    .looks = looks, .open = open_tar, .next = next, .close = close_tar};
