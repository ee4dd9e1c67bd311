/* ARPA text to hash tables, laid out as in KenLM's probing files.
 *
 *   \data\   ngram N=COUNT ...   \N-grams:   log10 p <tab> words [<tab> backoff]   ...   \end\
 *
 * A table is keyed by the words from the last to the first, so a look-up grows to the left. Pruning
 * tools leave n-grams whose shorter ending is missing: those endings are filled in with the
 * probability that backing off gives them, as KenLM does. The sign of a probability, which tells
 * readers of probing files where to stop early, is kept clear: look on. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "core/mem.h"
#include "filter/kenlm_internal.h"

struct arpa {
    struct kenlm *k;
    struct slice rest;              /* the text not yet read */
    uint64_t line, used[KENLM_ORDER_MAX];       /* entries by order - 2 */
    bool unknown;                   /* <unk> was there */
    struct err *e;
};

static int damaged(struct arpa *a, const char *what)
{
    return err_set(a->e, ERR_DATA, "ARPA model: line %llu: %s", (unsigned long long)a->line,
                   what);
}

/* The next line that is not blank; false at the end. */
static bool next_line(struct arpa *a, struct slice *line)
{
    while (slice_next(&a->rest, '\n', line)) {
        a->line++;
        while (line->n && line->p[line->n - 1] == '\r')
            line->n--;
        if (slice_trim(*line).n)
            return true;
    }
    return false;
}

static bool next_field(struct slice *line, struct slice *field)
{
    *line = slice_trim(*line);
    size_t n = 0;
    while (n < line->n && line->p[n] != ' ' && line->p[n] != '\t')
        n++;
    *field = slice_upto(*line, n);
    *line = slice_from(*line, n);
    return n > 0;
}

static bool number(struct slice s, float *out)
{
    char text[64], *end;
    if (!s.n || s.n >= sizeof text)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    *out = strtof(text, &end);
    return *end == '\0' && isfinite(*out);
}

/* ---- tables ------------------------------------------------------------------------------- */

static void table_make(struct kl_table *t, char **own, uint64_t entries, unsigned entry)
{
    t->entry = entry;
    t->buckets = kl_buckets(entries, 1.5f);
    t->p = *own = mem_array(t->buckets, entry);
}

/* The place of a key, new ones cleared but for the key. */
static char *table_put(struct kl_table *t, uint64_t key)
{
    uint64_t at = key % t->buckets;
    char *entry = t->p + at * t->entry;
    while (kl_u64(entry) && kl_u64(entry) != key) {
        at = at + 1 == t->buckets ? 0 : at + 1;
        entry = t->p + at * t->entry;
    }
    memcpy(entry, &key, sizeof key);
    return entry;
}

/* Like table_put, in a table that grows. */
static char *level_put(struct arpa *a, unsigned level, uint64_t key)
{
    struct kl_table *t = &a->k->probing.level[level];
    if (++a->used[level] * 10 >= t->buckets * 9) {
        struct kl_table old = *t;
        table_make(t, &a->k->own[level], old.buckets, old.entry);
        for (uint64_t i = 0; i < old.buckets; i++)
            if (kl_u64(old.p + i * old.entry))
                memcpy(table_put(t, kl_u64(old.p + i * old.entry)), old.p + i * old.entry,
                       old.entry);
        mem_free(old.p);
    }
    return table_put(t, key);
}

static void put_values(char *at, float prob, float backoff, bool longest)
{
    prob = fabsf(prob);
    backoff = backoff == 0 ? 0 : backoff;       /* +0: longer n-grams may begin so */
    memcpy(at, &prob, sizeof prob);
    if (!longest)
        memcpy(at + 4, &backoff, sizeof backoff);
}

static void put_word(struct kenlm *k, struct slice word, uint32_t id)
{
    memcpy(table_put(&k->vocab, kl_hash(word)) + 8, &id, sizeof id);
}

/* ---- sections ----------------------------------------------------------------------------- */

static bool parse_count(struct slice line, unsigned order, uint64_t *out)
{
    char head[32];
    int n = snprintf(head, sizeof head, "ngram %u=", order);
    if (!slice_starts(line, slice_of(head, (size_t)n)))
        return false;
    struct slice digits = slice_trim(slice_from(line, (size_t)n));
    *out = 0;
    for (size_t i = 0; i < digits.n; i++) {
        if (digits.p[i] < '0' || digits.p[i] > '9' || i > 11)
            return false;
        *out = *out * 10 + (uint64_t)(digits.p[i] - '0');
    }
    return digits.n > 0;
}

/* Reads up to the header of the 1-grams. A line of n-grams has 4 bytes or more, which bounds what a
 * count can ask for. */
static int read_counts(struct arpa *a)
{
    struct kenlm *k = a->k;
    struct slice line;
    uint64_t size = a->rest.n;
    do {
        if (!next_line(a, &line))
            return err_set(a->e, ERR_DATA, "neither a KenLM binary file nor ARPA text");
    } while (line.p[0] == '#');
    if (!slice_is(slice_trim(line), "\\data\\"))
        return err_set(a->e, ERR_DATA, "neither a KenLM binary file nor ARPA text");
    while (next_line(a, &line) && line.p[0] != '\\') {
        if (k->order == KENLM_ORDER_MAX)
            return damaged(a, "an order above 12");
        if (!parse_count(line, k->order + 1, &k->counts[k->order]) ||
            k->counts[k->order] > size / 4)
            return damaged(a, "a count of n-grams is wrong");
        k->order++;
    }
    if (k->order < 2)
        return damaged(a, "an order below 2");
    return slice_is(slice_trim(line), "\\1-grams:") ? 0 : damaged(a, "\\1-grams: is missing");
}

static int read_unigram(struct arpa *a, struct slice line, uint32_t *next_id)
{
    struct kenlm *k = a->k;
    struct slice field, word;
    float prob, backoff = 0;
    if (!next_field(&line, &field) || !number(field, &prob) || prob > 0 ||
        !next_field(&line, &word))
        return damaged(a, "no \"log10-probability word\"");
    if (next_field(&line, &field) && !number(field, &backoff))
        return damaged(a, "no number for a backoff");
    uint32_t id = kl_is_unknown(word) ? 0 : (*next_id)++;
    if (id)
        put_word(k, word, id);
    else
        a->unknown = true;
    put_values(k->probing.unigrams + (uint64_t)id * 8, prob, backoff, false);
    return 0;
}

static int read_unigrams(struct arpa *a)
{
    struct kenlm *k = a->k;
    struct slice line;
    uint32_t next_id = 1;
    const uint64_t n = k->counts[0];
    if (n >= UINT32_MAX - 1)
        return damaged(a, "too many words");
    k->probing.unigram = 8;
    k->probing.unigrams = k->own[KENLM_ORDER_MAX] = mem_array(n + 2, 8);
    table_make(&k->vocab, &k->own[KENLM_ORDER_MAX + 1], n, KL_VOCAB_ENTRY);
    for (uint64_t i = 0; i < n; i++)
        if (!next_line(a, &line) || line.p[0] == '\\')
            return damaged(a, "fewer n-grams than were announced");
        else if (read_unigram(a, line, &next_id))
            return -1;
    if (!a->unknown)
        put_values(k->probing.unigrams, -100, 0, false);
    k->counts[0] = next_id;
    return 0;
}

static float backoff_of(const struct kenlm *k, const uint32_t *words, unsigned n)
{
    uint64_t key = words[0];
    if (n == 1)
        return kl_float(k->probing.unigrams + (uint64_t)words[0] * 8 + 4);
    for (unsigned i = 1; i < n; i++)
        key = kl_join(key, words[i]);
    const char *entry = kl_find(&k->probing.level[n - 2], key);
    return entry ? kl_float(entry + 12) : 0;
}

/* Gives the ending of `n` words (latest first) a place if it has none; returns its probability. */
static float fill_in(struct arpa *a, const uint32_t *words, unsigned n)
{
    struct kenlm *k = a->k;
    uint64_t key = words[0];
    if (n == 1)
        return -kl_float(k->probing.unigrams + (uint64_t)words[0] * 8);
    for (unsigned i = 1; i < n; i++)
        key = kl_join(key, words[i]);
    const char *entry = kl_find(&k->probing.level[n - 2], key);
    if (entry)
        return -kl_float(entry + 8);
    float prob = fill_in(a, words, n - 1) + backoff_of(k, words + 1, n - 1);
    put_values(level_put(a, n - 2, key) + 8, prob, 0, false);
    return prob;
}

static int read_ngram(struct arpa *a, struct slice line, unsigned n)
{
    struct kenlm *k = a->k;
    uint32_t words[KENLM_ORDER_MAX];
    struct slice field;
    float prob, backoff = 0;
    if (!next_field(&line, &field) || !number(field, &prob) || prob > 0)
        return damaged(a, "no log10-probability");
    for (unsigned i = n; i-- > 0;) {
        if (!next_field(&line, &field))
            return damaged(a, "too few words in an n-gram");
        words[i] = kenlm_word(k, field);
        if (!words[i] && !kl_is_unknown(field))
            return damaged(a, "a word that is not among the 1-grams");
    }
    if (next_field(&line, &field) && !number(field, &backoff))
        return damaged(a, "no number for a backoff");
    uint64_t key = words[0];
    for (unsigned i = 1; i < n; i++)
        key = kl_join(key, words[i]);
    put_values(level_put(a, n - 2, key) + 8, prob, backoff, n == k->order);
    fill_in(a, words, n - 1);
    return 0;
}

static int read_ngrams(struct arpa *a, unsigned n)
{
    struct kenlm *k = a->k;
    struct slice line;
    char head[32];
    snprintf(head, sizeof head, "\\%u-grams:", n);
    if (!next_line(a, &line) || !slice_is(slice_trim(line), head))
        return damaged(a, "more n-grams than were announced, or a section is missing");
    table_make(&k->probing.level[n - 2], &k->own[n - 2], k->counts[n - 1],
               n == k->order ? KL_LONGEST_ENTRY : KL_MIDDLE_ENTRY);
    for (uint64_t i = 0; i < k->counts[n - 1]; i++)
        if (!next_line(a, &line) || line.p[0] == '\\')
            return damaged(a, "fewer n-grams than were announced");
        else if (read_ngram(a, line, n))
            return -1;
    return 0;
}

int kl_load_arpa(struct kenlm *k, struct err *e)
{
    struct arpa a = {.k = k, .rest = k->file.bytes, .e = e};
    struct slice line;
    k->type = KENLM_PROBING;
    k->arpa = true;
    if (read_counts(&a) || read_unigrams(&a))
        return -1;
    for (unsigned n = 2; n <= k->order; n++)
        if (read_ngrams(&a, n))
            return -1;
    if (!next_line(&a, &line) || !slice_is(slice_trim(line), "\\end\\"))
        return damaged(&a, "\\end\\ is missing");
    return 0;
}
