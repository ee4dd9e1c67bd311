/* plan - see plan.h. */
#include "core/plan.h"
#include <stdlib.h>
#include <sys/stat.h>
#include "core/docs.h"
#include "core/entries.h"
#include "core/input.h"
#include "core/json.h"
#include "core/mem.h"

enum { MAX_PLAN = 1 << 30 };

void plan_init(struct plan *p)
{
    *p = (struct plan){.n = 0};
    arena_init(&p->names);
}

void plan_free(struct plan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        mem_free(p->v[i].inputs.v);
        mem_free(p->v[i].sizes);
    }
    mem_free(p->v);
    arena_free(&p->names);
    plan_init(p);
}

static struct unit *add_unit(struct plan *p, const char *name)
{
    /* Growing by doubling: plans of 100,000 units are ordinary. */
    if ((p->n & (p->n - 1)) == 0)
        p->v = mem_grow_array(p->v, p->n ? 2 * p->n : 1, sizeof *p->v);
    p->v[p->n] = (struct unit){.name = name};
    return &p->v[p->n++];
}

void plan_add(struct plan *p, const char *name)
{
    add_unit(p, arena_str(&p->names, slice_str(name)));
}

/* A unit's name becomes a path below the output folder: it may not lead out of it. */
static bool is_safe(struct slice name)
{
    struct slice rest = name, part;
    if (!name.n || name.n > 4000 || memchr(name.p, '\0', name.n) || name.p[0] == '/')
        return false;
    while (slice_next(&rest, '/', &part))
        if (!part.n || slice_is(part, ".") || slice_is(part, ".."))
            return false;
    return true;
}

/* ---- from a file ---------------------------------------------------------------------------- */

static struct slice string_member(struct plan *p, struct slice object, const char *key)
{
    uint64_t repaired = 0;
    struct slice v = json_find(object, slice_str(key), NULL);
    return v.p && json_is_string(v) ? json_string(v, &p->names, &repaired) : (struct slice){"", 0};
}

static bool read_inputs(struct plan *p, struct unit *u, struct slice list)
{
    struct json_iter it;
    struct json_member m;
    if (!json_iter_init(&it, list))
        return false;
    while (json_iter_next(&it, &m)) {
        struct slice path = string_member(p, m.value, "path");
        size_t n = u->inputs.n;
        if ((n & (n - 1)) == 0) {
            u->inputs.v = mem_grow_array(u->inputs.v, n ? 2 * n : 1, sizeof *u->inputs.v);
            u->sizes = mem_grow_array(u->sizes, n ? 2 * n : 1, sizeof *u->sizes);
        }
        if (!path.n || !json_u64(json_find(m.value, SLICE("size"), NULL), &u->sizes[n]))
            return false;
        u->inputs.v[u->inputs.n++] = arena_str(&p->names, path);
    }
    return !it.failed;
}

static bool read_units(struct plan *p, struct slice all)
{
    struct json_iter it;
    struct json_member m;
    size_t at;
    if (json_check(all, &at) || !all.n || all.p[0] != '{' ||
        !slice_is(string_member(p, all, "kind"), "plan") ||
        !json_iter_init(&it, json_find(all, SLICE("units"), NULL)))
        return false;
    while (json_iter_next(&it, &m)) {
        struct slice name = string_member(p, m.value, "name");
        if (!is_safe(name))
            return false;
        struct unit *u = add_unit(p, arena_str(&p->names, name));
        if (!read_inputs(p, u, json_find(m.value, SLICE("inputs"), NULL)))
            return false;
    }
    return !it.failed;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check_collisions(const struct plan *p, struct err *e)
{
    const char **names = mem_array(p->n + 1, sizeof *names), *twice = NULL;
    for (size_t i = 0; i < p->n; i++)
        names[i] = p->v[i].name;
    qsort(names, p->n, sizeof *names, by_name);
    for (size_t i = 1; i < p->n && !twice; i++)
        if (!strcmp(names[i - 1], names[i]))
            twice = names[i];
    mem_free(names);
    return twice ? err_set(e, ERR_USAGE, "two inputs would both become unit '%.200s' "
                           "(see --input-root)", twice) : 0;
}

int plan_read(struct plan *p, const char *path, struct err *e)
{
    struct buf b;
    buf_init(&b, MAX_PLAN);
    int rc = docs_read_file(path, &b, e);
    if (!rc && !read_units(p, slice_trim(buf_slice(&b)))) {
        err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
        rc = err_set(e, ERR_DATA, "not a plan");
    }
    p->from_file = true;
    p->hash = hash128(buf_slice(&b));
    buf_free(&b);
    return rc ? rc : check_collisions(p, e);
}

/* ---- from operands -------------------------------------------------------------------------- */

int plan_of_inputs(struct plan *p, const struct opt_list *inputs, const char *root,
                   const char *stdin_name, struct err *e)
{
    size_t n = inputs->n ? inputs->n : 1;
    for (size_t i = 0; i < n; i++) {
        const char *path = inputs->n ? inputs->v[i] : "-";
        struct slice name = !strcmp(path, "-") ? slice_str(stdin_name)
                                               : entries_name(slice_str(path), root);
        while (slice_starts(name, SLICE("../")))    /* outside of the root: what remains names it */
            name = slice_from(name, 3);
        name = input_base_name(name);
        while (name.n && name.p[name.n - 1] == '/')
            name.n--;
        if (!is_safe(name))
            return err_set(e, ERR_USAGE, "input '%.200s' gives no name for its output "
                           "(see --input-root)", path);
        struct unit *u = add_unit(p, arena_str(&p->names, name));
        u->inputs.v = mem_array(1, sizeof *u->inputs.v);
        u->inputs.v[u->inputs.n++] = path;
    }
    return check_collisions(p, e);
}

/* ---- making one ----------------------------------------------------------------------------- */

void plan_format(const struct opt_list *inputs, const uint64_t *sizes, uint64_t unit_size,
                 struct buf *out)
{
    uint64_t in_unit = 0;
    size_t units = 0;
    buf_add_byte(out, '{');
    json_put_str(out, "tokmill", SLICE(TOKMILL_VERSION));
    json_put_str(out, "kind", SLICE("plan"));
    json_key(out, "units");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < inputs->n; i++) {
        bool open = !units || in_unit + sizes[i] > unit_size;
        if (open) {
            buf_add_fmt(out, "%s\n {\"name\":\"part-%05zu\",\"inputs\":[", units ? "]}," : "",
                        units);
            units++;
            in_unit = 0;
        }
        in_unit += sizes[i];
        buf_add_str(out, open ? "{" : ",{");
        json_put_str(out, "path", slice_str(inputs->v[i]));
        json_put_u64(out, "size", sizes[i]);
        buf_add_byte(out, '}');
    }
    buf_add_str(out, units ? "]}]}\n" : "]}\n");
}

int plan_check(const struct unit *u, struct err *e)
{
    struct stat st;
    for (size_t i = 0; u->sizes && i < u->inputs.n; i++) {
        if (stat(u->inputs.v[i], &st))
            err_errno(e, "cannot open");
        else if ((uint64_t)st.st_size != u->sizes[i])
            err_set(e, ERR_DATA, "%llu bytes, but %llu when the run was planned",
                    (unsigned long long)st.st_size, (unsigned long long)u->sizes[i]);
        else
            continue;
        err_at(e, slice_str(u->inputs.v[i]), ERR_NO_POS, ERR_NO_POS);
        return -1;
    }
    return 0;
}
