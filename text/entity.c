#include "text/entity.h"

static const struct entity entities[] = {
#define E(name, utf8, bare) {name, utf8, bare},
#include "text/entity_names.h"
#undef E
};

static const uint16_t c1_controls[32] = {
    0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0x8D, 0x17D, 0x8F,
    0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D, 0x17E, 0x178,
};

const struct entity *entity_find(struct slice name)
{
    size_t lo = 0, hi = sizeof entities / sizeof *entities;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        const int c = slice_cmp(name, slice_str(entities[mid].name));
        if (c == 0)
            return &entities[mid];
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

uint32_t entity_c1(uint32_t number) { return c1_controls[number - 0x80]; }
