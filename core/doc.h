/* doc - one document
 *
 * On the outside a document is one JSON object a line: id, text, source, metadata (CONTRACT.md
 * section 2). Inside, the two big members are columns: `text` is decoded UTF-8 and `ids` is an
 * array of 32-bit token ids. What remains of the JSON, the shell, is the record with the values of
 * those two replaced by a 0 and their places remembered:
 *
 *     {"id":"7","text":0,"metadata":{"url":"..."}}
 *                      ^ text_at
 *
 * A change of metadata splices the shell at once (it is small), so a document that went through
 * `A then B` is byte for byte the one that went through `A | B`. A text that nobody edits is
 * written as it was spelled (text_json).
 *
 * All memory belongs to the arena of the batch the document is in. One thread at a time.
 */
#ifndef CORE_DOC_H
#define CORE_DOC_H
#include <stdint.h>
#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"

struct views;                       /* text/views.h: splittings of the text, filled lazily */

struct doc {
    struct slice id;                /* decoded; for a number, its spelling */
    struct slice text;              /* decoded; change it only through doc_set_text() */
    struct slice text_json;         /* its spelling with quotes; p = NULL once edited */
    const uint32_t *ids;            /* token ids; change them only through doc_set_ids() */
    size_t n_ids;
    bool has_text, has_ids;
    struct slice shell;             /* see above */
    size_t text_at, ids_at;         /* places in the shell, valid while has_text, has_ids */
    struct slice ids_json;          /* spelling of input_ids as read; p = NULL once set */
    const struct doc_fields *fields;    /* where text, id, url, lang stand */
    struct arena *arena;            /* the batch's */
    uint64_t record;                /* number in its input, from 1; a reader sets it, 0: unknown */
    uint64_t at, length;            /* of that record in the decoded input; length 0: unknown */
    uint64_t index;                 /* serial number in the input of this segment, from 0 */
    struct slice group;             /* of --stats-by, as the step at hand found it */
    void *slot;                     /* a sink's or barrier's own, from prepare to commit */
    struct views *views;            /* NULL until somebody asks; reset by doc_set_text() */
};

/* Dotted names of the members that we read; --text-field and so on. */
struct doc_fields {
    struct slice text, id, url, lang;
};
extern const struct doc_fields doc_fields_default;  /* text, id, metadata.url, metadata.lang */

/* ---- reading and making ------------------------------------------------------------------- */

/* Parses one JSON record (no newline). 0; or -1 with *kind naming the sort of badness ("json",
 * "no-text", "text-type", "metadata-type", "doubled-key", "not-object") and *at the byte.
 * *repaired is added to. A record without an id gets `fallback_id` as its first member. `line`
 * must outlive d. */
int doc_parse(struct doc *d, struct arena *a, struct slice line, const struct doc_fields *f,
              struct slice fallback_id, const char **kind, size_t *at, uint64_t *repaired);

/* A new document; metadata is the inside of a JSON object without braces ("\"url\":\"..\""), may
 * be empty. Copies nothing but what the shell needs: text must live as long as the arena. Text
 * must be valid UTF-8: run utf8_repair() on foreign bytes. */
void doc_make(struct doc *d, struct arena *a, struct slice id, struct slice text,
              struct slice source, struct slice metadata);

/* ---- asking ------------------------------------------------------------------------------- */

struct slice doc_get(const struct doc *d, const char *path);    /* raw JSON value or {NULL,0} */
/* As text: strings decoded, numbers spelled; empty when absent. "text" and "id" are understood. */
struct slice doc_get_text(const struct doc *d, struct slice path);
struct slice doc_url(const struct doc *d);
struct slice doc_lang(const struct doc *d);

/* ---- changing ----------------------------------------------------------------------------- */

void doc_set_text(struct doc *d, struct slice text);            /* valid UTF-8, lives in arena */
void doc_set_ids(struct doc *d, const uint32_t *ids, size_t n); /* lives in arena */
void doc_drop_ids(struct doc *d);                               /* takes input_ids away */
/* Sets a member ("metadata.lang", "metadata.tokmill.lang") to a JSON value: in place if present,
 * else at the end of its object, which is made when absent. */
void doc_set(struct doc *d, const char *path, struct slice json);
void doc_set_str(struct doc *d, const char *path, struct slice v);
void doc_set_u64(struct doc *d, const char *path, uint64_t v);
void doc_set_f64(struct doc *d, const char *path, double v);    /* shortest that reads back */
/* input_ids of a document that was read: parsed on first use. -1 if they are no ids. */
int doc_ids(struct doc *d);

/* ---- writing ------------------------------------------------------------------------------ */

void doc_format(const struct doc *d, struct buf *out);          /* JSON and newline */
/* The same with one more member at the end: ,"key":json */
void doc_format_with(const struct doc *d, struct buf *out, const char *key, struct slice json);

#endif
