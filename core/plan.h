/* plan - what a run is made of: units of work, in order
 *
 * A unit is a name and the inputs that belong together. Outputs, rejects, statistics and completion
 * marks belong to units and are named by them, so it does not matter which process does a unit
 * (CONTRACT.md section 7). Units come from a plan file, written by `tokmill plan` and never changed
 * afterwards, or, without one, are the operands themselves, one a unit.
 *
 *     {"tokmill":"0.1.0","kind":"plan","units":[
 *      {"name":"part-00000","inputs":[{"path":"crawl/a.warc.gz","size":123},...]},...]}
 *
 * Everything is owned by the plan and read-only once made.
 */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H
#include "core/arena.h"
#include "core/err.h"
#include "core/hash.h"
#include "core/opt.h"

struct unit {
    const char *name;           /* a relative path without "." or ".." */
    struct opt_list inputs;
    uint64_t *sizes;            /* stored bytes of each input when planned; NULL: not recorded */
};

struct plan {
    struct arena names;
    struct unit *v;
    size_t n;
    bool from_file;
    struct hash128 hash;        /* of the file's bytes */
};

void plan_init(struct plan *p);
void plan_free(struct plan *p);
/* A unit without inputs of its own, at the end; the name is copied. */
void plan_add(struct plan *p, const char *name);
/* Reads a plan file. ERR_DATA when it is none. */
int plan_read(struct plan *p, const char *path, struct err *e);
/* One unit an input, named by the input without root and compression suffix. ERR_USAGE when two
 * would have the same name. */
int plan_of_inputs(struct plan *p, const struct opt_list *inputs, const char *root,
                   const char *stdin_name, struct err *e);
/* Appends the plan file: inputs in the order given, a unit closed when the next input would take it
 * past unit_size stored bytes. Sizes are of the inputs, which must be regular files. */
void plan_format(const struct opt_list *inputs, const uint64_t *sizes, uint64_t unit_size,
                 struct buf *out);
/* The inputs are still those that were planned: same sizes. ERR_DATA naming the one that is not. */
int plan_check(const struct unit *u, struct err *e);

#endif
