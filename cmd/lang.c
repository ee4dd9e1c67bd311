/* lang - names the language of each document, keeps the wanted ones. How: filter/lang.h. */
#include <stdlib.h>
#include "core/json.h"
#include "core/mem.h"
#include "core/stage.h"
#include "core/utf8.h"
#include "filter/lang.h"

struct conf {
    const char *model;
    struct opt_list keep, drop, min_score_of;
    double min_score, min_share;
    int by, letters, newline;
    bool shares, units;
    uint64_t sample;
    struct lang_model *m;
    bool *dropped;                  /* a label: not wanted */
    bool keep_none, drop_none;      /* whether documents of no known language go */
    double *least;                  /* a label: score to reach */
};

static const struct opt opts[] = {
    OPT_FILE('m', "model", "FILE", struct conf, model,
            "a fastText model, .bin or .ftz, instead of the built-in CLD2"),
    OPT_LIST('k', "keep", "LANG,...", struct conf, keep, "drop documents in other languages"),
    OPT_LIST(0, "drop", "LANG,...", struct conf, drop, "drop documents in these languages"),
    OPT_F64(0, "min-score", "X", "0", struct conf, min_score, "drop documents that score less"),
    OPT_LIST(0, "min-score-of", "LANG=X,...", struct conf, min_score_of,
             "the same for single languages"),
    OPT_F64(0, "min-share", "X", "0", struct conf, min_share,
            "drop documents with a smaller part in their language"),
    OPT_CHOICE(0, "by", "document|paragraph|line", "document", struct conf, by,
               "what is judged on its own"),
    OPT_BOOL(0, "shares", struct conf, shares, "write metadata.lang_shares"),
    OPT_BOOL(0, "units", struct conf, units,
             "write metadata.lang_units: place, language and score of each paragraph or line"),
    OPT_CHOICE(0, "case", "as-is|lower|auto", "as-is", struct conf, letters,
               "lower-case the text first; auto: where capitals prevail"),
    OPT_CHOICE(0, "newlines", NEWLINE_CHOICES, "space", struct conf, newline,
               "what a newline is to the model"),
    OPT_SIZE(0, "sample", "SIZE", "0", struct conf, sample,
             "look at no more than this of a document, in four places (0: all)"),
    OPT_END
};

/* ---- options to flags a label ------------------------------------------------------------- */

static bool is_none(struct slice code) { return slice_is(code, "und"); }

/* Every code of a list given once or several times, parted by commas. */
static int each_code(const struct conf *c, const char *option, const struct opt_list *list,
                     bool *set, bool *none, struct err *e)
{
    for (size_t i = 0; i < list->n; i++) {
        struct slice rest = slice_str(list->v[i]), code;
        while (slice_next(&rest, ',', &code)) {
            code = slice_trim(code);
            if (is_none(code))
                *none = true;
            else if (!lang_model_select(c->m, code, set))
                return err_set(e, ERR_USAGE, "--%s: '%.*s' is no language of %s", option,
                               (int)(code.n < 80 ? code.n : 80), code.p,
                               c->model ? c->model : "CLD2");
        }
    }
    return 0;
}

static int open_wanted(struct conf *c, struct err *e)
{
    uint32_t n = lang_model_labels(c->m);
    c->dropped = mem_array(n, sizeof *c->dropped);
    if (each_code(c, "keep", &c->keep, c->dropped, &c->keep_none, e))
        return -1;
    for (uint32_t i = 0; c->keep.n && i < n; i++)
        c->dropped[i] = !c->dropped[i];
    c->drop_none = c->keep.n && !c->keep_none;
    return each_code(c, "drop", &c->drop, c->dropped, &c->drop_none, e);
}

static int least_of(struct conf *c, struct slice item, bool *set, struct err *e)
{
    uint32_t n = lang_model_labels(c->m);
    size_t eq = slice_find_byte(item, '=');
    struct slice code = slice_trim(slice_upto(item, eq)), number = slice_from(item, eq + 1);
    double least;
    if (eq == item.n || !json_f64(slice_trim(number), &least))
        return err_set(e, ERR_USAGE, "--min-score-of: '%.*s' is not LANG=NUMBER",
                       (int)(item.n < 80 ? item.n : 80), item.p);
    memset(set, 0, n * sizeof *set);
    if (!lang_model_select(c->m, code, set))
        return err_set(e, ERR_USAGE, "--min-score-of: '%.*s' is no language of %s",
                       (int)(code.n < 80 ? code.n : 80), code.p, c->model ? c->model : "CLD2");
    for (uint32_t i = 0; i < n; i++)
        if (set[i])
            c->least[i] = least;
    return 0;
}

static int open_least(struct conf *c, struct err *e)
{
    uint32_t n = lang_model_labels(c->m);
    int rc = 0;
    bool *set = mem_array(n, sizeof *set);
    c->least = mem_array(n, sizeof *c->least);
    for (uint32_t i = 0; i < n; i++)
        c->least[i] = c->min_score;
    for (size_t i = 0; i < c->min_score_of.n && rc == 0; i++) {
        struct slice rest = slice_str(c->min_score_of.v[i]), item;
        while (rc == 0 && slice_next(&rest, ',', &item))
            rc = least_of(c, item, set, e);
    }
    mem_free(set);
    return rc;
}

static int lang_open(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    (void)s;
    if (c->units && c->sample)
        return err_set(e, ERR_USAGE, "--units are of the whole text: no --sample");
    c->m = lang_model_open(c->model, e);
    if (!c->m || open_wanted(c, e) || open_least(c, e))
        return -1;
    return 0;
}

static void lang_close(void *conf)
{
    struct conf *c = conf;
    lang_model_free(c->m);
    mem_free(c->dropped);
    mem_free(c->least);
}

static void *scratch_new(const void *conf)
{
    const struct conf *c = conf;
    struct lang_opts o = {(enum lang_by)c->by, (enum lang_case)c->letters,
                          (enum newline)c->newline, c->sample, c->units};
    return lang_reader_new(c->m, o);
}

static void scratch_free(void *scratch) { lang_reader_free(scratch); }

/* ---- a document --------------------------------------------------------------------------- */

static struct slice name_of(const struct conf *c, uint32_t language)
{
    return language == LANG_NONE ? SLICE("und") : lang_model_label(c->m, language);
}

static void write_shares(const struct conf *c, struct job *j, struct doc *d,
                         const struct lang_answer *a)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_add_byte(&b, '{');
    for (size_t i = 0; i < a->n_shares; i++) {
        json_key_slice(&b, name_of(c, a->shares[i].language));
        json_add_f64(&b, a->shares[i].share);
    }
    buf_add_byte(&b, '}');
    struct slice json = arena_copy(j->arena, buf_slice(&b));
    doc_set(d, "metadata.lang_shares", json);
    job_note_json(j, "shares", json);
    buf_free(&b);
}

/* [[start, end, "en", score], ...] in characters */
static void write_units(const struct conf *c, struct job *j, struct doc *d)
{
    struct buf b;
    size_t n, at = 0, chars = 0;
    const struct lang_unit *u = lang_units(j->scratch, &n);
    buf_init(&b, BUF_NO_LIMIT);
    buf_add_byte(&b, '[');
    for (size_t i = 0; i < n; i++) {
        chars += utf8_count(slice_of(d->text.p + at, u[i].at - at));
        size_t end = chars + utf8_count(slice_of(d->text.p + u[i].at, u[i].n));
        buf_add_fmt(&b, "%s[%zu,%zu,", i ? "," : "", chars, end);
        json_add_string(&b, name_of(c, u[i].language));
        buf_add_byte(&b, ',');
        json_add_f64(&b, u[i].score);
        buf_add_byte(&b, ']');
        at = u[i].at + u[i].n;
        chars = end;
    }
    buf_add_byte(&b, ']');
    struct slice json = arena_copy(j->arena, buf_slice(&b));
    doc_set(d, "metadata.lang_units", json);
    job_note_json(j, "units", json);
    buf_free(&b);
}

static enum verdict judge(const struct conf *c, struct job *j, const struct lang_answer *a)
{
    bool none = a->language == LANG_NONE;
    double share = none ? 0 : a->shares[0].share;
    double least = none ? c->min_score : c->least[a->language];
    if (none ? c->drop_none : c->dropped[a->language])
        return job_drop(j, c->keep.n ? "keep" : "drop");
    if (a->score < least)
        return job_drop_value(j, "min-score", a->score, least);
    if (share < c->min_share)
        return job_drop_value(j, "min-share", share, c->min_share);
    return DOC_KEEP;
}

static enum verdict lang(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct lang_answer a;
    if (!d->has_text)
        return job_bad(j, "no-text", "a document without text has no language");
    lang_identify(j->scratch, d->text, &a);
    struct slice name = name_of(c, a.language);
    doc_set_str(d, "metadata.lang", name);
    doc_set_f64(d, "metadata.lang_score", a.score);
    job_note_str(j, "lang", name);
    job_note_f64(j, "score", a.score);
    if (c->shares)
        write_shares(c, j, d, &a);
    if (c->units)
        write_units(c, j, d);
    job_count_key(j, "lang", name, 1);
    job_hist(j, "lang_score", a.score);
    if (c->min_score > 0)
        job_hist_threshold(j, "lang_score", c->min_score);
    return judge(c, j, &a);
}

static uint64_t model_bytes(const void *conf)
{
    const struct conf *c = conf;
    return lang_model_memory(c->m);
}

extern const struct stage stage_lang;
const struct stage stage_lang = {
    .name = "lang",
    .summary = "name the language of each document, keep the wanted ones",
    .operands = "[FILE...]",
    .example = "tokmill lang --keep en,de --min-score 0.65 docs.jsonl.zst -o kept.jsonl.zst",
    .form = FORM_MAP,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = lang_open,
    .close = lang_close,
    .model_bytes = model_bytes,
    .scratch_new = scratch_new,
    .scratch_free = scratch_free,
    .map = lang,
};
