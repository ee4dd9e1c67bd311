/* The table; see edits.h. */
#include "filter/edits.h"
#include "filter/edit_lines.h"
#include "filter/edit_urls.h"

static bool c4_lines(const struct rule_edit *edit, struct measure *m, double number,
                     struct buf *out)
{
    (void)edit, (void)number;
    buf_add_slice(out, chars_strip(m->chars, buf_slice(&measure_c4(m)->text)));
    measure_end_c4(m);
    return true;
}

static bool urls(const struct rule_edit *edit, struct measure *m, double number, struct buf *out)
{
    (void)number;
    return edit_urls(m->chars, m->text, edit->variant, out);
}

static bool newlines(const struct rule_edit *edit, struct measure *m, double number,
                     struct buf *out)
{
    (void)edit;
    edit_newlines(number < 1 ? 0 : (size_t)number, m->text, out);
    return out->n != m->text.n;
}

static bool lines(const struct rule_edit *edit, struct measure *m, double number, struct buf *out)
{
    edit_lines(m->chars, (enum line_edit)edit->variant, number, m->text, out);
    return !slice_eq(buf_slice(out), m->text);
}

static bool count_words(const struct rule_edit *edit, struct measure *m, double number,
                        struct buf *out)
{
    (void)edit, (void)number, (void)out;
    m->marked_words = measure_alnum_words(m, WORDS_FASTTEXT);
    return false;
}

const struct rule_edit rule_edits[] = {
    {"c4-lines", "keeps lines that end in . ? ! \" or '; takes citation marks out", NULL, c4_lines,
     false, 0, &c4_datatrove},
    {"c4-lines-fineweb", "the same, whatever lines end in", NULL, c4_lines, false, 0, &c4_fineweb},
    {"strip-urls", "takes addresses out of the text", "empty", urls, false, false, NULL},
    {"dclm-urls", "the same in texts that begin like a top-level domain", "url_removal_modifier",
     urls, false, true, NULL},
    {"dclm-newlines", "runs of more than NUMBER newlines become that many", NULL, newlines, true, 0,
     NULL},
    {"count-words", "changes nothing; dclm_removed_words compares with this place", NULL,
     count_words, false, 0, NULL},
    {"dclm-lines-upper", "lines with a larger share of capitals go",
     "uppercase_ratio_line_modifier", lines, true, LINES_UPPER, NULL},
    {"dclm-lines-digits", "lines with a larger share of digits go",
     "numeric_ratio_line_modifier", lines, true, LINES_DIGITS, NULL},
    {"dclm-lines-counters", "lines such as \"3 likes\" go", "counter_line_modifier", lines, false,
     LINES_COUNTERS, NULL},
    {"dclm-lines-words", "lines of fewer words go, but for empty ones", "line_length_modifier",
     lines, true, LINES_WORDS, NULL},
    {"dclm-items-in-cart", "that phrase goes from lines of at most NUMBER words",
     "substring_line_modifier", lines, true, LINES_CART, NULL},
    {"dclm-read-more", "\"Read more\" and three characters go from the end of such lines",
     "substring_line_modifier", lines, true, LINES_READ_MORE, NULL},
    {"dclm-sign-in", "\"Sign-in\" goes from the front of such lines", "substring_line_modifier",
     lines, true, LINES_SIGN_IN, NULL},
    {.name = NULL}};
