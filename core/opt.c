/* opt - see opt.h. */
#include "core/opt.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "core/mem.h"

const struct opt *opt_find(const struct opt *table, const char *name, size_t n)
{
    for (const struct opt *o = table; o && o->name; o++)
        if (strlen(o->name) == n && !memcmp(o->name, name, n))
            return o;
    return NULL;
}

const struct opt *opt_find_letter(const struct opt *table, char letter)
{
    for (const struct opt *o = table; o && o->name; o++)
        if (o->letter == letter)
            return o;
    return NULL;
}

int opt_parse_size(const char *s, uint64_t *out)
{
    static const char units[] = "KMGT";
    char *end;
    errno = 0;
    double v = strtod(s, &end);
    if (end == s || errno || !(v >= 0) || !isfinite(v))
        return -1;
    if (*end) {
        const char *unit = strchr(units, *end & ~32);
        if (!unit)
            return -1;
        for (long i = unit - units; i >= 0; i--)
            v *= 1024;
        end++;
        if (*end == 'i')
            end++;
        if (*end == 'B')
            end++;
    }
    if (*end || v > 9e18)
        return -1;
    *out = (uint64_t)v;
    return 0;
}

static int parse_choice(const struct opt *o, const char *value, int *out)
{
    struct slice rest = slice_str(o->arg), choice;
    for (int i = 0; slice_next(&rest, '|', &choice); i++)
        if (slice_is(choice, value)) {
            *out = i;
            return 0;
        }
    return -1;
}

static int parse_f64(const char *value, double *out)
{
    char *end;
    *out = strtod(value, &end);
    return end == value || *end || !isfinite(*out) ? -1 : 0;
}

static int parse_u64(const char *value, uint64_t *out)
{
    char *end;
    errno = 0;
    *out = strtoull(value, &end, 10);
    return value[0] < '0' || value[0] > '9' || *end || errno ? -1 : 0;
}

static void append(struct opt_list *list, const char *value)
{
    list->v = mem_grow_array(list->v, list->n + 1, sizeof *list->v);
    list->v[list->n++] = value;
}

int opt_set(const struct opt *o, void *conf, const char *value, struct err *e)
{
    void *to = (char *)conf + o->offset;
    int rc = 0;
    switch (o->kind) {
    case OPT_KIND_BOOL: *(bool *)to = true; break;
    case OPT_KIND_STR:
    case OPT_KIND_FILE: *(const char **)to = value; break;
    case OPT_KIND_U64: rc = parse_u64(value, to); break;
    case OPT_KIND_SIZE: rc = opt_parse_size(value, to); break;
    case OPT_KIND_F64: rc = parse_f64(value, to); break;
    case OPT_KIND_LIST: append(to, value); break;
    case OPT_KIND_CHOICE: rc = parse_choice(o, value, to); break;
    }
    return rc ? err_set(e, ERR_USAGE, "--%s: '%.80s' is not %s", o->name, value,
                        o->kind == OPT_KIND_CHOICE ? o->arg
                        : o->kind == OPT_KIND_SIZE ? "a size (4K, 1.5G)" : "a number") : 0;
}

static void add_list(const struct opt_list *list, struct buf *out)
{
    for (size_t i = 0; i < list->n; i++) {
        if (i)
            buf_add_byte(out, ',');
        buf_add_str(out, list->v[i]);
    }
}

static void add_choice(const struct opt *o, int choice, struct buf *out)
{
    struct slice rest = slice_str(o->arg), word = {"", 0};
    for (int i = 0; i <= choice; i++)
        slice_next(&rest, '|', &word);
    buf_add_slice(out, word);
}

bool opt_format(const struct opt *o, const void *conf, struct buf *out)
{
    const void *at = (const char *)conf + o->offset;
    const char *text;
    switch (o->kind) {
    case OPT_KIND_BOOL: buf_add_str(out, "yes"); return *(const bool *)at;
    case OPT_KIND_STR:
    case OPT_KIND_FILE:
        text = *(const char *const *)at;
        buf_add_str(out, text ? text : "");
        return text != NULL;
    case OPT_KIND_U64:
    case OPT_KIND_SIZE: buf_add_u64(out, *(const uint64_t *)at); return true;
    case OPT_KIND_F64: buf_add_fmt(out, "%.17g", *(const double *)at); return true;
    case OPT_KIND_LIST:
        add_list(at, out);
        return ((const struct opt_list *)at)->n > 0;
    case OPT_KIND_CHOICE: add_choice(o, *(const int *)at, out); return true;
    }
    return false;
}

int opt_defaults(const struct opt *table, void *conf, struct err *e)
{
    for (const struct opt *o = table; o && o->name; o++)
        if (o->def && opt_set(o, conf, o->def, e))
            return -1;
    return 0;
}
