/* See extract_hints.h. */
#include <assert.h>
#include "read/extract_hints.h"

#define VALUE_MAX 256

static const struct slice groups[HINT_COUNT] = {
#define GROUP(name, words) [HINT_##name] = {words, sizeof(words) - 1},
    HINT_GROUPS(GROUP)
#undef GROUP
};

static unsigned slot_of(const uint64_t key[2])
{
    return (unsigned)((key[0] ^ (key[1] * 0xC2B2AE3D27D4EB4Fu)) * 0x9E3779B97F4A7C15u >> 54) %
           HINT_SLOTS;
}

static void make_key(uint64_t key[2], const char *w, size_t n)
{
    char padded[HINT_WORD_MAX] = {0};
    assert(n <= sizeof padded);
    memcpy(padded, w, n);
    memcpy(key, padded, sizeof padded);
}

void hints_init(struct hints *t)
{
    memset(t, 0, sizeof *t);
    for (int g = 0; g < HINT_COUNT; g++) {
        struct slice rest = groups[g], w;
        while (slice_next(&rest, ' ', &w)) {
            uint64_t key[2];
            make_key(key, w.p, w.n);
            unsigned at = slot_of(key);
            while (t->key[at][0])
                at = (at + 1) % HINT_SLOTS;
            memcpy(t->key[at], key, sizeof key);
            t->group[at] = (uint8_t)g;
        }
    }
}

static uint32_t group_of(const struct hints *t, const char *w, size_t n)
{
    uint64_t key[2];
    make_key(key, w, n);
    for (unsigned at = slot_of(key); t->key[at][0]; at = (at + 1) % HINT_SLOTS)
        if (t->key[at][0] == key[0] && t->key[at][1] == key[1])
            return (uint32_t)1 << t->group[at];
    return 0;
}

uint32_t hints_of(const struct hints *t, struct slice v)
{
    char w[HINT_WORD_MAX];
    size_t n = 0;
    uint32_t found = 0;
    bool lower = false, fits = true;
    v = slice_upto(v, VALUE_MAX);
    for (size_t i = 0; i <= v.n; i++) {
        const char c = i < v.n ? v.p[i] : ' ';
        const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        const bool upper = c >= 'A' && c <= 'Z';
        if (n && (!letter || (upper && lower))) {
            found |= fits ? group_of(t, w, n) : 0;
            n = 0;
            fits = true;
        }
        if (letter && n < sizeof w)
            w[n++] = (char)(c | 0x20);
        else if (letter)
            fits = false;
        lower = letter && !upper;
    }
    return found;
}
