/* sample - see sample.h. A short sorted array; most documents fail against its last key. */
#include "core/sample.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include "core/hash.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/utf8.h"

struct entry {
    uint64_t key;
    struct buf json;                /* the inside of its object */
};

struct sample {
    pthread_mutex_t lock;
    _Atomic uint64_t limit;         /* larger keys have no chance */
    struct entry v[SAMPLE_MAX + 1];
    size_t n;
};

struct sample *sample_new(void)
{
    struct sample *s = mem_zero(sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    s->limit = UINT64_MAX;
    return s;
}

void sample_free(struct sample *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++)
        buf_free(&s->v[i].json);
    pthread_mutex_destroy(&s->lock);
    mem_free(s);
}

static int compare(const struct entry *a, const struct entry *b)
{
    return a->key != b->key ? (a->key > b->key) - (a->key < b->key)
                            : slice_cmp(buf_slice(&a->json), buf_slice(&b->json));
}

/* Takes over e.json. Documents of one id are one: the smaller text stands for them. */
static void insert(struct sample *s, struct entry e)
{
    size_t at = s->n;
    while (at && compare(&e, &s->v[at - 1]) < 0)
        at--;
    if (at && s->v[at - 1].key == e.key) {
        buf_free(&e.json);
        return;
    }
    if (at < s->n && s->v[at].key == e.key) {
        buf_free(&s->v[at].json);
        s->v[at] = e;
        return;
    }
    memmove(&s->v[at + 1], &s->v[at], (s->n - at) * sizeof *s->v);
    s->v[at] = e;
    if (++s->n > SAMPLE_MAX)
        buf_free(&s->v[--s->n].json);
    if (s->n == SAMPLE_MAX)
        s->limit = s->v[s->n - 1].key;
}

static void put(struct buf *b, const struct doc *d, struct slice rule, uint64_t key)
{
    char hex[17];
    struct slice text = slice_upto(d->text, SAMPLE_TEXT);
    text.n = utf8_valid_upto(text);
    snprintf(hex, sizeof hex, "%016llx", (unsigned long long)key);
    json_put_str(b, "key", slice_str(hex));
    json_put_str(b, "id", d->id);
    if (rule.n)
        json_put_str(b, "rule", rule);
    json_put_str(b, "text", text);
}

void sample_add(struct sample *s, const struct doc *d, struct slice rule, uint64_t seed)
{
    struct entry e = {.key = hash64_seed(d->id, seed)};
    if (e.key > s->limit)
        return;
    buf_init(&e.json, BUF_NO_LIMIT);
    put(&e.json, d, rule, e.key);
    pthread_mutex_lock(&s->lock);
    insert(s, e);
    pthread_mutex_unlock(&s->lock);
}

void sample_json(const struct sample *s, struct buf *out)
{
    buf_add_byte(out, '[');
    for (size_t i = 0; i < s->n; i++) {
        buf_add_str(out, i ? ",{" : "{");
        buf_add_slice(out, buf_slice(&s->v[i].json));
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}
