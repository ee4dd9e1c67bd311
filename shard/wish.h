/* wish - the options of all stages that read shards
 *
 * A stage has a `struct wish_opts` in its configuration, WISH_OPTS() in its table of options, and
 * calls wish_set() when it opens.
 */
#ifndef SHARD_WISH_H
#define SHARD_WISH_H
#include "core/stage.h"
#include "shard/reader.h"

struct wish_opts {
    int format;
    const char *eod_id, *column;
    uint64_t id_bytes;
};

#define WISH_OPTS(type, m) \
    OPT_CHOICE('f', "format", "auto|" SHARD_FORMAT_NAMES, "auto", type, m.format, \
               "what the files are"), \
    OPT_STR(0, "eod-id", "N", NULL, type, m.eod_id, \
            "end-of-document id, where neither file nor manifest tells"), \
    OPT_U64(0, "id-bytes", "N", "0", type, m.id_bytes, \
            "bytes of an id, where nothing tells (1, 2, 4 or 8)"), \
    OPT_STR(0, "column", "NAME", NULL, type, m.column, \
            "column or member with the ids (mds, webdataset)")

int wish_set(struct shard_wish *w, const struct wish_opts *o, const struct setup *s,
             struct err *e);

#endif
