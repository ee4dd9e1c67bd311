/* folder - a folder of outputs, one a unit, whole or resumable
 *
 *     out/part-00000.jsonl.zst ...        outputs, under their units' names
 *     out/.tokmill/run.json               the record (record.h) that all of them were made with
 *     out/.tokmill/part-00000.json        mark of a finished unit: its inputs and outputs
 *     out/manifest.json                   written last, by whoever finds every unit finished
 *
 * Any number of processes may work in one folder: a unit's files come into being by renaming, its
 * mark last. A unit is passed over when its mark is there, its inputs are unchanged (size and a
 * stamp over both ends) and its output is there at the size the mark names.
 */
#ifndef CORE_FOLDER_H
#define CORE_FOLDER_H
#include "core/plan.h"
#include "core/run.h"

struct folder;

/* What a finished unit gave. */
struct unit_output {
    const char *name;               /* below the folder; ends with '/' for a folder of a sink's */
    bool own;                       /* a stage wrote it itself: its bytes are read to count them */
    uint64_t documents, bytes;      /* bytes and hash: of the uncompressed content */
    struct hash128 hash;
};

bool folder_named(const char *path);        /* ends with '/', or is a folder */
/* Makes the folder, or checks that it holds the output of this very run (ERR_USAGE with the
 * difference; --force starts over). */
struct folder *folder_open(const struct chain *c, const char *path, struct err *e);
void folder_close(struct folder *f);                                /* NULL is allowed */
/* DIR/NAME and its parent folders. Free with mem_free(). NULL on error. */
char *folder_path(const struct folder *f, const char *name, struct err *e);
bool folder_unit_done(const struct folder *f, const struct unit *u);
/* Writes the mark. seen: what was read of each input, or NULL. */
int folder_unit_finish(struct folder *f, const struct unit *u, const struct input_seen *seen,
                       const struct unit_output *out, struct err *e);
/* Writes manifest.json if every unit of the plan is finished, and removes files that an earlier
 * manifest listed and this one does not. */
int folder_finish(struct folder *f, struct err *e);

#endif
