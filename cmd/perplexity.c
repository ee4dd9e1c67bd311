/* perplexity - scores documents with a KenLM language model. How: filter/kenlm.h, lm_text.h. */
#include "core/json.h"
#include "core/mem.h"
#include "core/stage.h"
#include "filter/lm_text.h"
#include "tokenize/unigram.h"

struct conf {
    const char *model, *pieces, *max, *min, *head, *middle, *cutoffs, *keep;
    int normalize;
    double head_percentile, middle_percentile;
    bool score;
    struct kenlm *k;
    struct unigram *unigram;        /* NULL: words are parted by white space */
    struct lm_cutoffs table;
    double most, least, head_at, middle_at;
    bool buckets;
};

static const struct opt opts[] = {
    OPT_STR('m', "model", "FILE", NULL, struct conf, model,
            "KenLM model: ARPA text or any of its binary kinds"),
    OPT_FILE('p', "pieces", "FILE", struct conf, pieces,
             "cut the text by this SentencePiece unigram model first"),
    OPT_CHOICE(0, "normalize", LM_NORMAL_CHOICES, "none", struct conf, normalize,
               "prepare the text as the model's makers did"),
    OPT_BOOL(0, "score", struct conf, score, "write metadata.perplexity_log10, too"),
    OPT_STR(0, "max", "X", NULL, struct conf, max, "drop documents of higher perplexity"),
    OPT_STR(0, "min", "X", NULL, struct conf, min, "drop documents of lower perplexity"),
    OPT_STR(0, "head", "X", NULL, struct conf, head, "bucket head: perplexity below X"),
    OPT_STR(0, "middle", "X", NULL, struct conf, middle,
            "bucket middle: below X, not in head; else tail"),
    OPT_STR(0, "cutoffs", "FILE", NULL, struct conf, cutoffs,
            "head and middle by metadata.lang, a table as cc_net's cutoff.csv"),
    OPT_F64(0, "head-percentile", "P", "30", struct conf, head_percentile,
            "row of that table for head"),
    OPT_F64(0, "middle-percentile", "P", "60", struct conf, middle_percentile,
            "row of that table for middle"),
    OPT_STR('k', "keep", "BUCKET,...", NULL, struct conf, keep,
            "drop documents of other buckets (head, middle, tail, all)"),
    OPT_END
};

static int number(const char *text, const char *option, double otherwise, double *out,
                  struct err *e)
{
    *out = otherwise;
    if (text && !json_f64(slice_str(text), out))
        return err_set(e, ERR_USAGE, "--%s: '%s' is no number", option, text);
    return 0;
}

static bool kept(const struct conf *c, const char *bucket)
{
    struct slice rest = slice_str(c->keep), name;
    while (slice_next(&rest, ',', &name))
        if (slice_is(slice_trim(name), bucket))
            return true;
    return false;
}

static int open_keep(const struct conf *c, struct err *e)
{
    struct slice rest = slice_str(c->keep), name;
    if (c->keep && !c->buckets)
        return err_set(e, ERR_USAGE, "--keep needs --head and --middle, or --cutoffs");
    while (c->keep && slice_next(&rest, ',', &name)) {
        name = slice_trim(name);
        if (!slice_is(name, "head") && !slice_is(name, "middle") && !slice_is(name, "tail") &&
            !slice_is(name, "all"))
            return err_set(e, ERR_USAGE, "--keep: '%.*s' is no bucket",
                           (int)(name.n < 80 ? name.n : 80), name.p);
    }
    return 0;
}

static int open_perplexity(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    (void)s;
    if (!c->model)
        return err_set(e, ERR_USAGE, "perplexity needs -m FILE, a KenLM model");
    if (!c->head != !c->middle || (c->head && c->cutoffs))
        return err_set(e, ERR_USAGE, "buckets need both --head and --middle, or --cutoffs");
    c->buckets = c->head || c->cutoffs;
    if (number(c->max, "max", 1e300, &c->most, e) || number(c->min, "min", 0, &c->least, e) ||
        number(c->head, "head", 0, &c->head_at, e) ||
        number(c->middle, "middle", 0, &c->middle_at, e) || open_keep(c, e))
        return -1;
    if (c->cutoffs && lm_cutoffs_load(&c->table, c->cutoffs, c->head_percentile,
                                      c->middle_percentile, e))
        return -1;
    if (c->pieces && !(c->unigram = unigram_load(c->pieces, e)))
        return -1;
    c->k = kenlm_load(c->model, e);
    return c->k ? 0 : -1;
}

static void close_perplexity(void *conf)
{
    struct conf *c = conf;
    kenlm_free(c->k);
    unigram_free(c->unigram);
    lm_cutoffs_free(&c->table);
}

struct scratch {
    struct buf normal, pieces;
    struct unigram_work work;
};

static void *scratch_new(const void *conf)
{
    struct scratch *s = mem_zero(sizeof *s);
    (void)conf;
    buf_init(&s->normal, BUF_NO_LIMIT);
    buf_init(&s->pieces, BUF_NO_LIMIT);
    unigram_work_init(&s->work);
    return s;
}

static void scratch_free(void *scratch)
{
    struct scratch *s = scratch;
    buf_free(&s->normal);
    buf_free(&s->pieces);
    unigram_work_free(&s->work);
    mem_free(s);
}

/* The text as the model was trained to see it. */
static struct slice prepared(const struct conf *c, struct scratch *s, struct slice text)
{
    text = lm_normalize((enum lm_normal)c->normalize, text, &s->normal);
    if (!c->unigram)
        return text;
    buf_clear(&s->pieces);
    unigram_pieces(c->unigram, text, &s->work, &s->pieces);
    return buf_slice(&s->pieces);
}

static uint64_t model_bytes(const void *conf)
{
    const struct conf *c = conf;
    return c->unigram ? unigram_memory(c->unigram) : 0;
}

/* "all" where the table has no thresholds for the document's language, as in cc_net. */
static const char *bucket_of(const struct conf *c, const struct doc *d, double perplexity)
{
    double head = c->head_at, middle = c->middle_at;
    if (c->cutoffs && !lm_cutoffs_find(&c->table, doc_lang(d), &head, &middle))
        return "all";
    return lm_bucket(perplexity, head, middle);
}

static enum verdict perplexity(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    if (!d->has_text)
        return job_bad(j, "no-text", "a document without text has no perplexity");
    struct lm_score s = lm_score_text(c->k, prepared(c, j->scratch, d->text));
    const char *bucket = c->buckets ? bucket_of(c, d, s.perplexity) : NULL;
    doc_set_f64(d, "metadata.perplexity", s.perplexity);
    job_note_f64(j, "perplexity", s.perplexity);
    if (c->score) {
        doc_set_f64(d, "metadata.perplexity_log10", s.log10);
        job_note_f64(j, "log10", s.log10);
    }
    if (bucket) {
        doc_set_str(d, "metadata.bucket", slice_str(bucket));
        job_count_key(j, "bucket", slice_str(bucket), 1);
        job_note_str(j, "bucket", slice_str(bucket));
    }
    job_hist(j, "perplexity", s.perplexity);
    job_count(j, "words", s.tokens);
    job_count(j, "unknown_words", s.unknown);
    if (c->keep && !kept(c, bucket))
        return job_drop(j, "keep");
    if (s.perplexity > c->most)
        return job_drop_value(j, "max", s.perplexity, c->most);
    if (s.perplexity < c->least)
        return job_drop_value(j, "min", s.perplexity, c->least);
    return DOC_KEEP;
}

extern const struct stage stage_perplexity;
const struct stage stage_perplexity = {
    .name = "perplexity",
    .summary = "score documents with a KenLM language model",
    .operands = "[FILE...]",
    .example = "tokmill perplexity -m en.arpa.bin --head 340 --middle 520 --keep head docs.jsonl",
    .form = FORM_MAP,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = open_perplexity,
    .close = close_perplexity,
    .model_bytes = model_bytes,
    .scratch_new = scratch_new,
    .scratch_free = scratch_free,
    .map = perplexity,
};
