/* regex_internal - what regex.c and regex_class.c share */
#ifndef TOKENIZE_REGEX_INTERNAL_H
#define TOKENIZE_REGEX_INTERNAL_H
#include "tokenize/regex.h"

struct regex {
    struct slice s;                     /* the expression */
    size_t at;
    enum regex_flavor flavor;
    uint8_t *category;                  /* of each code point */
    struct buf *out;
    struct err *e;
    bool caseless;                      /* inside (?i: */
};

/* A set of code points: one byte each, 0 or 1. Surrogates are in none. */
uint8_t *set_new(void);
void set_write(const uint8_t *set, bool negated, struct buf *out);     /* [..] */

int regex_refuse(struct regex *r, const char *what);
/* At "\p", "\s", "\w" and the like: fills `set`, r->at moves behind it. 0: no set starts here. */
int class_escape(struct regex *r, uint8_t *set);
/* At "[": the class as bare ranges. */
int class_translate(struct regex *r);
/* One character, literal or escaped, at r->at; UTF8_BAD for none. */
uint32_t regex_char(struct regex *r);
/* The characters of \w. */
void class_word(const struct regex *r, uint8_t *set);

#endif
