/* fixed - exact sums in millionths
 *
 * Statistics files must merge to the same bytes in any order, and floating point addition depends
 * on order. So every number that is added is kept as a 128-bit count of millionths: reading rounds
 * to the nearest one (half away from zero), adding is exact, writing is exact. Sums stop at the
 * ends of the range instead of wrapping.
 */
#ifndef STATS_FIXED_H
#define STATS_FIXED_H
#include <stdbool.h>
#include "core/buf.h"

__extension__ typedef __int128 fixed;

#define FIXED_ONE 1000000

bool fixed_parse(struct slice json_number, fixed *out);     /* false unless a JSON number */
fixed fixed_add(fixed a, fixed b);
double fixed_f64(fixed v);
void fixed_write(struct buf *b, fixed v);                   /* decimal, no trailing zeros */

#endif
