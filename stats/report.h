/* report - statistics as one HTML page
 *
 * The page stands alone: styles and pictures are inside, it loads nothing, runs nothing, and shows
 * light or dark as the reader's system does. It opens with the funnel (what came in, what each
 * stage kept and why it dropped the rest), then what there is of: tokens, languages, lengths and
 * scores with thresholds, cluster sizes, bad records, samples of kept and dropped documents, runs.
 * Everything from data is escaped.
 */
#ifndef STATS_REPORT_H
#define STATS_REPORT_H
#include "stats/tree.h"

/* `section`: HTML made elsewhere in stats/, before the runs; empty for none. */
void report_write(const struct node *root, struct slice title, struct slice section,
                  struct buf *out);

/* The parts, in stats/panels.c. */
void panel_reasons(const struct node *stages, struct buf *b);
void panel_keys(const struct node *stages, struct buf *b);
void panel_histograms(const struct node *stages, struct buf *b);
void panel_clusters(const struct node *stages, struct buf *b);
void panel_bad(const struct node *stages, struct buf *b);
void panel_counters(const struct node *stages, struct buf *b);
void panel_samples(const struct node *stages, struct buf *b);
void panel_runs(const struct node *root, struct buf *b);

#endif
