/* json - see json.h. RFC 8259; one recursive-free scanner with an explicit stack of brackets. */
#include "core/json.h"
#include <stdint.h>
#include <stdlib.h>
#include "core/json_special.h"
#include "core/utf8.h"

static const char *skip_space(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

static bool hex_digits(const char *p)
{
    for (int i = 0; i < 4; i++)
        if (!((p[i] >= '0' && p[i] <= '9') || ((p[i] | 32) >= 'a' && (p[i] | 32) <= 'f')))
            return false;
    return true;
}

/* How many bytes stand before the first special one, or before the last seven. */
static size_t clean_bytes(const char *p, const char *end)
{
    const char *from = p;
    uint64_t w = 0;
    while (end - p >= 8 && (memcpy(&w, p, 8), !(w = json_special_bytes(w))))
        p += 8;
    return (size_t)(p - from) + (w ? json_first(w) : 0);
}

/* p behind the opening quote; returns the closing quote, or NULL with *bad at the wrong byte. */
static const char *string_end(const char *p, const char *end, const char **bad)
{
    for (;;) {
        p += clean_bytes(p, end);
        if (p >= end || (unsigned char)*p < 0x20)
            break;
        if (*p == '"')
            return p;
        if (*p != '\\') {
            p++;
            continue;
        }
        if (end - p < 2 || !memchr("\"\\/bfnrtu", p[1], 9))
            break;
        if (p[1] == 'u') {
            if (end - p < 6 || !hex_digits(p + 2))
                break;
            p += 4;
        }
        p += 2;
    }
    *bad = p;
    return NULL;
}

static const char *digits(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

static const char *number_end(const char *p, const char *end)
{
    p += p < end && *p == '-';
    const char *from = p;
    p = digits(p, end);
    if (p == from || (*from == '0' && p - from > 1))
        return NULL;
    if (p < end && *p == '.') {
        from = ++p;
        if ((p = digits(p, end)) == from)
            return NULL;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        p += p < end && (*p == '+' || *p == '-');
        from = p;
        if ((p = digits(p, end)) == from)
            return NULL;
    }
    return p;
}

static const char *scalar_end(const char *p, const char *end, const char **bad)
{
    static const struct slice words[] = {{"true", 4}, {"false", 5}, {"null", 4}};
    *bad = p;
    if (p < end && *p >= '0' && *p <= '9')      /* first, for arrays of ids */
        return number_end(p, end);
    if (p < end && *p == '"') {
        const char *q = string_end(p + 1, end, bad);
        return q ? q + 1 : NULL;
    }
    for (size_t i = 0; i < 3; i++)
        if (slice_starts(slice_of(p, (size_t)(end - p)), words[i]))
            return p + words[i].n;
    return number_end(p, end);
}

/* Reads `"key" :` at p; NULL with *bad set if it is not there. */
static const char *key_end(const char *p, const char *end, const char **bad)
{
    *bad = p;
    if (p >= end || *p != '"')
        return NULL;
    const char *q = string_end(p + 1, end, bad);
    if (!q)
        return NULL;
    q = skip_space(q + 1, end);
    *bad = q;
    return q < end && *q == ':' ? skip_space(q + 1, end) : NULL;
}

/* Behind the integers at p that have no sign, no leading zero and a comma right behind them: what
 * arrays of ids are made of. */
static const char *skip_ids(const char *p, const char *end)
{
    const char *next = p;
    while (p < end && *p >= '1' && *p <= '9') {
        p = digits(p + 1, end);
        if (p >= end || *p != ',')
            break;
        next = ++p;
    }
    return next;
}

/* The end of the value at p (no leading space), or NULL with *bad. */
static const char *value_end(const char *p, const char *end, const char **bad)
{
    char stack[JSON_DEPTH_MAX];
    size_t depth = 0;
    for (;;) {
        if (depth && stack[depth - 1] == ']')
            p = skip_space(skip_ids(p, end), end);
        *bad = p;
        if (p < end && (*p == '{' || *p == '[')) {
            if (depth == JSON_DEPTH_MAX)
                return NULL;
            char close = *p == '{' ? '}' : ']';
            stack[depth++] = close;
            p = skip_space(p + 1, end);
            if (p >= end || *p != close) {
                if (close == '}' && !(p = key_end(p, end, bad)))
                    return NULL;
                continue;
            }
        } else {
            if (!(p = scalar_end(p, end, bad)))
                return NULL;
            if (!depth)
                return p;
            p = skip_space(p, end);
        }
        while (depth && p < end && *p == stack[depth - 1]) {
            p++;
            if (!--depth)
                return p;
            p = skip_space(p, end);
        }
        *bad = p;
        if (p >= end || *p != ',')
            return NULL;
        p = skip_space(p + 1, end);
        if (stack[depth - 1] == '}' && !(p = key_end(p, end, bad)))
            return NULL;
    }
}

int json_check(struct slice s, size_t *at)
{
    const char *end = s.p + s.n, *bad = s.p;
    size_t good = utf8_valid_upto(s);
    const char *p = value_end(skip_space(s.p, end), end, &bad);
    if (p && (bad = skip_space(p, end)) == end && good == s.n)
        return 0;
    *at = (size_t)(bad - s.p);
    if (good < s.n && (good < *at || p))
        *at = good;
    return -1;
}

struct slice json_value(struct slice s)
{
    const char *end = s.p + s.n, *bad, *p = skip_space(s.p, end);
    const char *q = value_end(p, end, &bad);
    return q ? slice_of(p, (size_t)(q - p)) : (struct slice){NULL, 0};
}

bool json_iter_init(struct json_iter *it, struct slice s)
{
    const char *end = s.p + s.n, *p = s.p ? skip_space(s.p, end) : NULL;
    if (!p || p >= end || (*p != '{' && *p != '['))
        return false;
    *it = (struct json_iter){p + 1, end, *p == '{' ? '}' : ']', true, false};
    return true;
}

bool json_iter_next(struct json_iter *it, struct json_member *m)
{
    const char *bad, *p = skip_space(it->p, it->end);
    if (it->failed || p >= it->end || *p == it->close)
        return false;
    it->failed = true;
    if (!it->first) {
        if (*p != ',')
            return false;
        p = skip_space(p + 1, it->end);
    }
    m->key = slice_of("", 0);
    if (it->close == '}') {
        const char *value = key_end(p, it->end, &bad), *q;
        if (!value || !(q = string_end(p + 1, it->end, &bad)))
            return false;
        m->key = slice_of(p + 1, (size_t)(q - p - 1));
        p = value;
    }
    const char *q = value_end(p, it->end, &bad);
    if (!q)
        return false;
    m->value = slice_of(p, (size_t)(q - p));
    it->p = q;
    it->first = it->failed = false;
    return true;
}

static unsigned hex4(const char *p)
{
    unsigned v = 0;
    for (int i = 0; i < 4; i++) {
        unsigned c = (unsigned char)p[i];
        v = v << 4 | (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    return v;
}

/* Decodes the \u escape at p (behind "\u"); joins a surrogate pair; returns bytes consumed. */
static size_t unicode_escape(const char *p, const char *end, char **o, uint64_t *repaired)
{
    unsigned cp = hex4(p);
    size_t used = 4;
    if (cp >= 0xD800 && cp < 0xDC00 && end - p >= 10 && p[4] == '\\' && p[5] == 'u') {
        unsigned low = hex4(p + 6);
        if (low >= 0xDC00 && low < 0xE000) {
            cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
            used = 10;
        }
    }
    if (cp >= 0xD800 && cp < 0xE000) {
        cp = 0xFFFD;
        if (repaired)
            ++*repaired;
    }
    *o += utf8_put(*o, cp);
    return used;
}

static char plain_escape(char c)
{
    return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'b' ? '\b'
         : c == 'f' ? '\f' : c;
}

bool json_key_is(struct slice key, struct slice name)
{
    bool escaped = key.n && memchr(key.p, '\\', key.n);
    if (!escaped || key.n <= name.n)        /* an escape is longer than what it stands for */
        return !escaped && slice_eq(key, name);
    const char *p = key.p, *end = key.p + key.n;
    while (p < end) {
        char bytes[4] = {*p}, *o = bytes + 1;
        if (*p++ == '\\') {
            bytes[0] = plain_escape(*p);
            o = *p == 'u' ? bytes : o;
            p += *p == 'u' ? 1 + unicode_escape(p + 1, end, &o, NULL) : 1;
        }
        size_t n = (size_t)(o - bytes);
        if (!slice_starts(name, slice_of(bytes, n)))
            return false;
        name = slice_from(name, n);
    }
    return name.n == 0;
}

struct slice json_find(struct slice s, struct slice path, bool *doubled)
{
    struct slice key, value = s;
    while (slice_next(&path, '.', &key)) {
        struct json_iter it;
        struct json_member m;
        struct slice found = {NULL, 0};
        if (!json_iter_init(&it, value) || it.close != '}')
            return found;
        while (json_iter_next(&it, &m)) {
            if (!json_key_is(m.key, key))
                continue;
            if (found.p && doubled)
                *doubled = true;
            if (!found.p)
                found = m.value;
            if (!doubled)
                break;
        }
        if (!found.p)
            return found;
        value = found;
    }
    return value;
}

struct slice json_string(struct slice value, struct arena *a, uint64_t *repaired)
{
    if (!json_is_string(value))
        return slice_of("", 0);
    const char *p = value.p + 1, *end = value.p + value.n - 1;
    if (!memchr(p, '\\', (size_t)(end - p)))
        return slice_of(p, (size_t)(end - p));
    char *out = arena_alloc(a, (size_t)(end - p)), *o = out;
    while (p < end) {
        const char *stop = memchr(p, '\\', (size_t)(end - p));
        size_t n = (size_t)((stop ? stop : end) - p);
        memcpy(o, p, n);
        o += n;
        p += n;
        if (!stop)
            break;
        char c = p[1];
        p += 2;
        if (c == 'u')
            p += unicode_escape(p, end, &o, repaired);
        else
            *o++ = plain_escape(c);
    }
    return slice_of(out, (size_t)(o - out));
}

bool json_is_string(struct slice value)
{
    return value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"';
}

bool json_f64(struct slice value, double *out)
{
    char t[64];
    if (!value.n || value.n >= sizeof t ||
        !(value.p[0] == '-' || (value.p[0] >= '0' && value.p[0] <= '9')))
        return false;
    memcpy(t, value.p, value.n);
    t[value.n] = '\0';
    char *end;
    *out = strtod(t, &end);
    return *end == '\0';
}

bool json_u64(struct slice value, uint64_t *out)
{
    uint64_t v = 0;
    if (!value.n)
        return false;
    for (size_t i = 0; i < value.n; i++) {
        unsigned d = (unsigned)(value.p[i] - '0');
        if (d > 9 || __builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, d, &v))
            return false;
    }
    *out = v;
    return true;
}

int json_u32_array(struct slice array, uint32_t *out, size_t *n)
{
    const char *end = array.p + array.n, *p = skip_space(array.p, end);
    *n = 0;
    if (p >= end || *p++ != '[')
        return -1;
    p = skip_space(p, end);
    for (bool more = p >= end || *p != ']'; more; more = *p++ == ',') {
        uint64_t v = 0;
        const char *from = p = skip_space(p, end);
        for (; p < end && *p >= '0' && *p <= '9' && v <= UINT32_MAX; p++)
            v = 10 * v + (uint64_t)(*p - '0');
        if (p == from || v > UINT32_MAX)
            return -1;
        out[(*n)++] = (uint32_t)v;
        p = skip_space(p, end);
        if (p >= end || (*p != ',' && *p != ']'))
            return -1;
    }
    return 0;
}
