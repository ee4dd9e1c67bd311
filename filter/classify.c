#include "filter/classify.h"
#include <stdio.h>
#include <stdlib.h>
#include "core/json.h"
#include "core/mem.h"

struct slice label_name(const struct fasttext *ft, uint32_t label)
{
    struct slice s = fasttext_label(ft, label);
    return slice_starts(s, SLICE("__label__")) ? slice_from(s, 9) : s;
}

static bool find_label(const struct fasttext *ft, struct slice name, uint32_t *out)
{
    for (uint32_t i = 0; i < fasttext_labels(ft); i++)
        if (slice_eq(label_name(ft, i), name) || slice_eq(fasttext_label(ft, i), name)) {
            *out = i;
            return true;
        }
    return false;
}

int label_values_parse(const struct fasttext *ft, const char *option, struct slice list,
                       struct label_values *out, struct err *e)
{
    struct slice item;
    while (slice_next(&list, ',', &item)) {
        struct label_value v = {0};
        size_t eq = slice_find_byte(item, '=');
        struct slice name = slice_trim(slice_upto(item, eq));
        v.given = eq < item.n;
        if (!find_label(ft, name, &v.label))
            return err_set(e, ERR_USAGE, "--%s: the model has no label '%.*s'", option,
                           (int)(name.n < 80 ? name.n : 80), name.p);
        if (v.given && !json_f64(slice_trim(slice_from(item, eq + 1)), &v.value))
            return err_set(e, ERR_USAGE, "--%s: '%.*s' is not LABEL=NUMBER", option,
                           (int)(item.n < 80 ? item.n : 80), item.p);
        out->v = mem_grow_array(out->v, out->n + 1, sizeof *out->v);
        out->v[out->n++] = v;
    }
    return 0;
}

void label_values_free(struct label_values *l)
{
    mem_free(l->v);
    l->v = NULL;
    l->n = 0;
}

double classify_round(double p)
{
    char text[40];
    snprintf(text, sizeof text, "%.6g", p);
    return strtod(text, NULL);
}

double classify_p(const struct fasttext_guess *g, size_t n, uint32_t label)
{
    for (size_t i = 0; i < n; i++)
        if (g[i].label == label)
            return classify_round((double)g[i].score);
    return 0;
}

double classify_weighted(const struct fasttext_guess *g, size_t n, const struct label_values *w)
{
    double sum = 0;
    for (size_t i = 0; i < w->n; i++)
        sum += w->v[i].value * classify_p(g, n, w->v[i].label);
    return classify_round(sum);
}

double classify_score(const struct fasttext_guess *g, size_t n, uint32_t label, enum score_as as)
{
    if (as == SCORE_TWO_WAY && n && g[0].label != label)
        return classify_round(1 - classify_round((double)g[0].score));
    return classify_p(g, n, label);
}

bool classify_any(const struct fasttext_guess *g, size_t n, const struct label_values *rules,
                  const struct label_value **which)
{
    for (size_t i = 0; i < rules->n; i++) {
        const struct label_value *r = *which = &rules->v[i];
        if (r->given ? classify_p(g, n, r->label) >= r->value : n && g[0].label == r->label)
            return true;
    }
    return false;
}
