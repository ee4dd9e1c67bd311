/* See scan.h. */
#include "text/scan.h"

typedef uint8_t v16 __attribute__((vector_size(16)));
enum { V = 16, ROUNDS = 255 };

static inline v16 load(const char *p)
{
    v16 v;
    memcpy(&v, p, V);
    return v;
}

static inline bool any(v16 v)
{
    uint64_t w[2];
    memcpy(w, &v, V);
    return (w[0] | w[1]) != 0;
}

static inline uint64_t sum(v16 v)
{
    uint64_t n = 0;
    for (int i = 0; i < V; i++)
        n += v[i];
    return n;
}

/* Comparisons give 255 for true: subtracting them counts, for ROUNDS rounds without overflow. */
static const char *scan_vectors(const char *p, const char *end, struct scan *s)
{
    v16 dots = {0}, ellipsis = {0};
    while (end - p > V) {
        v16 chars = {0}, newlines = {0}, hashes = {0};
        for (int i = 0; i < ROUNDS && end - p > V; i++, p += V) {
            v16 v = load(p), next = load(p + 1);
            chars -= (v16)((v & 0xC0) != 0x80);
            newlines -= (v16)(v == '\n');
            hashes -= (v16)(v == '#');
            dots |= (v16)(v == '.') & (v16)(next == '.');
            ellipsis |= (v16)(v == 0x80) & (v16)(next == 0xA6);
        }
        s->chars += sum(chars);
        s->newlines += sum(newlines);
        s->hashes += sum(hashes);
    }
    s->two_dots = any(dots);
    s->ellipsis = any(ellipsis);
    return p;
}

void scan_text(struct slice text, struct scan *s)
{
    const char *end = text.p + text.n;
    *s = (struct scan){0, 0, 0, false, false};
    for (const char *p = scan_vectors(text.p, end, s); p < end; p++) {
        s->chars += ((uint8_t)*p & 0xC0) != 0x80;
        s->newlines += *p == '\n';
        s->hashes += *p == '#';
        s->two_dots |= *p == '.' && p + 1 < end && p[1] == '.';
        s->ellipsis |= *p == '\x80' && p + 1 < end && p[1] == '\xA6';
    }
}

const char *scan_line_end(const char *p, const char *end)
{
    for (; end - p >= V; p += V) {
        v16 v = load(p);
        v16 found = ((v16)(v < 0x20) & (v16)(v != '\t')) | (v16)(v == 0xC2) | (v16)(v == 0xE2);
        if (any(found))
            break;
    }
    for (; p < end; p++) {
        uint8_t c = (uint8_t)*p;
        if ((c < 0x20 && c != '\t') || c == 0xC2 || c == 0xE2)
            break;
    }
    return p;
}
