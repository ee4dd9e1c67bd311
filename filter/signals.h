/* signals - the numbers that rules compare
 *
 * One table: a name, what it means, where the definition comes from, and the function that computes
 * it from the passes of a measure. A new signal is a new row. A share of nothing is 0.
 */
#ifndef FILTER_SIGNALS_H
#define FILTER_SIGNALS_H
#include "filter/measure.h"

struct signal {
    const char *name;
    double (*compute)(struct measure *m);
    const char *unit;               /* "words", "share", ...; a share runs from 0 up */
    const char *source;
    const char *meaning;
};

extern const struct signal signals[];
extern const size_t n_signals;

const struct signal *signal_find(struct slice name);        /* NULL if there is none */

#endif
