/* tree - numbers that merge
 *
 * A statistics file in memory: objects and lists of leaves, each of which knows how it joins with
 * its counterpart in another file. Sums add; lows and highs keep the smaller or larger; of two
 * differing texts the larger in byte order stays. Objects join member by member; lists by the key
 * of their elements: a union joins equal ones, a bag keeps both, a sample is a union cut to the
 * TREE_SAMPLE smallest. Each of these is associative and commutative, hence so is the merge, and
 * members are kept in one fixed order (well-known names first, then byte order).
 *
 * Nodes lie in an arena that the caller owns. One thread at a time.
 */
#ifndef STATS_TREE_H
#define STATS_TREE_H
#include "core/arena.h"
#include "core/err.h"
#include "stats/fixed.h"

enum { TREE_SAMPLE = 20 };
enum node_kind { NODE_OBJECT, NODE_UNION, NODE_BAG, NODE_SAMPLE,        /* with kids */
                 NODE_SUM, NODE_LOW, NODE_HIGH, NODE_TEXT, NODE_RAW };  /* RAW: spelled as JSON */

struct node {
    struct slice key;               /* decoded; of a list's element, what it is ordered by */
    int rank;                       /* place among the well-known names */
    enum node_kind kind;
    fixed sum;
    double f;                       /* of LOW and HIGH */
    struct slice text;
    struct node *kids;              /* sorted, keys unique but in a bag */
    size_t n, cap;
};

static inline bool node_has_kids(const struct node *v) { return v->kind <= NODE_SAMPLE; }

void node_name(struct node *v, struct slice key);           /* sets key and rank */
/* A new kid at the end, to be put in its place by node_sort(). */
struct node *node_add(struct node *parent, struct slice key, enum node_kind kind,
                      struct arena *a);
/* Sorts the kids; -1 with the key in *twice if two have the same, except in lists, where a bag
 * keeps both and the others join them. */
int node_sort(struct node *v, struct arena *a, struct err *e);
int node_merge(struct node *to, const struct node *from, struct arena *a, struct err *e);

const struct node *node_find(const struct node *v, const char *path);  /* "in.docs"; NULL if none */
double node_f64(const struct node *v, const char *path);                /* 0 if absent */
struct slice node_text(const struct node *v, const char *path);         /* empty if absent */

#endif
