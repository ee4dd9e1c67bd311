/* tally - see tally.h. Open addressing over an entry array; names are copied once. */
#include "core/tally.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "core/hash.h"
#include "core/json.h"
#include "core/mem.h"

void tally_init(struct tally *t)
{
    *t = (struct tally){.n = 0};
    arena_init(&t->names);
}

void tally_free(struct tally *t)
{
    arena_free(&t->names);
    mem_free(t->v);
    mem_free(t->table);
    tally_init(t);
}

void tally_reset(struct tally *t)
{
    for (size_t i = 0; i < t->n; i++)
        t->v[i].n = t->v[i].bytes = 0;      /* names recur from batch to batch */
}

static void insert(struct tally *t, uint32_t i)
{
    size_t mask = 2 * t->cap - 1, at = t->v[i].hash & mask;
    while (t->table[at])
        at = (at + 1) & mask;
    t->table[at] = i + 1;
}

static void grow(struct tally *t)
{
    t->cap = t->cap ? 2 * t->cap : 32;
    t->v = mem_grow_array(t->v, t->cap, sizeof *t->v);
    mem_free(t->table);
    t->table = mem_array(2 * t->cap, sizeof *t->table);
    for (size_t i = 0; i < t->n; i++)
        insert(t, (uint32_t)i);
}

static bool matches(const struct tally_entry *e, enum tally_kind kind, struct slice name,
                    struct slice key, uint64_t hash)
{
    return e->hash == hash && e->kind == kind && slice_eq(e->name, name) && slice_eq(e->key, key);
}

void tally_add(struct tally *t, enum tally_kind kind, struct slice name, struct slice key,
               uint64_t n, uint64_t bytes)
{
    uint64_t hash = hash_mix(hash64_seed(name, (uint64_t)kind) ^ hash64(key) * 3);
    if (t->cap)
        for (size_t mask = 2 * t->cap - 1, at = hash & mask; t->table[at]; at = (at + 1) & mask) {
            struct tally_entry *e = &t->v[t->table[at] - 1];
            if (matches(e, kind, name, key, hash)) {
                e->n += n;
                e->bytes += bytes;
                return;
            }
        }
    if (t->n == t->cap)
        grow(t);
    t->v[t->n] = (struct tally_entry){kind, arena_copy(&t->names, name),
                                      arena_copy(&t->names, key), hash, n, bytes};
    insert(t, (uint32_t)t->n++);
}

void tally_merge(struct tally *to, const struct tally *from)
{
    for (size_t i = 0; i < from->n; i++) {
        const struct tally_entry *e = &from->v[i];
        if (e->n || e->bytes)
            tally_add(to, e->kind, e->name, e->key, e->n, e->bytes);
    }
}

struct tally_entry tally_total(const struct tally *t, enum tally_kind kind)
{
    struct tally_entry sum = {kind, {"", 0}, {"", 0}, 0, 0, 0};
    for (size_t i = 0; i < t->n; i++)
        if (t->v[i].kind == kind) {
            sum.n += t->v[i].n;
            sum.bytes += t->v[i].bytes;
        }
    return sum;
}

int tally_bin(double value)
{
    return value > 0 ? (int)floor(8 * log2(value)) : TALLY_BIN_ZERO;
}

/* ---- JSON, sorted by name and key so that it does not depend on who came first --------------- */

static int by_name(const void *a, const void *b)
{
    const struct tally_entry *x = *(struct tally_entry *const *)a;
    const struct tally_entry *y = *(struct tally_entry *const *)b;
    int c = slice_cmp(x->name, y->name);
    if (!c && x->kind == TALLY_BIN && y->kind == TALLY_BIN) {
        long p = strtol(x->key.p, NULL, 10), q = strtol(y->key.p, NULL, 10);
        return (p > q) - (p < q);
    }
    return c ? c : slice_cmp(x->key, y->key);
}

static size_t sorted(const struct tally *t, enum tally_kind kind, struct tally_entry ***out)
{
    struct tally_entry **v = mem_array(t->n + 1, sizeof *v);
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (t->v[i].kind == kind && (t->v[i].n || t->v[i].bytes))
            v[n++] = &t->v[i];
    qsort(v, n, sizeof *v, by_name);
    *out = v;
    return n;
}

static void docs_bytes(struct buf *out, uint64_t n, uint64_t bytes)
{
    buf_add_byte(out, '{');
    json_put_u64(out, "docs", n);
    json_put_u64(out, "bytes", bytes);
    buf_add_byte(out, '}');
}

static void put_total(const struct tally *t, enum tally_kind kind, const char *name,
                      struct buf *out)
{
    struct tally_entry sum = tally_total(t, kind);
    json_key(out, name);
    docs_bytes(out, sum.n, sum.bytes);
}

/* {"NAME":n,...} over all keys, or of one key when it is given. */
static void put_counts(const struct tally *t, enum tally_kind kind, const char *name, bool bytes,
                       const struct slice *key, struct buf *out)
{
    struct tally_entry **v;
    size_t n = sorted(t, kind, &v);
    json_key(out, name);
    buf_add_byte(out, '{');
    for (size_t i = 0, next; i < n; i = next) {
        uint64_t docs = 0, sum = 0;
        for (next = i; next < n && slice_eq(v[next]->name, v[i]->name); next++)
            if (!key || slice_eq(v[next]->key, *key)) {
                docs += v[next]->n;
                sum += v[next]->bytes;
            }
        if (!docs && !sum)
            continue;
        json_key_slice(out, v[i]->name);
        if (bytes)
            docs_bytes(out, docs, sum);
        else
            buf_add_u64(out, docs);
    }
    buf_add_byte(out, '}');
    mem_free(v);
}

static int by_key(const void *a, const void *b)
{
    return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

static bool is_grouped(enum tally_kind k)
{
    return k == TALLY_IN || k == TALLY_MADE || k == TALLY_OUT || k == TALLY_MERGED ||
           k == TALLY_DROPPED;
}

size_t tally_groups(const struct tally *t, struct slice **groups)
{
    struct slice *v = mem_array(t->n + 1, sizeof *v);
    size_t n = 0, kept = 0;
    for (size_t i = 0; i < t->n; i++)
        if (is_grouped(t->v[i].kind) && t->v[i].key.n && t->v[i].n)
            v[n++] = t->v[i].key;
    qsort(v, n, sizeof *v, by_key);
    for (size_t i = 0; i < n; i++)
        if (!kept || !slice_eq(v[kept - 1], v[i]))
            v[kept++] = v[i];
    *groups = v;
    return kept;
}

uint64_t tally_of_group(const struct tally *t, enum tally_kind kind, struct slice group)
{
    uint64_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (t->v[i].kind == kind && slice_eq(t->v[i].key, group))
            n += t->v[i].n;
    return n;
}

static void put_group_total(const struct tally *t, enum tally_kind kind, const char *name,
                            struct slice group, struct buf *out)
{
    uint64_t n = 0, bytes = 0;
    for (size_t i = 0; i < t->n; i++)
        if (t->v[i].kind == kind && slice_eq(t->v[i].key, group)) {
            n += t->v[i].n;
            bytes += t->v[i].bytes;
        }
    json_key(out, name);
    docs_bytes(out, n, bytes);
}

/* Accounts by group, when documents were counted in groups. */
static void put_groups(const struct tally *t, struct buf *out)
{
    struct slice *v;
    size_t n = tally_groups(t, &v);
    if (n) {
        json_key(out, "by");
        buf_add_byte(out, '{');
        for (size_t i = 0; i < n; i++) {
            json_key_slice(out, v[i]);
            buf_add_byte(out, '{');
            put_group_total(t, TALLY_IN, "in", v[i], out);
            put_group_total(t, TALLY_MADE, "made", v[i], out);
            put_group_total(t, TALLY_OUT, "out", v[i], out);
            put_counts(t, TALLY_DROPPED, "dropped", true, &v[i], out);
            put_group_total(t, TALLY_MERGED, "merged", v[i], out);
            buf_add_byte(out, '}');
        }
        buf_add_byte(out, '}');
    }
    mem_free(v);
}

/* {"NAME":{"key":n,...},...}: entries of one name stand together after sorting. */
static void put_keys(const struct tally *t, struct buf *out)
{
    struct tally_entry **v;
    size_t n = sorted(t, TALLY_KEY, &v);
    json_key(out, "keys");
    buf_add_byte(out, '{');
    for (size_t i = 0; i < n; i++) {
        if (!i || !slice_eq(v[i]->name, v[i - 1]->name)) {
            if (i)
                buf_add_byte(out, '}');
            json_key_slice(out, v[i]->name);
            buf_add_byte(out, '{');
        }
        json_key_slice(out, v[i]->key);
        buf_add_u64(out, v[i]->n);
    }
    buf_add_str(out, n ? "}}" : "}");
    mem_free(v);
}

static const struct tally_entry *of_name(const struct tally *t, enum tally_kind kind,
                                         struct slice name)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->v[i].kind == kind && slice_eq(t->v[i].name, name))
            return &t->v[i];
    return NULL;
}

static void close_histogram(const struct tally *t, struct slice name, struct buf *out)
{
    const struct tally_entry *sum = of_name(t, TALLY_SUM, name);
    const struct tally_entry *threshold = of_name(t, TALLY_THRESHOLD, name);
    buf_add_byte(out, ']');
    json_put_u64(out, "count", sum ? sum->n : 0);
    json_put_f64(out, "sum", sum ? (double)(int64_t)sum->bytes / 1e6 : 0);
    if (threshold)
        json_put_raw(out, "threshold", threshold->key);
    buf_add_byte(out, '}');
}

static void put_histograms(const struct tally *t, struct buf *out)
{
    struct tally_entry **v;
    size_t n = sorted(t, TALLY_BIN, &v);
    json_key(out, "histograms");
    buf_add_byte(out, '{');
    for (size_t i = 0; i < n; i++) {
        if (!i || !slice_eq(v[i]->name, v[i - 1]->name)) {
            if (i)
                close_histogram(t, v[i - 1]->name, out);
            json_key_slice(out, v[i]->name);
            buf_add_str(out, "{\"bins\":[");
        } else {
            buf_add_byte(out, ',');
        }
        buf_add_byte(out, '[');
        buf_add_slice(out, v[i]->key);
        buf_add_byte(out, ',');
        buf_add_u64(out, v[i]->n);
        buf_add_byte(out, ']');
    }
    if (n)
        close_histogram(t, v[n - 1]->name, out);
    buf_add_byte(out, '}');
    mem_free(v);
}

void tally_json(const struct tally *t, struct buf *out)
{
    put_total(t, TALLY_IN, "in", out);
    put_total(t, TALLY_MADE, "made", out);
    put_total(t, TALLY_OUT, "out", out);
    put_counts(t, TALLY_DROPPED, "dropped", true, NULL, out);
    put_total(t, TALLY_MERGED, "merged", out);
    put_counts(t, TALLY_BAD, "bad", false, NULL, out);
    json_key(out, "records");
    buf_add_byte(out, '{');
    json_put_u64(out, "yielding", tally_total(t, TALLY_YIELDING).n);
    put_counts(t, TALLY_PASSED, "passed", false, NULL, out);
    buf_add_byte(out, '}');
    json_put_u64(out, "repaired", tally_total(t, TALLY_REPAIRED).n);
    json_put_u64(out, "edited_docs", tally_total(t, TALLY_ADDED).n);
    json_put_u64(out, "added_bytes", tally_total(t, TALLY_ADDED).bytes);
    json_put_u64(out, "removed_bytes", tally_total(t, TALLY_REMOVED).bytes);
    put_counts(t, TALLY_COUNTER, "counters", false, NULL, out);
    put_groups(t, out);
    put_keys(t, out);
    put_histograms(t, out);
}
