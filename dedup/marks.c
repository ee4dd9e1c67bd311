/* marks - see marks.h. */
#include "dedup/marks.h"
#include "core/mem.h"

enum { WORDS = 8 };                 /* of 64 bits between two counts */

void marks_init(struct marks *m, size_t n)
{
    size_t words = (n / 64 / WORDS + 1) * WORDS;
    *m = (struct marks){.n = n};
    m->bits = mem_array(words, sizeof *m->bits);
    m->before = mem_array(words / WORDS, sizeof *m->before);
}

void marks_free(struct marks *m)
{
    mem_free(m->bits);
    mem_free(m->before);
    *m = (struct marks){0};
}

void marks_seal(struct marks *m)
{
    size_t words = (m->n / 64 / WORDS + 1) * WORDS;
    m->count = 0;
    for (size_t i = 0; i < words; i++) {
        if (i % WORDS == 0)
            m->before[i / WORDS] = (uint32_t)m->count;
        m->count += (size_t)__builtin_popcountll(m->bits[i]);
    }
}

size_t marks_rank(const struct marks *m, size_t i)
{
    size_t word = i / 64, rank = m->before[word / WORDS];
    for (size_t k = word / WORDS * WORDS; k < word; k++)
        rank += (size_t)__builtin_popcountll(m->bits[k]);
    return rank + (size_t)__builtin_popcountll(m->bits[word] & (((uint64_t)1 << (i % 64)) - 1));
}
