/* Reads the native shard: every count and offset is checked against the size of the file before it
 * is used, every byte against its checksum. */
#include <zstd.h>
#include "core/json.h"
#include "core/mem.h"
#include "shard/file.h"
#include "shard/ids_hash.h"
#include "shard/le.h"
#include "shard/native.h"

enum { SEEK_TAIL = 9, DOC_PAGE = 4096, HEADER_MAX = 1 << 24 };

struct native {
    struct file file;
    struct shard_about about;
    unsigned char foot[NATIVE_FOOT];
    char *header;                   /* payload; about.tokenizer points into it */
    size_t header_size;             /* of the whole frame */
    uint64_t tokens, docs, blocks, blocks_at, docs_at;
    unsigned char *table;
    uint64_t block_now;             /* number of the block in raw, or UINT64_MAX */
    unsigned char *raw, *packed;
    ZSTD_DCtx *z;
    unsigned char *page;            /* part of the document table */
    uint64_t page_first, page_n;
};

/* The error's file and kind: everything a shard can have wrong is a failed check. */
static int flaw(struct native *r, struct err *e, const char *what)
{
    return file_flaw(&r->file, e, what);
}

static int flaw_block(struct native *r, struct err *e, uint64_t block, const char *what)
{
    err_set(e, ERR_VERIFY, "block %llu (tokens from %llu): %s", (unsigned long long)block,
            (unsigned long long)(block * NATIVE_BLOCK), what);
    err_at(e, slice_str(r->file.path), ERR_NO_POS, ERR_NO_POS);
    return -1;
}

static int get(struct native *r, void *p, size_t n, uint64_t at, struct err *e)
{
    return file_read(&r->file, p, n, at, e);
}

static struct slice bytes(const void *p, size_t n)
{
    return slice_of(p, n);
}

/* Sizes of frames with their eight bytes of frame header. */
static uint64_t seek_size(const struct native *r) { return 8 + 8 * (r->blocks + 4) + SEEK_TAIL; }

/* The footer lies before the seek table, whose size its last bytes tell. */
static int read_footer(struct native *r, struct err *e)
{
    unsigned char tail[SEEK_TAIL], frame[8];
    if (r->file.size < 8 + NATIVE_HEAD + 16 + 8 + NATIVE_FOOT + 8 + 8 * 4 + SEEK_TAIL)
        return flaw(r, e, "too short for a token shard");
    if (get(r, tail, sizeof tail, r->file.size - SEEK_TAIL, e))
        return -1;
    uint64_t frames = le_get32(tail);
    if (le_get32(tail + 5) != 0x8F92EAB1 || tail[4] || frames < 4)
        return flaw(r, e, "no seek table at the end: not a token shard, or cut short");
    r->blocks = frames - 4;
    if (seek_size(r) + 8 + NATIVE_FOOT > r->file.size)
        return flaw(r, e, "the seek table is larger than the file");
    uint64_t at = r->file.size - seek_size(r) - 8 - NATIVE_FOOT;
    if (get(r, frame, 8, at, e) || get(r, r->foot, NATIVE_FOOT, at + 8, e))
        return -1;
    const unsigned char *f = r->foot;
    if (le_get32(frame) != NATIVE_MAGIC || le_get32(frame + 4) != NATIVE_FOOT ||
        memcmp(f, NATIVE_FOOT_MARK, 8) ||
        le_get64(f + 104) != hash64(bytes(f, NATIVE_FOOT - 8)))
        return flaw(r, e, "damaged footer");
    r->tokens = le_get64(f + 8);
    r->docs = le_get64(f + 16);
    r->blocks_at = le_get64(f + 32);
    r->docs_at = le_get64(f + 40);
    /* Each count is first bounded by the size, so that no product below can overflow. */
    if (le_get64(f + 24) != r->blocks || r->docs > r->file.size / 8 ||
        r->blocks_at > r->file.size ||
        r->tokens > r->blocks * NATIVE_BLOCK ||
        (r->tokens + NATIVE_BLOCK - 1) / NATIVE_BLOCK != r->blocks ||
        r->docs_at != r->blocks_at + 8 + NATIVE_ENTRY * r->blocks ||
        at != r->docs_at + 8 + 8 * r->docs)
        return flaw(r, e, "the footer contradicts the size of the file");
    return 0;
}

static int parse_json(struct native *r, struct slice json, struct err *e)
{
    struct shard_about *a = &r->about;
    size_t at;
    uint64_t v = 0;
    if (json_check(json, &at) || !json.n || json.p[0] != '{')
        return flaw(r, e, "the header's JSON is malformed");
    struct slice t = json_find(json, SLICE("tokenizer"), NULL);
    if (t.p && t.p[0] == '{')
        a->tokenizer = t;
    struct slice eod = json_find(json, SLICE("eod"), NULL);
    struct slice id = json_find(json, SLICE("eod_id"), NULL);
    if (!eod.p || eod.n < 2 || !eod_place_parse(slice_of(eod.p + 1, eod.n - 2), &a->eod) ||
        (a->eod != EOD_NONE && (!id.p || !json_u64(id, &v) || v > a->max_id)))
        return flaw(r, e, "the header says nothing of the end-of-document id");
    a->eod_id = (uint32_t)v;
    return 0;
}

static int read_header(struct native *r, struct err *e)
{
    unsigned char frame[8 + NATIVE_HEAD], *h = frame + 8;
    if (get(r, frame, sizeof frame, 0, e))
        return -1;
    uint64_t n = le_get32(frame + 4);
    if (le_get32(frame) != NATIVE_MAGIC || memcmp(h, NATIVE_HEAD_MARK, 8))
        return flaw(r, e, "not a token shard");
    if (n < NATIVE_HEAD || n > HEADER_MAX || n + 8 > r->blocks_at ||
        n - NATIVE_HEAD != le_get32(h + 20))
        return flaw(r, e, "damaged header");
    r->header_size = n + 8;
    r->header = mem_alloc(r->header_size);
    if (get(r, r->header, r->header_size, 0, e))
        return -1;
    if (hash64(bytes(r->header, r->header_size)) != le_get64(r->foot + 48))
        return flaw(r, e, "damaged header");
    h = (unsigned char *)r->header + 8;
    if (le_get32(h + 8) != NATIVE_VERSION)
        return flaw(r, e, "a version of the format that this program does not know");
    r->about.width = le_get32(h + 12);
    r->about.max_id = le_get32(h + 40);
    if ((r->about.width != 2 && r->about.width != 4) || le_get32(h + 16) != NATIVE_BLOCK ||
        le_get64(h + 24) != r->tokens || le_get64(h + 32) != r->docs ||
        le_get32(h + 44) > r->about.max_id || (r->about.width == 2 && r->about.max_id > 65535))
        return flaw(r, e, "header and footer disagree");
    return parse_json(r, bytes(h + NATIVE_HEAD, n - NATIVE_HEAD), e);
}

static int read_table(struct native *r, struct err *e)
{
    size_t n = 8 + NATIVE_ENTRY * r->blocks;
    r->table = mem_alloc(n);
    if (get(r, r->table, n, r->blocks_at, e))
        return -1;
    if (hash64(bytes(r->table, n)) != le_get64(r->foot + 56) ||
        le_get32(r->table) != NATIVE_MAGIC || le_get32(r->table + 4) != n - 8)
        return flaw(r, e, "damaged block table");
    uint64_t at = r->header_size, cap = ZSTD_compressBound((size_t)NATIVE_BLOCK * r->about.width);
    for (uint64_t i = 0; i < r->blocks; i++) {
        const unsigned char *t = r->table + 8 + NATIVE_ENTRY * i;
        if (le_get64(t) != at || le_get32(t + 8) > cap || le_get32(t + 12))
            return flaw_block(r, e, i, "wrong entry in the block table");
        at += le_get32(t + 8);
    }
    if (at != r->blocks_at)
        return flaw(r, e, "the blocks do not fill the file");
    return 0;
}

struct native *native_open(const char *path, struct err *e)
{
    struct native *r = mem_zero(sizeof *r);
    r->block_now = UINT64_MAX;
    if (file_open(&r->file, path, e) || read_footer(r, e) || read_header(r, e) ||
        read_table(r, e)) {
        native_close(r);
        return NULL;
    }
    size_t raw = (size_t)NATIVE_BLOCK * r->about.width;
    r->raw = mem_alloc(raw);
    r->packed = mem_alloc(ZSTD_compressBound(raw));
    r->page = mem_alloc(8 * (DOC_PAGE + 1));
    r->z = ZSTD_createDCtx();
    if (!r->z)
        mem_failed(raw);
    return r;
}

void native_close(struct native *r)
{
    if (!r)
        return;
    ZSTD_freeDCtx(r->z);
    file_close(&r->file);
    mem_free(r->header);
    mem_free(r->table);
    mem_free(r->raw);
    mem_free(r->packed);
    mem_free(r->page);
    mem_free(r);
}

const struct shard_about *native_about(const struct native *r) { return &r->about; }
uint64_t native_tokens(const struct native *r) { return r->tokens; }
uint64_t native_docs(const struct native *r) { return r->docs; }

struct hash128 native_hash(const struct native *r)
{
    return (struct hash128){.lo = le_get64(r->foot + 72), .hi = le_get64(r->foot + 80)};
}

/* A page holds the ends of documents page_first-1 .. page_first+page_n-1, so that both borders of
 * each of its documents are there; the end before document 0 is 0. */
static int load_page(struct native *r, uint64_t i, struct err *e)
{
    uint64_t first = i / DOC_PAGE * DOC_PAGE, n = r->docs - first;
    n = n < DOC_PAGE ? n : DOC_PAGE;
    r->page_n = 0;
    le_put64(r->page, 0);
    uint64_t back = first > 0;
    if (get(r, r->page + 8 - 8 * back, 8 * (n + back), r->docs_at + 8 + 8 * (first - back), e))
        return -1;
    r->page_first = first;
    r->page_n = n;
    return 0;
}

int native_doc(struct native *r, uint64_t i, uint64_t *from, uint64_t *to, struct err *e)
{
    if (i >= r->docs)
        return err_set(e, ERR_BUG, "document %llu of %llu", (unsigned long long)i,
                       (unsigned long long)r->docs);
    if ((i < r->page_first || i - r->page_first >= r->page_n) && load_page(r, i, e))
        return -1;
    const unsigned char *p = r->page + 8 * (i - r->page_first);
    *from = le_get64(p);
    *to = le_get64(p + 8);
    if (*from > *to || *to > r->tokens || (i + 1 == r->docs && *to != r->tokens))
        return flaw(r, e, "damaged document table");
    return 0;
}

static uint64_t block_ids(const struct native *r, uint64_t b)
{
    uint64_t left = r->tokens - b * NATIVE_BLOCK;
    return left < NATIVE_BLOCK ? left : NATIVE_BLOCK;
}

static int load_block(struct native *r, uint64_t b, struct err *e)
{
    const unsigned char *t = r->table + 8 + NATIVE_ENTRY * b;
    size_t stored = le_get32(t + 8), n = block_ids(r, b) * r->about.width;
    r->block_now = UINT64_MAX;
    if (get(r, r->packed, stored, le_get64(t), e))
        return -1;
    size_t got = ZSTD_decompressDCtx(r->z, r->raw, n, r->packed, stored);
    if (ZSTD_isError(got))
        return flaw_block(r, e, b, ZSTD_getErrorName(got));
    if (got != n)
        return flaw_block(r, e, b, "wrong number of ids");
    if (hash64(bytes(r->raw, n)) != le_get64(t + 16))
        return flaw_block(r, e, b, "checksum mismatch");
    r->block_now = b;
    return 0;
}

int native_read(struct native *r, uint64_t from, size_t n, uint32_t *ids, struct err *e)
{
    if (from > r->tokens || n > r->tokens - from)
        return err_set(e, ERR_BUG, "tokens beyond the end of the shard");
    while (n) {
        uint64_t b = from / NATIVE_BLOCK, at = from % NATIVE_BLOCK;
        if (b != r->block_now && load_block(r, b, e))
            return -1;
        size_t now = block_ids(r, b) - at;
        now = n < now ? n : now;
        le_get_ids(ids, r->raw + at * r->about.width, now, r->about.width);
        ids += now;
        from += now;
        n -= now;
    }
    return 0;
}

/* ---- everything --------------------------------------------------------------------------- */

static int verify_blocks(struct native *r, struct hasher *ids, struct hasher *stored,
                         struct err *e)
{
    const unsigned char *h = (const unsigned char *)r->header + 8;
    uint32_t max = 0, v;
    for (uint64_t b = 0; b < r->blocks; b++) {
        if (load_block(r, b, e))
            return -1;
        size_t n = block_ids(r, b), w = r->about.width;
        hasher_add(stored, r->packed, le_get32(r->table + 8 + NATIVE_ENTRY * b + 8));
        for (size_t i = 0; i < n; i++) {
            v = w == 2 ? le_get16(r->raw + 2 * i) : le_get32(r->raw + 4 * i);
            ids_hash_add(ids, &v, 1);
        }
        for (size_t i = 0; i < n; i++)
            if ((v = w == 2 ? le_get16(r->raw + 2 * i) : le_get32(r->raw + 4 * i)) > max)
                max = v;
        if (max > r->about.max_id)
            return flaw_block(r, e, b, "an id above the tokenizer's largest");
    }
    if (max != le_get32(h + 44))
        return flaw(r, e, "the largest id is not the one that the header names");
    return 0;
}

static int verify_docs(struct native *r, struct err *e)
{
    size_t n = 8 + 8 * r->docs;
    unsigned char *all = mem_alloc(n);
    int rc = get(r, all, n, r->docs_at, e);
    if (!rc && (hash64(bytes(all, n)) != le_get64(r->foot + 64) ||
                le_get32(all) != NATIVE_MAGIC || le_get32(all + 4) != n - 8))
        rc = flaw(r, e, "damaged document table");
    uint64_t last = 0;
    for (uint64_t i = 0; !rc && i < r->docs; i++) {
        uint64_t end = le_get64(all + 8 + 8 * i);
        if (end < last || end > r->tokens)
            rc = flaw(r, e, "the document table is out of order");
        last = end;
    }
    if (!rc && last != r->tokens)
        rc = flaw(r, e, "tokens that belong to no document");
    mem_free(all);
    return rc;
}

static bool seek_is(const unsigned char *s, uint64_t i, uint64_t stored, uint64_t decoded)
{
    return le_get32(s + 8 + 8 * i) == stored && le_get32(s + 12 + 8 * i) == decoded;
}

static int verify_seek(struct native *r, struct err *e)
{
    size_t n = seek_size(r);
    uint64_t b = r->blocks;
    unsigned char *s = mem_alloc(n);
    int rc = get(r, s, n, r->file.size - n, e);
    bool ok = !rc && le_get32(s) == 0x184D2A5E && le_get32(s + 4) == n - 8 &&
              seek_is(s, 0, r->header_size, 0) && seek_is(s, b + 1, 8 + NATIVE_ENTRY * b, 0) &&
              seek_is(s, b + 2, 8 + 8 * r->docs, 0) && seek_is(s, b + 3, 8 + NATIVE_FOOT, 0);
    for (uint64_t i = 0; ok && i < b; i++)
        ok = seek_is(s, i + 1, le_get32(r->table + 8 + NATIVE_ENTRY * i + 8),
                     block_ids(r, i) * r->about.width);
    mem_free(s);
    return rc ? rc : ok ? 0 : flaw(r, e, "damaged seek table");
}

int native_verify(struct native *r, struct err *e)
{
    struct hasher *ids = hasher_new(), *stored = hasher_new();
    int rc = verify_blocks(r, ids, stored, e);
    struct hash128 i = hasher_value(ids), s = hasher_value(stored);
    const unsigned char *f = r->foot;
    if (!rc && (i.lo != le_get64(f + 72) || i.hi != le_get64(f + 80)))
        rc = flaw(r, e, "the checksum of all ids does not match");
    if (!rc && (s.lo != le_get64(f + 88) || s.hi != le_get64(f + 96)))
        rc = flaw(r, e, "the checksum of the stored blocks does not match");
    if (!rc)
        rc = verify_docs(r, e);
    if (!rc)
        rc = verify_seek(r, e);
    hasher_free(ids);
    hasher_free(stored);
    return rc;
}
