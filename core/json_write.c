/* json_write - JSON made; see json.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#if defined __SSE2__
#include <emmintrin.h>
#endif
#include "core/json.h"
#include "core/json_special.h"

/* Copies WORD bytes; returns how many of them stand before the first special one. */
#if defined __SSE2__
enum { WORD = 16 };

static unsigned copy_clean(char *o, const char *p)
{
    const __m128i v = _mm_loadu_si128((const void *)p);
    const __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);
    const __m128i special = _mm_or_si128(_mm_or_si128(quote, backslash), control);
    _mm_storeu_si128((void *)o, v);
    return (unsigned)__builtin_ctz((unsigned)_mm_movemask_epi8(special) | 1u << WORD);
}
#else
enum { WORD = 8 };

static unsigned copy_clean(char *o, const char *p)
{
    uint64_t w;
    memcpy(&w, p, WORD);
    memcpy(o, &w, WORD);
    w = json_special_bytes(w);
    return w ? json_first(w) : WORD;
}
#endif

static char *put_escape(char *o, unsigned char c)
{
    static const char names[] = "btn\0fr", hex[] = "0123456789abcdef";   /* 8..13; \v has none */
    *o++ = '\\';
    if (c == '"' || c == '\\') {
        *o++ = (char)c;
    } else if (c >= 8 && c <= 13 && c != 11) {
        *o++ = names[c - 8];
    } else {
        memcpy(o, "u00", 3);
        o[3] = hex[c >> 4];
        o[4] = hex[c & 15];
        o += 5;
    }
    return o;
}

/* Copies eight or sixteen bytes at a time, wanted or not, and goes on behind the first special one;
 * o has room for six bytes for each of p's and SLACK more. Returns the end of what was written. */
static char *escape(char *o, const char *p, const char *end)
{
    while (p < end) {
        if (end - p >= WORD) {
            unsigned n = copy_clean(o, p);
            o += n;
            p += n;
            if (n == WORD)
                continue;
        } else if (!json_is_special((unsigned char)*p)) {
            *o++ = *p++;
            continue;
        }
        o = put_escape(o, (unsigned char)*p++);
    }
    return o;
}

/* As escape(), byte by byte, where b's limit is near. */
static void escape_tight(struct buf *b, struct slice s)
{
    char t[6];
    for (size_t i = 0; i < s.n; i++) {
        if (json_is_special((unsigned char)s.p[i]))
            buf_add(b, t, (size_t)(put_escape(t, (unsigned char)s.p[i]) - t));
        else
            buf_add_byte(b, s.p[i]);
    }
}

void json_add_string(struct buf *b, struct slice s)
{
    enum { BLOCK = 4096, SLACK = 16 };
    buf_add_byte(b, '"');
    while (s.n) {
        const struct slice part = slice_upto(s, BLOCK);
        const size_t room = 6 * part.n + SLACK;
        if (b->max < room || b->n > b->max - room) {
            escape_tight(b, part);
        } else {
            char *o = buf_reserve(b, room);
            b->n += (size_t)(escape(o, part.p, part.p + part.n) - o);
        }
        s = slice_from(s, part.n);
    }
    buf_add_byte(b, '"');
}

void json_add_f64(struct buf *b, double v)
{
    if (!isfinite(v)) {
        buf_add_str(b, "null");
        return;
    }
    char t[40];
    for (int digits_n = 1; digits_n <= 17; digits_n++) {
        snprintf(t, sizeof t, "%.*g", digits_n, v);
        if (strtod(t, NULL) == v)
            break;
    }
    buf_add_str(b, t);
}

void json_key_slice(struct buf *b, struct slice key)
{
    if (b->n && b->p[b->n - 1] != '{' && b->p[b->n - 1] != '[')
        buf_add_byte(b, ',');
    json_add_string(b, key);
    buf_add_byte(b, ':');
}

void json_key(struct buf *b, const char *key) { json_key_slice(b, slice_str(key)); }

void json_put_str(struct buf *b, const char *key, struct slice v)
{
    json_key(b, key);
    json_add_string(b, v);
}

void json_put_u64(struct buf *b, const char *key, uint64_t v)
{
    json_key(b, key);
    buf_add_u64(b, v);
}

void json_put_f64(struct buf *b, const char *key, double v)
{
    json_key(b, key);
    json_add_f64(b, v);
}

void json_put_bool(struct buf *b, const char *key, bool v)
{
    json_key(b, key);
    buf_add_str(b, v ? "true" : "false");
}

void json_put_raw(struct buf *b, const char *key, struct slice json)
{
    json_key(b, key);
    buf_add_slice(b, json);
}
