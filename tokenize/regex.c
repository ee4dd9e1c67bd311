/* The walk over an expression, outside of classes. */
#include "tokenize/regex.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "tokenize/regex_internal.h"

#define DEEPEST 200                     /* groups in groups */

int regex_refuse(struct regex *r, const char *what)
{
    return err_set(r->e, ERR_USAGE, "pattern '%.*s': %s is not supported",
                   (int)(r->s.n < 100 ? r->s.n : 100), r->s.p, what);
}

static bool starts(const struct regex *r, const char *text)
{
    return slice_starts(slice_from(r->s, r->at), slice_str(text));
}

static void take(struct regex *r, size_t n, const char *as)
{
    buf_add_str(r->out, as);
    r->at += n;
}

/* ---- escapes -------------------------------------------------------------------------------- */

/* \b: between a word character and none. */
static void boundary(struct regex *r, bool at_one)
{
    uint8_t *set = set_new();
    struct buf word;
    buf_init(&word, 1 << 20);
    class_word(r, set);
    set_write(set, false, &word);
    mem_free(set);
    buf_add_str(r->out, "(?:(?<=");
    buf_add_slice(r->out, buf_slice(&word));
    buf_add_str(r->out, at_one ? ")(?!" : ")(?=");
    buf_add_slice(r->out, buf_slice(&word));
    buf_add_str(r->out, ")|(?<!");
    buf_add_slice(r->out, buf_slice(&word));
    buf_add_str(r->out, at_one ? ")(?=" : ")(?!");
    buf_add_slice(r->out, buf_slice(&word));
    buf_add_str(r->out, "))");
    buf_free(&word);
    r->at += 2;
}

static int escape(struct regex *r)
{
    char c = r->at + 1 < r->s.n ? r->s.p[r->at + 1] : 0;
    uint8_t *set = set_new();
    int rc = class_escape(r, set);
    if (rc > 0)
        set_write(set, false, r->out);
    mem_free(set);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    if (c == 'A' || c == 'z' || (c == 'Z' && r->flavor == REGEX_ONIG)) {
        char as[] = {'\\', c, 0};
        take(r, 2, as);
        return 0;
    }
    if (c == 'b' || c == 'B') {
        boundary(r, c == 'b');
        return 0;
    }
    uint32_t cp = regex_char(r);
    if (cp == UTF8_BAD)
        return regex_refuse(r, "an escape");
    buf_add_fmt(r->out, "\\x{%x}", (unsigned)cp);
    return 0;
}

/* ---- groups and quantifiers ----------------------------------------------------------------- */

/* At "(": *caseless is what holds inside. */
static int group(struct regex *r, bool *caseless)
{
    static const char *const plain[] = {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (starts(r, plain[i])) {
            take(r, strlen(plain[i]), plain[i]);
            return 0;
        }
    if (starts(r, "(?i:")) {
        *caseless = true;
        take(r, 4, "(?i:");
        return 0;
    }
    if (starts(r, "(?") || starts(r, "(*"))
        return regex_refuse(r, "a group of this kind");
    take(r, 1, "(");
    return 0;
}

/* {n}, {n,}, {n,m} at r->at: its length, else 0. */
static size_t interval(const struct regex *r)
{
    size_t i = r->at + 1, digits = 0, commas = 0;
    for (; i < r->s.n && r->s.p[i] != '}'; i++) {
        bool comma = r->s.p[i] == ',';
        if (!comma && (r->s.p[i] < '0' || r->s.p[i] > '9'))
            return 0;
        if (comma && (commas++ || !digits))
            return 0;
        digits += !comma;
    }
    return i < r->s.n && digits ? i + 1 - r->at : 0;
}

static int braces(struct regex *r)
{
    size_t n = interval(r);
    if (!n && starts(r, "{,"))
        return regex_refuse(r, "{,");
    if (!n) {
        take(r, 1, "\\{");
        return 0;
    }
    buf_add(r->out, r->s.p + r->at, n);
    r->at += n;
    /* Ruby reads these as a repetition of the repetition, the others as possessive or lazy */
    if (r->flavor == REGEX_ONIG && (starts(r, "+") || starts(r, "?")))
        return regex_refuse(r, "}+ or }?");
    return 0;
}

/* ---- all ------------------------------------------------------------------------------------ */

static int anchor_or_other(struct regex *r)
{
    bool onig = r->flavor == REGEX_ONIG;
    if (starts(r, "$"))                 /* the end of a line in Ruby, else the end of the text */
        take(r, 1, onig ? "(?=\\n|\\z)" : "\\z");
    else if (starts(r, "^"))
        take(r, 1, onig ? "(?m:^)" : "\\A");
    else if (starts(r, "."))
        take(r, 1, "[^\\n]");
    else {
        const char *p = r->s.p + r->at;
        if (utf8_next(&p, r->s.p + r->s.n) == UTF8_BAD)
            return regex_refuse(r, "an ill-formed character");
        size_t n = (size_t)(p - (r->s.p + r->at));
        buf_add(r->out, r->s.p + r->at, n);
        r->at += n;
    }
    return 0;
}

static int walk(struct regex *r)
{
    bool outside[DEEPEST];
    size_t depth = 0;
    while (r->at < r->s.n) {
        char c = r->s.p[r->at];
        int rc = 0;
        if (c == '\\') {
            rc = escape(r);
        } else if (c == '[') {
            rc = class_translate(r);
        } else if (c == '{') {
            rc = braces(r);
        } else if (c == '(') {
            if (depth == DEEPEST)
                return regex_refuse(r, "nesting this deep");
            outside[depth++] = r->caseless;
            rc = group(r, &r->caseless);
        } else if (c == ')') {
            if (!depth)
                return regex_refuse(r, ") without (");
            r->caseless = outside[--depth];
            take(r, 1, ")");
        } else {
            rc = anchor_or_other(r);
        }
        if (rc < 0)
            return -1;
    }
    return 0;
}

int regex_translate(struct slice pattern, enum regex_flavor flavor, enum unicode_version v,
                    struct buf *out, struct err *e)
{
    struct regex r = {.s = pattern, .flavor = flavor, .out = out, .e = e,
                      .category = mem_alloc(CODE_POINTS)};
    unicode_categories(v, r.category);
    int rc = walk(&r);
    mem_free(r.category);
    return rc;
}
