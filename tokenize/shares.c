/* See shares.h. */
#include "tokenize/shares.h"
#include <string.h>
#include "core/json.h"
#include "core/mem.h"

static bool parse_number(const char *s, bool size, uint64_t *n)
{
    if (size)
        return opt_parse_size(s, n) == 0;
    return json_u64(slice_str(s), n);
}

int shares_parse(struct shares *s, const struct opt_list *list, const char *option, bool size,
                 struct err *e)
{
    s->v = mem_array(list->n + 1, sizeof *s->v);
    for (size_t i = 0; i < list->n; i++) {
        const char *text = list->v[i], *equal = strchr(text, '='), *colon = strrchr(text, ':');
        struct share *r = &s->v[s->n];
        if (!equal || !colon || colon < equal || equal == text ||
            !parse_number(colon + 1, size, &r->n))
            return err_set(e, ERR_USAGE, "%s %s is not FIELD=VALUE:%s", option, text,
                           size ? "SIZE" : "N");
        r->field = slice_of(text, (size_t)(equal - text));
        r->value = slice_of(equal + 1, (size_t)(colon - equal - 1));
        s->n++;
    }
    return 0;
}

void shares_free(struct shares *s)
{
    mem_free(s->v);
    *s = (struct shares){NULL, 0};
}

int shares_find(const struct shares *s, const struct doc *d)
{
    for (size_t i = 0; i < s->n; i++)
        if (slice_eq(doc_get_text(d, s->v[i].field), s->v[i].value))
            return (int)i;
    return -1;
}
