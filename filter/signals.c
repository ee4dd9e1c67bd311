/* The families; see signals.h. */
#include "filter/signals.h"
#include <stdio.h>
#include <stdlib.h>

extern const struct signal_family signals_datatrove, signals_dolma, signals_dclm,
    signals_rps, signals_nemo;

static const struct signal_family *const families[] = {
    &signals_datatrove, &signals_dolma, &signals_dclm, &signals_rps, &signals_nemo};
enum { FAMILIES = sizeof families / sizeof *families };

size_t signal_count(void)
{
    size_t n = 0;
    for (size_t i = 0; i < FAMILIES; i++)
        n += families[i]->n;
    return n;
}

const struct signal *signal_at(size_t at)
{
    size_t i = 0;
    for (; at >= families[i]->n; i++)
        at -= families[i]->n;
    return &families[i]->v[at];
}

size_t signal_find(struct slice name)
{
    for (size_t i = 0, n = signal_count(); i < n; i++)
        if (slice_is(name, signal_at(i)->name))
            return i;
    return SIGNAL_NONE;
}

double signal_round(double v, int digits)
{
    char text[400];
    snprintf(text, sizeof text, "%.*f", digits, v);
    return strtod(text, NULL);
}
