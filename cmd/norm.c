/* norm - one spelling for what looks the same: repairs, composed form, controls, spaces.
 * The rules are in filter/ftfy.h, filter/symbol_lines.h and filter/norm.h. */
#include "core/mem.h"
#include "core/stage.h"
#include "filter/ftfy.h"
#include "filter/symbol_lines.h"

enum { LIKE_NONE, LIKE_FTFY, LIKE_DATATROVE };

struct conf {
    int form, space, like, entities;
    uint64_t empty_lines;
    bool keep_controls;
    const char *repair, *symbols, *symbols_as;
    struct ftfy *ftfy;              /* NULL: nothing is repaired */
    struct chars *chars;            /* with --symbol-lines */
    struct norm *norm;              /* NULL: --like, and no more */
};

static const struct opt OPTS[] = {
    OPT_CHOICE(0, "like", "none|ftfy|datatrove", "none", struct conf, like,
               "do what ftfy's fix_text() does, or datatrove's FTFYFormatter, and nothing else"),
    OPT_STR(0, "repair", "STEP,...", NULL, struct conf, repair,
            "first, as ftfy: entities, mojibake, c1, ligatures, widths, quotes, escapes"),
    OPT_CHOICE(0, "entities", "auto|all", "auto", struct conf, entities,
               "auto: no more entities are decoded from the first line with a \"<\" on"),
    OPT_STR(0, "symbol-lines", "CHARS", NULL, struct conf, symbols,
            "drop lines of these characters alone (punctuation: datatrove's set)"),
    OPT_STR(0, "symbol-lines-as", "TEXT", "", struct conf, symbols_as,
            "put this in place of a run of them"),
    OPT_CHOICE(0, "form", "nfc|nfkc|none", "nfc", struct conf, form, "Unicode normalization form"),
    OPT_CHOICE(0, "space", "trim|collapse|keep", "trim", struct conf, space,
               "blanks at line ends go; runs of blanks become one as well; all stay"),
    OPT_U64(0, "empty-lines", "N", "2", struct conf, empty_lines,
            "at most N empty lines in a row (with --space keep: all stay)"),
    OPT_BOOL(0, "keep-controls", struct conf, keep_controls,
             "leave control characters and foreign line ends as they are"),
    OPT_END,
};

static int parse_repair(const struct conf *c, struct ftfy_opts *o, struct err *e)
{
    bool entities = false;
    const struct {
        const char *name;
        bool *on;
    } steps[] = {{"entities", &entities}, {"mojibake", &o->mojibake}, {"c1", &o->c1},
                 {"ligatures", &o->ligatures}, {"widths", &o->widths}, {"quotes", &o->quotes},
                 {"escapes", &o->escapes}};
    struct slice rest = slice_str(c->repair), name;
    *o = (struct ftfy_opts){.form = NORM_NONE};
    while (slice_next(&rest, ',', &name)) {
        size_t i = 0, n = sizeof steps / sizeof *steps;
        while (i < n && !slice_is(slice_trim(name), steps[i].name))
            i++;
        if (i == n)
            return err_set(e, ERR_USAGE, "--repair: there is no step '%.*s'",
                           (int)(name.n < 40 ? name.n : 40), name.p);
        *steps[i].on = true;
    }
    o->entities = entities ? (enum ftfy_entities)c->entities : FTFY_ENTITIES_NONE;
    return 0;
}

static int open_norm(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    const struct norm_opts o = {(enum norm_form)c->form, (enum norm_space)c->space,
                                c->empty_lines, c->keep_controls};
    struct ftfy_opts repair = c->like == LIKE_FTFY ? ftfy_default : ftfy_datatrove;
    (void)s;
    if (c->empty_lines > UINT32_MAX)
        return err_set(e, ERR_USAGE, "--empty-lines: too large a number");
    if (c->like && (c->repair || c->symbols))
        return err_set(e, ERR_USAGE, "--like is all that is done: no --repair, no --symbol-lines");
    if ((c->symbols && !utf8_valid(slice_str(c->symbols))) ||
        !utf8_valid(slice_str(c->symbols_as)))
        return err_set(e, ERR_USAGE, "--symbol-lines: not UTF-8");
    if (c->repair && parse_repair(c, &repair, e))
        return -1;
    if (c->like || c->repair)
        c->ftfy = ftfy_new(&repair);
    if (c->symbols)
        c->chars = chars_new();
    if (!c->like)
        c->norm = norm_new(&o);
    return 0;
}

static void close_norm(void *conf)
{
    struct conf *c = conf;
    ftfy_free(c->ftfy);
    chars_free(c->chars);
    norm_free(c->norm);
}

struct scratch {
    struct ftfy_work ftfy;
    struct buf lines, norm[2];
};

static void *scratch_new(const void *conf)
{
    struct scratch *s = mem_zero(sizeof *s);
    (void)conf;
    ftfy_work_init(&s->ftfy);
    buf_init(&s->lines, BUF_NO_LIMIT);
    buf_init(&s->norm[0], BUF_NO_LIMIT);
    buf_init(&s->norm[1], BUF_NO_LIMIT);
    return s;
}

static void scratch_free(void *scratch)
{
    struct scratch *s = scratch;
    ftfy_work_free(&s->ftfy);
    buf_free(&s->lines);
    buf_free(&s->norm[0]);
    buf_free(&s->norm[1]);
    mem_free(s);
}

static bool drop_symbol_lines(const struct conf *c, struct slice *text, struct buf *out)
{
    bool named = !strcmp(c->symbols, "punctuation");
    const struct symbol_set set = {c->chars,
                                   named ? (struct slice){NULL, 0} : slice_str(c->symbols),
                                   slice_str(c->symbols_as)};
    buf_clear(out);
    if (!symbol_lines(&set, *text, out))
        return false;
    *text = buf_slice(out);
    return true;
}

static enum verdict norm(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct scratch *s = j->scratch;
    struct slice text = d->text;
    bool changed = false;
    if (!d->has_text)
        return job_bad(j, "no-text", "a document without text");
    if (c->ftfy && ftfy_run(c->ftfy, &text, &s->ftfy)) {
        job_count(j, "repaired", 1);
        changed = true;
    }
    if (c->chars)
        changed |= drop_symbol_lines(c, &text, &s->lines);
    if (c->norm)
        changed |= norm_run(c->norm, &text, s->norm);
    if (changed) {
        doc_set_text(d, arena_copy(j->arena, text));
        job_count(j, "changed", 1);
    }
    return DOC_KEEP;
}

const struct stage stage_norm = {
    .name = "norm",
    .summary = "repair broken text; normalize characters, line ends and spaces",
    .operands = "[FILE...]",
    .example = "tokmill norm --repair mojibake,entities docs.jsonl.zst -o clean.jsonl.zst",
    .form = FORM_MAP,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .open = open_norm,
    .close = close_norm,
    .scratch_new = scratch_new,
    .scratch_free = scratch_free,
    .map = norm,
};
