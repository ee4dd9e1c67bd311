/* bpe-train - a byte-level BPE vocabulary from documents.
 * Each worker counts words; at the end the counts are put together, trained on, and written. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "core/json.h"
#include "core/mem.h"
#include "core/output.h"
#include "core/stage.h"
#include "tokenize/convert.h"
#include "tokenize/matcher.h"
#include "tokenize/shares.h"
#include "tokenize/train_files.h"
#include "tokenize/words.h"

enum { FORMAT_AUTO, FORMAT_HF, FORMAT_TIKTOKEN };

struct conf {
    const char *pattern, *weight_field, *counts_out;
    uint64_t vocab_size, reserved, min_frequency, max_token_bytes;
    struct opt_list special, weight, sample, veto, also;
    const char *hf_dir, *resume, *checkpoint, *super;
    uint64_t transition;
    bool special_first, words, counts_in;
    int format, tie, unicode, alphabet;
    const struct setup *setup;
    struct pretok *pretok, *second;     /* second: --super's */
    struct slice *specials;             /* the given ones, then the reserved slots */
    size_t n_specials;
    struct arena names;
    struct shares weights, samples;
    struct matcher **vetoes;            /* by --veto */
    struct words *sampled;              /* of documents that --sample limits, counted in order */
    struct pretok_work *sampled_work;
    uint64_t *taken;                    /* bytes by rule of --sample */
    struct tokenizer *earlier;          /* --resume, --checkpoint: NULL */
};

struct scratch {
    struct words *words, *second;       /* second: pieces of --super */
    struct pretok_work *work, *second_work;
};

static const struct opt opts[] = {
    OPT_U64('n', "vocab-size", "N", "50304", struct conf, vocab_size,
            "entries in all, special tokens and reserved slots included"),
    OPT_STR('p', "pattern", "NAME|REGEX", "cl100k", struct conf, pattern,
            "gpt2, cl100k, o200k or a regular expression that cuts text into words"),
    OPT_CHOICE('f', "format", "auto|tokenizer.json|tiktoken", "auto", struct conf, format,
               "what to write; auto: by the suffix of -o"),
    OPT_LIST(0, "special", "TOKEN", struct conf, special, "add a special token; repeatable"),
    OPT_U64(0, "reserved", "N", "0", struct conf, reserved,
            "add N special tokens <|reserved_0|>, ... to be named later"),
    OPT_BOOL(0, "special-first", struct conf, special_first,
             "special tokens get the first ids, not the last"),
    OPT_U64(0, "min-frequency", "N", "0", struct conf, min_frequency,
            "do not merge pairs seen fewer times"),
    OPT_U64(0, "max-token-bytes", "N", "0", struct conf, max_token_bytes,
            "no token longer than this (0: any)"),
    OPT_STR(0, "hf-dir", "DIR", NULL, struct conf, hf_dir,
            "write a folder that transformers' AutoTokenizer loads"),
    OPT_LIST(0, "also-size", "N", struct conf, also,
             "write a smaller vocabulary, too, as NAME-N beside -o; repeatable"),
    OPT_LIST(0, "weight", "FIELD=VALUE:N", struct conf, weight,
             "documents with this value count N times; repeatable"),
    OPT_LIST(0, "sample", "FIELD=VALUE:SIZE", struct conf, sample,
             "of documents with this value take the first SIZE bytes of text; repeatable"),
    OPT_CHOICE(0, "tie", "hf|raw", "hf", struct conf, tie,
               "order of equally frequent pairs: as HF tokenizers or as rustbpe"),
    OPT_CHOICE(0, "unicode", UNICODE_CHOICES, "16", struct conf, unicode,
               "version of the character tables that cut text into words"),
    OPT_STR(0, "super", "NAME|REGEX", NULL, struct conf, super,
            "SuperBPE: from --transition on cut by this instead, so that tokens span words"),
    OPT_U64(0, "transition", "N", "0", struct conf, transition,
            "entries of the first stage of --super (0: four fifths of --vocab-size)"),
    OPT_LIST(0, "veto", "REGEX", struct conf, veto,
             "no token whose text matches this is made; repeatable"),
    OPT_CHOICE(0, "alphabet", "bytes|seen", "bytes", struct conf, alphabet,
               "which bytes are tokens: all, or those that occur"),
    OPT_FILE(0, "resume", "FILE", struct conf, resume,
             "go on from this vocabulary: its merges come first"),
    OPT_STR(0, "checkpoint", "FILE", NULL, struct conf, checkpoint,
            "write what is trained so far now and then; go on from it if it is there"),
    OPT_BOOL(0, "counts-in", struct conf, counts_in,
             "inputs are what --counts-out wrote: words and their counts"),
    OPT_STR(0, "weight-field", "FIELD", NULL, struct conf, weight_field,
            "a document counts as often as this integer member says"),
    OPT_BOOL(0, "words", struct conf, words, "each text is one word; the pattern is not applied"),
    OPT_STR(0, "counts-out", "FILE", NULL, struct conf, counts_out,
            "write each word and its count; without -o nothing else"),
    OPT_END};

/* ---- options ------------------------------------------------------------------------------ */

static int add_special(struct conf *c, struct slice s, struct err *e)
{
    for (size_t i = 0; i < c->n_specials; i++)
        if (slice_eq(c->specials[i], s))
            return err_set(e, ERR_USAGE, "special token '%.100s' is there twice",
                           arena_str(&c->names, s));
    if (!s.n)
        return err_set(e, ERR_USAGE, "--special: an empty token");
    c->specials[c->n_specials++] = s;
    return 0;
}

static int name_specials(struct conf *c, struct err *e)
{
    if (c->reserved > 100000)
        return err_set(e, ERR_USAGE, "--reserved: at most 100000");
    c->specials = mem_array(c->special.n + c->reserved + 1, sizeof *c->specials);
    for (size_t i = 0; i < c->special.n; i++)
        if (add_special(c, slice_str(c->special.v[i]), e))
            return -1;
    for (uint64_t i = 0; i < c->reserved; i++)
        if (add_special(c, arena_fmt(&c->names, "<|reserved_%llu|>", (unsigned long long)i), e))
            return -1;
    return 0;
}

static int open_vetoes(struct conf *c, struct err *e)
{
    c->vetoes = mem_array(c->veto.n + 1, sizeof *c->vetoes);
    for (size_t i = 0; i < c->veto.n; i++) {
        c->vetoes[i] = matcher_new(slice_str(c->veto.v[i]),
            (struct pretok_opts){REGEX_RUST, (enum unicode_version)c->unicode}, e);
        if (!c->vetoes[i])
            return -1;
    }
    return 0;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* The vocabulary to go on from: --resume, or a checkpoint that an earlier run left. */
static int open_earlier(struct conf *c, struct err *e)
{
    const char *path = c->resume ? c->resume
                     : c->checkpoint && exists(c->checkpoint) ? c->checkpoint : NULL;
    struct load_opts o = {NULL, NULL, (enum unicode_version)c->unicode, NULL};
    if (!path)
        return 0;
    c->earlier = tokenizer_load(path, &o, e);
    if (!c->earlier)
        return -1;
    if (!c->earlier->table || c->earlier->cut != CUT_PATTERN ||
        strcmp(pretok_name(c->earlier->pretok), pretok_name(c->pretok)) != 0 ||
        !slice_eq(pretok_pattern(c->earlier->pretok), pretok_pattern(c->pretok)))
        return err_set(e, ERR_USAGE, "%s is no byte-level vocabulary of the same --pattern", path);
    return 0;
}

static int check_sizes(const struct conf *c, struct err *e)
{
    uint64_t n;
    for (size_t i = 0; i < c->also.n; i++)
        if (!json_u64(slice_str(c->also.v[i]), &n) || n < 256 + c->n_specials ||
            n >= c->vocab_size)
            return err_set(e, ERR_USAGE, "--also-size %s: from %zu to below --vocab-size",
                           c->also.v[i], 256 + c->n_specials);
    if (c->also.n && !c->setup->out)
        return err_set(e, ERR_USAGE, "--also-size names its files after -o");
    if (c->alphabet && c->format == FORMAT_TIKTOKEN)
        return err_set(e, ERR_USAGE, "a rank file must have all bytes: no --alphabet seen");
    return 0;
}

/* The second stage's pattern, and where it begins. */
static int open_super(struct conf *c, struct err *e)
{
    if (!c->super)
        return c->transition ? err_set(e, ERR_USAGE, "--transition is for --super") : 0;
    if (!c->transition)
        c->transition = c->vocab_size * 4 / 5;
    if (c->transition < 256 + c->n_specials || c->transition >= c->vocab_size)
        return err_set(e, ERR_USAGE, "--transition: from %zu to below --vocab-size",
                       256 + c->n_specials);
    if (c->words || c->samples.n || c->counts_out || c->alphabet || c->earlier || c->checkpoint)
        return err_set(e, ERR_USAGE, "--super works on texts, all bytes, and from the start: not "
                       "with counts, --words, --sample, --alphabet seen, --resume, --checkpoint");
    c->second = pretok_new(slice_str(c->super),
                           (struct pretok_opts){REGEX_ONIG, (enum unicode_version)c->unicode}, e);
    return c->second ? 0 : -1;
}

static int open_train(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    const char *dot = s->out ? strrchr(s->out, '.') : NULL;
    c->setup = s;
    arena_init(&c->names);
    if (s->world > 1 && !c->counts_out)
        return err_set(e, ERR_USAGE, "bpe-train must see everything: --world 1 only (or count by "
                       "rank with --counts-out)");
    if (c->format == FORMAT_AUTO)
        c->format = dot && !strcmp(dot, ".tiktoken") ? FORMAT_TIKTOKEN : FORMAT_HF;
    if (name_specials(c, e))
        return -1;
    if (c->vocab_size < 256 + c->n_specials || c->vocab_size > TRAIN_MAX_TOKENS)
        return err_set(e, ERR_USAGE, "--vocab-size: %zu (256 bytes and the special tokens) to %u",
                       256 + c->n_specials, (unsigned)TRAIN_MAX_TOKENS);
    if (c->max_token_bytes == 1 || c->max_token_bytes > UINT32_MAX)
        return err_set(e, ERR_USAGE, "--max-token-bytes: 2 or more");
    c->pretok = pretok_new(slice_str(c->pattern),
                           (struct pretok_opts){REGEX_ONIG, (enum unicode_version)c->unicode}, e);
    if (!c->pretok || check_sizes(c, e) < 0 || open_vetoes(c, e) < 0 || open_earlier(c, e) < 0 ||
        shares_parse(&c->weights, &c->weight, "--weight", false, e) < 0 ||
        shares_parse(&c->samples, &c->sample, "--sample", true, e) < 0)
        return -1;
    if (c->samples.n && s->world > 1)
        return err_set(e, ERR_USAGE, "--sample counts over all inputs: --world 1 only");
    c->taken = mem_array(c->samples.n + 1, sizeof *c->taken);
    c->sampled = c->samples.n ? words_new(s->memory / 4, s->tmp, s->tmp_max) : NULL;
    c->sampled_work = c->samples.n ? pretok_work_new(c->pretok) : NULL;
    c->words = c->words || c->counts_in;
    if (c->counts_in && !c->weight_field)
        c->weight_field = "metadata.count";
    return open_super(c, e);
}

static void close_train(void *conf)
{
    struct conf *c = conf;
    for (size_t i = 0; c->vetoes && i < c->veto.n; i++)
        matcher_free(c->vetoes[i]);
    mem_free(c->vetoes);
    shares_free(&c->weights);
    shares_free(&c->samples);
    words_free(c->sampled);
    pretok_work_free(c->sampled_work);
    mem_free(c->taken);
    tokenizer_free(c->earlier);
    pretok_free(c->pretok);
    pretok_free(c->second);
    mem_free(c->specials);
    arena_free(&c->names);
}

/* ---- counting ----------------------------------------------------------------------------- */

static void *new_scratch(const void *conf)
{
    const struct conf *c = conf;
    struct scratch *s = mem_zero(sizeof *s);
    uint64_t n = (uint64_t)c->setup->threads * (c->second ? 2 : 1);
    uint64_t tmp_max = c->setup->tmp_max ? c->setup->tmp_max / n + 1 : 0;
    s->words = words_new(c->setup->memory / n, c->setup->tmp, tmp_max);
    s->work = pretok_work_new(c->pretok);
    if (c->second) {
        s->second = words_new(c->setup->memory / n, c->setup->tmp, tmp_max);
        s->second_work = pretok_work_new(c->second);
    }
    return s;
}

static void free_scratch(void *scratch)
{
    struct scratch *s = scratch;
    words_free(s->words);
    words_free(s->second);
    pretok_work_free(s->work);
    pretok_work_free(s->second_work);
    mem_free(s);
}

/* A document's weight: its own field times that of its rule. */
static bool weight_of(const struct conf *c, const struct doc *d, uint64_t *weight)
{
    int rule = shares_find(&c->weights, d);
    *weight = 1;
    if (c->weight_field && !json_u64(doc_get(d, c->weight_field), weight))
        return false;
    uint64_t by = rule >= 0 ? c->weights.v[rule].n : 1;
    *weight = by && *weight > UINT64_MAX / by ? UINT64_MAX : *weight * by;
    return true;
}

/* By the pattern `p`; NULL: the text is one word. */
static enum verdict count(struct job *j, const struct pretok *p, struct words *words,
                          struct pretok_work *work, struct slice text, uint64_t weight)
{
    struct err e;
    err_init(&e);
    int rc = p ? words_add_text(words, p, work, text, weight, &e)
               : words_add(words, text, weight, &e);
    if (rc == 0)
        return DOC_KEEP;
    if (e.kind == ERR_DATA)
        return job_bad(j, "pattern", "%s", e.text);
    *j->err = e;
    return DOC_FAIL;
}

static enum verdict prepare(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    const struct scratch *s = j->scratch;
    uint64_t weight;
    if (!d->has_text)
        return job_bad(j, "no-text", "a document without text cannot be trained on");
    if (!weight_of(c, d, &weight))
        return job_bad(j, "weight", "%s is not a whole number", c->weight_field);
    if (shares_find(&c->samples, d) >= 0)
        return DOC_KEEP;                /* in order: commit() */
    enum verdict v = count(j, c->words ? NULL : c->pretok, s->words, s->work, d->text, weight);
    if (v == DOC_KEEP && c->second)
        v = count(j, c->second, s->second, s->second_work, d->text, weight);
    return v;
}

/* Documents that --sample limits, in input order until their rule has its bytes. */
static enum verdict commit(void *conf, struct job *j, struct doc *d)
{
    struct conf *c = conf;
    int rule = shares_find(&c->samples, d);
    uint64_t weight;
    if (rule < 0 || c->taken[rule] >= c->samples.v[rule].n || !weight_of(c, d, &weight))
        return DOC_KEEP;
    uint64_t left = c->samples.v[rule].n - c->taken[rule];
    struct slice text = d->text;
    if (text.n > left) {
        text.n = left;
        while (text.n && ((unsigned char)d->text.p[text.n] & 0xC0) == 0x80)
            text.n--;                   /* no character in two */
        c->taken[rule] = c->samples.v[rule].n;
    } else {
        c->taken[rule] += text.n;
    }
    return count(j, c->words ? NULL : c->pretok, c->sampled, c->sampled_work, text, weight);
}

/* ---- training and writing ------------------------------------------------------------------- */

static struct train_files files_of(const struct conf *c)
{
    return (struct train_files){
        .pattern = c->second ? c->second : c->pretok, .specials = c->specials,
        .n_specials = c->n_specials, .special_first = c->special_first,
        .only_seen = c->alphabet != 0, .tie = (enum tie_rule)c->tie,
        .unicode = (enum unicode_version)c->unicode, .ranks = c->format == FORMAT_TIKTOKEN};
}

/* -o, each --also-size, --hf-dir. */
static int write_all(const struct conf *c, const struct trained *t, struct err *e)
{
    struct train_files f = files_of(c);
    uint64_t n = 0;
    if ((c->setup->out || !c->hf_dir) && train_write(&f, t, c->setup->out, e) < 0)
        return -1;
    for (size_t i = 0; i < c->also.n; i++)
        if (json_u64(slice_str(c->also.v[i]), &n) &&
            train_write_first(&f, t, n, c->setup->out, e) < 0)
            return -1;
    if (c->hf_dir && train_write_folder(&f, t, c->hf_dir, e) < 0)
        return -1;
    if (c->checkpoint)
        unlink(c->checkpoint);          /* it is of no more use */
    return 0;
}

/* ---- on the way ----------------------------------------------------------------------------- */

struct watch {
    const struct conf *c;
    double begun, told, saved;          /* seconds */
    uint32_t first;                     /* tokens at the start */
    bool tell;
    struct err err;                     /* of a checkpoint; the training goes on */
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void on_the_way(void *arg, const struct trained *so_far, uint32_t wanted)
{
    struct watch *w = arg;
    double t = now(), share = (double)(so_far->vocab.n_ids - 256) / (double)(wanted - 255);
    if (w->tell && t - w->told >= 1) {
        fprintf(stderr, "tokmill: bpe-train: %u of %u tokens, about %.0f s left\n",
                (unsigned)so_far->vocab.n_ids, (unsigned)wanted,
                share > 0 ? (t - w->begun) * (1 - share) / share : 0);
        w->told = t;
    }
    if (w->c->checkpoint && t - w->saved >= 10) {
        struct train_files f = files_of(w->c);
        f.ranks = false;
        train_write(&f, so_far, w->c->checkpoint, &w->err);
        w->saved = t;
    }
}

static bool is_vetoed(void *arg, struct slice token)
{
    const struct conf *c = arg;
    bool hit = false;
    size_t start, end;
    for (size_t i = 0; !hit && i < c->veto.n; i++) {
        struct matcher_work *w = matcher_work_new(c->vetoes[i]);
        matcher_start(w);
        hit = matcher_next(c->vetoes[i], w, token, &start, &end) > 0;
        matcher_work_free(w);
    }
    return hit;
}

/* Merges by what they merge; the caller frees them. */
static struct spelled_merge *spelled(const struct vocab *v, const struct merge *m, size_t n)
{
    struct spelled_merge *out = mem_array(n + 1, sizeof *out);
    for (size_t i = 0; i < n; i++)
        out[i] = (struct spelled_merge){v->token[m[i].left], v->token[m[i].right]};
    return out;
}

/* The merges of the earlier vocabulary, in order. */
static struct spelled_merge *given_merges(const struct conf *c, size_t *n)
{
    *n = 0;
    if (!c->earlier)
        return NULL;
    struct merge *m = convert_merges(c->earlier, n);
    struct spelled_merge *v = spelled(&c->earlier->vocab, m, *n);
    mem_free(m);
    return v;
}

/* Where the words go: to the trainer, to the file of counts, or to both. */
struct takers {
    struct trainer *trainer;            /* NULL: not trained */
    struct output *counts;              /* NULL: not written */
    struct buf line;
};

static int take_word(void *to, struct slice word, uint64_t count, struct err *e)
{
    struct takers *t = to;
    if (t->counts) {
        buf_clear(&t->line);
        buf_add_str(&t->line, "{\"text\":");
        json_add_string(&t->line, word);
        buf_add_fmt(&t->line, ",\"metadata\":{\"count\":%llu}}\n", (unsigned long long)count);
        if (output_write(t->counts, t->line.p, t->line.n, e) < 0)
            return -1;
    }
    return t->trainer ? trainer_add(t->trainer, word, count, e) : 0;
}

static struct words **table_of(void *scratch, bool second)
{
    struct scratch *s = scratch;
    return second ? &s->second : &s->words;
}

/* All counts, each word once; the workers' tables are freed. */
static int gather(struct conf *c, struct trainer *t, void **scratch, int n, bool second,
                  struct err *e)
{
    struct takers to = {.trainer = t};
    struct words **words = mem_array((size_t)n + 1, sizeof *words);
    int rc = 0;
    buf_init(&to.line, BUF_NO_LIMIT);
    if (c->counts_out && !(to.counts = output_open(c->counts_out, e)))
        rc = -1;
    for (int i = 0; i < n; i++)
        words[i] = *table_of(scratch[i], second);
    words[n] = second ? NULL : c->sampled;
    if (rc == 0)
        rc = words_gather(words, n + 1, c->counts_out != NULL, take_word, &to, e);
    for (int i = 0; i < n; i++) {
        words_free(words[i]);
        *table_of(scratch[i], second) = NULL;
    }
    if (rc == 0 && to.counts)
        rc = output_commit(to.counts, e);
    else
        output_abort(to.counts);
    buf_free(&to.line);
    mem_free(words);
    return rc;
}

static int train(const struct conf *c, struct trainer *t, const struct setup *s, struct err *e)
{
    struct trained out = {.n = 0};
    struct watch w = {.c = c, .begun = now(), .tell = !s->quiet && (s->verbose || isatty(2))};
    uint32_t wanted = (uint32_t)(c->vocab_size - c->n_specials);
    w.told = w.saved = w.begun;
    err_init(&w.err);
    if (c->alphabet)
        trainer_want(t, wanted += trainer_unseen(t));
    int rc = trainer_run(t, on_the_way, &w, &out, e);
    if (rc == 0)
        rc = write_all(c, &out, e);
    if (rc == 0 && out.vocab.n_ids < wanted && !s->quiet)
        fprintf(stderr, "tokmill: bpe-train: no pair is left: the vocabulary has %zu entries, "
                "not %llu\n", out.vocab.n_ids + c->n_specials, (unsigned long long)c->vocab_size);
    trained_free(&out);
    return rc;
}

static struct train_opts train_opts(struct conf *c, uint64_t size)
{
    return (struct train_opts){(uint32_t)(size - c->n_specials), c->min_frequency,
                               (uint32_t)c->max_token_bytes, (enum tie_rule)c->tie,
                               c->veto.n ? is_vetoed : NULL, c, NULL, 0};
}

/* SuperBPE: merges within words up to the transition, then, those given, within pieces of several
 * words. */
static int train_super(struct conf *c, const struct setup *s, void **scratch, int n, struct err *e)
{
    struct train_opts o = train_opts(c, c->transition);
    struct trained first = {.n = 0};
    struct trainer *t = trainer_new(&o);
    int rc = gather(c, t, scratch, n, false, e);
    if (rc == 0)
        rc = trainer_run(t, NULL, NULL, &first, e);
    trainer_free(t);
    if (rc == 0) {
        struct spelled_merge *given = spelled(&first.vocab, first.merges, first.n);
        o = train_opts(c, c->vocab_size);
        o.given = given;
        o.n_given = first.n;
        t = trainer_new(&o);
        rc = gather(c, t, scratch, n, true, e);
        if (rc == 0)
            rc = train(c, t, s, e);
        trainer_free(t);
        mem_free(given);
        trained_free(&first);
    }
    return rc;
}

static int finish(void *conf, const struct setup *s, void **scratch, int n_scratch, struct err *e)
{
    struct conf *c = conf;
    struct train_opts o = train_opts(c, c->vocab_size);
    if (c->second)
        return train_super(c, s, scratch, n_scratch, e);
    if (c->counts_out && !s->out && !c->hf_dir)
        return gather(c, NULL, scratch, n_scratch, false, e);
    struct spelled_merge *given = given_merges(c, &o.n_given);
    o.given = given;
    struct trainer *t = trainer_new(&o);
    int rc = gather(c, t, scratch, n_scratch, false, e);
    if (rc == 0)
        rc = train(c, t, s, e);
    trainer_free(t);
    mem_free(given);
    return rc;
}

extern const struct stage stage_bpe_train;
const struct stage stage_bpe_train = {
    .name = "bpe-train",
    .summary = "train a byte-level BPE vocabulary",
    .operands = "[FILE...]",
    .example = "tokmill bpe-train docs.jsonl.zst --vocab-size 50304 --pattern cl100k -o tok.json",
    .form = FORM_SINK,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = open_train,
    .close = close_train,
    .scratch_new = new_scratch,
    .scratch_free = free_scratch,
    .prepare = prepare,
    .commit = commit,
    .finish = finish,
};
