/* chars - the classes of code points that splittings and rule sets ask for
 *
 * One word of flags a code point: what Python's str methods say of it, and the fixed lists of spaCy
 * and datatrove, which are no Unicode properties and never change with the Unicode version. Made
 * once when a stage is opened (512 KiB), read-only afterwards, shared by all workers. What depends
 * on Unicode (letters, digits, punctuation) follows utf8proc's version; Python 3.11 has Unicode 14,
 * so characters that are newer than that may differ.
 */
#ifndef TEXT_CHARS_H
#define TEXT_CHARS_H
#include "core/utf8.h"

enum {
    CH_SPACE = 1,               /* str.isspace(), also what strip() and split() cut at */
    CH_LINE = 2,                /* str.splitlines() ends a line here */
    CH_LETTER = 4,              /* str.isalpha() */
    CH_DIGIT = 8,               /* str.isdecimal(), \d of Python's re */
    CH_PUNCT = 16,              /* general category P */
    /* spacy/lang/char_classes.py (3.8) */
    CH_ALPHA = 32,              /* ALPHA */
    CH_LOWER = 64,              /* ALPHA_LOWER, with the scripts that have no case */
    CH_UPPER = 128,             /* ALPHA_UPPER, with the scripts that have no case */
    CH_ICON = 256,              /* _other_symbols: the So of Unicode 11 */
    CH_QUOTE = 512,             /* CONCAT_QUOTES */
    CH_CURRENCY = 1024,         /* LIST_CURRENCY, those of one character */
    CH_PREFIX = 2048,           /* a token of its own at the front of a piece */
    CH_SUFFIX = 4096,           /* a token of its own at the end of a piece */
    CH_BEFORE_DOT = 8192,       /* after it a final dot is split off */
    CH_SENTENCE = 16384,        /* Sentencizer.default_punct_chars */
    /* datatrove/utils/text.py (0.10) */
    CH_DT_PUNCT = 32768,        /* PUNCTUATION_SET */
    CH_DT_TERMINAL = 65536,     /* TERMINAL_PUNCTUATION */
    CH_WORD = 131072,           /* \w of Python's re: isalnum() or "_" */
    CH_ISUPPER = 1 << 18,       /* str.isupper() of one character */
    CH_ISLOWER = 1 << 19,       /* str.islower() of one character */
    CH_ISDIGIT = 1 << 20,       /* str.isdigit() */
    CH_ISNUMERIC = 1 << 21,     /* str.isnumeric() */
    CH_PICTOGRAPH = 1 << 22,    /* Extended_Pictographic */
    CH_WORD_BREAK_AT = 23,      /* five bits: Word_Break, see uax29.c */
    CH_WORD_BREAK = 31 << 23
};
#define CHARS_TABLE 0x20000u

struct chars {
    uint32_t of[CHARS_TABLE];
};

struct chars *chars_new(void);
void chars_free(struct chars *c);           /* NULL is allowed */
uint32_t chars_beyond(uint32_t cp);         /* flags of code points above the table */

static inline uint32_t chars_flags(const struct chars *c, uint32_t cp)
{
    return cp < CHARS_TABLE ? c->of[cp] : chars_beyond(cp);
}

/* Valid UTF-8 only, from here on. The code point that starts at *p, and *p moved behind it. */
static inline uint32_t chars_next(const char **p)
{
    const unsigned char *s = (const unsigned char *)*p;
    if (s[0] < 0x80) {
        *p += 1;
        return s[0];
    }
    if (s[0] < 0xE0) {
        *p += 2;
        return (s[0] & 0x1Fu) << 6 | (s[1] & 0x3Fu);
    }
    if (s[0] < 0xF0) {
        *p += 3;
        return (s[0] & 0x0Fu) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
    }
    *p += 4;
    return (s[0] & 0x07u) << 18 | (s[1] & 0x3Fu) << 12 | (s[2] & 0x3Fu) << 6 | (s[3] & 0x3Fu);
}

/* The code point that ends before *p, and *p moved to its start. */
static inline uint32_t chars_prev(const char **p)
{
    const char *s = *p - 1;
    while (((unsigned char)*s & 0xC0) == 0x80)
        s--;
    *p = s;
    return chars_next(&s);
}

/* Python's str methods on valid UTF-8. */
struct slice chars_strip(const struct chars *c, struct slice s);
struct slice chars_lstrip(const struct chars *c, struct slice s);
struct slice chars_rstrip(const struct chars *c, struct slice s);
/* The next line of splitlines(), without its end; false when *rest is used up. */
bool chars_next_line(const struct chars *c, struct slice *rest, struct slice *line);
/* The next piece of split(); false when there is none. */
bool chars_next_word(const struct chars *c, struct slice *rest, struct slice *word);

#endif
