/* bpe-train - a byte-level BPE vocabulary from documents.
 * Each worker counts words; at the end the counts are put together, trained on, and written. */
#include <stdio.h>
#include "core/json.h"
#include "core/mem.h"
#include "core/output.h"
#include "core/stage.h"
#include "tokenize/save.h"
#include "tokenize/train.h"
#include "tokenize/words.h"

enum { FORMAT_AUTO, FORMAT_HF, FORMAT_TIKTOKEN };

struct conf {
    const char *pattern, *weight_field, *counts_out;
    uint64_t vocab_size, reserved, min_frequency, max_token_bytes;
    struct opt_list special;
    bool special_first, words;
    int format, tie, unicode;
    const struct setup *setup;
    struct pretok *pretok;
    struct slice *specials;             /* the given ones, then the reserved slots */
    size_t n_specials;
    struct arena names;
};

struct scratch {
    struct words *words;
    struct pretok_work *work;
};

static const struct opt opts[] = {
    OPT_U64('n', "vocab-size", "N", "50304", struct conf, vocab_size,
            "entries in all, special tokens and reserved slots included"),
    OPT_STR('p', "pattern", "NAME|REGEX", "cl100k", struct conf, pattern,
            "gpt2, cl100k, o200k or a regular expression that cuts text into words"),
    OPT_CHOICE(0, "unicode", UNICODE_CHOICES, "16", struct conf, unicode,
               "version of the character tables that cut text into words"),
    OPT_LIST(0, "special", "TOKEN", struct conf, special, "add a special token; repeatable"),
    OPT_U64(0, "reserved", "N", "0", struct conf, reserved,
            "add N special tokens <|reserved_0|>, ... to be named later"),
    OPT_BOOL(0, "special-first", struct conf, special_first,
             "special tokens get the first ids, not the last"),
    OPT_U64(0, "min-frequency", "N", "0", struct conf, min_frequency,
            "do not merge pairs seen fewer times"),
    OPT_U64(0, "max-token-bytes", "N", "0", struct conf, max_token_bytes,
            "no token longer than this (0: any)"),
    OPT_CHOICE(0, "tie", "hf|raw", "hf", struct conf, tie,
               "order of equally frequent pairs: as HF tokenizers or as rustbpe"),
    OPT_STR(0, "weight-field", "FIELD", NULL, struct conf, weight_field,
            "a document counts as often as this integer member says"),
    OPT_BOOL(0, "words", struct conf, words, "each text is one word; the pattern is not applied"),
    OPT_STR(0, "counts-out", "FILE", NULL, struct conf, counts_out,
            "write each word and its count; without -o nothing else"),
    OPT_CHOICE('f', "format", "auto|tokenizer.json|tiktoken", "auto", struct conf, format,
               "what to write; auto: by the suffix of -o"),
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
    return c->pretok ? 0 : -1;
}

static void close_train(void *conf)
{
    struct conf *c = conf;
    pretok_free(c->pretok);
    mem_free(c->specials);
    arena_free(&c->names);
}

/* ---- counting ----------------------------------------------------------------------------- */

static void *new_scratch(const void *conf)
{
    const struct conf *c = conf;
    struct scratch *s = mem_zero(sizeof *s);
    uint64_t n = (uint64_t)c->setup->threads;
    s->words = words_new(c->setup->memory / n, c->setup->tmp,
                         c->setup->tmp_max ? c->setup->tmp_max / n + 1 : 0);
    s->work = pretok_work_new(c->pretok);
    return s;
}

static void free_scratch(void *scratch)
{
    struct scratch *s = scratch;
    words_free(s->words);
    pretok_work_free(s->work);
    mem_free(s);
}

static enum verdict prepare(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    const struct scratch *s = j->scratch;
    struct err e;
    uint64_t weight = 1;
    if (!d->has_text)
        return job_bad(j, "no-text", "a document without text cannot be trained on");
    if (c->weight_field && !json_u64(doc_get(d, c->weight_field), &weight))
        return job_bad(j, "weight", "%s is not a whole number", c->weight_field);
    err_init(&e);
    int rc = c->words ? words_add(s->words, d->text, weight, &e)
                      : words_add_text(s->words, c->pretok, s->work, d->text, weight, &e);
    if (rc == 0)
        return DOC_KEEP;
    if (e.kind == ERR_DATA)
        return job_bad(j, "pattern", "%s", e.text);
    *j->err = e;
    return DOC_FAIL;
}

/* ---- training and writing ------------------------------------------------------------------- */

/* Special tokens stand behind the last token, or before the first. */
static struct added_token *place_specials(const struct conf *c, uint32_t first)
{
    struct added_token *v = mem_array(c->n_specials + 1, sizeof *v);
    for (size_t i = 0; i < c->n_specials; i++)
        v[i] = (struct added_token){.content = c->specials[i], .id = first + (uint32_t)i,
                                    .special = true};
    return v;
}

static int save(const struct conf *c, const struct trained *t, struct err *e)
{
    struct added_token *added = place_specials(c, c->special_first ? 0 : t->vocab.n_ids);
    struct save_opts o = {
        .pattern = !strcmp(pretok_name(c->pretok), "gpt2") ? "gpt2" : pretok_pattern(c->pretok).p,
        .added = added, .n_added = c->n_specials,
        .shift = c->special_first ? (uint32_t)c->n_specials : 0,
        .added_in_model = c->special_first};
    struct buf out;
    buf_init(&out, BUF_NO_LIMIT);
    if (c->format == FORMAT_TIKTOKEN)
        save_tiktoken(&t->vocab, &(struct save_opts){.pattern = NULL}, &out);
    else
        save_hf(&t->vocab, t->merges, t->n, &o, &out);
    int rc = output_whole(c->setup->out, buf_slice(&out), e);
    buf_free(&out);
    mem_free(added);
    return rc;
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

/* All counts, each word once; the workers' tables are freed. */
static int gather(const struct conf *c, struct trainer *t, void **scratch, int n, struct err *e)
{
    struct takers to = {.trainer = t};
    struct words **words = mem_array((size_t)n, sizeof *words);
    int rc = 0;
    buf_init(&to.line, BUF_NO_LIMIT);
    if (c->counts_out && !(to.counts = output_open(c->counts_out, e)))
        rc = -1;
    for (int i = 0; i < n; i++)
        words[i] = ((struct scratch *)scratch[i])->words;
    if (rc == 0)
        rc = words_gather(words, n, c->counts_out != NULL, take_word, &to, e);
    for (int i = 0; i < n; i++) {
        words_free(words[i]);
        ((struct scratch *)scratch[i])->words = NULL;
    }
    if (rc == 0 && to.counts)
        rc = output_commit(to.counts, e);
    else
        output_abort(to.counts);
    buf_free(&to.line);
    mem_free(words);
    return rc;
}

static int finish(void *conf, const struct setup *s, void **scratch, int n_scratch, struct err *e)
{
    const struct conf *c = conf;
    struct train_opts o = {(uint32_t)(c->vocab_size - c->n_specials), c->min_frequency,
                           (uint32_t)c->max_token_bytes, (enum tie_rule)c->tie};
    struct trained out = {.n = 0};
    if (c->counts_out && !s->out)
        return gather(c, NULL, scratch, n_scratch, e);
    struct trainer *t = trainer_new(&o);
    int rc = gather(c, t, scratch, n_scratch, e);
    if (rc == 0) {
        rc = trainer_run(t, NULL, NULL, &out, e);
        if (rc == 0)
            rc = save(c, &out, e);
        if (rc == 0 && out.vocab.n_ids < o.tokens && !s->quiet)
            fprintf(stderr, "tokmill: bpe-train: no pair is left: the vocabulary has %zu entries, "
                    "not %llu\n", out.vocab.n_ids + c->n_specials,
                    (unsigned long long)c->vocab_size);
        trained_free(&out);
    }
    trainer_free(t);
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
    .finish = finish,
};
