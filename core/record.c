/* record - see record.h. */
#include "core/record.h"
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/input.h"
#include "core/json.h"
#include "core/mem.h"

/* Options that change where, when or how fast, but no byte of the documents. */
static bool is_circumstance(const char *name)
{
    static const char *const names[] = {
        "output", "threads", "memory", "tmp", "tmp-max", "stats", "stats-by", "rank", "world",
        "plan", "files-from", "null", "progress", "force", "quiet", "verbose", "version", "help",
        "rejects", "bad", "report", NULL};
    for (const char *const *n = names; *n; n++)
        if (!strcmp(*n, name))
            return true;
    return false;
}

/* Ids and origins depend on the root that names are cut at; outputs hold no path of the machine. */
static void hash_path(struct buf *value)
{
    char hex[33];
    hash128_hex(hash128(buf_slice(value)), hex);
    buf_clear(value);
    buf_add_str(value, hex);
}

/* A folder of outputs is what its manifest says. */
static int hash_file(const char *path, struct buf *out, struct err *e)
{
    char manifest[PATH_MAX];
    struct stat st;
    if (!stat(path, &st) && S_ISDIR(st.st_mode)) {
        snprintf(manifest, sizeof manifest, "%s/manifest.json", path);
        if (access(manifest, F_OK)) {
            err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
            return err_set(e, ERR_USAGE, "is not complete: it has no manifest.json");
        }
        path = manifest;
    }
    struct input *in = input_open(path, INPUT_WINDOW_MAX, e);
    struct hasher *h = hasher_new();
    char *block = mem_alloc(256 << 10), hex[33];
    long n = in ? 1 : -1;
    while (n > 0 && (n = input_read(in, block, 256 << 10, e)) > 0)
        hasher_add(h, block, (size_t)n);
    hash128_hex(hasher_value(h), hex);
    buf_add_fmt(out, "xxh3:%s", hex);
    input_close(in);
    hasher_free(h);
    mem_free(block);
    return n < 0 ? -1 : 0;
}

static int put_options(struct buf *out, const char *who, const struct opt *table,
                       const void *conf, struct err *e)
{
    struct buf value;
    char key[128];
    int rc = 0;
    buf_init(&value, 1 << 20);
    for (const struct opt *o = table; !rc && o && o->name; o++) {
        buf_clear(&value);
        if (is_circumstance(o->name) || !opt_format(o, conf, &value))
            continue;
        if (o->kind == OPT_KIND_FILE) {
            char *path = mem_strdup(*(const char *const *)(const void *)
                                        ((const char *)conf + o->offset));
            buf_clear(&value);
            rc = hash_file(path, &value, e);
            mem_free(path);
        }
        if (!strcmp(o->name, "attributes")) {       /* that there is one is what counts */
            buf_clear(&value);
            buf_add_str(&value, "true");
        }
        if (!strcmp(o->name, "input-root") && value.n)
            hash_path(&value);
        snprintf(key, sizeof key, "%s--%s", who, o->name);
        json_put_str(out, key, buf_slice(&value));
    }
    buf_free(&value);
    return rc;
}

/* Of a tool that divides its work: its units have no inputs of their own, so these count. */
static int put_operands(const struct chain *c, struct buf *out, struct err *e)
{
    struct buf value;
    char key[40];
    int rc = 0;
    buf_init(&value, 1 << 20);
    for (size_t i = 0; i < c->inputs.n && !rc; i++) {
        buf_clear(&value);
        rc = hash_file(c->inputs.v[i], &value, e);
        snprintf(key, sizeof key, "input %zu", i + 1);
        json_put_str(out, key, buf_slice(&value));
    }
    buf_free(&value);
    return rc;
}

int record_format(const struct chain *c, struct buf *out, struct err *e)
{
    char hex[33], who[80];
    buf_add_byte(out, '{');
    json_put_str(out, "tokmill", SLICE(TOKMILL_VERSION));
    if (c->plan.from_file) {
        hash128_hex(c->plan.hash, hex);
        json_put_str(out, "plan", slice_str(hex));
    }
    if (put_options(out, "", chain_opt_table, &c->o, e) ||
        (stage_divides_itself(c->steps[0].stage) && put_operands(c, out, e)))
        return -1;
    for (size_t i = 0; i < c->n; i++) {
        const struct step *s = &c->steps[i];
        snprintf(who, sizeof who, "%zu", i + 1);
        json_put_str(out, who, slice_str(s->stage->name));
        snprintf(who, sizeof who, "%zu %s ", i + 1, s->stage->name);
        if (put_options(out, who, step_opt_table, &s->o, e) ||
            put_options(out, who, s->stage->opts, s->conf, e))
            return -1;
    }
    buf_add_byte(out, '}');
    return 0;
}

static void complain(struct slice key, struct slice stored, struct slice ours, const char *folder,
                     struct err *e)
{
    struct slice nothing = SLICE("not set");
    stored = stored.p ? stored : nothing;
    ours = ours.p ? ours : nothing;
    err_at(e, slice_str(folder), ERR_NO_POS, ERR_NO_POS);
    err_set(e, ERR_USAGE, "holds the output of another run: %.*s was %.*s, now %.*s "
            "(--force replaces it)", (int)(key.n < 80 ? key.n : 80), key.p,
            (int)(stored.n < 120 ? stored.n : 120), stored.p, (int)(ours.n < 120 ? ours.n : 120),
            ours.p);
}

static struct slice find(struct slice object, struct slice key)
{
    struct json_iter it;
    struct json_member m;
    if (json_iter_init(&it, object))
        while (json_iter_next(&it, &m))
            if (slice_eq(m.key, key))
                return m.value;
    return (struct slice){NULL, 0};
}

int record_differs(struct slice stored, struct slice ours, const char *folder, struct err *e)
{
    struct json_iter it;
    struct json_member m;
    struct slice sides[2] = {ours, stored};
    for (int i = 0; i < 2; i++) {
        if (!json_iter_init(&it, sides[i]))
            continue;
        while (json_iter_next(&it, &m)) {
            struct slice was = find(stored, m.key), now = find(ours, m.key);
            if (!slice_eq(was, now) || !was.p || !now.p) {
                complain(m.key, was, now, folder, e);
                return -1;
            }
        }
    }
    return 0;
}
