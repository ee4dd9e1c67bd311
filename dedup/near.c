/* near - see near.h. */
#include "dedup/near.h"
#include "core/mem.h"
#include "core/temp.h"
#include "dedup/clusters.h"
#include "dedup/groups.h"
#include "dedup/sorter.h"
#include "dedup/texts.h"

enum { BAND_RECORD = 12 };          /* key, number of the document in 32 bits */

struct near {
    struct near_about about;
    uint64_t docs, earlier;         /* earlier: the first so many were kept earlier */
    struct sorter *bands;
    struct temp *ranks;             /* of all documents, when ranked */
    struct clusters *clusters;
    struct sets *sets;
    uint64_t *places;               /* of candidates' sets, by marks_rank() */
    struct verdicts *verdicts;
    struct near_counts counts;
};

struct near *near_new(const struct near_about *about, struct err *e)
{
    struct near *n = mem_zero(sizeof *n);
    n->about = *about;
    n->bands = sorter_new(&(struct sorter_about){BAND_RECORD, 1, about->memory / 2, about->tmp,
                                                 about->tmp_max});
    if (about->ranked && !(n->ranks = temp_new(about->tmp, about->tmp_max, e))) {
        near_free(n);
        return NULL;
    }
    return n;
}

void near_earlier(struct near *n) { n->earlier = n->docs; }

int near_add(struct near *n, const uint64_t *keys, uint64_t rank, struct err *e)
{
    char record[BAND_RECORD];
    uint32_t doc = (uint32_t)n->docs;
    if (n->docs++ == UINT32_MAX)
        return err_set(e, ERR_NOMEM, "more than 2^32 documents: run the parts on their own");
    for (unsigned i = 0; keys && i < n->about.bands; i++) {
        memcpy(record, &keys[i], sizeof keys[i]);
        memcpy(record + sizeof keys[i], &doc, sizeof doc);
        if (sorter_add(n->bands, record, e))
            return -1;
    }
    return n->ranks ? temp_add(n->ranks, &rank, sizeof rank, e) : 0;
}

static int add_entry(void *to, uint64_t group, uint64_t doc, struct err *e)
{
    return clusters_add(to, group, doc, e);
}

static int find_groups(struct near *n, struct err *e)
{
    struct groups groups = {.entry = add_entry, .to = n->clusters};
    uint64_t key;
    uint32_t doc;
    const void *record;
    int rc;
    while ((rc = sorter_next(n->bands, &record, e)) > 0) {
        memcpy(&key, record, sizeof key);
        memcpy(&doc, (const char *)record + sizeof key, sizeof doc);
        if (groups_add(&groups, key, doc, e))
            return -1;
    }
    n->counts.groups = groups.count;
    n->counts.largest_group = groups.largest;
    return rc < 0 ? -1 : clusters_seal(n->clusters, e);
}

static int group(struct near *n, struct err *e)
{
    const struct near_about *a = &n->about;
    struct clusters_about about = {
        .docs = n->docs, .earlier = n->earlier, .bands = a->bands, .verify = a->verify,
        .ranked = a->ranked, .by_id = a->by_id, .threshold = a->threshold, .memory = a->memory,
        .tmp_max = a->tmp_max, .tmp = a->tmp};
    if (!(n->clusters = clusters_new(&about, e)) || sorter_sort(n->bands, e) || find_groups(n, e))
        return -1;
    sorter_free(n->bands);
    n->bands = NULL;
    return n->ranks ? temp_seal(n->ranks, e) : 0;
}

static int make_sets(struct near *n, const struct near_texts *from, struct err *e)
{
    int threads = n->about.threads;
    const struct marks *candidates = clusters_candidates(n->clusters);
    struct sets_about about = {n->about.tmp, n->about.tmp_max,
                               3 * clusters_share(n->clusters) / (uint64_t)threads};
    struct texts_about texts = {from->docs, from->fields, from->earlier, n->earlier,
                                candidates, n->about.kind, n->about.words, threads};
    n->places = mem_array(candidates->count + 1, sizeof *n->places);
    if (!(n->sets = sets_new(&about, e)))
        return -1;
    return candidates->count ? texts_to_sets(&texts, n->sets, n->places, e) : 0;
}

/* Gives back what only deciding needed. */
static void release(struct near *n)
{
    sorter_free(n->bands);
    temp_free(n->ranks);
    clusters_free(n->clusters);
    mem_free(n->places);
    sets_free(n->sets);
    n->bands = NULL;
    n->ranks = NULL;
    n->clusters = NULL;
    n->places = NULL;
    n->sets = NULL;
}

int near_decide(struct near *n, const struct names *names, const struct near_texts *texts,
                struct err *e)
{
    if (!(n->verdicts = verdicts_new(n->about.tmp, n->about.tmp_max, e)) || group(n, e) ||
        (n->about.verify && make_sets(n, texts, e)))
        return -1;
    struct clusters_facts facts = {n->ranks, names, n->sets, n->places};
    if (clusters_decide(n->clusters, &facts, n->verdicts, e))
        return -1;
    const struct giant *giants;
    n->counts.clusters = clusters_counts(n->clusters);
    n->counts.n_giants = clusters_giants(n->clusters, &giants);
    memcpy(n->counts.giants, giants, n->counts.n_giants * sizeof *giants);
    release(n);
    return 0;
}

const struct verdicts *near_verdicts(const struct near *n) { return n->verdicts; }
struct near_counts near_counts(const struct near *n) { return n->counts; }

void near_free(struct near *n)
{
    if (!n)
        return;
    release(n);
    verdicts_free(n->verdicts);
    mem_free(n);
}
