/* Counting and figures; the table is in compare_table.c. */
#include "tokenize/compare.h"
#include <math.h>
#include <stdlib.h>
#include "core/json.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "tokenize/convert.h"
#include "tokenize/encode.h"

#define RENYI 2.5

struct amounts {
    uint64_t docs, bytes, chars, words;
};

struct group {
    struct slice name;
    struct amounts in;
    uint64_t *tokens;                   /* by vocabulary */
};

struct measured {
    const struct tokenizer *t;
    const char *name;
    struct encoder *encoder;
    uint64_t *uses;                     /* by id */
    uint64_t tokens;
};

struct compare {
    struct measured *v;
    size_t n;
    struct amounts in;
    struct group *groups;
    size_t n_groups;
    struct arena names;
};

struct compare *compare_new(const struct tokenizer *const *t, const char *const *names, size_t n)
{
    struct compare *c = mem_zero(sizeof *c);
    struct encode_opts o = {SPECIAL_ORDINARY, NULL, false, false};
    arena_init(&c->names);
    c->v = mem_array(n, sizeof *c->v);
    c->n = n;
    c->groups = mem_array(COMPARE_GROUPS + 1, sizeof *c->groups);
    for (size_t i = 0; i < n; i++)
        c->v[i] = (struct measured){t[i], names[i], encoder_new(t[i], &o),
                                    mem_array(t[i]->vocab.n_ids, sizeof(uint64_t)), 0};
    return c;
}

void compare_free(struct compare *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++) {
        encoder_free(c->v[i].encoder);
        mem_free(c->v[i].uses);
    }
    for (size_t i = 0; i < c->n_groups; i++)
        mem_free(c->groups[i].tokens);
    mem_free(c->groups);
    mem_free(c->v);
    arena_free(&c->names);
    mem_free(c);
}

/* ---- counting ------------------------------------------------------------------------------- */

static struct amounts amounts_of(struct slice text)
{
    struct amounts a = {1, text.n, 0, 0};
    const char *p = text.p, *end = text.p + text.n;
    bool inside = false;
    while (p < end) {
        bool space = unicode_is_space(utf8_next(&p, end));
        a.chars++;
        a.words += !space && !inside;
        inside = !space;
    }
    return a;
}

static void add_amounts(struct amounts *a, struct amounts b)
{
    a->docs += b.docs;
    a->bytes += b.bytes;
    a->chars += b.chars;
    a->words += b.words;
}

static struct group *group_of(struct compare *c, struct slice name)
{
    for (size_t i = 0; i < c->n_groups; i++)
        if (slice_eq(c->groups[i].name, name))
            return &c->groups[i];
    if (c->n_groups == COMPARE_GROUPS)
        name = SLICE("(others)");
    if (c->n_groups > COMPARE_GROUPS)
        return &c->groups[COMPARE_GROUPS];
    struct group *g = &c->groups[c->n_groups++];
    g->name = arena_copy(&c->names, name);
    g->tokens = mem_array(c->n, sizeof *g->tokens);
    return g;
}

int compare_add(struct compare *c, struct slice text, struct slice group, struct err *e)
{
    struct amounts a = amounts_of(text);
    struct group *g = group.n ? group_of(c, group) : NULL;
    for (size_t i = 0; i < c->n; i++) {
        struct measured *m = &c->v[i];
        const uint32_t *ids;
        size_t n;
        if (encoder_run(m->encoder, text, &ids, &n) != ENCODE_OK)
            return err_set(e, ERR_DATA, "a text that %s cannot encode", m->name);
        for (size_t k = 0; k < n; k++)
            m->uses[ids[k]]++;
        m->tokens += n;
        if (g)
            g->tokens[i] += n;
    }
    add_amounts(&c->in, a);
    if (g)
        add_amounts(&g->in, a);
    return 0;
}

/* ---- figures -------------------------------------------------------------------------------- */

static double ratio(uint64_t a, uint64_t b)
{
    return b ? (double)a / (double)b : 0;
}

static void put(struct buf *b, const char *key, double v)
{
    json_put_f64(b, key, round(v * 1e4) / 1e4);
}

static double renyi_efficiency(const struct measured *m, uint64_t tokens)
{
    double sum = 0;
    for (uint32_t id = 0; id < m->t->vocab.n_ids; id++)
        if (m->uses[id])
            sum += pow(ratio(m->uses[id], m->tokens), RENYI);
    return sum > 0 && tokens > 1 ? log(sum) / (1 - RENYI) / log((double)tokens) : 0;
}

/* Tokens per byte of each group, as a share of their sum, from least to most. */
static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double gini(const struct compare *c, size_t i, double *least)
{
    double *v = mem_array(c->n_groups + 1, sizeof *v), sum = 0, weighted = 0;
    for (size_t g = 0; g < c->n_groups; g++)
        v[g] = ratio(c->groups[g].tokens[i], c->groups[g].in.bytes);
    qsort(v, c->n_groups, sizeof *v, by_value);
    for (size_t g = 0; g < c->n_groups; g++) {
        sum += v[g];
        weighted += (double)(g + 1) * v[g];
    }
    double n = (double)c->n_groups, all = sum > 0 ? 2 * weighted / (n * sum) - (n + 1) / n : 0;
    *least = 0;
    for (size_t g = 0; g < c->n_groups && *least <= 0; g++)
        *least = v[g];
    mem_free(v);
    return all;
}

static void put_amounts(struct buf *b, struct amounts a)
{
    json_put_u64(b, "documents", a.docs);
    json_put_u64(b, "bytes", a.bytes);
    json_put_u64(b, "characters", a.chars);
    json_put_u64(b, "words", a.words);
}

static void put_group(const struct group *g, size_t i, double least, struct buf *b)
{
    double cost = ratio(g->tokens[i], g->in.bytes);
    buf_add_byte(b, '{');
    json_put_str(b, "name", g->name);
    put_amounts(b, g->in);
    json_put_u64(b, "tokens", g->tokens[i]);
    put(b, "bytes_per_token", ratio(g->in.bytes, g->tokens[i]));
    put(b, "tokens_per_word", ratio(g->tokens[i], g->in.words));
    put(b, "parity", least > 0 ? cost / least : 0);
    buf_add_byte(b, '}');
}

static void put_uses(const struct measured *m, struct buf *b)
{
    struct vocab_figures f = vocab_figures(m->t);
    uint64_t used = 0, one = 0;
    for (uint32_t id = 0; id < m->t->vocab.n_ids; id++) {
        used += m->uses[id] > 0;
        one += m->t->decoded[id].n == 1 ? m->uses[id] : 0;
    }
    json_put_u64(b, "vocabulary", f.tokens);
    json_put_u64(b, "used", used);
    json_put_u64(b, "unused", f.tokens > used ? f.tokens - used : 0);
    if (m->t->table)
        json_put_u64(b, "unreachable", f.unreachable);
    put(b, "one_byte_share", ratio(one, m->tokens));
    put(b, "renyi_efficiency", renyi_efficiency(m, f.tokens));
}

static void put_vocabulary(const struct compare *c, size_t i, struct buf *b)
{
    const struct measured *m = &c->v[i];
    double least = 0, unequal = gini(c, i, &least);
    char hex[33];
    hash128_hex(m->t->hash, hex);
    buf_add_byte(b, '{');
    json_put_str(b, "name", slice_str(m->name));
    json_put_str(b, "hash", slice_str(hex));
    json_put_u64(b, "tokens", m->tokens);
    put(b, "bytes_per_token", ratio(c->in.bytes, m->tokens));
    put(b, "tokens_per_word", ratio(m->tokens, c->in.words));
    put(b, "tokens_per_character", ratio(m->tokens, c->in.chars));
    put_uses(m, b);
    if (c->n_groups) {
        put(b, "gini", unequal);
        json_key(b, "groups");
        buf_add_byte(b, '[');
        for (size_t g = 0; g < c->n_groups; g++) {
            if (g)
                buf_add_byte(b, ',');
            put_group(&c->groups[g], i, least, b);
        }
        buf_add_byte(b, ']');
    }
    buf_add_byte(b, '}');
}

void compare_json(const struct compare *c, const char *by, struct buf *out)
{
    buf_add_str(out, "{\"corpus\":{");
    put_amounts(out, c->in);
    buf_add_byte(out, '}');
    if (by)
        json_put_str(out, "by", slice_str(by));
    json_key(out, "vocabularies");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < c->n; i++) {
        if (i)
            buf_add_byte(out, ',');
        put_vocabulary(c, i, out);
    }
    buf_add_str(out, "]}");
}
