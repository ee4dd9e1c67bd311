/* pii - any text: matches of all kinds lie inside it, in order and apart; Dolma's lie inside it and
 * are sorted. */
#include "core/utf8.h"
#include "filter/pii_dolma.h"
#include "tests/fuzz/fuzz.h"

static void ours(const struct chars *c, struct slice text)
{
    struct err e;
    err_init(&e);
    struct key_rules *rules = key_rules_new(&e);
    struct key_finder *keys = key_finder_new(rules);
    struct pii_finder f;
    struct pii_match m;
    size_t end = 0;
    pii_start(&f, c, keys, text, (1u << PII_KINDS) - 1);
    while (pii_next(&f, &m)) {
        if (!m.n || m.at < end || m.at + m.n > text.n || m.kind >= PII_KINDS)
            abort();
        end = m.at + m.n;
    }
    key_finder_free(keys);
    key_rules_free(rules);
}

static void dolma(const struct chars *c, struct slice text)
{
    struct pii_list l = {0};
    pii_dolma(c, text, &l);
    for (size_t i = 0; i < l.n; i++)
        if (!l.v[i].n || l.v[i].at + l.v[i].n > text.n || (i && l.v[i].at < l.v[i - 1].at))
            abort();
    pii_list_free(&l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct chars *c;
    struct arena a;
    uint64_t repaired = 0;
    if (!c)
        c = chars_new();
    arena_init(&a);
    struct slice text = utf8_repair(slice_of((const char *)data, size), &a, &repaired);
    ours(c, text);
    dolma(c, text);
    arena_free(&a);
    return 0;
}
