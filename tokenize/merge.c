/* Merging by scan and by heap.
 * The heap keeps stale entries and checks them when they come up, as in HF's word merging. */
#include "tokenize/merge.h"
#include "core/mem.h"

#define NO_RANK UINT32_MAX
#define NO_POS UINT32_MAX

void merger_free(struct merger *m)
{
    mem_free(m->prev);
    mem_free(m->next);
    mem_free(m->heap);
    *m = (struct merger){0};
}

static inline uint32_t rank_of(const struct vocab *v, uint32_t left, uint32_t right, uint32_t *id)
{
    const struct vocab_pair *p = vocab_pair(v, left, right);
    *id = p ? p->id : VOCAB_NONE;
    return p ? p->rank : NO_RANK;
}

static size_t merge_scan(const struct vocab *v, uint32_t *ids, size_t n)
{
    uint32_t rank[MERGE_SHORT], made[MERGE_SHORT];     /* of the pair that starts here */
    for (size_t i = 0; i + 1 < n; i++)
        rank[i] = rank_of(v, ids[i], ids[i + 1], &made[i]);
    while (n > 1) {
        size_t best = 0;
        for (size_t i = 1; i + 1 < n; i++)
            if (rank[i] < rank[best])
                best = i;
        if (rank[best] == NO_RANK)
            break;
        ids[best] = made[best];
        n--;
        for (size_t i = best + 1; i < n; i++) {
            ids[i] = ids[i + 1];
            rank[i] = rank[i + 1];
            made[i] = made[i + 1];
        }
        if (best + 1 < n)
            rank[best] = rank_of(v, ids[best], ids[best + 1], &made[best]);
        if (best > 0)
            rank[best - 1] = rank_of(v, ids[best - 1], ids[best], &made[best - 1]);
    }
    return n;
}

static void heap_push(struct merger *m, uint64_t x)
{
    if (m->n_heap == m->cap_heap) {
        m->cap_heap = m->cap_heap ? m->cap_heap * 2 : 1024;
        m->heap = mem_grow_array(m->heap, m->cap_heap, sizeof *m->heap);
    }
    size_t i = m->n_heap++;
    for (; i && x < m->heap[(i - 1) / 2]; i = (i - 1) / 2)
        m->heap[i] = m->heap[(i - 1) / 2];
    m->heap[i] = x;
}

static uint64_t heap_pop(struct merger *m)
{
    uint64_t top = m->heap[0], x = m->heap[--m->n_heap];
    size_t i = 0;
    for (;;) {
        size_t c = 2 * i + 1;
        if (c >= m->n_heap)
            break;
        if (c + 1 < m->n_heap && m->heap[c + 1] < m->heap[c])
            c++;
        if (x <= m->heap[c])
            break;
        m->heap[i] = m->heap[c];
        i = c;
    }
    m->heap[i] = x;
    return top;
}

static void push_pair(rank_fn *rank_of_pair, const void *table, struct merger *m,
                      const uint32_t *ids, uint32_t at)
{
    uint32_t id;
    if (at == NO_POS || m->next[at] == NO_POS)
        return;
    uint32_t rank = rank_of_pair(table, ids[at], ids[m->next[at]], &id);
    if (rank != NO_RANK)
        heap_push(m, (uint64_t)rank << 32 | at);
}

size_t merge_heap(rank_fn *rank, const void *table, struct merger *m, uint32_t *ids, size_t n)
{
    if (n < 2)
        return n;
    if (n > m->cap) {
        m->cap = n + n / 2;
        m->prev = mem_grow_array(m->prev, m->cap, sizeof *m->prev);
        m->next = mem_grow_array(m->next, m->cap, sizeof *m->next);
    }
    m->n_heap = 0;
    for (uint32_t i = 0; i < n; i++) {
        m->prev[i] = i ? i - 1 : NO_POS;
        m->next[i] = i + 1 < n ? i + 1 : NO_POS;
    }
    for (uint32_t i = 0; i + 1 < n; i++)
        push_pair(rank, table, m, ids, i);
    while (m->n_heap) {
        uint64_t top = heap_pop(m);
        uint32_t at = (uint32_t)top, made;
        if (ids[at] == VOCAB_NONE || m->next[at] == NO_POS)
            continue;
        uint32_t right = m->next[at];
        if (rank(table, ids[at], ids[right], &made) != (uint32_t)(top >> 32))
            continue;                           /* one of the two has merged meanwhile */
        ids[at] = made;
        ids[right] = VOCAB_NONE;
        m->next[at] = m->next[right];
        if (m->next[at] != NO_POS)
            m->prev[m->next[at]] = at;
        push_pair(rank, table, m, ids, at);
        push_pair(rank, table, m, ids, m->prev[at]);
    }
    size_t out = 0;
    for (uint32_t i = 0; i != NO_POS; i = m->next[i])
        ids[out++] = ids[i];
    return out;
}

static uint32_t rank_in_vocab(const void *vocab, uint32_t left, uint32_t right, uint32_t *made)
{
    return rank_of(vocab, left, right, made);
}

size_t merge_ids_heap(const struct vocab *v, struct merger *m, uint32_t *ids, size_t n)
{
    return merge_heap(rank_in_vocab, v, m, ids, n);
}

size_t merge_ids(const struct vocab *v, struct merger *m, uint32_t *ids, size_t n)
{
    return n <= MERGE_SHORT ? merge_scan(v, ids, n) : merge_ids_heap(v, m, ids, n);
}
