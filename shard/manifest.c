/* manifest.json of a folder of shards: written last, so that its presence means complete. */
#include "shard/manifest.h"
#include <unistd.h>
#include "core/docs.h"
#include "core/json.h"
#include "core/mem.h"

char *manifest_path(const char *folder, const char *name)
{
    size_t f = strlen(folder), n = strlen(name);
    char *p = mem_alloc(f + n + 2);
    memcpy(p, folder, f);
    if (f && p[f - 1] != '/')
        p[f++] = '/';
    memcpy(p + f, name, n + 1);
    return p;
}

static void put_content(struct buf *b, bool has, struct hash128 content)
{
    char hex[33];
    hash128_hex(content, hex);
    if (has)
        json_put_str(b, "documents_xxh3_128", slice_str(hex));
}

static void add_file(struct buf *b, const struct shard_file *f)
{
    char hex[33];
    hash128_hex(f->hash, hex);
    buf_add_str(b, "\n {");
    json_put_str(b, "name", slice_str(f->name));
    json_put_u64(b, "size", f->size);
    json_put_u64(b, "documents", f->documents);
    json_put_u64(b, "tokens", f->tokens);
    if (f->index)
        json_put_bool(b, "index", true);
    json_put_str(b, "xxh3_128", slice_str(hex));
    put_content(b, f->has_content, f->content);
    buf_add_byte(b, '}');
}

static void put_pack(struct buf *b, const struct pack_plan *p, const struct pack_counts *c)
{
    json_key(b, "pack");
    buf_add_byte(b, '{');
    json_put_str(b, "mode", slice_str(pack_mode_name(p->mode)));
    json_put_u64(b, "length", p->length);
    json_put_u64(b, "pad_id", p->pad_id);
    if (p->mode != PACK_CONCAT)
        json_put_u64(b, "window", p->window);
    json_put_str(b, "eod", slice_str(eod_place_name(p->eod)));
    if (p->eod != EOD_NONE)
        json_put_u64(b, "eod_id", p->eod_id);
    json_put_u64(b, "documents", c->documents);
    json_put_u64(b, "tokens", c->tokens);
    json_put_u64(b, "sequences", c->sequences);
    json_put_u64(b, "padding", c->padding);
    json_put_u64(b, "dropped", c->dropped);
    json_put_u64(b, "cut_documents", c->cut);
    buf_add_byte(b, '}');
}

static void format_manifest(struct buf *b, const struct shard_manifest *m)
{
    const struct shard_about *a = &m->about;
    buf_add_byte(b, '{');
    json_put_str(b, "tokmill", SLICE(TOKMILL_VERSION));
    json_put_str(b, "kind", SLICE("shards"));
    json_put_str(b, "format", slice_str(m->format->name));
    json_put_u64(b, "id_bytes", a->width);
    json_put_u64(b, "max_id", a->max_id);
    json_put_str(b, "eod", slice_str(eod_place_name(a->eod)));
    if (a->eod != EOD_NONE)
        json_put_u64(b, "eod_id", a->eod_id);
    if (a->tokenizer.n)
        json_put_raw(b, "tokenizer", a->tokenizer);
    json_put_u64(b, "documents", m->documents);
    json_put_u64(b, "tokens", m->tokens);
    put_content(b, m->has_content, m->content);
    if (m->pack.mode)
        put_pack(b, &m->pack, &m->packed);
    json_key(b, "files");
    buf_add_byte(b, '[');
    for (size_t i = 0; i < m->files.n; i++) {
        if (i)
            buf_add_byte(b, ',');
        add_file(b, &m->files.v[i]);
    }
    buf_add_str(b, "]}\n");
}

int manifest_write(const char *folder, const struct shard_manifest *m, struct err *e)
{
    struct buf b;
    char *path = manifest_path(folder, "manifest.json");
    buf_init(&b, BUF_NO_LIMIT);
    format_manifest(&b, m);
    int rc = output_whole(path, buf_slice(&b), e);
    buf_free(&b);
    mem_free(path);
    return rc;
}

/* ---- reading ------------------------------------------------------------------------------ */

static struct slice inside(struct slice string)
{
    return json_is_string(string) ? slice_of(string.p + 1, string.n - 2) : (struct slice){"", 0};
}

static struct slice member(struct slice object, const char *key)
{
    return json_find(object, slice_str(key), NULL);
}

static bool number(struct slice object, const char *key, uint64_t *out)
{
    struct slice v = member(object, key);
    return v.p && json_u64(v, out);
}

static bool parse_hex(struct slice s, struct hash128 *h)
{
    uint64_t part[2] = {0, 0};
    if (s.n != 32)
        return false;
    for (size_t i = 0; i < 32; i++) {
        const char *digits = "0123456789abcdef", *d = s.p[i] ? strchr(digits, s.p[i]) : NULL;
        if (!d)
            return false;
        part[i / 16] = part[i / 16] << 4 | (uint64_t)(d - digits);
    }
    *h = (struct hash128){.hi = part[0], .lo = part[1]};
    return true;
}

/* Absent in manifests of before; present and wrong is damage. */
static bool parse_content(struct slice o, bool *has, struct hash128 *content)
{
    struct slice v = member(o, "documents_xxh3_128");
    *has = v.p != NULL;
    return !v.p || parse_hex(inside(v), content);
}

/* A name is used as a path: it may hold neither a folder nor an escape. */
static bool parse_file(struct slice o, struct shard_files *files)
{
    struct slice name = inside(member(o, "name"));
    if (!name.n || name.n > 255 || memchr(name.p, '/', name.n) || memchr(name.p, '\\', name.n))
        return false;
    char path[256];
    memcpy(path, name.p, name.n);
    path[name.n] = '\0';
    struct shard_file *f = shard_files_add(files, path);
    f->index = slice_is(member(o, "index"), "true");
    return number(o, "size", &f->size) && number(o, "documents", &f->documents) &&
           number(o, "tokens", &f->tokens) && parse_hex(inside(member(o, "xxh3_128")), &f->hash) &&
           parse_content(o, &f->has_content, &f->content);
}

static bool parse_about(struct slice all, struct shard_about *a)
{
    uint64_t width, max, eod = 0, row = 0;
    if (!number(all, "id_bytes", &width) || (width != 2 && width != 4) ||
        !number(all, "max_id", &max) || max > UINT32_MAX ||
        !eod_place_parse(inside(member(all, "eod")), &a->eod) ||
        (a->eod != EOD_NONE && (!number(all, "eod_id", &eod) || eod > max)))
        return false;
    struct slice t = member(all, "tokenizer");
    if (t.n && t.p[0] == '{')
        a->tokenizer = t;
    struct slice pack = member(all, "pack");
    if (pack.p && (!number(pack, "length", &row) || row < 1 || row > PACK_LENGTH_MAX))
        return false;
    a->row = (uint32_t)row;
    a->width = (unsigned)width;
    a->max_id = (uint32_t)max;
    a->eod_id = (uint32_t)eod;
    return true;
}

static bool parse(struct shard_manifest *m)
{
    struct slice all = slice_trim(buf_slice(&m->text));
    struct json_iter it;
    struct json_member f;
    size_t at;
    if (json_check(all, &at) || !all.n || all.p[0] != '{')
        return false;
    m->format = shard_format_find(inside(member(all, "format")));
    if (!slice_is(inside(member(all, "kind")), "shards") || !m->format ||
        !parse_about(all, &m->about) || !number(all, "documents", &m->documents) ||
        !number(all, "tokens", &m->tokens) || !parse_content(all, &m->has_content, &m->content) ||
        !json_iter_init(&it, member(all, "files")))
        return false;
    while (json_iter_next(&it, &f))
        if (f.value.p[0] != '{' || !parse_file(f.value, &m->files))
            return false;
    return true;
}

int manifest_read(const char *folder, struct shard_manifest *m, struct err *e)
{
    char *path = manifest_path(folder, "manifest.json");
    int rc = 0;
    *m = (struct shard_manifest){0};
    buf_init(&m->text, (size_t)1 << 28);
    if (access(path, F_OK) == 0) {
        rc = docs_read_file(path, &m->text, e) ? -1 : 1;
        if (rc == 1 && !parse(m)) {
            rc = err_set(e, ERR_VERIFY, "not a manifest of token shards");
            err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
        }
    }
    mem_free(path);
    return rc;
}

void manifest_free(struct shard_manifest *m)
{
    buf_free(&m->text);
    shard_files_free(&m->files);
}
