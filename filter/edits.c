/* The table; see edits.h. */
#include "filter/edits.h"

static bool c4_lines(const struct rule_edit *edit, struct measure *m, double number,
                     struct buf *out)
{
    (void)edit, (void)number;
    buf_add_slice(out, chars_strip(m->chars, buf_slice(&measure_c4(m)->text)));
    measure_end_c4(m);
    return true;
}

const struct rule_edit rule_edits[] = {
    {"c4-lines", "keeps lines that end in . ? ! \" or '; takes citation marks out", NULL, c4_lines,
     false, &c4_datatrove},
    {"c4-lines-fineweb", "the same, whatever lines end in", NULL, c4_lines, false, &c4_fineweb},
    {.name = NULL}};
