/* table - the funnel as plain text for a terminal: one line a stage, then its reasons */
#ifndef STATS_TABLE_H
#define STATS_TABLE_H
#include "stats/tree.h"

void stats_table(const struct node *root, struct buf *out);

#endif
