/* packed - see packed.h. */
#include "shard/packed.h"
#include "core/json.h"
#include "core/mem.h"
#include "shard/detect.h"
#include "shard/docnames.h"
#include "shard/le.h"
#include "shard/side.h"

struct packed {
    struct docnames_out *names;
    struct side *segments, *mask;
    uint32_t length;
    uint64_t rows;
    unsigned char *ones;        /* a sequence of mask */
    struct buf json;
};

void packed_abort(struct packed *x)
{
    if (!x)
        return;
    docnames_abort(x->names);
    side_abort(x->segments);
    side_abort(x->mask);
    buf_free(&x->json);
    mem_free(x->ones);
    mem_free(x);
}

struct packed *packed_open(const struct shard_format *f, const char *path, uint32_t length,
                           bool mask, struct err *e)
{
    const bool loss = f == &shard_datatrove;
    struct packed *x = mem_zero(sizeof *x);
    x->length = length;
    x->ones = mem_alloc(length);
    buf_init(&x->json, BUF_NO_LIMIT);
    x->names = docnames_create(path, e);
    x->segments = x->names ? side_open(path, shard_suffix_length(path), ".segments", e) : NULL;
    if (x->segments && mask)
        x->mask = side_open(path, loss ? 0 : shard_suffix_length(path),
                            loss ? ".loss" : ".mask", e);
    if (x->segments && (x->mask || !mask))
        return x;
    packed_abort(x);
    return NULL;
}

static void add_part(struct buf *b, const struct pack_part *p)
{
    buf_add_byte(b, '{');
    json_put_str(b, "id", p->doc.id);
    if (p->doc.source.n)
        json_put_str(b, "source", p->doc.source);
    if (p->doc.place)
        json_put_u64(b, "record", p->doc.place);
    json_put_u64(b, "from", p->from);
    json_put_u64(b, "n", p->n);
    buf_add_byte(b, '}');
}

int packed_add(struct packed *x, const struct pack_row *r, struct err *e)
{
    uint64_t end = x->rows++ * x->length;
    unsigned char v[8];
    buf_clear(&x->json);
    buf_add_byte(&x->json, '[');
    for (size_t i = 0; i < r->n_parts; i++) {
        if (i)
            buf_add_byte(&x->json, ',');
        add_part(&x->json, &r->parts[i]);
        end += r->parts[i].n;
        le_put64(v, end);
        if (side_write(x->segments, v, sizeof v, e))
            return -1;
    }
    buf_add_byte(&x->json, ']');
    memset(x->ones, 1, r->used);
    memset(x->ones + r->used, 0, x->length - r->used);
    if (x->mask && side_write(x->mask, x->ones, x->length, e))
        return -1;
    return docnames_add_row(x->names, x->rows - 1, buf_slice(&x->json), e);
}

int packed_commit(struct packed *x, struct shard_files *files, uint64_t documents,
                  uint64_t tokens, struct err *e)
{
    struct docnames_out *names = x->names;
    struct side *segments = x->segments, *mask = x->mask;
    x->names = NULL;
    x->segments = x->mask = NULL;
    int rc = side_commit(segments, files, documents, tokens, e);
    if (mask && rc)
        side_abort(mask);
    else if (mask)
        rc = side_commit(mask, files, documents, tokens, e);
    if (rc)
        docnames_abort(names);
    else
        rc = docnames_commit(names, files, documents, tokens, e);
    packed_abort(x);
    return rc;
}
