/* See strset.h. */
#include "filter/strset.h"
#include "core/hash.h"
#include "core/mem.h"

void strset_init(struct strset *s)
{
    *s = (struct strset){.n = 0};
    buf_init(&s->text, UINT32_MAX - 1);
}

void strset_free(struct strset *s)
{
    buf_free(&s->text);
    mem_free(s->slot);
    s->slot = NULL;
}

static struct slice string_at(const struct strset *s, uint32_t slot)
{
    struct slice rest = slice_from(buf_slice(&s->text), slot - 1);
    return slice_upto(rest, slice_find_byte(rest, '\n'));
}

static size_t find(const struct strset *s, struct slice string)
{
    size_t at = hash64(string) & (s->slots - 1);
    while (s->slot[at] && !slice_eq(string_at(s, s->slot[at]), string))
        at = (at + 1) & (s->slots - 1);
    return at;
}

static void grow(struct strset *s)
{
    struct slice rest = buf_slice(&s->text), string;
    mem_free(s->slot);
    s->slots = s->slots ? 2 * s->slots : 64;
    s->slot = mem_array(s->slots, sizeof *s->slot);
    while (s->n && slice_next(&rest, '\n', &string))
        if (string.n)
            s->slot[find(s, string)] = (uint32_t)(string.p - s->text.p) + 1;
}

void strset_add(struct strset *s, struct slice string)
{
    if (!string.n || strset_has(s, string))
        return;
    if (2 * (s->n + 1) > s->slots)
        grow(s);
    size_t at = find(s, string), offset = s->text.n;
    buf_add_slice(&s->text, string);
    buf_add_byte(&s->text, '\n');
    if (!buf_ok(&s->text))
        mem_failed(string.n);           /* 4 GiB of list */
    s->slot[at] = (uint32_t)offset + 1;
    s->n++;
}

bool strset_has(const struct strset *s, struct slice string)
{
    return s->slots && s->slot[find(s, string)];
}

/* ---- many strings at once ----------------------------------------------------------------- */

enum { LETTERS = 36 };

struct state {
    uint32_t next[LETTERS];         /* with failure links followed */
    bool end;                       /* a string ends here or at a failure link's state */
};

struct finder {
    struct state *v;
    size_t n;
};

/* 0..35, or -1 for what is passed over. */
static int letter(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : -1;
}

static uint32_t add_state(struct finder *f)
{
    f->v = mem_grow_array(f->v, f->n + 1, sizeof *f->v);
    memset(&f->v[f->n], 0, sizeof *f->v);
    return (uint32_t)f->n++;
}

static void add_string(struct finder *f, struct slice string)
{
    uint32_t at = 0;
    for (size_t i = 0; i < string.n; i++) {
        int c = letter(string.p[i]);
        if (c < 0)
            continue;
        if (!f->v[at].next[c]) {
            uint32_t made = add_state(f);
            f->v[at].next[c] = made;
        }
        at = f->v[at].next[c];
    }
    f->v[at].end = at != 0;
}

/* Breadth first, a state's failure link is complete before the state is looked at. */
static void link_states(struct finder *f)
{
    uint32_t *queue = mem_array(f->n, sizeof *queue), *fail = mem_array(f->n, sizeof *fail);
    size_t head = 0, tail = 0;
    queue[tail++] = 0;
    while (head < tail) {
        uint32_t at = queue[head++];
        for (int c = 0; c < LETTERS; c++) {
            uint32_t next = f->v[at].next[c], back = at ? f->v[fail[at]].next[c] : 0;
            if (!next) {
                f->v[at].next[c] = back;
                continue;
            }
            fail[next] = back;
            f->v[next].end |= f->v[back].end;
            queue[tail++] = next;
        }
    }
    mem_free(queue);
    mem_free(fail);
}

struct finder *finder_new(const struct strset *s)
{
    struct finder *f = mem_zero(sizeof *f);
    struct slice rest = buf_slice(&s->text), string;
    add_state(f);
    while (s->n && slice_next(&rest, '\n', &string))
        add_string(f, string);
    link_states(f);
    return f;
}

void finder_free(struct finder *f)
{
    if (f)
        mem_free(f->v);
    mem_free(f);
}

bool finder_finds(const struct finder *f, struct slice text)
{
    uint32_t at = 0;
    for (size_t i = 0; i < text.n; i++) {
        int c = letter(text.p[i]);
        if (c < 0)
            continue;
        at = f->v[at].next[c];
        if (f->v[at].end)
            return true;
    }
    return false;
}
