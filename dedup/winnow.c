/* winnow - see winnow.h. Values are of 8 bytes at a place, one multiplication each; they are made
 * for a block of places at a time. The place chosen changes when a value no larger comes in, or
 * when it leaves the window: both are found by scanning values in a row. */
#include "dedup/winnow.h"
#include <assert.h>
#include "core/hash.h"
#include "core/mem.h"

#define FACTOR 0x9E3779B97F4A7C15u

enum { BLOCK = 16 << 10, VALUE_BYTES = 8 };

struct winnower {
    size_t unit, gram, window;      /* window: places */
    const char *text;
    size_t places;                  /* grams of the text */
    size_t base, have;              /* values held are of places [base, base + have) */
    size_t first, right, chosen;    /* window [first, right); its place */
    bool begun;
    uint32_t *values;
};

size_t winnow_gram(size_t length) { return length / 2; }

struct winnower *winnower_new(size_t length, size_t unit)
{
    struct winnower *w = mem_zero(sizeof *w);
    assert(length >= WINNOW_LENGTH_MIN && length <= WINNOW_LENGTH_MAX && (unit == 1 || unit == 4));
    w->unit = unit;
    w->gram = winnow_gram(length);
    w->window = length - w->gram + 1;
    w->values = mem_array(BLOCK + WINNOW_LENGTH_MAX, sizeof *w->values);
    return w;
}

void winnower_free(struct winnower *w)
{
    if (!w)
        return;
    mem_free(w->values);
    mem_free(w);
}

void winnow_start(struct winnower *w, struct slice text)
{
    size_t units = text.n / w->unit;
    w->text = text.p;
    w->places = units >= w->gram ? units - w->gram + 1 : 0;
    w->base = w->have = w->first = w->chosen = 0;
    w->right = w->window;
    w->begun = false;
}

static inline uint32_t value_at(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return (uint32_t)((v * FACTOR) >> 32);
}

/* Drops values before the window and makes a block of further ones. */
static void refill(struct winnower *w)
{
    size_t dropped = w->first - w->base, left = w->places - w->base - w->have;
    size_t more = left < BLOCK ? left : BLOCK;
    w->have -= dropped;
    memmove(w->values, w->values + dropped, w->have * sizeof *w->values);
    w->base = w->first;
    const char *p = w->text + (w->base + w->have) * w->unit;
    uint32_t *to = w->values + w->have;
    if (w->unit == 1)
        for (size_t i = 0; i < more; i++)
            to[i] = value_at(p + i);
    else
        for (size_t i = 0; i < more; i++)
            to[i] = value_at(p + 4 * i);
    w->have += more;
}

/* The last place of the least value in the window, whose values are there. */
static size_t least(const struct winnower *w)
{
    const uint32_t *v = w->values + (w->first - w->base);
    uint32_t min = v[0];
    size_t at = 0;
    for (size_t i = 1; i < w->window; i++)
        min = v[i] < min ? v[i] : min;
    for (size_t i = 0; i < w->window; i++)
        at = v[i] == min ? i : at;
    return w->first + at;
}

static struct fingerprint print_of(const struct winnower *w, size_t place)
{
    struct slice gram = slice_of(w->text + place * w->unit, w->gram * w->unit);
    return (struct fingerprint){hash64(gram), place};
}

/* Moves right over places whose values change nothing; the values up to `end` are there. */
static size_t skip(const struct winnower *w, size_t from, size_t end)
{
    const uint32_t *v = w->values;
    uint32_t min = v[w->chosen - w->base];
    size_t i = from - w->base, n = end - w->base;
    for (; i + 8 <= n; i += 8) {
        unsigned any = 0;
        for (size_t k = 0; k < 8; k++)
            any |= v[i + k] <= min;
        if (any)
            break;
    }
    while (i < n && v[i] > min)
        i++;
    return w->base + i;
}

/* Goes to the next window that chooses another place. False at the end. */
static bool step(struct winnower *w)
{
    size_t expiry = w->chosen + w->window;      /* the window that ends behind it lacks it */
    while (w->right < w->places) {
        if (w->right == w->base + w->have) {
            w->first = w->right - w->window;
            refill(w);
        }
        size_t have = w->base + w->have, end = have < w->places ? have : w->places;
        end = end < expiry ? end : expiry;
        w->right = skip(w, w->right, end);
        if (w->right < end) {                   /* a value as small comes in */
            w->chosen = w->right++;
            w->first = w->right - w->window;
            return true;
        }
        if (w->right == expiry && w->right < w->places) {
            if (w->right == w->base + w->have) {
                w->first = w->right - w->window;
                refill(w);
            }
            w->right++;
            w->first = w->right - w->window;
            w->chosen = least(w);
            return true;
        }
    }
    return false;
}

size_t winnow_next(struct winnower *w, struct fingerprint *out, size_t room)
{
    size_t n = 0;
    if (!w->begun && room) {
        w->begun = true;
        if (w->places < w->window)
            w->right = w->places;               /* shorter than a stretch: none */
        else {
            refill(w);
            w->chosen = least(w);
            out[n++] = print_of(w, w->chosen);
        }
    }
    while (n < room && step(w))
        out[n++] = print_of(w, w->chosen);
    return n;
}
