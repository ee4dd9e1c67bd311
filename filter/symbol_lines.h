/* symbol_lines - lines of nothing but symbols, as tables and menus leave them
 *
 * The rule of datatrove's SymbolLinesFormatter (0.10, formatters/symbol_lines_remover.py): lines as
 * Python's splitlines() cuts them; those of spaces and symbols of the set alone go, but not empty
 * ones; one replacement stands for a run of them.
 */
#ifndef FILTER_SYMBOL_LINES_H
#define FILTER_SYMBOL_LINES_H
#include "core/buf.h"
#include "text/chars.h"

struct symbol_set {
    const struct chars *chars;
    struct slice symbols;           /* UTF-8; p = NULL: datatrove's PUNCTUATION_SET */
    struct slice as;                /* "": nothing */
};

/* Appends the text without them; false, and nothing appended, if that changes nothing. */
bool symbol_lines(const struct symbol_set *s, struct slice text, struct buf *out);

#endif
