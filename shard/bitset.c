/* bitset - see bitset.h. */
#include "shard/bitset.h"
#include "core/mem.h"

void bitset_init(struct bitset *b, uint32_t limit)
{
    uint64_t n = limit;
    b->limit = limit;
    for (int l = 0; l < BITSET_LEVELS; l++) {
        n = n / 64 + 1;
        b->words[l] = (uint32_t)n;
        b->level[l] = mem_array((size_t)n, sizeof *b->level[l]);
    }
}

void bitset_free(struct bitset *b)
{
    for (int l = 0; l < BITSET_LEVELS; l++)
        mem_free(b->level[l]);
}

void bitset_add(struct bitset *b, uint32_t i)
{
    for (int l = 0; l < BITSET_LEVELS; l++, i /= 64)
        b->level[l][i / 64] |= (uint64_t)1 << i % 64;
}

void bitset_remove(struct bitset *b, uint32_t i)
{
    for (int l = 0; l < BITSET_LEVELS; l++, i /= 64) {
        b->level[l][i / 64] &= ~((uint64_t)1 << i % 64);
        if (b->level[l][i / 64])
            return;
    }
}

/* Up until a word has a bit at or behind i, then down to the first one below it. */
uint32_t bitset_from(const struct bitset *b, uint32_t i)
{
    int l = 0;
    if (i >= b->limit)
        return BITSET_NONE;
    for (;; l++) {
        if (l == BITSET_LEVELS || i / 64 >= b->words[l])
            return BITSET_NONE;
        uint64_t word = b->level[l][i / 64] >> i % 64;
        if (word) {
            i += (uint32_t)__builtin_ctzll(word);
            break;
        }
        i = i / 64 + 1;
    }
    while (l--)
        i = i * 64 + (uint32_t)__builtin_ctzll(b->level[l][i]);
    return i;
}

uint32_t bitset_upto(const struct bitset *b, uint32_t i)
{
    int l = 0;
    i = i < b->limit ? i : b->limit - 1;
    for (;; l++) {
        if (l == BITSET_LEVELS)
            return BITSET_NONE;
        uint64_t word = b->level[l][i / 64] << (63 - i % 64);
        if (word) {
            i -= (uint32_t)__builtin_clzll(word);
            break;
        }
        if (i / 64 == 0)
            return BITSET_NONE;
        i = i / 64 - 1;
    }
    while (l--)
        i = i * 64 + 63 - (uint32_t)__builtin_clzll(b->level[l][i]);
    return i;
}
