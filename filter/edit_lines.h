/* edit_lines - DCLM's line modifiers (baselines/mappers/modifiers.py)
 *
 * Each walks over split("\n") and joins what stays; most strip the result. */
#ifndef FILTER_EDIT_LINES_H
#define FILTER_EDIT_LINES_H
#include "core/buf.h"
#include "text/chars.h"

enum line_edit {
    LINES_UPPER,                    /* out: share of capitals above number */
    LINES_DIGITS,                   /* out: share of digits above number */
    LINES_COUNTERS,                 /* out: "3 likes" */
    LINES_WORDS,                    /* out: fewer words than number, but not empty lines */
    LINES_CART, LINES_READ_MORE, LINES_SIGN_IN      /* in lines of at most number words: that
                                                       phrase; out if nothing else was there */
};
void edit_lines(const struct chars *c, enum line_edit edit, double number, struct slice text,
                struct buf *out);
/* Runs of more than `most` newlines become that many. */
void edit_newlines(size_t most, struct slice text, struct buf *out);

#endif
