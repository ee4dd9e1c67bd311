/* Character classes, worked out to sets of code points.
 *
 * What \w holds was found by asking the engines for every code point: both take letters, marks,
 * decimal digits, letter numbers, connectors and the circled letters; Oniguruma adds the
 * superscript digits and fractions of Latin-1, Rust's regex the two zero-width joiners. */
#include "core/mem.h"
#include "core/utf8.h"
#include "tokenize/regex_internal.h"

#define DEEPEST 16                      /* classes in classes */

uint8_t *set_new(void)
{
    return mem_zero(CODE_POINTS);
}

static void set_categories(const struct regex *r, uint8_t *set, uint32_t categories)
{
    for (uint32_t c = 0; c < CODE_POINTS; c++)
        set[c] |= categories >> r->category[c] & 1;
}

static void set_range(uint8_t *set, uint32_t first, uint32_t last)
{
    memset(set + first, 1, last - first + 1);
}

static void set_or(uint8_t *a, const uint8_t *b)
{
    for (uint32_t c = 0; c < CODE_POINTS; c++)
        a[c] |= b[c];
}

static void set_and(uint8_t *a, const uint8_t *b)
{
    for (uint32_t c = 0; c < CODE_POINTS; c++)
        a[c] &= b[c];
}

static void set_not(uint8_t *a)
{
    for (uint32_t c = 0; c < CODE_POINTS; c++)
        a[c] ^= 1;
}

static bool is_surrogate(uint32_t c)
{
    return c >= 0xD800 && c <= 0xDFFF;
}

void set_write(const uint8_t *set, bool negated, struct buf *out)
{
    uint32_t start = 0;
    bool open = false, any = false;
    size_t at = out->n;
    buf_add_str(out, negated ? "[^" : "[");
    for (uint32_t c = 0; c <= CODE_POINTS; c++) {
        /* surrogates cannot stand in UTF-8 and PCRE2 refuses them in a class */
        bool in = c < CODE_POINTS && set[c] && !is_surrogate(c);
        if (in && !open)
            start = c;
        else if (!in && open)
            buf_add_fmt(out, "\\x{%x}-\\x{%x}", (unsigned)start, (unsigned)(c - 1));
        any = any || in;
        open = in;
    }
    if (any) {
        buf_add_byte(out, ']');
        return;
    }
    out->n = at;                        /* nothing, or anything */
    buf_add_str(out, negated ? "(?s:.)" : "(?!)");
}

/* ---- escapes that stand for sets ------------------------------------------------------------ */

void class_word(const struct regex *r, uint8_t *set)
{
    static const uint32_t circled[][2] = {{0x24B6, 0x24E9}, {0x1F130, 0x1F149}, {0x1F150, 0x1F169},
                                          {0x1F170, 0x1F189}};
    static const uint32_t latin[][2] = {{0xB2, 0xB3}, {0xB9, 0xB9}, {0xBC, 0xBE}};
    set_categories(r, set, unicode_category_set(SLICE("L")) | unicode_category_set(SLICE("M")) |
                   1u << CAT_ND | 1u << CAT_PC | 1u << CAT_NL);
    for (int i = 0; i < 4; i++)
        set_range(set, circled[i][0], circled[i][1]);
    for (int i = 0; i < 3 && r->flavor == REGEX_ONIG; i++)
        set_range(set, latin[i][0], latin[i][1]);
    if (r->flavor == REGEX_RUST)
        set_range(set, 0x200C, 0x200D);
}

/* \p{name}, \p{^name}, \P{name}, \pL; script=Han and the like. */
static int property(struct regex *r, uint8_t *set)
{
    bool negated = r->s.p[r->at + 1] == 'P';
    struct slice name = slice_upto(slice_from(r->s, r->at + 2), 1);
    size_t used = 3;
    if (slice_is(name, "{")) {
        struct slice rest = slice_from(r->s, r->at + 3);
        size_t close = slice_find_byte(rest, '}');
        if (close == rest.n)
            return regex_refuse(r, "\\p{ without }");
        name = slice_upto(rest, close);
        used = 3 + close + 1;
        if (slice_starts(name, SLICE("^"))) {
            negated = !negated;
            name = slice_from(name, 1);
        }
    }
    static const char *const prefixes[] = {"Script=", "sc=", "gc=", "General_Category="};
    for (size_t i = 0; i < 4; i++)
        if (slice_starts(name, slice_str(prefixes[i])))
            name = slice_from(name, strlen(prefixes[i]));
    uint32_t categories = unicode_category_set(name);
    int script = unicode_script(name);
    if (categories) {
        set_categories(r, set, categories);
    } else if (script >= 0) {
        unicode_script_members(script, set);
        for (uint32_t c = 0; c < CODE_POINTS; c++)
            set[c] &= r->category[c] != CAT_CN;
    } else {
        return regex_refuse(r, "a property that is no general category and no known script");
    }
    if (negated)
        set_not(set);
    r->at += used;
    return 1;
}

int class_escape(struct regex *r, uint8_t *set)
{
    char c = r->at + 1 < r->s.n ? r->s.p[r->at + 1] : 0;
    if (c == 'p' || c == 'P')
        return property(r, set);
    switch (c | 32) {
    case 's':
        for (uint32_t k = 0; k < 0x3001; k++)
            set[k] = unicode_is_space(k);
        break;
    case 'd':
        set_categories(r, set, 1u << CAT_ND);
        break;
    case 'w':
        class_word(r, set);
        break;
    case 'h':
        if (r->flavor != REGEX_ONIG)
            return 0;
        set_range(set, '0', '9');
        set_range(set, 'A', 'F');
        set_range(set, 'a', 'f');
        break;
    default:
        return 0;
    }
    if (!(c & 32))
        set_not(set);
    r->at += 2;
    return 1;
}

/* ---- single characters ---------------------------------------------------------------------- */

static uint32_t hex(struct regex *r, size_t least, size_t most)
{
    uint32_t v = 0;
    size_t n = 0;
    for (; n < most && r->at < r->s.n; n++, r->at++) {
        char c = r->s.p[r->at];
        int d = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f'
                                                 ? (c | 32) - 'a' + 10 : -1;
        if (d < 0)
            break;
        v = v << 4 | (uint32_t)d;
    }
    return n < least || v >= CODE_POINTS || is_surrogate(v) ? UTF8_BAD : v;
}

static uint32_t hex_escape(struct regex *r, char kind)
{
    r->at += 2;
    if (r->at >= r->s.n || r->s.p[r->at] != '{')
        return kind == 'x' ? hex(r, r->flavor == REGEX_ONIG ? 1 : 2, 2) : hex(r, 4, 4);
    r->at++;
    uint32_t c = hex(r, 1, 6);
    if (r->at >= r->s.n || r->s.p[r->at] != '}')
        return UTF8_BAD;
    r->at++;
    return c;
}

uint32_t regex_char(struct regex *r)
{
    static const char names[] = "ntrfvae";
    static const char values[] = "\n\t\r\f\v\a\x1B";
    if (r->at >= r->s.n)
        return UTF8_BAD;
    if (r->s.p[r->at] != '\\') {
        const char *p = r->s.p + r->at;
        uint32_t c = utf8_next(&p, r->s.p + r->s.n);
        r->at = (size_t)(p - r->s.p);
        return c;
    }
    if (r->at + 1 >= r->s.n)
        return UTF8_BAD;
    char c = r->s.p[r->at + 1];
    if (c == 'x' || c == 'u')
        return hex_escape(r, c);
    const char *name = strchr(names, c);
    if (name) {
        r->at += 2;
        return (unsigned char)values[name - names];
    }
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
        (unsigned char)c >= 0x80)
        return UTF8_BAD;
    r->at += 2;
    return (unsigned char)c;
}

/* ---- [..] ------------------------------------------------------------------------------------ */

static bool at_text(const struct regex *r, const char *text)
{
    return slice_starts(slice_from(r->s, r->at), slice_str(text));
}

/* [:name:] inside a class. */
static int posix(struct regex *r, uint8_t *set)
{
    bool negated = at_text(r, "[:^");
    struct slice rest = slice_from(r->s, r->at + 2 + negated);
    size_t close = slice_find(rest, SLICE(":]"));
    struct slice name = slice_upto(rest, close);
    if (close == rest.n)
        return regex_refuse(r, "[: without :]");
    if (slice_is(name, "digit"))
        set_categories(r, set, 1u << CAT_ND);
    else if (slice_is(name, "space"))
        for (uint32_t c = 0; c < 0x3001; c++)
            set[c] = unicode_is_space(c);
    else
        return regex_refuse(r, "a POSIX class other than digit and space");
    if (negated)
        set_not(set);
    r->at += 2 + negated + close + 2;
    return 0;
}

static int class_set(struct regex *r, uint8_t *set, bool *negated, int depth);

/* A class in a class, a set by name, a character or a range; added to `set`. */
static int class_item(struct regex *r, uint8_t *set, int depth)
{
    uint8_t *part = NULL;
    int rc = 0;
    bool negated = false;
    if (r->s.p[r->at] == '[' || r->s.p[r->at] == '\\')
        part = set_new();
    if (at_text(r, "[:")) {
        rc = posix(r, part);
    } else if (r->s.p[r->at] == '[') {
        rc = class_set(r, part, &negated, depth + 1);
        if (rc == 0 && negated)
            set_not(part);
    } else {
        int is_set = part ? class_escape(r, part) : 0;
        if (is_set == 0) {
            uint32_t first = regex_char(r), last = first;
            if (first != UTF8_BAD && at_text(r, "-") && !at_text(r, "-]") && !at_text(r, "-[")) {
                r->at++;
                last = regex_char(r);
            }
            if (first == UTF8_BAD || last == UTF8_BAD || last < first)
                rc = regex_refuse(r, "an escape or range in a class");
            else
                set_range(set, first, last);
        }
        rc = is_set < 0 ? -1 : rc;
    }
    if (rc == 0 && part)
        set_or(set, part);
    mem_free(part);
    return rc;
}

/* Items until "&&" or "]". */
static int class_union(struct regex *r, uint8_t *set, int depth)
{
    bool first = true;
    while (r->at < r->s.n) {
        if (at_text(r, "&&") || (at_text(r, "]") && !first))
            return 0;
        if (r->flavor == REGEX_RUST && (at_text(r, "--") || at_text(r, "~~")))
            return regex_refuse(r, "a difference of classes");
        if (class_item(r, set, depth) < 0)
            return -1;
        first = false;
    }
    return regex_refuse(r, "[ without ]");
}

/* At "[": the set inside, without its negation. */
static int class_set(struct regex *r, uint8_t *set, bool *negated, int depth)
{
    if (depth > DEEPEST)
        return regex_refuse(r, "classes this deep");
    r->at++;
    *negated = at_text(r, "^");
    r->at += *negated;
    if (class_union(r, set, depth) < 0)
        return -1;
    while (at_text(r, "&&")) {
        uint8_t *right = set_new();
        r->at += 2;
        int rc = class_union(r, right, depth);
        set_and(set, right);
        mem_free(right);
        if (rc < 0)
            return -1;
    }
    r->at++;
    return 0;
}

int class_translate(struct regex *r)
{
    uint8_t *set = set_new();
    size_t start = r->at;
    bool negated = false;
    int rc = class_set(r, set, &negated, 0);
    struct slice inner = slice_of(r->s.p + start + 1, rc == 0 ? r->at - start - 1 : 0);
    if (rc == 0 && r->caseless &&
        (slice_find(inner, SLICE("&&")) < inner.n || slice_find(inner, SLICE("[^")) < inner.n))
        rc = regex_refuse(r, "a class in a class where case does not matter");
    if (rc == 0)
        set_write(set, negated, r->out);
    mem_free(set);
    return rc;
}
