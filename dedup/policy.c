/* policy - see policy.h. */
#include "dedup/policy.h"
#include <stdlib.h>
#include "core/json.h"

int policy_parse(struct policy *p, const char *text, struct err *e)
{
    struct slice s = slice_str(text);
    static const char *const plain[] = {"first", "longest", "min-id"};
    for (size_t i = 0; i < 3; i++)
        if (slice_is(s, plain[i])) {
            *p = (struct policy){.kind = (enum policy_kind)i};
            return 0;
        }
    if (slice_starts(s, SLICE("field:")) && s.n > 6)
        *p = (struct policy){POLICY_FIELD, slice_from(s, 6)};
    else if (slice_starts(s, SLICE("source:")) && s.n > 7)
        *p = (struct policy){POLICY_SOURCE, slice_from(s, 7)};
    else
        return err_set(e, ERR_USAGE, "--keep: '%s' is none of first, longest, min-id, "
                       "field:NAME, source:A,B,...", text);
    return 0;
}

/* Doubles to integers of the same order, turned so that the greatest comes first. */
static uint64_t greatest_first(double v)
{
    uint64_t bits;
    if (v != v)
        return UINT64_MAX;
    memcpy(&bits, &v, sizeof bits);
    bits ^= bits >> 63 ? UINT64_MAX : (uint64_t)1 << 63;
    return ~bits < UINT64_MAX ? ~bits : UINT64_MAX - 1;
}

/* 2024-05-01T10:20:30Z as 20240501102030; shorter forms as if the rest were zeros. */
static bool date(struct slice s, double *v)
{
    double sum = 0;
    int digits = 0;
    if (s.n < 10 || s.p[4] != '-' || s.p[7] != '-')
        return false;
    for (size_t i = 0; i < s.n && digits < 14; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            continue;
        sum = sum * 10 + (s.p[i] - '0');
        digits++;
    }
    for (; digits < 14; digits++)
        sum *= 10;
    *v = sum;
    return true;
}

static uint64_t by_field(const struct doc *d, struct slice name)
{
    struct slice s = doc_get_text(d, name);
    char copy[64], *end;
    double v;
    if (!s.n || s.n >= sizeof copy)
        return UINT64_MAX;
    if (date(s, &v))
        return greatest_first(v);
    memcpy(copy, s.p, s.n);
    copy[s.n] = '\0';
    v = strtod(copy, &end);
    return *end ? UINT64_MAX : greatest_first(v);
}

static uint64_t by_source(const struct doc *d, struct slice order)
{
    struct slice source = doc_get_text(d, SLICE("source")), piece;
    uint64_t i = 0;
    for (; slice_next(&order, ',', &piece); i++)
        if (slice_eq(piece, source))
            break;
    return i;
}

static uint64_t rank(const struct policy *p, const struct doc *d)
{
    switch (p->kind) {
    case POLICY_LONGEST: return UINT64_MAX - d->text.n;
    case POLICY_FIELD: return by_field(d, p->argument);
    case POLICY_SOURCE: return by_source(d, p->argument);
    case POLICY_FIRST:
    case POLICY_MIN_ID: break;
    }
    return 0;
}

uint64_t policy_rank(const struct policy *p, const struct doc *d)
{
    uint64_t r = rank(p, d);
    return r < UINT64_MAX ? r + 1 : r;
}
