/* See extract_words.h. The table sorts bytes; what begins a longer sequence of interest is looked
 * at on its own. */
#include "read/extract_words.h"

enum { OTHER, SPACE, WORD, DIGIT, CAPITAL, COMMA, SENTENCE, PIPE, CURRENCY, TAIL, LEAD };

#define R2(c, v) [c] = v, [c + 1] = v
#define R4(c, v) R2(c, v), R2(c + 2, v)
#define R8(c, v) R4(c, v), R4(c + 4, v)
#define R16(c, v) R8(c, v), R8(c + 8, v)
static const uint8_t class_of[256] = {
    [' '] = SPACE, ['\t'] = SPACE, ['\n'] = SPACE, ['\f'] = SPACE, ['\r'] = SPACE,
    R8('0', DIGIT), R2('8', DIGIT), ['_'] = WORD,
    R8('A', CAPITAL), R16('I', CAPITAL), R2('Y', CAPITAL),
    R8('a', WORD), R16('i', WORD), R2('y', WORD),
    [','] = COMMA, [';'] = COMMA, [':'] = COMMA,
    ['.'] = SENTENCE, ['!'] = SENTENCE, ['?'] = SENTENCE, ['|'] = PIPE, ['$'] = CURRENCY,
    R16(0x80, TAIL), R16(0x90, TAIL), R16(0xA0, TAIL), R16(0xB0, TAIL),
    R2(0xC0, WORD), [0xC2] = LEAD, [0xC3] = WORD, R4(0xC4, WORD), R8(0xC8, WORD), R8(0xD0, WORD),
    [0xD8] = LEAD, [0xD9] = WORD, R2(0xDA, WORD), R4(0xDC, WORD), R8(0xE0, LEAD), R2(0xE8, LEAD),
    R4(0xEA, WORD), [0xEE] = WORD, [0xEF] = LEAD, R16(0xF0, WORD),
};

struct counter {
    struct extract_block *b;
    uint32_t words, chars, wide, tall;  /* characters of scripts without spaces: by 2, by 4 */
    bool in_word;
};

static void start_word(struct counter *c)
{
    c->words += !c->in_word;
    c->in_word = true;
}

/* Not letters: what U+2000 to U+2BFF holds, and U+0080 to U+00BF. */
static uint8_t sort_symbol(struct counter *c, const uint8_t *p, size_t left)
{
    if (p[0] == 0xC2) {
        if (left > 1 && p[1] == 0xA0)
            return SPACE;
        if (left > 1 && p[1] == 0xA9)
            c->b->marks |= MARK_COPYRIGHT;
        else if (left > 1 && (p[1] == 0xA3 || p[1] == 0xA5))
            c->b->marks |= MARK_CURRENCY;
        else if (left > 1 && (p[1] == 0xAB || p[1] == 0xBB || p[1] == 0xB7))
            c->b->marks |= MARK_ARROW;
        return OTHER;
    }
    if (left > 2 && p[1] == 0x82)
        c->b->marks |= MARK_CURRENCY;
    else if (left > 2 && p[1] >= 0x86 && p[1] <= 0x9E)
        c->b->marks |= MARK_ARROW;
    return left > 2 && p[1] >= 0xB0 ? WORD : OTHER;
}

/* What a sequence that begins with a LEAD byte is. */
static uint8_t sort_lead(struct counter *c, const uint8_t *p, size_t left)
{
    const uint8_t a = p[0], b = left > 1 ? p[1] : 0, d = left > 2 ? p[2] : 0;
    switch (a) {
    case 0xC2: case 0xE2:
        return sort_symbol(c, p, left);
    case 0xD8:
        return b == 0x8C || b == 0x9B ? COMMA : b == 0x9F ? SENTENCE : WORD;   /* Arabic */
    case 0xE0:
        c->tall += b >= 0xB8 && b <= 0xBB;                          /* Thai, Lao */
        return b == 0xA5 && (d == 0xA4 || d == 0xA5) ? SENTENCE : WORD;        /* danda */
    case 0xE1:
        c->tall += b == 0x80 || b == 0x81 || b == 0x9E || b == 0x9F;           /* Burmese, Khmer */
        return WORD;
    case 0xE3:
        if (b == 0x80)
            return d == 0x81 ? COMMA : d == 0x82 ? SENTENCE : OTHER;
        c->wide++;
        return WORD;
    case 0xEF:
        if (b == 0xBC && (d == 0x8C || d == 0x9A || d == 0x9B))
            return COMMA;
        return b == 0xBC && (d == 0x81 || d == 0x8E || d == 0x9F) ? SENTENCE : WORD;
    default:
        c->wide++;
        return WORD;
    }
}

static void count(struct counter *c, uint8_t class)
{
    switch (class) {
    case WORD: start_word(c); break;
    case DIGIT: c->b->digits += !c->in_word; start_word(c); break;
    case CAPITAL: c->b->capitals += !c->in_word; start_word(c); break;
    case COMMA: c->b->commas++; c->in_word = false; break;
    case SENTENCE: c->b->sentences++; c->in_word = false; break;
    case PIPE: c->b->marks |= MARK_PIPE; c->in_word = false; break;
    case CURRENCY: c->b->marks |= MARK_CURRENCY; c->in_word = false; break;
    default: c->in_word = false; break;
    }
}

static void add_counts(struct extract_block *b, const struct counter *c, struct words_in in)
{
    const uint32_t words = c->words + c->wide / 2 + c->tall / 4;
    b->words += words;
    b->chars += c->chars;
    b->link_words += in.link ? words : 0;
    b->bold_words += in.bold ? words : 0;
}

void extract_add_words(struct buf *t, struct extract_block *b, struct slice s, bool *space,
                       struct words_in in)
{
    struct counter c = {.b = b};
    char *o = buf_reserve(t, s.n + 1);
    if (!o)
        return;
    char *const start = o;
    const char *const first = t->p + b->at;
    const uint8_t *p = (const uint8_t *)s.p, *const end = p + s.n;
    bool due = *space;
    while (p < end) {
        uint8_t class = class_of[*p];
        if (class == LEAD)
            class = sort_lead(&c, p, (size_t)(end - p));
        if (class == SPACE && !in.verbatim) {
            p += *p == 0xC2 ? 2 : 1;
            due = true;
            c.in_word = false;
            continue;
        }
        if (due && o > first && o[-1] != '\n')
            *o++ = ' ';
        due = false;
        c.chars++;
        count(&c, class);
        *o++ = (char)*p++;
        while (p < end && class_of[*p] == TAIL)
            *o++ = (char)*p++;
    }
    t->n += (size_t)(o - start);
    *space = due;
    add_counts(b, &c, in);
}
