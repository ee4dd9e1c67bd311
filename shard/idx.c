/* Megatron-Core's .idx, after the reader's source: 34 bytes of head, then three arrays that stand
 * at odd offsets. */
#include "shard/idx.h"
#include "core/mem.h"
#include "shard/file.h"
#include "shard/le.h"

enum { IDX_HEAD = 34, PAGE = 4096 };

struct idx {
    struct file f;
    unsigned width;
    uint64_t count, docs, bin_size;
    uint64_t next, at;                      /* sequence, and its place in the .bin */
    unsigned char lengths[4 * PAGE], offsets[8 * PAGE];
};

static unsigned width_of(unsigned code)
{
    return code == 8 ? 2 : code == 4 ? 4 : 0;
}

static int read_head(struct idx *x, struct err *e)
{
    unsigned char h[IDX_HEAD];
    if (x->f.size < IDX_HEAD)
        return file_flaw(&x->f, e, "too short for a Megatron index");
    if (file_read(&x->f, h, sizeof h, 0, e))
        return -1;
    if (memcmp(h, "MMIDIDX\0\0", 9) || le_get64(h + 9) != 1)
        return file_flaw(&x->f, e, "no Megatron index of version 1");
    x->width = width_of(h[17]);
    x->count = le_get64(h + 18);
    x->docs = le_get64(h + 26);
    if (!x->width)
        return file_flaw(&x->f, e, "ids are neither u16 nor i32");
    if (x->count > x->f.size / 12 || x->docs > x->f.size / 8 ||
        IDX_HEAD + 12 * x->count + 8 * x->docs != x->f.size)
        return file_flaw(&x->f, e, "the counts contradict the size of the file");
    return 0;
}

struct idx *idx_open(const char *path, uint64_t bin_size, struct err *e)
{
    struct idx *x = mem_zero(sizeof *x);
    x->bin_size = bin_size;
    if (file_open(&x->f, path, e) || read_head(x, e)) {
        idx_close(x);
        return NULL;
    }
    return x;
}

void idx_close(struct idx *x)
{
    if (!x)
        return;
    file_close(&x->f);
    mem_free(x);
}

unsigned idx_width(const struct idx *x) { return x->width; }
uint64_t idx_count(const struct idx *x) { return x->count; }

static int load(struct idx *x, struct err *e)
{
    uint64_t n = x->count - x->next;
    n = n < PAGE ? n : PAGE;
    return file_read(&x->f, x->lengths, 4 * n, IDX_HEAD + 4 * x->next, e) ||
                   file_read(&x->f, x->offsets, 8 * n, IDX_HEAD + 4 * x->count + 8 * x->next, e)
               ? -1 : 0;
}

int idx_next(struct idx *x, uint64_t *n, struct err *e)
{
    if (x->next == x->count)
        return x->at == x->bin_size ? 0 : file_flaw(&x->f, e, "the .bin has another size");
    uint64_t i = x->next % PAGE;
    if (i == 0 && load(x, e))
        return -1;
    uint32_t len = le_get32(x->lengths + 4 * i);
    if (len > INT32_MAX || le_get64(x->offsets + 8 * i) != x->at)
        return file_flaw(&x->f, e, "wrong length or offset of a sequence");
    x->at += (uint64_t)len * x->width;
    if (x->at > x->bin_size)
        return file_flaw(&x->f, e, "a sequence ends behind the .bin");
    x->next++;
    *n = len;
    return 1;
}

int idx_docs(struct idx *x, uint64_t *documents, struct err *e)
{
    unsigned char v[8 * 512];
    uint64_t last = 0, base = IDX_HEAD + 12 * x->count;
    for (uint64_t i = 0; i < x->docs; i++) {
        uint64_t left = x->docs - i, now;
        if (i % 512 == 0 && file_read(&x->f, v, 8 * (left < 512 ? left : 512), base + 8 * i, e))
            return -1;
        now = le_get64(v + 8 * (i % 512));
        if (now > x->count || now < last || (i == 0 && now))
            return file_flaw(&x->f, e, "the document array is out of order");
        last = now;
    }
    if (!x->docs || last != x->count)
        return file_flaw(&x->f, e, "the document array does not end at the last sequence");
    *documents = x->docs - 1;
    return 0;
}
