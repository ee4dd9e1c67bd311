/* tokmill decontaminate: drop documents that hold items of evaluation sets. */
#include <stdio.h>
#include "core/mem.h"
#include "core/stage.h"
#include "dedup/evalsets.h"
#include "dedup/shingle.h"

struct conf {
    struct opt_list against;
    const char *fields, *ordinary;
    uint64_t words, min_words, common;
    double share;
    struct gram_index *grams;
};

struct scratch {
    struct gram_scanner *scanner;
};

static const struct opt opts[] = {
    OPT_LIST(0, "against", "[NAME=]FILE[:FIELD,...]", struct conf, against,
             "an evaluation set, JSONL, one item a line"),
    OPT_STR(0, "fields", "FIELD,...", "text", struct conf, fields,
            "fields of an item that are searched for, together"),
    OPT_U64(0, "words", "N", "8", struct conf, words, "words of an n-gram"),
    OPT_U64(0, "min-words", "N", NULL, struct conf, min_words,
            "search shorter items as a whole if they have so many (default --words)"),
    OPT_F64(0, "share", "P", "0.5", struct conf, share,
            "an item is found if so many of its n-grams are (0: any one)"),
    OPT_FILE(0, "ordinary", "FILE", struct conf, ordinary,
            "documents of ordinary text, to tell n-grams that are common"),
    OPT_U64(0, "common", "N", "10", struct conf, common,
            "n-grams in more than N of the ordinary documents do not count"),
    OPT_END};

static int check(const struct conf *c, struct err *e)
{
    if (!c->against.n)
        return err_set(e, ERR_USAGE, "decontaminate needs --against FILE, an evaluation set");
    if (!c->words || c->words > SHINGLE_WORDS_MAX)
        return err_set(e, ERR_USAGE, "--words: 1 to %d", SHINGLE_WORDS_MAX);
    if (c->min_words > c->words)
        return err_set(e, ERR_USAGE, "--min-words: at most --words");
    if (!(c->share >= 0 && c->share <= 1))
        return err_set(e, ERR_USAGE, "--share: 0 to 1");
    if (c->common >= UINT32_MAX)
        return err_set(e, ERR_USAGE, "--common: too many");
    return 0;
}

static void print_index(const struct conf *c)
{
    size_t n = gram_index_items(c->grams), unsearched = 0;
    for (size_t i = 0; i < n; i++)
        unsearched += !gram_index_item(c->grams, (uint32_t)i)->grams;
    if (unsearched)
        fprintf(stderr, "decontaminate: %zu of %zu items are too short or too common to be "
                "searched for\n", unsearched, n);
}

static int open_decontaminate(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    if (check(c, e))
        return -1;
    if (!c->min_words)
        c->min_words = c->words;
    c->grams = gram_index_new((unsigned)c->words, (unsigned)c->min_words);
    for (size_t i = 0; i < c->against.n; i++)
        if (evalset_add(c->grams, slice_str(c->against.v[i]), slice_str(c->fields), e))
            return -1;
    gram_index_seal(c->grams);
    if (c->ordinary && evalset_ordinary(c->grams, c->ordinary, (uint32_t)c->common, e))
        return -1;
    if (!s->quiet)
        print_index(c);
    return 0;
}

static void close_decontaminate(void *conf)
{
    struct conf *c = conf;
    gram_index_free(c->grams);
}

static void *new_scratch(const void *conf)
{
    const struct conf *c = conf;
    struct scratch *s = mem_zero(sizeof *s);
    s->scanner = gram_scanner_new(c->grams);
    return s;
}

static void free_scratch(void *scratch)
{
    struct scratch *s = scratch;
    gram_scanner_free(s->scanner);
    mem_free(s);
}

/* Counts an item that the document holds; the report and the clean subset are made of these. */
static void count_found(struct job *j, const struct gram_item *item)
{
    struct slice key = arena_fmt(j->arena, "%.*s/%.*s", (int)item->set.n, item->set.p,
                                 (int)item->id.n, item->id.p);
    job_count_key(j, "found_in_set", item->set, 1);
    job_count_key(j, "found_item", key, 1);
}

static enum verdict drop(const struct conf *c, struct job *j, struct doc *d,
                         const struct gram_item *item, double share)
{
    job_note_str(j, "set", item->set);
    job_note_str(j, "item", item->id);
    if (!j->annotate) {
        doc_set_str(d, "metadata.tokmill.decontaminate.set", item->set);
        doc_set_str(d, "metadata.tokmill.decontaminate.item", item->id);
    }
    return job_drop_value(j, "contaminated", share, c->share);
}

static enum verdict decontaminate(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    const struct scratch *s = j->scratch;
    const struct gram_match *m;
    size_t n = gram_scan(s->scanner, d->text, &m);
    uint32_t best = 0;
    double most = -1;
    for (size_t i = 0; i < n; i++) {
        const struct gram_item *item = gram_index_item(c->grams, m[i].item);
        double share = (double)m[i].found / (double)item->grams;
        if (share < c->share)
            continue;
        count_found(j, item);
        if (share > most || (share == most && m[i].item < best)) {
            most = share;
            best = m[i].item;
        }
    }
    return most < 0 ? DOC_KEEP : drop(c, j, d, gram_index_item(c->grams, best), most);
}

extern const struct stage stage_decontaminate;
const struct stage stage_decontaminate = {
    .name = "decontaminate",
    .summary = "drop documents that hold items of evaluation sets",
    .operands = "[FILE...]",
    .example = "tokmill decontaminate --against mmlu.jsonl:question,choices docs.jsonl -o o.jsonl",
    .form = FORM_MAP,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = open_decontaminate,
    .close = close_decontaminate,
    .scratch_new = new_scratch,
    .scratch_free = free_scratch,
    .map = decontaminate,
};
