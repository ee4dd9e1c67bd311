/* job - what callbacks say about a document: verdicts, notes, statistics. See stage.h. */
#include <math.h>
#include <stdio.h>
#include "core/json.h"
#include "core/stage.h"
#include "core/tally.h"

static const struct slice none = {"", 0};

enum verdict job_drop(struct job *j, const char *rule)
{
    j->rule = slice_str(rule);
    j->has_value = j->has_threshold = false;
    return DOC_DROP;
}

enum verdict job_drop_value(struct job *j, const char *rule, double value, double threshold)
{
    j->rule = slice_str(rule);
    j->value = value;
    j->threshold = threshold;
    j->has_value = j->has_threshold = true;
    return DOC_DROP;
}

enum verdict job_bad(struct job *j, const char *kind, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(j->bad_text, sizeof j->bad_text, fmt, ap);
    va_end(ap);
    j->rule = slice_str(kind);
    return DOC_BAD;
}

void job_note_f64(struct job *j, const char *name, double v)
{
    if (j->annotate)
        json_put_f64(&j->notes, name, v);
}

void job_note_str(struct job *j, const char *name, struct slice v)
{
    if (j->annotate)
        json_put_str(&j->notes, name, v);
}

void job_note_json(struct job *j, const char *name, struct slice json)
{
    if (j->annotate)
        json_put_raw(&j->notes, name, json);
}

void job_count(struct job *j, const char *name, uint64_t add)
{
    tally_add(j->tally, TALLY_COUNTER, slice_str(name), none, add, 0);
}

void job_count_key(struct job *j, const char *name, struct slice key, uint64_t add)
{
    tally_add(j->tally, TALLY_KEY, slice_str(name), key, add, 0);
}

void job_hist(struct job *j, const char *name, double value)
{
    char bin[16];
    int n = snprintf(bin, sizeof bin, "%d", tally_bin(value));
    tally_add(j->tally, TALLY_BIN, slice_str(name), slice_of(bin, (size_t)n), 1, 0);
    tally_add(j->tally, TALLY_SUM, slice_str(name), none, 1,
              isfinite(value) ? (uint64_t)(int64_t)llround(value * 1e6) : 0);
}

void job_hist_threshold(struct job *j, const char *name, double threshold)
{
    char text[40];
    int n = snprintf(text, sizeof text, "%.10g", threshold);
    tally_add(j->tally, TALLY_THRESHOLD, slice_str(name), slice_of(text, (size_t)n), 1, 0);
}
