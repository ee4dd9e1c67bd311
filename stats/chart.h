/* chart - small pictures in SVG
 *
 * Each function appends one <svg> or table to a page. Colours are classes (see page.c), numbers are
 * in hover titles too, and nothing comes from outside the page. Histogram bins are those of
 * statistics files: bin i covers [2^(i/8), 2^((i+1)/8)), TALLY_BIN_ZERO what is not above 0.
 */
#ifndef STATS_CHART_H
#define STATS_CHART_H
#include "stats/tree.h"

struct bar {
    struct slice label;
    double value;
    double share_of;                /* the whole, for the percentage; 0: none is shown */
    const char *note;               /* behind the number, HTML; NULL: none */
};

/* Horizontal bars with their numbers, in the order given. */
void chart_bars(struct buf *b, const char *class_name, const struct bar *bars, size_t n,
                void (*form)(struct buf *, double));
/* Values above 1: logarithmic axis; scores within 0..1: twenty-five equal steps, to which the
 * counts of the bins are spread in proportion. */
void chart_histogram(struct buf *b, const struct node *histogram);
/* Sizes against how many have them, both logarithmic. */
void chart_log_log(struct buf *b, const struct node *histogram);

#endif
