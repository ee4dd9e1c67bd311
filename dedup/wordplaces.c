/* wordplaces - see wordplaces.h. */
#include "dedup/wordplaces.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "dedup/fold.h"

enum { ROOM = 1024 };

struct wordplaces {
    struct folder *folder;
};

struct wordplaces *wordplaces_new(void)
{
    struct wordplaces *p = mem_zero(sizeof *p);
    p->folder = folder_new();
    return p;
}

void wordplaces_free(struct wordplaces *p)
{
    if (!p)
        return;
    folder_free(p->folder);
    mem_free(p);
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Blocks whose characters fold.h may take for words of their own; a cut around others of them would
 * matter only if a word went on there. */
static bool stands_alone(uint32_t c)
{
    return (c >= 0x0E00 && c < 0x0F00) || (c >= 0x1000 && c < 0x10A0) ||
           (c >= 0x1780 && c < 0x1800) || (c >= 0x3005 && c < 0x3008) ||
           (c >= 0x3040 && c < 0x3130) || (c >= 0x3400 && c < 0xA4D0) ||
           (c >= 0xF900 && c < 0xFB00) || (c >= 0xFF66 && c < 0xFFA0) || c >= 0x20000;
}

/* The end of the piece that starts at `at`, which is no white space. */
static size_t piece_end(struct slice text, size_t at)
{
    const char *p = text.p + at, *end = text.p + text.n;
    while (p < end && !is_space(*p)) {
        const char *before = p;
        if (stands_alone(utf8_next(&p, end)))
            return (size_t)((before == text.p + at ? p : before) - text.p);
    }
    return (size_t)(p - text.p);
}

static uint64_t count_words(struct wordplaces *p, struct slice piece)
{
    char out[ROOM];
    const char *at = piece.p, *end = piece.p + piece.n;
    uint64_t words = 0;
    bool inside = false;
    while (at < end) {
        size_t n = fold_next(p->folder, &at, end, out, ROOM);
        for (size_t i = 0; i < n; i++) {
            words += out[i] != ' ' && !inside;
            inside = out[i] != ' ';
        }
    }
    return words;
}

void wordplaces_to_bytes(struct wordplaces *p, struct slice text, struct word_range *v, size_t n)
{
    uint64_t words = 0, from = 0;
    size_t k = 0, end = 0;
    bool open = false;
    for (size_t at = 0; at < text.n && k < n;) {
        if (is_space(text.p[at])) {
            at++;
            continue;
        }
        size_t start = at;
        at = piece_end(text, at);
        words += count_words(p, slice_of(text.p + start, at - start));
        end = at;
        if (!open && words > v[k].from) {
            from = start;
            open = true;
        }
        for (; k < n && open && words >= v[k].to; open = k < n && words > v[k].from) {
            v[k++] = (struct word_range){from, at};
            from = start;
        }
    }
    for (; k < n; k++) {            /* not reached: a number that is one word in two pieces */
        v[k] = (struct word_range){open ? from : end, end};
        from = end;
    }
}
