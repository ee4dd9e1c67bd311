/* tree - see tree.h. Two sorted arrays are joined from the back, in place. */
#include "stats/tree.h"
#include <assert.h>
#include <stdlib.h>

static int rank_of(struct slice key)
{
    static const char *const known[] = {
        "tokmill", "stages", "name", "step", "in", "made", "out", "dropped", "merged", "bad",
        "records", "yielding", "passed", "repaired", "edited_docs", "edited_bytes", "added_bytes",
        "removed_bytes", "counters", "keys", "histograms", "bins", "count", "sum", "min", "max",
        "threshold", "samples", "kept", "docs", "bytes", "key", "id", "rule", "text", "runs",
        "seconds", "cpu_seconds", "peak_rss", "threads", "host"};
    const int n = (int)(sizeof known / sizeof *known);
    for (int i = 0; i < n; i++)
        if (slice_is(key, known[i]))
            return i;
    return n;
}

void node_name(struct node *v, struct slice key)
{
    v->key = key;
    v->rank = rank_of(key);
}

static void reserve(struct node *v, size_t n, struct arena *a)
{
    if (n <= v->cap)
        return;
    size_t cap = n > 2 * v->cap ? n : 2 * v->cap;
    struct node *kids = arena_alloc(a, cap * sizeof *kids);
    if (v->n)
        memcpy(kids, v->kids, v->n * sizeof *kids);
    v->kids = kids;
    v->cap = cap;
}

struct node *node_add(struct node *parent, struct slice key, enum node_kind kind, struct arena *a)
{
    assert(node_has_kids(parent));
    reserve(parent, parent->n + 1, a);
    struct node *kid = &parent->kids[parent->n++];
    *kid = (struct node){.kind = kind};
    node_name(kid, key);
    return kid;
}

static int compare(const struct node *a, const struct node *b)
{
    return a->rank != b->rank ? (a->rank > b->rank) - (a->rank < b->rank)
                              : slice_cmp(a->key, b->key);
}

static int compare_void(const void *a, const void *b) { return compare(a, b); }

static void cut_sample(struct node *v)
{
    if (v->kind == NODE_SAMPLE && v->n > TREE_SAMPLE)
        v->n = TREE_SAMPLE;
}

int node_sort(struct node *v, struct arena *a, struct err *e)
{
    size_t n = 0;
    if (v->n)
        qsort(v->kids, v->n, sizeof *v->kids, compare_void);
    for (size_t i = 0; i < v->n; i++) {
        struct node *last = n ? &v->kids[n - 1] : NULL;
        if (!last || v->kind == NODE_BAG || compare(last, &v->kids[i]) != 0)
            v->kids[n++] = v->kids[i];
        else if (v->kind == NODE_OBJECT)
            return err_set(e, ERR_DATA, "member \"%.*s\" stands twice in an object",
                           (int)slice_upto(last->key, 100).n, last->key.p);
        else if (node_merge(last, &v->kids[i], a, e) != 0)
            return -1;
    }
    v->n = n;
    cut_sample(v);
    return 0;
}

static struct node copy_of(const struct node *v, struct arena *a)
{
    struct node c = *v;
    c.key = arena_copy(a, v->key);
    c.text = arena_copy(a, v->text);
    c.kids = v->n ? arena_alloc(a, v->n * sizeof *c.kids) : NULL;
    c.cap = v->n;
    for (size_t i = 0; i < v->n; i++)
        c.kids[i] = copy_of(&v->kids[i], a);
    return c;
}

static size_t count_missing(const struct node *to, const struct node *from)
{
    if (to->kind == NODE_BAG)
        return from->n;
    size_t missing = 0, i = 0;
    for (size_t j = 0; j < from->n; j++) {
        while (i < to->n && compare(&to->kids[i], &from->kids[j]) < 0)
            i++;
        missing += i == to->n || compare(&to->kids[i], &from->kids[j]) != 0;
    }
    return missing;
}

static int merge_kids(struct node *to, const struct node *from, struct arena *a, struct err *e)
{
    size_t n = to->n + count_missing(to, from), i = to->n, j = from->n, k = n;
    reserve(to, n, a);
    while (j > 0) {
        int c = i > 0 ? compare(&to->kids[i - 1], &from->kids[j - 1]) : -1;
        if (c == 0 && to->kind != NODE_BAG) {
            if (node_merge(&to->kids[--i], &from->kids[--j], a, e) != 0)
                return -1;
            to->kids[--k] = to->kids[i];
        } else if (c > 0) {
            to->kids[--k] = to->kids[--i];
        } else {
            to->kids[--k] = copy_of(&from->kids[--j], a);
        }
    }
    assert(k == i);
    to->n = n;
    cut_sample(to);
    return 0;
}

int node_merge(struct node *to, const struct node *from, struct arena *a, struct err *e)
{
    if (to->kind != from->kind)
        return err_set(e, ERR_DATA, "member \"%.*s\" is of another type than in an earlier file",
                       (int)slice_upto(to->key, 100).n, to->key.p);
    if (node_has_kids(to))
        return merge_kids(to, from, a, e);
    if (to->kind == NODE_SUM)
        to->sum = fixed_add(to->sum, from->sum);
    else if (to->kind == NODE_LOW ? from->f < to->f : to->kind == NODE_HIGH && from->f > to->f)
        to->f = from->f;
    else if (to->kind >= NODE_TEXT && slice_cmp(from->text, to->text) > 0)
        to->text = arena_copy(a, from->text);
    return 0;
}

const struct node *node_find(const struct node *v, const char *path)
{
    struct slice rest = slice_str(path), key;
    while (v && slice_next(&rest, '.', &key)) {
        const struct node *found = NULL;
        struct node want = {.kind = NODE_OBJECT};
        node_name(&want, key);
        if (node_has_kids(v) && v->n)
            found = bsearch(&want, v->kids, v->n, sizeof *v->kids, compare_void);
        v = found;
    }
    return v;
}

double node_f64(const struct node *v, const char *path)
{
    const struct node *leaf = node_find(v, path);
    return !leaf ? 0 : leaf->kind == NODE_SUM ? fixed_f64(leaf->sum) : leaf->f;
}

struct slice node_text(const struct node *v, const char *path)
{
    const struct node *leaf = node_find(v, path);
    return leaf && leaf->kind == NODE_TEXT ? leaf->text : slice_str("");
}
