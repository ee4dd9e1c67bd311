/* file - statistics files: read, merged, written
 *
 * Every run can write its numbers with --stats FILE: an object with "stages" (in chain order:
 * documents and bytes in, made, out, dropped by rule, counters, histograms, samples) and
 * "run" (seconds, CPU seconds, peak memory, threads, host). Files of any number of runs merge
 * into one of the same form, with the same bytes in whatever order or grouping they are merged:
 * see tree.h for how each kind of number joins. Stages are the same when step and name are. The
 * runs themselves are kept as a sorted list "runs"; "run" sums it up: cpu_seconds and files added,
 * seconds, peak_rss and threads the largest.
 *
 * Members that this version does not know take part: numbers add, texts keep the larger.
 */
#ifndef STATS_FILE_H
#define STATS_FILE_H
#include "stats/tree.h"

struct stats_chain {
    struct slice names;             /* of its stages, a line each */
    size_t stages;
};

struct stats {
    struct arena keep, tmp;
    struct node root;
    bool in_order;                  /* set before adding: see below */
    struct stats_chain *chains;     /* owned; in the order they came */
    size_t n_chains;
};

/* With in_order set after this, chains of stages stand in the order in which their files are added
 * (a pipeline, a command after the other) and are numbered through; files of the same chain still
 * merge. Without it the order of files does not matter. */
void stats_init(struct stats *s);
void stats_free(struct stats *s);
/* Adds one file's JSON. -1: ERR_DATA, with what is wrong; s is then of no use. */
int stats_add(struct stats *s, struct slice json, struct err *e);
/* Adds files by name, of any compression. Errors name the file. */
int stats_add_files(struct stats *s, const char *const *names, size_t n, struct err *e);
void stats_write(const struct stats *s, struct buf *out);           /* JSON and newline */
/* Histogram bins: the number of a bin is a key; this reads it back. */
int stats_bin(const struct node *bin);

#endif
