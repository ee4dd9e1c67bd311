/* mojibake_signs - what ftfy finds unlikely in a text; for mojibake.c only. */
#ifndef FILTER_MOJIBAKE_SIGNS_H
#define FILTER_MOJIBAKE_SIGNS_H
#include "filter/mojibake.h"

/* Whether some neighbours among the n code points are those of mojibake. */
bool mojibake_signs(const struct mojibake *m, const uint32_t *c, size_t n);

#endif
