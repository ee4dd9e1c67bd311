/* See outside.h. Of each document sent a hash of its id is kept; finish() turns the array into the
 * numbers of the answers. */
#include "filter/outside.h"
#include <pthread.h>
#include "core/child.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/mem.h"

#define NO_ANSWER UINT64_MAX
enum { READ_BYTES = 256 << 10, MAX_LINE = 1 << 30 };

struct outside {
    struct outside_about about;
    struct slice id_field;          /* of documents and answers, dotted */
    struct child *child;            /* NULL: not running */
    pthread_t reader;
    struct spool *answers;          /* the reader's until it has ended */
    struct err reader_err;
    uint64_t *sent;                 /* hashes of ids; after finish() numbers of answers */
    uint64_t n, cap;
};

struct outside *outside_new(const struct outside_about *about)
{
    struct outside *o = mem_zero(sizeof *o);
    o->about = *about;
    return o;
}

static void forget(struct outside *o)
{
    spool_free(o->answers);
    o->answers = NULL;
    o->n = 0;
}

void outside_free(struct outside *o)
{
    if (!o)
        return;
    if (o->child) {                 /* the run failed: the program's end lets the reader end */
        child_end_input(o->child);
        child_kill(o->child);
        pthread_join(o->reader, NULL);
        child_free(o->child);
    }
    forget(o);
    mem_free(o->sent);
    mem_free(o);
}

/* ---- the reading thread ------------------------------------------------------------------- */

/* Whole lines of `b` to the spool; what is left stays. */
static int add_lines(struct outside *o, struct buf *b, size_t *searched, struct err *e)
{
    size_t from = 0;
    const char *newline;
    while ((newline = b->n > *searched ? memchr(b->p + *searched, '\n', b->n - *searched) : NULL)) {
        size_t end = (size_t)(newline - b->p) + 1;
        struct slice line = slice_of(b->p + from, end - from);
        if (slice_trim(line).n && spool_add(o->answers, line, e))
            return -1;
        from = *searched = end;
    }
    *searched = b->n - from;
    buf_drop_front(b, from);
    return 0;
}

static int read_answers(struct outside *o, struct buf *b, struct err *e)
{
    size_t searched = 0;
    long n = 1;
    while (n > 0) {
        char *to = buf_reserve(b, READ_BYTES);
        if (!to)
            return err_set(e, ERR_DATA, "'%.200s' gave a line longer than 1 GiB",
                           o->about.argv[0]);
        if ((n = child_read(o->child, to, READ_BYTES, e)) < 0)
            return -1;
        b->n += (size_t)n;
        if (n == 0 && b->n)
            buf_add_byte(b, '\n');
        if (add_lines(o, b, &searched, e))
            return -1;
    }
    return 0;
}

static void *reader(void *arg)
{
    struct outside *o = arg;
    struct buf b;
    buf_init(&b, MAX_LINE);
    if (read_answers(o, &b, &o->reader_err))
        child_kill(o->child);       /* nobody takes what it gives: the writer must not wait */
    buf_free(&b);
    return NULL;
}

/* ---- sending ------------------------------------------------------------------------------ */

static int start(struct outside *o, struct err *e)
{
    forget(o);
    err_init(&o->reader_err);
    if (!(o->answers = spool_new(o->about.tmp, o->about.tmp_max, e)) ||
        !(o->child = child_start(o->about.argv, e)))
        return -1;
    if (!pthread_create(&o->reader, NULL, reader, o))
        return 0;
    child_kill(o->child);
    child_free(o->child);
    o->child = NULL;
    return err_set(e, ERR_NOMEM, "cannot start a thread");
}

int outside_send(struct outside *o, const struct doc *d, struct slice record, struct err *e)
{
    o->id_field = d->fields->id;
    if (!o->child && start(o, e))
        return -1;
    if (o->n == o->cap) {
        o->cap = o->cap ? o->cap * 2 : 1024;
        if (o->cap * sizeof *o->sent > o->about.memory)
            return err_set(e, ERR_NOMEM, "ids of more than %llu documents do not fit into --memory",
                           (unsigned long long)o->n);
        o->sent = mem_grow_array(o->sent, o->cap, sizeof *o->sent);
    }
    o->sent[o->n++] = hash64(d->id);
    return child_write(o->child, record, e);
}

/* ---- pairing ------------------------------------------------------------------------------ */

/* The id of a document, for an error. */
static void name_document(struct spool *docs, uint64_t i, struct slice id_field, struct arena *a,
                          struct slice *id)
{
    struct spool_cursor *c = spool_cursor_new();
    struct slice record;
    struct err ignored;
    err_init(&ignored);
    *id = SLICE("?");
    if (!spool_get(docs, c, i, &record, &ignored)) {
        struct slice value = json_find(record, id_field, NULL);
        *id = arena_copy(a, json_is_string(value) ? json_string(value, a, NULL) : value);
    }
    spool_cursor_free(c);
}

static int no_partner(const struct outside *o, struct spool *docs, uint64_t i, uint64_t answer,
                      struct slice got, struct arena *a, struct err *e)
{
    struct slice want;
    const char *who = o->about.argv[0];
    if (i == o->n)
        return err_set(e, ERR_DATA, "'%.100s' gave a document too many, or not in order: number "
                       "%llu, id '%.*s'", who, (unsigned long long)answer,
                       (int)(got.n < 100 ? got.n : 100), got.p);
    name_document(docs, i, o->id_field, a, &want);
    if (!got.p)
        return err_set(e, ERR_DATA, "'%.100s' gave %llu documents for %llu; the first missing is "
                       "'%.*s'", who, (unsigned long long)answer, (unsigned long long)o->n,
                       (int)(want.n < 100 ? want.n : 100), want.p);
    return err_set(e, ERR_DATA, "'%.100s' gave the document '%.*s' where '%.*s' was due", who,
                   (int)(got.n < 100 ? got.n : 100), got.p, (int)(want.n < 100 ? want.n : 100),
                   want.p);
}

static int id_of(const struct outside *o, struct slice line, uint64_t answer, struct arena *a,
                 struct slice *id, struct err *e)
{
    size_t at;
    struct slice value = json_check(line, &at) ? (struct slice){NULL, 0}
                                               : json_find(line, o->id_field, NULL);
    if (!value.p || !(json_is_string(value) || memchr("-0123456789", *value.p, 11)))
        return err_set(e, ERR_DATA, "'%.200s' gave a line that is no document with an id: "
                       "line %llu", o->about.argv[0], (unsigned long long)answer);
    *id = json_is_string(value) ? json_string(value, a, NULL) : value;
    return 0;
}

/* Goes through the answers in order, *i being the document that is due. */
static int pair(struct outside *o, struct spool *docs, uint64_t *i, struct slice line,
                uint64_t answer, struct arena *a, struct err *e)
{
    struct slice id;
    if (id_of(o, line, answer + 1, a, &id, e))
        return -1;
    uint64_t hash = hash64(id), due = *i;
    while (o->about.may_drop && due < o->n && o->sent[due] != hash)
        due++;
    if (due == o->n || o->sent[due] != hash)
        return no_partner(o, docs, due, answer + 1, id, a, e);
    while (*i < due)
        o->sent[(*i)++] = NO_ANSWER;
    o->sent[(*i)++] = answer;
    return 0;
}

static int pair_all(struct outside *o, struct spool *docs, struct err *e)
{
    struct spool_cursor *c = spool_cursor_new();
    struct arena a;
    struct slice line, nothing = {NULL, 0};
    uint64_t i = 0, n = spool_count(o->answers);
    int rc = 0;
    arena_init(&a);
    for (uint64_t k = 0; k < n && !rc; k++) {
        arena_reset(&a);
        rc = spool_get(o->answers, c, k, &line, e) || pair(o, docs, &i, line, k, &a, e) ? -1 : 0;
    }
    if (!rc && i < o->n && !o->about.may_drop)
        rc = no_partner(o, docs, i, n, nothing, &a, e);
    while (!rc && i < o->n)
        o->sent[i++] = NO_ANSWER;
    arena_free(&a);
    spool_cursor_free(c);
    return rc;
}

int outside_finish(struct outside *o, struct spool *docs, struct err *e)
{
    if (!o->child) {
        forget(o);
        return 0;
    }
    child_end_input(o->child);
    pthread_join(o->reader, NULL);
    struct child *child = o->child;
    o->child = NULL;
    if (o->reader_err.kind != ERR_NONE) {
        child_free(child);
        *e = o->reader_err;
        return -1;
    }
    return child_wait(child, e) || spool_seal(o->answers, e) || pair_all(o, docs, e) ? -1 : 0;
}

int outside_get(struct outside *o, struct spool_cursor *c, uint64_t i, struct slice *record,
                struct err *e)
{
    if (i >= o->n || o->sent[i] == NO_ANSWER)
        return 0;
    return spool_get(o->answers, c, o->sent[i], record, e) ? -1 : 1;
}
