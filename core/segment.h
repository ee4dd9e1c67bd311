/* segment - the inside of a run, for run.c, walk.c and commit.c only
 *
 * A chain is cut into segments at its barriers. Workers take batches from the segment's feed, walk
 * them through its steps (walk.c, any order) and commit them (commit.c, by serial number).
 */
#ifndef CORE_SEGMENT_H
#define CORE_SEGMENT_H
#include <pthread.h>
#include <stdatomic.h>
#include "core/batch_internal.h"
#include "core/feed.h"
#include "core/outlet.h"
#include "core/writer.h"

struct gate {
    uint64_t next;                  /* serial of the batch that may enter */
};

/* A run of steps between two barriers (or the ends of the chain). */
struct segment {
    struct chain *chain;
    const struct stage *source;     /* what parses pieces; NULL for a pull stage */
    const void *source_conf;
    size_t source_step;             /* statistics of reading go here */
    bool source_counts;             /* the source is a stage of the chain: documents are made */
    size_t first, last;             /* steps [first, last) that see each document */
    struct step *end;               /* sink or barrier, or NULL: documents are written */
    size_t end_step;
    struct spool *from, *to;        /* of the barrier before, of the one at the end */
    struct outlet *out;
    uint64_t *units_from, *units_to;    /* index of the first document of each unit, in the spools;
                                           NULL when units do not matter */
    size_t unit;                    /* of the last document taken into `to` */
    struct feed *feed;
    uint64_t serial, docs_in, docs_out;
    pthread_mutex_t feed_lock, lock, large;     /* large: held by a batch with a large record */
    pthread_cond_t moved;
    struct gate *gates;             /* one a step, then limit, commit, join */
    size_t n_steps;                 /* of the chain */
    atomic_bool stop;
    _Atomic uint64_t stored_at, stored_size;    /* of the feed, for the progress line */
    struct err *err;                /* the first, by serial */
};

static inline struct step *step_at(const struct segment *g, size_t i)
{
    return &g->chain->steps[i];
}

/* run.c: an ordered section; batches pass a gate by serial number. A batch of several rounds keeps
 * it until its last: leaving earlier and entering again do nothing. */
void segment_enter(struct segment *g, size_t gate, const struct batch *b);
void segment_leave(struct segment *g, size_t gate, const struct batch *b);

/* walk.c */
/* Parses the batch's pieces and takes its documents through the segment's steps. */
void walk_batch(struct segment *g, struct batch *b, struct job *jobs);
/* Applies a callback's verdict: true if the document goes on. */
bool walk_settle(struct segment *g, struct batch *b, size_t step, struct job *j, struct doc *d,
                 enum verdict v);
/* Points a job at the batch it works for. */
void walk_ready(struct batch *b, struct job *j, size_t step);

/* commit.c: in order, inside the commit gate. Frames that became full are chained to *frames. */
int commit_batch(struct segment *g, struct batch *b, struct job *jobs, struct frame **frames,
                 struct err *e);

#endif
