/* tokmill decontaminate: drop documents that hold items of evaluation sets. */
#include <stdio.h>
#include "core/docs.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/output.h"
#include "core/stage.h"
#include "dedup/evalsets.h"
#include "dedup/excise.h"
#include "dedup/shingle.h"

enum { ACTION_DROP, ACTION_CUT };           /* as in the option */

struct conf {
    struct opt_list against;
    const char *fields, *ordinary, *spec, *unsearched, *clean;
    uint64_t words, min_words, common, margin, min_piece, max_cuts;
    int action;
    bool matches;
    double share;
    struct gram_index *grams;
};

struct scratch {
    struct gram_scanner *scanner;
    struct wordplaces *places;
    struct buf json, text;
    struct word_range *cuts;
    size_t n_cuts, cap_cuts;
};

static const struct opt opts[] = {
    OPT_LIST(0, "against", "[NAME=]FILE[:FIELD,...]", struct conf, against,
             "an evaluation set, JSONL, one item a line"),
    OPT_FILE(0, "spec", "FILE", struct conf, spec,
             "evaluation sets described in JSON: names, files, fields or templates"),
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
    OPT_CHOICE(0, "action", "drop|cut", "drop", struct conf, action,
               "drop the document, or cut out what was found"),
    OPT_U64(0, "margin", "N", "200", struct conf, margin,
            "cut so many characters around it, too"),
    OPT_U64(0, "min-piece", "N", "200", struct conf, min_piece,
            "after cutting, pieces of fewer characters go"),
    OPT_U64(0, "max-cuts", "N", "10", struct conf, max_cuts,
            "a document with more cuts is dropped"),
    OPT_BOOL(0, "matches", struct conf, matches,
             "list every item found, with both texts, under metadata"),
    OPT_STR(0, "unsearched", "FILE", NULL, struct conf, unsearched,
            "write the items that are too short or too common"),
    OPT_STR(0, "clean", "STATS", NULL, struct conf, clean,
            "print the items that are not in these statistics, and end"),
    OPT_END};

static int check(const struct conf *c, struct err *e)
{
    if (!c->against.n && !c->spec)
        return err_set(e, ERR_USAGE, "decontaminate needs --against FILE, an evaluation set, or "
                       "--spec FILE");
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

/* ---- the items ------------------------------------------------------------------------------ */

static int build(struct conf *c, struct err *e)
{
    if (check(c, e))
        return -1;
    if (!c->min_words)
        c->min_words = c->words;
    c->grams = gram_index_new((unsigned)c->words, (unsigned)c->min_words);
    for (size_t i = 0; i < c->against.n; i++)
        if (evalset_add(c->grams, slice_str(c->against.v[i]), slice_str(c->fields), e))
            return -1;
    if (c->spec && evalset_add_spec(c->grams, c->spec, e))
        return -1;
    gram_index_seal(c->grams);
    return c->ordinary ? evalset_ordinary(c->grams, c->ordinary, (uint32_t)c->common, e) : 0;
}

static void put_item(struct buf *b, const struct gram_item *item)
{
    json_put_str(b, "set", item->set);
    json_put_str(b, "item", item->id);
}

/* Items that are not searched for, with the reason; *n is their number. */
static int write_unsearched(const struct conf *c, size_t *n, struct err *e)
{
    struct buf b;
    int rc = 0;
    buf_init(&b, BUF_NO_LIMIT);
    *n = 0;
    for (size_t i = 0; i < gram_index_items(c->grams); i++) {
        const struct gram_item *item = gram_index_item(c->grams, (uint32_t)i);
        if (item->grams)
            continue;
        ++*n;
        buf_add_byte(&b, '{');
        put_item(&b, item);
        json_put_str(&b, "why", item->words < c->min_words ? SLICE("short") : SLICE("common"));
        json_put_str(&b, "text", item->text);
        buf_add_str(&b, "}\n");
    }
    if (c->unsearched)
        rc = output_whole(c->unsearched, buf_slice(&b), e);
    buf_free(&b);
    return rc;
}

static int open_decontaminate(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    size_t n;
    if (build(c, e) || write_unsearched(c, &n, e))
        return -1;
    if (n && !s->quiet)
        fprintf(stderr, "decontaminate: %zu of %zu items are too short or too common to be "
                "searched for\n", n, gram_index_items(c->grams));
    return 0;
}

static void close_decontaminate(void *conf)
{
    struct conf *c = conf;
    gram_index_free(c->grams);
}

/* ---- --clean: what no document held ---------------------------------------------------------- */

static bool was_found(struct slice keys, const struct gram_item *item)
{
    struct buf key;
    struct json_iter it;
    struct json_member m;
    bool found = false;
    buf_init(&key, BUF_NO_LIMIT);
    buf_add_slice(&key, item->set);
    buf_add_byte(&key, '/');
    buf_add_slice(&key, item->id);
    if (keys.p && json_iter_init(&it, keys))
        while (!found && json_iter_next(&it, &m))
            found = json_key_is(m.key, buf_slice(&key));
    buf_free(&key);
    return found;
}

static struct slice found_items(struct slice stats)
{
    struct json_iter it;
    struct json_member m;
    struct slice name, list = json_find(stats, SLICE("stages"), NULL);
    if (list.p && json_iter_init(&it, list))
        while (json_iter_next(&it, &m)) {
            name = json_find(m.value, SLICE("name"), NULL);
            if (name.p && slice_is(name, "\"decontaminate\""))
                return json_find(m.value, SLICE("keys.found_item"), NULL);
        }
    return (struct slice){NULL, 0};
}

static int tell(const void *conf, struct buf *out, struct err *e)
{
    struct conf own = *(const struct conf *)conf;
    struct buf stats;
    size_t at;
    if (!own.clean)
        return 0;
    buf_init(&stats, BUF_NO_LIMIT);
    int rc = build(&own, e) || docs_read_file(own.clean, &stats, e) ? -1 : 1;
    struct slice all = slice_trim(buf_slice(&stats));
    if (rc > 0 && (!all.n || json_check(all, &at)))
        rc = err_set(e, ERR_DATA, "%s: not a file of statistics", own.clean);
    for (size_t i = 0; rc > 0 && i < gram_index_items(own.grams); i++) {
        const struct gram_item *item = gram_index_item(own.grams, (uint32_t)i);
        if (!item->grams || was_found(found_items(all), item))
            continue;
        buf_add_byte(out, '{');
        put_item(out, item);
        buf_add_str(out, "}\n");
    }
    buf_free(&stats);
    gram_index_free(own.grams);
    return rc;
}

/* ---- documents ------------------------------------------------------------------------------- */

static void *new_scratch(const void *conf)
{
    const struct conf *c = conf;
    struct scratch *s = mem_zero(sizeof *s);
    s->scanner = gram_scanner_new(c->grams);
    s->places = wordplaces_new();
    buf_init(&s->json, BUF_NO_LIMIT);
    buf_init(&s->text, BUF_NO_LIMIT);
    return s;
}

static void free_scratch(void *scratch)
{
    struct scratch *s = scratch;
    gram_scanner_free(s->scanner);
    wordplaces_free(s->places);
    buf_free(&s->json);
    buf_free(&s->text);
    mem_free(s->cuts);
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

/* What of the text belongs to the item: from its first word to its last, or the longest piece where
 * these lie far apart. */
static struct slice excerpt(const struct word_range *v, size_t n, struct slice text, size_t item)
{
    size_t longest = 0;
    if (v[n - 1].to - v[0].from <= 2 * item + 200)
        return slice_of(text.p + v[0].from, v[n - 1].to - v[0].from);
    for (size_t i = 1; i < n; i++)
        if (v[i].to - v[i].from > v[longest].to - v[longest].from)
            longest = i;
    return slice_of(text.p + v[longest].from, v[longest].to - v[longest].from);
}

/* Notes an item found: for the list of matches, and the places to cut. */
static void note(const struct conf *c, struct scratch *s, const struct doc *d, uint32_t number,
                 double share)
{
    const struct gram_item *item = gram_index_item(c->grams, number);
    struct word_range *v;
    size_t n = gram_ranges(s->scanner, d->text, number, &v);
    wordplaces_to_bytes(s->places, d->text, v, n);
    if (c->matches) {
        buf_add_str(&s->json, s->json.n ? ",{" : "{");
        put_item(&s->json, item);
        json_put_f64(&s->json, "share", share);
        json_put_str(&s->json, "item_text", item->text);
        json_put_str(&s->json, "text", excerpt(v, n, d->text, item->text.n));
        buf_add_byte(&s->json, '}');
    }
    if (s->n_cuts + n > s->cap_cuts) {
        s->cap_cuts = 2 * (s->n_cuts + n);
        s->cuts = mem_grow_array(s->cuts, s->cap_cuts, sizeof *s->cuts);
    }
    memcpy(s->cuts + s->n_cuts, v, n * sizeof *v);
    s->n_cuts += n;
}

static void put_matches(struct job *j, struct scratch *s, struct doc *d)
{
    struct buf list;
    buf_init(&list, BUF_NO_LIMIT);
    buf_add_byte(&list, '[');
    buf_add_slice(&list, buf_slice(&s->json));
    buf_add_byte(&list, ']');
    if (j->annotate)
        json_put_raw(&j->notes, "matches", buf_slice(&list));
    else
        doc_set(d, "metadata.tokmill.decontaminate.matches",
                arena_copy(j->arena, buf_slice(&list)));
    buf_free(&list);
}

static enum verdict cut(const struct conf *c, struct job *j, struct doc *d, double share)
{
    struct scratch *s = j->scratch;
    struct cutting how = {c->margin, c->min_piece};
    size_t cuts = excise(d->text, s->cuts, s->n_cuts, &how, &s->text);
    if (cuts > c->max_cuts)
        return job_drop_value(j, "many-cuts", (double)cuts, (double)c->max_cuts);
    if (!slice_trim(buf_slice(&s->text)).n)
        return job_drop_value(j, "contaminated", share, c->share);
    doc_set_text(d, arena_copy(j->arena, buf_slice(&s->text)));
    doc_set_u64(d, "metadata.tokmill.decontaminate.cuts", cuts);
    job_count(j, "cuts", cuts);
    return DOC_KEEP;
}

static enum verdict act(const struct conf *c, struct job *j, struct doc *d,
                        const struct gram_item *item, double share)
{
    job_note_str(j, "set", item->set);
    job_note_str(j, "item", item->id);
    if (!j->annotate) {
        doc_set_str(d, "metadata.tokmill.decontaminate.set", item->set);
        doc_set_str(d, "metadata.tokmill.decontaminate.item", item->id);
    }
    if (c->matches)
        put_matches(j, j->scratch, d);
    return c->action == ACTION_CUT && !j->annotate
               ? cut(c, j, d, share) : job_drop_value(j, "contaminated", share, c->share);
}

static enum verdict decontaminate(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct scratch *s = j->scratch;
    const struct gram_match *m;
    size_t n = gram_scan(s->scanner, d->text, &m);
    uint32_t best = 0;
    double most = -1;
    buf_clear(&s->json);
    s->n_cuts = 0;
    for (size_t i = 0; i < n; i++) {
        const struct gram_item *item = gram_index_item(c->grams, m[i].item);
        double share = (double)m[i].found / (double)item->grams;
        if (share < c->share)
            continue;
        count_found(j, item);
        if (c->matches || c->action == ACTION_CUT)
            note(c, s, d, m[i].item, share);
        if (share > most || (share == most && m[i].item < best)) {
            most = share;
            best = m[i].item;
        }
    }
    return most < 0 ? DOC_KEEP : act(c, j, d, gram_index_item(c->grams, best), most);
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
    .tell = tell,
    .close = close_decontaminate,
    .scratch_new = new_scratch,
    .scratch_free = free_scratch,
    .map = decontaminate,
};
