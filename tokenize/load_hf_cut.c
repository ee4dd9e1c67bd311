/* tokenizer.json: the pre_tokenizer.
 * First a list of steps; then, where the steps are among the common ones, what encode.c does in
 * batches instead. */
#include "tokenize/load_hf.h"
#include "core/mem.h"
#include "tokenize/regex_internal.h"

/* ---- steps ---------------------------------------------------------------------------------- */

static int add_step(struct load *l, struct step s)
{
    struct steps *all = &l->t->steps;
    if (all->n == STEPS_MOST) {
        matcher_free(s.find);
        return load_refuse(l, "pre_tokenizer", SLICE("sequence this long"));
    }
    s.pattern = arena_copy(l->a, s.pattern);
    s.replacement = arena_copy(l->a, s.replacement);
    all->v[all->n++] = s;
    return 0;
}

static int behavior_of(struct slice name)
{
    static const char *const names[] = {"Removed", "Isolated", "MergedWithPrevious",
                                        "MergedWithNext", "Contiguous"};
    for (int i = 0; i < 5; i++)
        if (slice_is(name, names[i]))
            return i;
    return -1;
}

static int add_split(struct load *l, struct matcher *f, struct slice pattern, int behavior,
                     bool invert)
{
    if (!f)
        return -1;
    struct step s = {.kind = STEP_SPLIT, .find = f, .behavior = (enum split_behavior)behavior,
                     .invert = invert, .pattern = pattern,
                     .keeps_all = pretok_covers(pattern)};
    return add_step(l, s);
}

static int add_regex(struct load *l, struct slice regex, int behavior, bool invert)
{
    return add_split(l, matcher_new(regex, load_regex_opts(l), l->e), regex, behavior, invert);
}

static int split(struct load *l, struct slice v)
{
    struct slice name = load_text(l, load_get(v, "behavior"));
    struct slice regex = load_text(l, load_get(v, "pattern.Regex"));
    struct slice text = load_text(l, load_get(v, "pattern.String"));
    int behavior = behavior_of(name);
    bool invert = load_is_true(load_get(v, "invert"));
    if (behavior < 0)
        return load_refuse(l, "Split behavior", name);
    if (text.n)
        return add_split(l, matcher_new_string(text), (struct slice){NULL, 0}, behavior, invert);
    if (!regex.n)
        return load_refuse(l, "pre_tokenizer", SLICE("Split without a pattern"));
    return add_regex(l, regex, behavior, invert);
}

/* A step for each character of a set, or for runs of them. */
static int add_set(struct load *l, const uint8_t *set, int behavior)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    set_write(set, false, &b);
    int rc = add_split(l, matcher_new_pcre2(buf_slice(&b), l->e), (struct slice){NULL, 0}, behavior,
                       false);
    buf_free(&b);
    return rc;
}

/* char::is_numeric of Rust's standard library, which knows two sets of digits newer than 16. */
static int digits(struct load *l, struct slice v)
{
    static const char *const each[] = {"\\p{N}",
        "[\\p{N}\\x{11DE0}-\\x{11DE9}\\x{16FF4}-\\x{16FF6}]"};
    static const char *const runs[] = {"\\p{N}+",
        "[\\p{N}\\x{11DE0}-\\x{11DE9}\\x{16FF4}-\\x{16FF6}]+"};
    bool newest = l->o->unicode == UNICODE_16;
    bool single = load_is_true(load_get(v, "individual_digits"));
    return add_regex(l, slice_str((single ? each : runs)[newest]), SPLIT_ISOLATED, false);
}

static int white_space(struct load *l)
{
    uint8_t *set = mem_zero(CODE_POINTS);
    for (uint32_t c = 0; c < 0x3001; c++)
        set[c] = unicode_is_space(c);
    int rc = add_set(l, set, SPLIT_REMOVED);
    mem_free(set);
    return rc;
}

/* Whitespace, which is not white space: by Rust's regex and its \w. */
static int words(struct load *l)
{
    struct pretok_opts o = {REGEX_RUST, l->o->unicode};
    return add_split(l, matcher_new(SLICE("\\w+|[^\\w\\s]+"), o, l->e), (struct slice){NULL, 0},
                     SPLIT_REMOVED, true);
}

static int metaspace(struct load *l, struct slice v)
{
    struct slice scheme = load_text(l, load_get(v, "prepend_scheme"));
    struct step s = {.kind = STEP_METASPACE, .prepend = META_ALWAYS,
                     .replacement = load_text(l, load_get(v, "replacement")),
                     .split = !slice_is(load_get(v, "split"), "false")};
    if (!s.replacement.n)
        return load_refuse(l, "pre_tokenizer", SLICE("Metaspace without a replacement"));
    if (slice_is(scheme, "first"))
        s.prepend = META_FIRST;
    else if (slice_is(scheme, "never") ||
             (!scheme.n && slice_is(load_get(v, "add_prefix_space"), "false")))
        s.prepend = META_NEVER;
    else if (scheme.n && !slice_is(scheme, "always"))
        return load_refuse(l, "Metaspace prepend_scheme", scheme);
    return add_step(l, s);
}

static int byte_level(struct load *l, struct slice v)
{
    struct step s = {.kind = STEP_BYTE_LEVEL,
                     .prefix_space = !slice_is(load_get(v, "add_prefix_space"), "false")};
    if (l->t->byte_level)
        return load_refuse(l, "pre_tokenizer", SLICE("a second ByteLevel"));
    l->t->byte_level = true;
    if (add_step(l, s) < 0)
        return -1;
    bool use_regex = !slice_is(load_get(v, "use_regex"), "false");
    if (use_regex && add_regex(l, pretok_known_pattern(SLICE("gpt2")), SPLIT_ISOLATED, false) < 0)
        return -1;
    return add_step(l, (struct step){.kind = STEP_BYTE_LEVEL, .spell = true});
}

/* ASCII punctuation and category P of Unicode 8, the version of the library's table: what later
 * versions made of it is turned round. */
static int punctuation(struct load *l, struct slice name)
{
    static const uint32_t later[][2] = {{0x61D, 0x61D}, {0x9FD, 0x9FD}, {0xA76, 0xA76},
        {0xC77, 0xC77}, {0xC84, 0xC84}, {0x166D, 0x166D}, {0x1B4E, 0x1B4F}, {0x1B7D, 0x1B7F},
        {0x2E43, 0x2E4F}, {0x2E52, 0x2E5D}, {0x10D6E, 0x10D6E}, {0x10EAD, 0x10EAD},
        {0x10F55, 0x10F59}, {0x10F86, 0x10F89}, {0x111C9, 0x111C9}, {0x113D4, 0x113D5},
        {0x113D7, 0x113D8}, {0x1144B, 0x1144F}, {0x1145A, 0x1145B}, {0x1145D, 0x1145D},
        {0x11660, 0x1166C}, {0x116B9, 0x116B9}, {0x1183B, 0x1183B}, {0x11944, 0x11946},
        {0x119E2, 0x119E2}, {0x11A3F, 0x11A46}, {0x11A9A, 0x11A9C}, {0x11A9E, 0x11AA2},
        {0x11B00, 0x11B09}, {0x11BE1, 0x11BE1}, {0x11C41, 0x11C45}, {0x11C70, 0x11C71},
        {0x11EF7, 0x11EF8}, {0x11F43, 0x11F4F}, {0x11FFF, 0x11FFF}, {0x12FF1, 0x12FF2},
        {0x16D6D, 0x16D6F}, {0x16E97, 0x16E9A}, {0x16FE2, 0x16FE2}, {0x1E5FF, 0x1E5FF},
        {0x1E95E, 0x1E95F}};
    int behavior = name.n ? behavior_of(name) : SPLIT_ISOLATED;
    if (behavior < 0)
        return load_refuse(l, "Punctuation behavior", name);
    uint8_t *set = mem_alloc(CODE_POINTS);
    uint32_t p = unicode_category_set(SLICE("P"));
    unicode_categories(UNICODE_16, set);
    for (uint32_t c = 0; c < CODE_POINTS; c++)
        set[c] = p >> set[c] & 1;
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        for (uint32_t c = later[i][0]; c <= later[i][1]; c++)
            set[c] ^= 1;
    for (const char *ascii = "$+<=>^`|~"; *ascii; ascii++)
        set[(unsigned char)*ascii] = 1;
    int rc = add_set(l, set, behavior);
    mem_free(set);
    return rc;
}

static int fixed_length(struct load *l, struct slice v)
{
    struct step s = {.kind = STEP_LENGTH};
    if (!json_u64(load_get(v, "length"), &s.length) || !s.length)
        return load_refuse(l, "pre_tokenizer", SLICE("FixedLength without a length"));
    return add_step(l, s);
}

static int one_pretokenizer(struct load *l, struct slice v)
{
    struct slice type = load_type(l, v), delimiter = load_text(l, load_get(v, "delimiter"));
    if (slice_is(type, "Split"))
        return split(l, v);
    if (slice_is(type, "Digits"))
        return digits(l, v);
    if (slice_is(type, "ByteLevel"))
        return byte_level(l, v);
    if (slice_is(type, "Metaspace"))
        return metaspace(l, v);
    if (slice_is(type, "Whitespace"))
        return words(l);
    if (slice_is(type, "WhitespaceSplit"))
        return white_space(l);
    if (slice_is(type, "CharDelimiterSplit") && delimiter.n)
        return add_split(l, matcher_new_string(delimiter), (struct slice){NULL, 0}, SPLIT_REMOVED,
                         false);
    if (slice_is(type, "FixedLength"))
        return fixed_length(l, v);
    if (slice_is(type, "Punctuation"))
        return punctuation(l, load_text(l, load_get(v, "behavior")));
    if (slice_is(type, "BertPreTokenizer"))
        return white_space(l) < 0 ? -1 : punctuation(l, SLICE("Isolated"));
    return load_refuse(l, "pre_tokenizer", type);
}

/* ---- the common lists ----------------------------------------------------------------------- */

/* No space is left in the text: the normalizer replaces each, and no later step brings one. */
static bool no_space_left(const struct normalizer *n)
{
    bool gone = false;
    for (size_t i = 0; i < n->n; i++) {
        const struct norm_op *op = &n->v[i];
        bool to_space = slice_find_byte(op->to, ' ') < op->to.n;
        if (op->kind == NORM_REPLACE && slice_is(op->from, " ") && !to_space)
            gone = true;
        else if (op->kind == NORM_NFKC || op->kind == NORM_NFKD || to_space)
            gone = false;
    }
    return gone;
}

static void drop_step(struct steps *s, size_t i)
{
    matcher_free(s->v[i].find);
    s->n--;
    memmove(s->v + i, s->v + i + 1, (s->n - i) * sizeof *s->v);
}

/* Gemma's Split by a space, which its normalizer has replaced everywhere. */
static void drop_idle(struct load *l)
{
    struct steps *s = &l->t->steps;
    while (s->n && s->v[0].kind == STEP_SPLIT && matcher_is(s->v[0].find, SLICE(" ")) &&
           !s->v[0].invert && no_space_left(&l->t->normalizer))
        drop_step(s, 0);
}

/* Steps that keep all of a text: one pretok for them all, or a chain. */
static int pretok_of_steps(struct load *l, size_t first, size_t end)
{
    struct tokenizer *t = l->t;
    for (size_t i = first; i < end; i++) {
        struct pretok *p = pretok_new(t->steps.v[i].pattern, load_regex_opts(l), l->e);
        if (!p)
            return -1;
        t->pretok = t->pretok ? pretok_chain(t->pretok, p) : p;
    }
    t->cut = t->pretok ? CUT_PATTERN : CUT_NONE;
    steps_free(&t->steps);
    return 0;
}

static bool cuts_only(const struct step *s)
{
    bool isolated = s->behavior == SPLIT_ISOLATED;
    bool kept = s->behavior == SPLIT_REMOVED && s->invert && s->keeps_all;
    return s->kind == STEP_SPLIT && s->pattern.n && (isolated || kept);
}

/* Splits, ByteLevel (two steps, with its own split between), nothing behind. */
static int common_byte_level(struct load *l, bool *done)
{
    struct steps *s = &l->t->steps;
    size_t at = 0;
    *done = false;
    while (at < s->n && cuts_only(&s->v[at]))
        at++;
    if (at == s->n || s->v[at].kind != STEP_BYTE_LEVEL)
        return 0;
    bool own = at + 1 < s->n && s->v[at + 1].kind == STEP_SPLIT;
    if (at + 2 + own != s->n || (s->v[at].prefix_space && at))
        return 0;
    *done = true;
    l->t->prefix_space = s->v[at].prefix_space;
    struct step gpt2 = s->v[at + 1];
    s->n = at;
    if (own)
        s->v[s->n++] = gpt2;
    return pretok_of_steps(l, 0, s->n);
}

static void common_metaspace(struct tokenizer *t)
{
    struct step s = t->steps.v[0];
    t->metaspace = true;
    t->meta_prepend = s.prepend;
    t->cut = s.split ? CUT_META : CUT_NONE;
    steps_free(&t->steps);
}

static int simplify(struct load *l)
{
    struct tokenizer *t = l->t;
    struct steps *s = &t->steps;
    bool done = false;
    drop_idle(l);
    if (!s->n)
        return 0;
    if (s->n == 1 && s->v[0].kind == STEP_METASPACE && slice_is(s->v[0].replacement, META)) {
        common_metaspace(t);
        return 0;
    }
    if (common_byte_level(l, &done) < 0)
        return -1;
    if (done)
        return 0;
    t->cut = CUT_STEPS;
    s->spelled = t->byte_level;
    if (t->byte_level && s->v[s->n - 1].spell) {        /* nobody looks at the spelling */
        s->n--;
        s->spelled = false;
    }
    return 0;
}

/* --pattern: instead of all of the file's own splits. */
static int given_pattern(struct load *l)
{
    struct tokenizer *t = l->t;
    if (!t->byte_level)
        return err_set(l->e, ERR_USAGE, "--pattern is for byte-level vocabularies");
    steps_free(&t->steps);
    t->pretok = pretok_new(slice_str(l->o->pattern), load_regex_opts(l), l->e);
    t->cut = CUT_PATTERN;
    return t->pretok ? 0 : -1;
}

int load_pretokenizer(struct load *l, struct slice v)
{
    l->t->cut = CUT_NONE;
    if (load_each(l, v, "pretokenizers", one_pretokenizer) < 0)
        return -1;
    return l->o->pattern ? given_pattern(l) : simplify(l);
}
