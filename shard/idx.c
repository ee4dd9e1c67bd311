/* Megatron-Core's .idx, after the reader's source: 34 bytes of head, then three arrays that stand
 * at odd offsets. */
#include "shard/idx.h"
#include "core/mem.h"
#include "shard/file.h"
#include "shard/le.h"

enum { PAGE = 4096 };

struct idx {
    struct file f;
    unsigned width;
    bool is_signed;
    uint64_t count, docs, bin_size;         /* docs: entries of the document array */
    uint64_t next, at;                      /* sequence, and its place in the .bin */
    uint64_t doc;                           /* entry of the document that is next */
    uint64_t first;                         /* its first sequence */
    unsigned char lengths[4 * PAGE], offsets[8 * PAGE], borders[8 * PAGE];
};

/* The codes of NumPy types in megatron.core's DType; those of floats hold no ids. */
static unsigned width_of(unsigned code, bool *is_signed)
{
    static const unsigned char width[] = {[1] = 1, [2] = 1, [3] = 2, [4] = 4, [5] = 8, [8] = 2};
    *is_signed = code >= 2 && code <= 5;
    return code < sizeof width ? width[code] : 0;
}

void idx_head(unsigned char head[IDX_HEAD], unsigned width, uint64_t sequences, uint64_t entries)
{
    memset(head, 0, IDX_HEAD);
    memcpy(head, "MMIDIDX", 7);
    le_put64(head + 9, 1);
    head[17] = width == 2 ? 8 : 4;
    le_put64(head + 18, sequences);
    le_put64(head + 26, entries);
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
    x->width = width_of(h[17], &x->is_signed);
    x->count = le_get64(h + 18);
    x->docs = le_get64(h + 26);
    if (!x->width)
        return file_flaw(&x->f, e, "ids are of no integer type");
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
bool idx_is_signed(const struct idx *x) { return x->is_signed; }

static int load(struct idx *x, struct err *e)
{
    uint64_t n = x->count - x->next;
    n = n < PAGE ? n : PAGE;
    return file_read(&x->f, x->lengths, 4 * n, IDX_HEAD + 4 * x->next, e) ||
                   file_read(&x->f, x->offsets, 8 * n, IDX_HEAD + 4 * x->count + 8 * x->next, e)
               ? -1 : 0;
}

static int next_sequence(struct idx *x, uint64_t *n, struct err *e)
{
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
    *n += len;
    return 0;
}

/* Entry x->doc of the document array: where the document before it ends. */
static int border(struct idx *x, uint64_t *v, struct err *e)
{
    uint64_t i = x->doc % PAGE, left = x->docs - x->doc;
    if (i == 0 && file_read(&x->f, x->borders, 8 * (left < PAGE ? left : PAGE),
                            IDX_HEAD + 12 * x->count + 8 * x->doc, e))
        return -1;
    *v = le_get64(x->borders + 8 * i);
    x->doc++;
    if (*v > x->count || *v < x->first || (x->doc == 1 && *v))
        return file_flaw(&x->f, e, "the document array is out of order");
    return 0;
}

static int at_end(struct idx *x, struct err *e)
{
    if (x->first != x->count)
        return file_flaw(&x->f, e, "the document array does not end at the last sequence");
    return x->at == x->bin_size ? 0 : file_flaw(&x->f, e, "the .bin has another size");
}

int idx_next(struct idx *x, uint64_t *n, struct err *e)
{
    uint64_t end;
    if (!x->docs)
        return file_flaw(&x->f, e, "the document array is empty");
    if (x->doc == 0 && border(x, &end, e))
        return -1;
    if (x->doc == x->docs)
        return at_end(x, e);
    if (border(x, &end, e))
        return -1;
    *n = 0;
    while (x->next < end)
        if (next_sequence(x, n, e))
            return -1;
    x->first = end;
    return 1;
}
