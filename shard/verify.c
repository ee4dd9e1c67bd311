/* Checks of whole files, by format and against the manifest. */
#include "shard/verify.h"
#include "core/mem.h"
#include "shard/ends.h"
#include "shard/file.h"
#include "shard/ids_hash.h"
#include "shard/idx.h"
#include "shard/le.h"
#include "shard/native.h"
#include "shard/reader.h"

enum { CHUNK = 1 << 16, LLMC_HEADER = 1024 };

static int verify_native(const char *path, struct verify_report *out, struct err *e)
{
    struct native *r = native_open(path, e);
    int rc = r ? native_verify(r, e) : -1;
    if (!rc) {
        out->documents = native_docs(r);
        out->tokens = native_tokens(r);
        out->hash = native_hash(r);
        out->counts_documents = true;
    }
    native_close(r);
    return rc;
}

static int verify_idx(const struct file *bin, unsigned *width, struct verify_report *out,
                      struct err *e)
{
    size_t n = strlen(bin->path);
    char *path = mem_strdup(bin->path);
    memcpy(path + n - 3, "idx", 3);
    struct idx *x = idx_open(path, bin->size, e);
    int rc = x ? 1 : -1;
    uint64_t len;
    while (rc == 1)
        if ((rc = idx_next(x, &len, e)) == 1)
            out->tokens += len;
    if (!rc)
        rc = idx_docs(x, &out->documents, e);
    if (x)
        *width = idx_width(x);
    out->counts_documents = true;
    idx_close(x);
    mem_free(path);
    return rc;
}

static int verify_llmc(const struct file *bin, unsigned *width, struct verify_report *out,
                       struct err *e)
{
    unsigned char h[LLMC_HEADER];
    if (bin->size < sizeof h)
        return file_flaw(bin, e, "too short for an llm.c shard");
    if (file_read(bin, h, sizeof h, 0, e))
        return -1;
    *width = le_get32(h) == 20240520 ? 2 : 4;
    out->tokens = le_get32(h + 8);
    if (bin->size != LLMC_HEADER + out->tokens * *width)
        return file_flaw(bin, e, "the header's number of tokens contradicts the size");
    for (size_t i = 12; i < sizeof h; i++)
        if (h[i])
            return file_flaw(bin, e, "the rest of the header is not zero");
    return 0;
}

static int verify_ends(const struct file *bin, const struct shard_about *about, unsigned *width,
                       struct verify_report *out, struct err *e)
{
    if (!ends_exist(out->format, bin->path))
        return file_flaw(bin, e, "the file with the documents' ends is missing");
    if (ends_total(out->format, bin->path, &out->documents, &out->tokens, e))
        return -1;
    out->counts_documents = true;
    *width = about ? about->width : bin->size / 4 == out->tokens && bin->size % 4 == 0 ? 4 : 2;
    if (out->tokens > (uint64_t)1 << 60 || bin->size != out->tokens * *width)
        return file_flaw(bin, e, "the documents' ends contradict the size");
    return 0;
}

static int above(const struct file *bin, uint64_t at, struct err *e)
{
    file_flaw(bin, e, "an id above the tokenizer's largest");
    err_at(e, slice_of("", 0), ERR_NO_POS, at);
    return -1;
}

/* Hash of the ids, and whether each is one that the tokenizer has. */
static int hash_ids(const struct file *bin, uint64_t at, unsigned width, uint32_t max_id,
                    struct hash128 *out, struct err *e)
{
    unsigned char *p = mem_alloc(CHUNK);
    uint32_t *ids = mem_array(CHUNK / width, sizeof *ids);
    struct hasher *h = hasher_new();
    int rc = 0;
    for (size_t n; !rc && at < bin->size; at += n) {
        n = bin->size - at < CHUNK ? (size_t)(bin->size - at) : CHUNK;
        rc = file_read(bin, p, n, at, e);
        le_get_ids(ids, p, rc ? 0 : n / width, width);
        for (size_t i = 0; !rc && i < n / width; i++)
            if (ids[i] > max_id)
                rc = above(bin, at + i * width, e);
        if (!rc)
            ids_hash_add(h, ids, n / width);
    }
    *out = hasher_value(h);
    hasher_free(h);
    mem_free(ids);
    mem_free(p);
    return rc;
}

static int verify_flat(const char *path, const struct shard_about *about,
                       struct verify_report *out, struct err *e)
{
    struct file f = {.fd = -1};
    unsigned width = 2;
    uint64_t head = 0;
    int rc = file_open(&f, path, e);
    if (!rc && out->format == &shard_megatron) {
        rc = verify_idx(&f, &width, out, e);
    } else if (!rc && out->format == &shard_llmc) {
        rc = verify_llmc(&f, &width, out, e);
        head = LLMC_HEADER;
    } else if (!rc && out->format->ends) {
        rc = verify_ends(&f, about, &width, out, e);
    } else if (!rc) {
        out->tokens = f.size / 2;
        rc = f.size % 2 ? file_flaw(&f, e, "an odd number of bytes") : 0;
    }
    if (!rc && about && about->width != width)
        rc = file_flaw(&f, e, "ids of another width than the manifest says");
    if (!rc)
        rc = hash_ids(&f, head, width, about ? about->max_id : UINT32_MAX, &out->hash, e);
    file_close(&f);
    return rc;
}

/* Of all bytes of a file. */
static int whole_hash(const char *path, struct hash128 *out, struct err *e)
{
    struct file f = {.fd = -1};
    unsigned char *p = mem_alloc(CHUNK);
    struct hasher *h = hasher_new();
    int rc = file_open(&f, path, e);
    for (uint64_t at = 0; !rc && at < f.size; at += CHUNK) {
        size_t n = f.size - at < CHUNK ? (size_t)(f.size - at) : CHUNK;
        rc = file_read(&f, p, n, at, e);
        if (!rc)
            hasher_add(h, p, n);
    }
    *out = hasher_value(h);
    hasher_free(h);
    mem_free(p);
    file_close(&f);
    return rc;
}

static int compare(const char *path, const struct shard_file *want,
                   const struct verify_report *r, struct err *e)
{
    const struct file f = {.path = (char *)path};
    if (want->size != r->size)
        return file_flaw(&f, e, "another size than in the manifest");
    if (want->index)
        return want->hash.hi == r->hash.hi && want->hash.lo == r->hash.lo
                   ? 0 : file_flaw(&f, e, "another checksum than in the manifest");
    if (want->tokens != r->tokens || (r->counts_documents && want->documents != r->documents))
        return file_flaw(&f, e, "other counts than in the manifest");
    if (want->hash.hi != r->hash.hi || want->hash.lo != r->hash.lo)
        return file_flaw(&f, e, "another checksum of the ids than in the manifest");
    return 0;
}

static int size_of(const char *path, uint64_t *size, struct err *e)
{
    struct file f = {.fd = -1};
    int rc = file_open(&f, path, e);
    *size = f.size;
    file_close(&f);
    return rc;
}

int verify_file(const char *path, const struct shard_file *want, const struct shard_about *about,
                struct verify_report *out, struct err *e)
{
    char *bin = NULL;
    *out = (struct verify_report){0};
    if (want && want->index) {
        if (size_of(path, &out->size, e) || whole_hash(path, &out->hash, e))
            return -1;
        return compare(path, want, out, e);
    }
    int rc = (out->format = shard_detect(path, &bin, e)) ? size_of(bin, &out->size, e) : -1;
    if (!rc)
        rc = out->format == &shard_native ? verify_native(bin, out, e)
                                          : verify_flat(bin, about, out, e);
    if (!rc && want)
        rc = compare(bin, want, out, e);
    mem_free(bin);
    return rc;
}
