/* measure - what is known of one document, found out when it is asked for
 *
 * Signals (signals.h) ask for passes: the counts of one walk over the text, its words, or its
 * lines. A pass runs once a document, however many signals and rules use it, and not at all when an
 * earlier rule has dropped the document. A measure belongs to one worker; measure_start() begins a
 * document.
 *
 *     text --scan--> counts          --lines--> line counts, duplicate lines and paragraphs
 *          --words--> word counts    --grams--> repeated n-grams       --c4--> edited text
 *
 * A document is given a budget of memory. Where its scratch would pass it, measure_full() holds and
 * values are void. Scratch that one large document made grow is given back at its end.
 */
#ifndef FILTER_MEASURE_H
#define FILTER_MEASURE_H
#include "core/doc.h"
#include "filter/c4.h"
#include "filter/grams.h"
#include "filter/repeats.h"
#include "text/views.h"

struct scan_counts {
    uint64_t chars, newlines;
    uint64_t hashes;                /* "#" */
    uint64_t ellipses;              /* "...", not overlapping, and U+2026 */
};

struct word_counts {                /* of spaCy's English words */
    uint64_t n;
    uint64_t solid, solid_chars;    /* words with a character outside datatrove's PUNCTUATION_SET */
    uint64_t letter;                /* words with a letter */
    unsigned stop_words;            /* bit i: stop word i is there */
};

struct line_counts {                /* of splitlines() */
    uint64_t n, bullet, ellipsis;
};

struct plain_counts {               /* of split("\n") */
    uint64_t n;                     /* lines that are not blank */
    uint64_t terminal;              /* end in TERMINAL_PUNCTUATION */
    uint64_t small;                 /* 30 characters or fewer */
    uint64_t again_chars;           /* of duplicate lines */
    /* the form of 2024: blank lines too, end marks . ' " ! ? */
    uint64_t all, all_terminal, all_small;
};

struct code_counts {                /* of splitlines(), code points */
    uint64_t lines, chars, longest; /* chars: of all lines, without their ends */
    uint64_t alnum;                 /* str.isalnum(), of the whole text */
};

struct dup_counts {
    uint64_t count, again, again_chars;
};

struct measure {
    const struct spacy *spacy;
    const struct chars *chars;
    struct word_list work;
    struct pieces pieces;
    struct grams grams;
    struct c4 c4;

    struct doc *doc;
    struct slice text;
    const struct c4_rules *c4_rules;
    size_t budget;                  /* bytes of scratch; 0: any number */
    bool full;
    unsigned have;                  /* passes done */
    struct words words;
    uint64_t top[GRAM_TOP_MAX + 1], dup[GRAM_DUP_MAX + 1];
    struct scan_counts scan;
    struct word_counts word;
    struct line_counts line;
    struct plain_counts plain;
    struct code_counts code;
    struct dup_counts para, row;    /* split at two and more, at one and more "\n" */
};

struct measure *measure_new(const struct spacy *s);
void measure_free(struct measure *m);
/* A text shorter than 4 GiB. */
void measure_start(struct measure *m, struct doc *d, size_t budget);
bool measure_full(const struct measure *m);
void measure_end_c4(struct measure *m);                 /* the edited text is no longer needed */
void measure_end(struct measure *m);                    /* of the document */
/* Line rules for the pass c4 from here on; NULL: datatrove's defaults. */
void measure_rules(struct measure *m, const struct c4_rules *c4);

const struct scan_counts *measure_scan(struct measure *m);
const struct word_counts *measure_words(struct measure *m);
const struct line_counts *measure_lines(struct measure *m);
const struct plain_counts *measure_plain(struct measure *m);
const struct code_counts *measure_code(struct measure *m);
const struct dup_counts *measure_paragraphs(struct measure *m);
const struct dup_counts *measure_rows(struct measure *m);
const uint64_t *measure_top(struct measure *m);         /* [2..4], see grams_top() */
const uint64_t *measure_dup(struct measure *m);         /* [5..10], see grams_dup() */
const struct c4 *measure_c4(struct measure *m);

#endif
