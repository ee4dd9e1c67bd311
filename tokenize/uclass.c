/* Character classes by table, and patterns rewritten to use them.
 * The rewriting follows from CONTRACT.md section 8: one Unicode version decides everywhere. */
#include "tokenize/uclass.h"
#include <utf8proc.h>
#include "core/mem.h"

static bool is_space(uint32_t c)
{
    return (c >= 9 && c <= 13) || c == 32 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

static uint8_t flags_of(uint32_t c)
{
    if (is_space(c))
        return UC_SPACE;
    switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LT:
        return UC_UPPER;
    case UTF8PROC_CATEGORY_LL:
        return UC_LOWER;
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
        return UC_CASELESS;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        return UC_MARK;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return UC_NUMBER;
    default:
        return 0;
    }
}

struct uclass *uclass_new(void)
{
    struct uclass *u = mem_alloc(sizeof *u);
    for (uint32_t c = 0; c < UC_COUNT; c++)
        u->of[c] = flags_of(c);
    return u;
}

void uclass_free(struct uclass *u)
{
    mem_free(u);
}

/* ---- expansion of patterns ---------------------------------------------------------------- */

/* A set of code points: white space, or general categories by name ("L", "Lu", ...). */
struct wanted {
    bool space, negated;
    char name[3];
};

static bool wanted_has(const struct uclass *u, const struct wanted *w, uint32_t c)
{
    bool in;
    if (w->space) {
        in = (u->of[c] & UC_SPACE) != 0;
    } else {
        const char *cat = utf8proc_category_string((utf8proc_int32_t)c);
        in = cat[0] == w->name[0] && (!w->name[1] || cat[1] == w->name[1]);
    }
    return in != w->negated;
}

static void add_ranges(const struct uclass *u, const struct wanted *w, struct buf *out)
{
    uint32_t start = 0;
    bool open = false;
    for (uint32_t c = 0; c <= UC_COUNT; c++) {
        /* surrogates cannot stand in UTF-8 and PCRE2 refuses them in a class */
        bool in = c < UC_COUNT && !(c >= 0xD800 && c <= 0xDFFF) && wanted_has(u, w, c);
        if (in && !open)
            start = c;
        else if (!in && open)
            buf_add_fmt(out, "\\x{%x}-\\x{%x}", (unsigned)start, (unsigned)(c - 1));
        open = in;
    }
}

static bool known_category(struct slice name)
{
    static const char *const names[] = {
        "L", "M", "N", "P", "S", "Z", "C", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd",
        "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl",
        "Zp", "Cc", "Cf", "Co", "Cn"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_is(name, names[i]))
            return true;
    return false;
}

/* Parses the escape at s (which starts with a backslash); 0 if it is none of ours. */
static size_t parse_escape(struct slice s, struct wanted *w)
{
    *w = (struct wanted){false, false, ""};
    if (s.n < 2)
        return 0;
    if (s.p[1] == 's' || s.p[1] == 'S') {
        w->space = true;
        w->negated = s.p[1] == 'S';
        return 2;
    }
    if ((s.p[1] != 'p' && s.p[1] != 'P') || s.n < 3)
        return 0;
    w->negated = s.p[1] == 'P';
    struct slice name = {s.p + 2, 1};
    size_t used = 3;
    if (s.p[2] == '{') {
        size_t close = slice_find_byte(slice_from(s, 3), '}');
        name = slice_upto(slice_from(s, 3), close);
        used = 3 + close + 1;
        if (used > s.n)
            return 0;
        if (name.n && name.p[0] == '^') {
            w->negated = !w->negated;
            name = slice_from(name, 1);
        }
    }
    if (!known_category(name))
        return 0;
    memcpy(w->name, name.p, name.n);
    w->name[name.n] = 0;
    return used;
}

bool uclass_expand(const struct uclass *u, struct slice pattern, struct buf *out)
{
    bool in_class = false, all_known = true;
    for (size_t i = 0; i < pattern.n;) {
        char c = pattern.p[i];
        if (c == '\\' && i + 1 < pattern.n) {
            struct wanted w;
            size_t used = parse_escape(slice_from(pattern, i), &w);
            if (!used) {
                if (pattern.p[i + 1] == 'p' || pattern.p[i + 1] == 'P')
                    all_known = false;
                buf_add(out, pattern.p + i, 2);
                i += 2;
                continue;
            }
            if (!in_class)
                buf_add_byte(out, '[');
            add_ranges(u, &w, out);
            if (!in_class)
                buf_add_byte(out, ']');
            i += used;
            continue;
        }
        if (!in_class && c == '[') {
            in_class = true;
            /* a bracket right behind "[" or "[^" is a member */
            buf_add_byte(out, c);
            i++;
            if (i < pattern.n && pattern.p[i] == '^')
                buf_add_byte(out, pattern.p[i++]);
            if (i < pattern.n && pattern.p[i] == ']')
                buf_add_byte(out, pattern.p[i++]);
            continue;
        }
        if (in_class && c == ']')
            in_class = false;
        buf_add_byte(out, c);
        i++;
    }
    return all_known;
}
