/* signals - the numbers that rules compare
 *
 * A table a family (signals_*.c): a name, what it means, its unit and range, where the definition
 * comes from, and the function that computes it from the passes of a measure. A new signal is a new
 * row. A share of nothing is 0 unless its row says otherwise.
 */
#ifndef FILTER_SIGNALS_H
#define FILTER_SIGNALS_H
#include "filter/measure.h"

struct signal {
    const char *name;
    double (*compute)(struct measure *m);
    const char *unit;               /* "words", "share", ... */
    const char *range;              /* "0..", "0..1", ... */
    const char *source;
    const char *meaning;
};

struct signal_family {
    const struct signal *v;
    size_t n;
};
#define SIGNAL_ROWS(rows) {(rows), sizeof(rows) / sizeof *(rows)}

/* All signals are numbered, family after family. */
size_t signal_count(void);
const struct signal *signal_at(size_t i);
#define SIGNAL_NONE ((size_t)-1)
size_t signal_find(struct slice name);      /* its number, or SIGNAL_NONE */

/* part / whole; 0 when there is no whole */
static inline double signal_share(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

/* Python's round(v, digits): to the nearest decimal, exactly, halves to even. */
double signal_round(double v, int digits);

#endif
