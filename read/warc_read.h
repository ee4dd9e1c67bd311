/* warc_read - a record of an archive to a document
 *
 *     record -> selected? -> HTTP body, decoded -> page.h -> document
 *
 * One thread each; configuration is shared and read-only.
 */
#ifndef READ_WARC_READ_H
#define READ_WARC_READ_H
#include "core/opt.h"
#include "core/stage.h"
#include "read/page.h"
#include "read/warc.h"

enum warc_digests { WARC_DIGESTS_IGNORE, WARC_DIGESTS_KEEP, WARC_DIGESTS_CHECK };

struct warc_conf {
    int mode, digests;              /* enum extract_mode, enum warc_digests */
    bool markdown, any_status, index;
    const char *types, *statuses, *mimes, *languages;   /* lists for warc_select.h */
    struct opt_list urls;
    uint64_t min_length, max_length;    /* bytes of the decoded body; max 0: no limit */
};

struct warc_scratch;
struct warc_scratch *warc_scratch_new(void);
void warc_scratch_free(struct warc_scratch *s);
struct buf *warc_scratch_buf(struct warc_scratch *s);      /* for the metadata of one document */

/* What a record is read with. */
struct warc_item {
    const struct warc_conf *conf;
    struct warc_scratch *s;
    struct job *job;
    struct batch *out;
    const struct piece *piece;
    const struct warc_record *record;
    struct warc_head head;
    struct warc_hints hints;        /* of the metadata record behind, if it is of this one */
    uint64_t number, offset;
};

/* A document of this record. */
void warc_add_document(struct warc_item *it, struct slice text, struct slice meta);
/* Makes a document, or counts the record as passed over or bad. */
void warc_read(struct warc_item *it);

#endif
