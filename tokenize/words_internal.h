/* words_internal - the table and its runs, shared by words.c and word_runs.c */
#ifndef TOKENIZE_WORDS_INTERNAL_H
#define TOKENIZE_WORDS_INTERNAL_H
#include <stdint.h>
#include "core/buf.h"
#include "tokenize/words.h"

struct short_word {                     /* key[1] = 0: free */
    uint64_t key[2];                    /* bytes, zero-filled; the length in the last byte */
    uint64_t count;
};

struct long_word {                      /* count = 0: free */
    uint64_t hash, at, count;           /* at: in `bytes` */
    uint32_t n;
};

struct run {
    uint64_t at, n;                     /* bytes of the file */
};

struct words {
    struct short_word *table;
    uint64_t mask, n;
    struct long_word *longs;
    uint64_t long_mask, n_long;
    struct buf bytes;                   /* of long words */
    uint64_t memory, tmp_max;
    const char *tmp;
    int fd;                             /* -1: nothing spilled */
    uint64_t file_n;
    struct run *runs;
    size_t n_runs;
};

void words_clear(struct words *w);      /* empty, at the smallest size */
struct slice short_word_bytes(const struct short_word *s);
/* Brings the used entries to the front, in byte order; the table is no table any more. */
void words_sort(struct words *w);
/* The same as a run on disk; the table is empty afterwards. */
int words_spill(struct words *w, struct err *e);

#endif
