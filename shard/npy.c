/* npy - see npy.h. After numpy/lib/format.py. */
#include "shard/npy.h"
#include <stdio.h>

void npy_head(unsigned char head[NPY_HEAD], unsigned width, uint64_t n)
{
    memset(head, ' ', NPY_HEAD);
    memcpy(head, "\x93NUMPY\1\0", 8);
    head[8] = NPY_HEAD - 10;
    head[9] = 0;
    char text[NPY_HEAD];
    int k = snprintf(text, sizeof text,
                     "{'descr': '<u%u', 'fortran_order': False, 'shape': (%llu,), }", width,
                     (unsigned long long)n);
    memcpy(head + 10, text, (size_t)k);
    head[NPY_HEAD - 1] = '\n';
}

/* What follows `key` and white space. */
static struct slice after(struct slice text, const char *key)
{
    size_t at = slice_find(text, slice_str(key));
    if (at >= text.n)
        return slice_of("", 0);
    return slice_trim(slice_from(text, at + strlen(key)));
}

static bool parse_type(struct slice d, struct npy *a)
{
    if (d.n < 5 || (d.p[0] != '\'' && d.p[0] != '"') || (d.p[4] != d.p[0]) ||
        (d.p[2] != 'u' && d.p[2] != 'i'))
        return false;
    a->width = (unsigned)(d.p[3] - '0');
    a->is_signed = d.p[2] == 'i';
    if (a->width != 1 && a->width != 2 && a->width != 4 && a->width != 8)
        return false;
    return d.p[1] == '<' || (d.p[1] == '|' && a->width == 1);
}

/* "(5,)", "(1, 5)", "()" is a scalar and none of ours. */
static bool parse_shape(struct slice s, struct npy *a)
{
    bool some = false;
    size_t i = 1;
    a->n = 1;
    if (!s.n || s.p[0] != '(')
        return false;
    while (i < s.n && s.p[i] != ')') {
        uint64_t v = 0;
        size_t digits = 0;
        for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && digits < 15; i++, digits++)
            v = 10 * v + (uint64_t)(s.p[i] - '0');
        if (!digits || (v > 1 && a->n > 1))
            return false;
        a->n *= v;
        some = true;
        while (i < s.n && (s.p[i] == ',' || s.p[i] == ' '))
            i++;
    }
    return some && i < s.n;
}

bool npy_parse(struct slice bytes, struct npy *a)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    if (bytes.n < 12 || memcmp(p, "\x93NUMPY", 6) || p[6] < 1 || p[6] > 3)
        return false;
    size_t at = p[6] == 1 ? 10 : 12;
    size_t n = p[6] == 1 ? (size_t)p[8] | (size_t)p[9] << 8
                         : (size_t)p[8] | (size_t)p[9] << 8 | (size_t)p[10] << 16;
    if (p[6] > 1 && p[11])
        return false;
    if (n > bytes.n - at)
        return false;
    struct slice text = slice_of(bytes.p + at, n);
    a->head = at + n;
    return parse_type(after(text, "'descr':"), a) && parse_shape(after(text, "'shape':"), a);
}
