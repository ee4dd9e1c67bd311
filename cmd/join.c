/* join - brings values that were written apart back to their documents, by id.
 * How records are found: filter/sidefile.h. */
#include "core/json.h"
#include "core/mem.h"
#include "core/stage.h"
#include "filter/sidefile.h"

enum { MISSING_FAIL, MISSING_KEEP, MISSING_DROP };
enum { EXTRA_FAIL, EXTRA_IGNORE };

struct conf {
    struct opt_list with, fields;
    const char *id, *under;
    bool replace;
    int missing, extra;
    struct sidefile **files;
    struct slice *wanted;           /* dotted names of --fields */
    size_t n_wanted;
};

static const struct opt OPTS[] = {
    OPT_LIST('w', "with", "FILE", struct conf, with,
             "records about the documents: of --attributes, or anybody's JSONL"),
    OPT_STR(0, "with-id", "NAME", "id", struct conf, id, "member of a record that holds the id"),
    OPT_LIST(0, "fields", "NAME,...", struct conf, fields,
             "bring only these members of a record (dotted)"),
    OPT_STR(0, "under", "NAME", NULL, struct conf, under, "put them under metadata.NAME"),
    OPT_BOOL(0, "replace", struct conf, replace,
             "a member that the document has already gets the record's value"),
    OPT_CHOICE(0, "missing", "fail|keep|drop", "fail", struct conf, missing,
               "what to do with a document without a record"),
    OPT_CHOICE(0, "extra", "fail|ignore", "fail", struct conf, extra,
               "what to do with records without a document"),
    OPT_END,
};

static void split_fields(struct conf *c)
{
    for (size_t i = 0; i < c->fields.n; i++) {
        struct slice rest = slice_str(c->fields.v[i]), name;
        while (slice_next(&rest, ',', &name)) {
            c->wanted = mem_grow_array(c->wanted, c->n_wanted + 1, sizeof *c->wanted);
            c->wanted[c->n_wanted++] = slice_trim(name);
        }
    }
}

static int open_join(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    if (!c->with.n)
        return err_set(e, ERR_USAGE, "join needs --with FILE");
    split_fields(c);
    c->files = mem_array(c->with.n, sizeof *c->files);
    for (size_t i = 0; i < c->with.n; i++)
        if (!(c->files[i] = sidefile_open(c->with.v[i], c->id, s->memory / c->with.n, e)))
            return -1;
    return 0;
}

static void close_join(void *conf)
{
    struct conf *c = conf;
    for (size_t i = 0; c->files && i < c->with.n; i++)
        sidefile_close(c->files[i]);
    mem_free(c->files);
    mem_free(c->wanted);
}

/* ---- a record into a document ------------------------------------------------------------- */

static int conflict(struct job *j, const struct doc *d, const char *path)
{
    return err_set(j->err, ERR_DATA, "document '%.*s' has another %.100s already (--replace "
                   "overwrites, --under puts it elsewhere)",
                   (int)(d->id.n < 100 ? d->id.n : 100), d->id.p, path);
}

/* Members of objects one by one, so that what a document has beside them stays. */
static int set_all(const struct conf *c, struct job *j, struct doc *d, const char *path,
                   struct slice value)
{
    struct json_iter it;
    struct json_member m;
    struct slice old = doc_get(d, path);
    bool is_object = value.p[0] == '{';
    if (old.p && slice_eq(old, value))
        return 0;
    if (old.p && !(is_object && old.p[0] == '{') && !c->replace)
        return conflict(j, d, path);
    if (!is_object || !old.p || old.p[0] != '{') {
        doc_set(d, path, value);
        return 0;
    }
    json_iter_init(&it, value);
    while (json_iter_next(&it, &m)) {
        struct slice key = json_string(slice_of(m.key.p - 1, m.key.n + 2), j->arena, NULL);
        struct slice below = arena_fmt(j->arena, "%s.%.*s", path, (int)key.n, key.p);
        if (set_all(c, j, d, arena_str(j->arena, below), m.value))
            return -1;
    }
    return 0;
}

/* What the document itself says is no news: its text, source, ids of tokens. */
static bool is_own(const struct conf *c, struct slice key)
{
    static const char *const own[] = {"text", "source", "input_ids"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (json_key_is(key, slice_str(own[i])))
            return true;
    return json_key_is(key, slice_str(c->id));
}

static const char *root_of(const struct conf *c, struct job *j)
{
    return c->under ? arena_str(j->arena, arena_fmt(j->arena, "metadata.%s", c->under))
                    : "metadata";
}

static int bring_wanted(const struct conf *c, struct job *j, struct doc *d, struct slice record)
{
    const char *root = root_of(c, j);
    for (size_t i = 0; i < c->n_wanted; i++) {
        struct slice name = c->wanted[i], value = json_find(record, name, NULL);
        if (!value.p)
            return err_set(j->err, ERR_DATA, "the record of document '%.*s' has no '%.*s'",
                           (int)(d->id.n < 100 ? d->id.n : 100), d->id.p,
                           (int)(name.n < 100 ? name.n : 100), name.p);
        if (slice_starts(name, SLICE("metadata.")))
            name = slice_from(name, strlen("metadata."));
        struct slice path = arena_fmt(j->arena, "%s.%.*s", root, (int)name.n, name.p);
        if (set_all(c, j, d, arena_str(j->arena, path), value))
            return -1;
    }
    return 0;
}

/* "metadata" of the record goes to the document's; other members become members of it. */
static int bring_all(const struct conf *c, struct job *j, struct doc *d, struct slice record)
{
    struct json_iter it;
    struct json_member m;
    const char *root = root_of(c, j);
    if (json_iter_init(&it, record))
        while (json_iter_next(&it, &m)) {
            const char *path = root;
            if (is_own(c, m.key))
                continue;
            struct slice key = json_string(slice_of(m.key.p - 1, m.key.n + 2), j->arena, NULL);
            if (!slice_is(key, "metadata") || m.value.p[0] != '{')
                path = arena_str(j->arena, arena_fmt(j->arena, "%s.%.*s", root, (int)key.n, key.p));
            if (set_all(c, j, d, path, m.value))
                return -1;
        }
    return 0;
}

static enum verdict join(void *conf, struct job *j, struct doc *d)
{
    struct conf *c = conf;
    bool missing = false;
    for (size_t i = 0; i < c->with.n; i++) {
        struct slice record;
        int rc = sidefile_find(c->files[i], d->id, &record, j->err);
        if (rc == 0 && c->missing == MISSING_FAIL)
            rc = sidefile_explain(c->files[i], d->id, j->err);
        if (rc < 0)
            return DOC_FAIL;
        if (rc == 0) {
            missing = true;
            continue;
        }
        record = arena_copy(j->arena, record);
        if (c->n_wanted ? bring_wanted(c, j, d, record) : bring_all(c, j, d, record)) {
            err_at(j->err, slice_str(c->with.v[i]), ERR_NO_POS, ERR_NO_POS);
            return DOC_FAIL;
        }
    }
    if (missing)
        job_count(j, "missing", 1);
    return missing && c->missing == MISSING_DROP ? job_drop(j, "missing") : DOC_KEEP;
}

static int finish_join(void *conf, const struct setup *s, void **scratch, int n, struct err *e)
{
    struct conf *c = conf;
    (void)s, (void)scratch, (void)n;
    for (size_t i = 0; c->extra == EXTRA_FAIL && i < c->with.n; i++)
        if (sidefile_finish(c->files[i], e))
            return -1;
    return 0;
}

const struct stage stage_join = {
    .name = "join",
    .summary = "bring values written apart back to their documents, by id",
    .operands = "[FILE...]",
    .example = "tokmill join --with scores.jsonl docs.jsonl then select --where 'score > 3'",
    .form = FORM_FOLD,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .open = open_join,
    .close = close_join,
    .fold = join,
    .finish = finish_join,
};
