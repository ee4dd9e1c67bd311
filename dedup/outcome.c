/* outcome - see outcome.h. */
#include "dedup/outcome.h"
#include <stdlib.h>
#include "core/json.h"

/* FineWeb-2's README (2024), "rehydration": how often documents are repeated by cluster size. */
static const char fineweb2[] = "1:1,2:2,3:3,5:5,100:8,1000:1";

int weights_parse(struct weights *w, const char *text, struct err *e)
{
    struct slice rest = slice_str(!strcmp(text, "fineweb-2") ? fineweb2 : text), item;
    w->n = 0;
    while (slice_next(&rest, ',', &item)) {
        size_t colon = slice_find_byte(item, ':');
        struct weight_from f;
        if (w->n == WEIGHTS_MAX || colon == item.n ||
            !json_u64(slice_upto(item, colon), &f.size) ||
            !json_f64(slice_from(item, colon + 1), &f.weight) || f.weight < 0 ||
            (w->n && f.size <= w->from[w->n - 1].size))
            return err_set(e, ERR_USAGE, "--weights: '%.80s' is not fineweb-2 and not "
                           "SIZE:WEIGHT,... by rising size", text);
        w->from[w->n++] = f;
    }
    return 0;
}

double weights_of(const struct weights *w, uint64_t size)
{
    double weight = 1;
    for (size_t i = 0; i < w->n && w->from[i].size <= size; i++)
        weight = w->from[i].weight;
    return weight;
}

static enum verdict keep(struct job *j, struct doc *d, const struct outcome *o,
                         const struct weights *w)
{
    job_note_str(j, "cluster", o->cluster);
    job_note_f64(j, "size", (double)o->size);
    if (w->n)
        job_note_f64(j, "weight", weights_of(w, o->size));
    if (!j->annotate) {
        doc_set_str(d, "metadata.tokmill.dedup-near.cluster", o->cluster);
        doc_set_u64(d, "metadata.tokmill.dedup-near.size", o->size);
        if (w->n)
            doc_set_f64(d, "metadata.tokmill.dedup-near.weight", weights_of(w, o->size));
    }
    return DOC_KEEP;
}

static enum verdict drop(struct job *j, struct doc *d, const struct outcome *o)
{
    job_note_str(j, "cluster", o->cluster);
    job_note_f64(j, "rank", (double)o->rank);
    if (!j->annotate) {
        doc_set_str(d, "metadata.tokmill.dedup-near.cluster", o->cluster);
        doc_set_u64(d, "metadata.tokmill.dedup-near.rank", o->rank);
    }
    if (o->similarity < 0)
        return job_drop(j, "near-duplicate");
    job_hist(j, "similarity", o->similarity);
    return job_drop_value(j, "near-duplicate", o->similarity, o->threshold);
}

enum verdict outcome_give(struct job *j, struct doc *d, const struct outcome *o,
                          const struct weights *w)
{
    if (!o->kept)
        return drop(j, d, o);
    job_hist(j, "cluster_size", (double)o->size);
    return keep(j, d, o, w);
}
