/* classify - scores documents with a fastText classifier. How: filter/fasttext.h, classify.h. */
#include <stdio.h>
#include "core/json.h"
#include "core/mem.h"
#include "core/stage.h"
#include "filter/classify.h"
#include "filter/newline.h"

struct conf {
    const char *model, *name, *label, *weights, *min_score, *max_score;
    struct opt_list keep, drop;
    bool two_way;
    int newline;
    uint64_t top;
    struct fasttext *ft;
    struct label_values score_label, weight, keep_rules, drop_rules;
    double least, most;
    char *path, *path_score, *path_labels;      /* metadata.NAME... */
};

struct scratch {
    struct fasttext_reader *reader;
    struct fasttext_guess *guesses;
    struct buf text, json;
};

static const struct opt opts[] = {
    OPT_STR('m', "model", "FILE", NULL, struct conf, model, "fastText model, .bin or .ftz"),
    OPT_STR(0, "name", "NAME", "class", struct conf, name,
            "write metadata.NAME and metadata.NAME_score"),
    OPT_STR('l', "label", "LABEL", NULL, struct conf, label,
            "the score is this label's probability, not the best one's"),
    OPT_BOOL(0, "two-way", struct conf, two_way,
             "with --label: 1 - p of the best label where that is another (DCLM)"),
    OPT_STR(0, "weights", "LABEL=W,...", NULL, struct conf, weights,
            "the score is the sum of weights times probabilities"),
    OPT_STR(0, "min-score", "X", NULL, struct conf, min_score, "drop documents that score less"),
    OPT_STR(0, "max-score", "X", NULL, struct conf, max_score, "drop documents that score more"),
    OPT_LIST('k', "keep", "LABEL[=X],...", struct conf, keep,
             "drop documents unless one of these is the best label, or has p >= X"),
    OPT_LIST(0, "drop", "LABEL[=X],...", struct conf, drop,
             "drop documents if one of these is the best label, or has p >= X"),
    OPT_U64(0, "top", "K", "0", struct conf, top, "write the K best labels with their p"),
    OPT_CHOICE(0, "newlines", NEWLINE_CHOICES, "space", struct conf, newline,
               "what a newline is to the model"),
    OPT_END
};

/* ---- options ------------------------------------------------------------------------------ */

static int number(const char *text, const char *option, double otherwise, double *out,
                  struct err *e)
{
    *out = otherwise;
    if (text && !json_f64(slice_str(text), out))
        return err_set(e, ERR_USAGE, "--%s: '%s' is no number", option, text);
    return 0;
}

static int rules(const struct conf *c, const char *option, const struct opt_list *list,
                 struct label_values *out, struct err *e)
{
    for (size_t i = 0; i < list->n; i++)
        if (label_values_parse(c->ft, option, slice_str(list->v[i]), out, e))
            return -1;
    return 0;
}

static int open_scores(struct conf *c, struct err *e)
{
    if (c->label && c->weights)
        return err_set(e, ERR_USAGE, "--label and --weights are two different scores");
    if (c->two_way && !c->label)
        return err_set(e, ERR_USAGE, "--two-way needs --label");
    if (c->label && label_values_parse(c->ft, "label", slice_str(c->label), &c->score_label, e))
        return -1;
    if (c->label && (c->score_label.n != 1 || c->score_label.v[0].given))
        return err_set(e, ERR_USAGE, "--label: one label");
    if (c->weights && label_values_parse(c->ft, "weights", slice_str(c->weights), &c->weight, e))
        return -1;
    for (size_t i = 0; i < c->weight.n; i++)
        if (!c->weight.v[i].given)
            return err_set(e, ERR_USAGE, "--weights: each label needs a weight, LABEL=W");
    return 0;
}

static char *path_of(const char *name, const char *suffix)
{
    size_t n = strlen(name) + strlen(suffix) + sizeof "metadata.";
    char *path = mem_alloc(n);
    snprintf(path, n, "metadata.%s%s", name, suffix);
    return path;
}

static int classify_open(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    (void)s;
    if (!c->model)
        return err_set(e, ERR_USAGE, "classify needs -m FILE, a fastText model");
    if (!*c->name || strspn(c->name, "abcdefghijklmnopqrstuvwxyz_0123456789-"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(c->name))
        return err_set(e, ERR_USAGE, "--name: letters, digits, '_' and '-'");
    if (number(c->min_score, "min-score", -1e300, &c->least, e) ||
        number(c->max_score, "max-score", 1e300, &c->most, e))
        return -1;
    c->path = path_of(c->name, "");
    c->path_score = path_of(c->name, "_score");
    c->path_labels = path_of(c->name, "_labels");
    c->ft = fasttext_load(c->model, e);
    if (!c->ft || open_scores(c, e) || rules(c, "keep", &c->keep, &c->keep_rules, e))
        return -1;
    return rules(c, "drop", &c->drop, &c->drop_rules, e);
}

static void classify_close(void *conf)
{
    struct conf *c = conf;
    label_values_free(&c->score_label);
    label_values_free(&c->weight);
    label_values_free(&c->keep_rules);
    label_values_free(&c->drop_rules);
    mem_free(c->path);
    mem_free(c->path_score);
    mem_free(c->path_labels);
    fasttext_free(c->ft);
}

static void *scratch_new(const void *conf)
{
    const struct conf *c = conf;
    struct scratch *s = mem_zero(sizeof *s);
    s->reader = fasttext_reader_new(c->ft);
    s->guesses = mem_array(fasttext_labels(c->ft), sizeof *s->guesses);
    buf_init(&s->text, BUF_NO_LIMIT);
    buf_init(&s->json, BUF_NO_LIMIT);
    return s;
}

static void scratch_free(void *scratch)
{
    struct scratch *s = scratch;
    fasttext_reader_free(s->reader);
    mem_free(s->guesses);
    buf_free(&s->text);
    buf_free(&s->json);
    mem_free(s);
}

/* ---- a document --------------------------------------------------------------------------- */

/* All labels when more than the best one is asked for. */
static size_t guess(const struct conf *c, struct scratch *s, struct slice text)
{
    bool all = c->label || c->weights || c->keep_rules.n || c->drop_rules.n;
    size_t k = all || c->top > fasttext_labels(c->ft) ? fasttext_labels(c->ft) :
               c->top > 1 ? (size_t)c->top : 1;
    text = newline_apply((enum newline)c->newline, text, &s->text);
    if (!slice_trim(text).n || !fasttext_read(s->reader, text))
        return 0;
    return fasttext_top(s->reader, k, 0, s->guesses);
}

static double score_of(const struct conf *c, const struct fasttext_guess *g, size_t n)
{
    if (c->weights)
        return classify_weighted(g, n, &c->weight);
    if (c->label)
        return classify_score(g, n, c->score_label.v[0].label,
                              c->two_way ? SCORE_TWO_WAY : SCORE_LABEL);
    return n ? classify_round((double)g[0].score) : 0;
}

static void write_labels(const struct conf *c, struct job *j, struct scratch *s, struct doc *d,
                         size_t n)
{
    buf_clear(&s->json);
    buf_add_byte(&s->json, '{');
    for (size_t i = 0; i < n && i < c->top; i++) {
        json_key_slice(&s->json, label_name(c->ft, s->guesses[i].label));
        json_add_f64(&s->json, classify_round((double)s->guesses[i].score));
    }
    buf_add_byte(&s->json, '}');
    struct slice json = arena_copy(j->arena, buf_slice(&s->json));
    doc_set(d, c->path_labels, json);
    job_note_json(j, "labels", json);
}

static enum verdict judge(const struct conf *c, struct job *j, const struct fasttext_guess *g,
                          size_t n, double score)
{
    const struct label_value *which;
    if (c->keep_rules.n && !classify_any(g, n, &c->keep_rules, &which))
        return job_drop(j, "keep");
    if (c->drop_rules.n && classify_any(g, n, &c->drop_rules, &which))
        return which->given ? job_drop_value(j, "drop", classify_p(g, n, which->label),
                                             which->value) : job_drop(j, "drop");
    if (score < c->least)
        return job_drop_value(j, "min-score", score, c->least);
    if (score > c->most)
        return job_drop_value(j, "max-score", score, c->most);
    return DOC_KEEP;
}

static enum verdict classify(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct scratch *s = j->scratch;
    if (!d->has_text)
        return job_bad(j, "no-text", "a document without text cannot be classified");
    size_t n = guess(c, s, d->text);
    struct slice name = n ? label_name(c->ft, s->guesses[0].label) : SLICE("");
    double score = score_of(c, s->guesses, n);
    doc_set_str(d, c->path, name);
    doc_set_f64(d, c->path_score, score);
    job_note_str(j, "label", name);
    job_note_f64(j, "score", score);
    if (c->top)
        write_labels(c, j, s, d, n);
    job_count_key(j, "label", n ? name : SLICE("(none)"), 1);
    job_hist(j, "score", score);
    if (c->min_score)
        job_hist_threshold(j, "score", c->least);
    if (c->max_score)
        job_hist_threshold(j, "score", c->most);
    return judge(c, j, s->guesses, n, score);
}

static uint64_t model_bytes(const void *conf)
{
    const struct conf *c = conf;
    return fasttext_memory(c->ft);
}

extern const struct stage stage_classify;
const struct stage stage_classify = {
    .name = "classify",
    .summary = "score documents with a fastText classifier",
    .operands = "[FILE...]",
    .example = "tokmill classify -m quality.bin --label hq --min-score 0.018112 docs.jsonl",
    .form = FORM_MAP,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = classify_open,
    .close = classify_close,
    .model_bytes = model_bytes,
    .scratch_new = scratch_new,
    .scratch_free = scratch_free,
    .map = classify,
};
