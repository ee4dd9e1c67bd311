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
 * Passes are by the code they count for: measure.c (datatrove), measure_words.c (white space and
 * UAX 29 words, lines of Dolma, DCLM and NeMo), measure_rps.c (RedPajama-V2).
 *
 * A document is given a budget of memory. Where its scratch would pass it, measure_full() holds and
 * values are void. Scratch that one large document made grow is given back at its end.
 */
#ifndef FILTER_MEASURE_H
#define FILTER_MEASURE_H
#include "core/doc.h"
#include "filter/c4.h"
#include "filter/grams.h"
#include "filter/ngrams.h"
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
    uint64_t alpha;                 /* str.isalpha() */
};

struct dup_counts {
    uint64_t count, again, again_chars;
};

/* ---- measure_words.c ---- */

struct white_counts {               /* of words cut at white space */
    uint64_t n, chars, longest;
    double median;
    uint64_t letter;                /* with a letter */
    uint64_t alphabetic;            /* with one that Unicode calls alphabetic: "Ⅳ", "ⓘ" too */
    uint64_t symbol;                /* with "#" or U+2026 */
    uint64_t nemo_symbol;           /* an ellipsis mark, or more than half of runs of "#" */
    uint64_t stop, stop_lower;      /* the be to of and that have with; in any case */
};

struct row_counts {                 /* of lines or paragraphs, as each source cuts them */
    uint64_t n, different;
    uint64_t bullet, ellipsis, no_end_mark;
    uint64_t chars, different_chars;
    uint64_t copies, copies_chars;  /* that stand more than once, all of them */
};
enum rows_kind { ROWS_DOLMA_1, ROWS_DOLMA_2, ROWS_DCLM_LINES, ROWS_DCLM_PARAGRAPHS,
                 ROWS_NEMO_LINES, ROWS_NEMO_PARAGRAPHS, ROWS_KINDS };

enum ngrams_kind { NGRAMS_WHITE, NGRAMS_DCLM, NGRAMS_RPS, NGRAMS_KINDS };

/* ---- measure_rps.c: RedPajama-V2 ---- */

struct rps_counts {
    uint64_t raw_words, alpha_words, upper_words, stop_words;
    uint64_t words, chars;          /* of the normalised text */
    uint64_t unique;
    double entropy;
    uint64_t text_chars, lorem_ipsum;       /* of the normalised text */
    uint64_t curly, sentences;
    uint64_t lines, ellipsis, terminal, bullet, javascript, line_words;
    double upper_share, numeric_share;      /* sums over lines of rounded shares */
};

struct rps;                         /* its scratch */

/* Passes done, one bit each; what is below WORDS_KINDS bits is a splitting. */
enum measure_pass { PASS_SCAN = WORDS_KINDS, PASS_WORDS, PASS_LINES, PASS_PLAIN, PASS_PARAS,
                    PASS_ROWS, PASS_TOP, PASS_DUP, PASS_C4, PASS_CODE, PASS_WHITE, PASS_RPS,
                    PASS_OF_ROWS, PASS_OF_NGRAMS = PASS_OF_ROWS + ROWS_KINDS };

struct measure {
    const struct spacy *spacy;
    const struct chars *chars;
    struct word_list work[WORDS_KINDS];
    struct pieces pieces;
    struct grams grams;
    struct ngrams ngrams;
    struct c4 c4;
    struct rps *rps;                /* NULL until asked for */

    struct doc *doc;
    struct slice text;
    const struct c4_rules *c4_rules;
    size_t budget;                  /* bytes of scratch; 0: any number */
    bool full;
    uint64_t have;                  /* bit i: pass i is done */
    struct words words[WORDS_KINDS];
    uint64_t top[GRAM_TOP_MAX + 1], dup[GRAM_DUP_MAX + 1];
    struct scan_counts scan;
    struct word_counts word;
    struct line_counts line;
    struct plain_counts plain;
    struct code_counts code;
    struct dup_counts para, row;    /* split at two and more, at one and more "\n" */
    struct white_counts white;
    struct row_counts rows[ROWS_KINDS];
    struct ngram_counts ngram[NGRAMS_KINDS][NGRAM_MAX + 1];
    uint64_t ngram_chars[NGRAMS_KINDS];     /* of all words */
    struct rps_counts rps_count;
    uint64_t marked_words;          /* of an edit that counts words: those before later edits */
    bool grams_ready;               /* the grams hold spacy-en words */
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

/* For passes: true if it is done already; from now on it is. */
static inline bool measure_had(struct measure *m, unsigned pass)
{
    bool done = m->have >> pass & 1;
    m->have |= (uint64_t)1 << pass;
    return done;
}
struct words measure_split(struct measure *m, enum words_kind kind);
/* Ends the use of m->grams or m->pieces by a pass: gives back much. */
void measure_end_grams(struct measure *m);
void measure_end_pieces(struct measure *m);

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
const struct white_counts *measure_white(struct measure *m);
const struct row_counts *measure_rows_of(struct measure *m, enum rows_kind kind);
/* Counts by n; of NGRAMS_DCLM words that begin with a letter or number. */
const struct ngram_counts *measure_ngrams(struct measure *m, enum ngrams_kind kind);
uint64_t measure_alnum_words(struct measure *m, enum words_kind kind);
const struct rps_counts *measure_rps(struct measure *m);
void measure_rps_free(struct measure *m);

#endif
