/* Open-addressing tables for a vocabulary.
 * Growth at half full keeps probes short; both tables are read in the innermost loops. */
#include "tokenize/vocab.h"
#include "core/hash.h"
#include "core/mem.h"

static void clear_pairs(struct vocab *v, uint64_t size)
{
    v->pairs = mem_grow_array(NULL, size, sizeof *v->pairs);
    v->pairs_mask = size - 1;
    for (uint64_t i = 0; i < size; i++)
        v->pairs[i].key = UINT64_MAX;
}

static void clear_bytes(struct vocab *v, uint64_t size)
{
    v->by_bytes = mem_grow_array(NULL, size, sizeof *v->by_bytes);
    v->bytes_mask = size - 1;
    memset(v->by_bytes, 0xFF, size * sizeof *v->by_bytes);
}

void vocab_init(struct vocab *v)
{
    *v = (struct vocab){0};
    arena_init(&v->arena);
    clear_pairs(v, 1024);
    clear_bytes(v, 1024);
    memset(v->byte_id, 0xFF, sizeof v->byte_id);
}

void vocab_free(struct vocab *v)
{
    arena_free(&v->arena);
    mem_free(v->token);
    mem_free(v->by_bytes);
    mem_free(v->pairs);
    *v = (struct vocab){0};
}

static uint64_t bytes_slot(const struct vocab *v, struct slice bytes)
{
    uint64_t i = hash64(bytes) & v->bytes_mask;
    while (v->by_bytes[i] != VOCAB_NONE && !slice_eq(v->token[v->by_bytes[i]], bytes))
        i = (i + 1) & v->bytes_mask;
    return i;
}

static void make_findable(struct vocab *v, uint32_t id)
{
    if ((v->n_bytes + 1) * 2 > v->bytes_mask) {
        uint32_t *old = v->by_bytes;
        uint64_t size = v->bytes_mask + 1;
        clear_bytes(v, size * 2);
        for (uint64_t i = 0; i < size; i++)
            if (old[i] != VOCAB_NONE)
                v->by_bytes[bytes_slot(v, v->token[old[i]])] = old[i];
        mem_free(old);
    }
    uint64_t i = bytes_slot(v, v->token[id]);
    if (v->by_bytes[i] == VOCAB_NONE) {
        v->by_bytes[i] = id;
        v->n_bytes++;
    }
}

int vocab_add(struct vocab *v, uint64_t id, struct slice bytes, bool findable, struct err *e)
{
    if (id > VOCAB_MAX_ID)
        return err_set(e, ERR_DATA, "token id %llu is too large", (unsigned long long)id);
    if (id >= v->cap_ids) {
        uint32_t cap = v->cap_ids ? v->cap_ids : 4096;
        while (cap <= id)
            cap *= 2;
        v->token = mem_grow_array(v->token, cap, sizeof *v->token);
        memset(v->token + v->cap_ids, 0, (cap - v->cap_ids) * sizeof *v->token);
        v->cap_ids = cap;
    }
    if (v->token[id].p)
        return err_set(e, ERR_DATA, "token id %llu occurs twice", (unsigned long long)id);
    v->token[id] = arena_copy(&v->arena, bytes);
    if (!v->token[id].p)
        v->token[id].p = "";
    if (id >= v->n_ids)
        v->n_ids = (uint32_t)id + 1;
    if (findable && bytes.n)
        make_findable(v, (uint32_t)id);
    return 0;
}

uint32_t vocab_find(const struct vocab *v, struct slice bytes)
{
    return v->by_bytes[bytes_slot(v, bytes)];
}

static struct vocab_pair *pair_slot(struct vocab *v, uint64_t key)
{
    uint64_t i = vocab_pair_hash(key) & v->pairs_mask;
    while (v->pairs[i].key != UINT64_MAX && v->pairs[i].key != key)
        i = (i + 1) & v->pairs_mask;
    return &v->pairs[i];
}

void vocab_add_pair(struct vocab *v, uint32_t left, uint32_t right, uint32_t rank, uint32_t id)
{
    if ((v->n_pairs + 1) * 2 > v->pairs_mask) {
        struct vocab_pair *old = v->pairs;
        uint64_t size = v->pairs_mask + 1;
        clear_pairs(v, size * 2);
        for (uint64_t i = 0; i < size; i++)
            if (old[i].key != UINT64_MAX)
                *pair_slot(v, old[i].key) = old[i];
        mem_free(old);
    }
    uint64_t key = (uint64_t)left << 32 | right;
    struct vocab_pair *p = pair_slot(v, key);
    v->n_pairs += p->key == UINT64_MAX;
    *p = (struct vocab_pair){key, rank, id};
}

void vocab_pairs_of_ranks(struct vocab *v)
{
    for (uint32_t id = 0; id < v->n_ids; id++) {
        struct slice t = v->token[id];
        if (t.n < 2 || vocab_find(v, t) != id)
            continue;
        for (size_t cut = 1; cut < t.n; cut++) {
            uint32_t left = vocab_find(v, slice_upto(t, cut));
            if (left == VOCAB_NONE)
                continue;
            uint32_t right = vocab_find(v, slice_from(t, cut));
            if (right != VOCAB_NONE)
                vocab_add_pair(v, left, right, id, id);
        }
    }
}

void vocab_finish(struct vocab *v)
{
    for (unsigned b = 0; b < 256; b++) {
        char c = (char)b;
        v->byte_id[b] = vocab_find(v, slice_of(&c, 1));
    }
}
