/* tokenizer.json: normalizer, post-processor, decoder. */
#include "tokenize/load_hf.h"

/* ---- normalizer --------------------------------------------------------------------------- */

static int add_norm(struct load *l, struct norm_op op)
{
    struct normalizer *n = &l->t->normalizer;
    if (n->n == NORM_MOST) {
        matcher_free(op.find);
        return load_refuse(l, "normalizer", SLICE("sequence this long"));
    }
    op.from = arena_copy(l->a, op.from);
    op.to = arena_copy(l->a, op.to);
    n->v[n->n++] = op;
    return 0;
}

static int add_replace(struct load *l, struct slice v)
{
    struct slice from = load_text(l, load_get(v, "pattern.String"));
    struct slice regex = load_text(l, load_get(v, "pattern.Regex"));
    struct norm_op op = {NORM_REPLACE, from, load_text(l, load_get(v, "content")), NULL, false,
                         false};
    if (!from.n && !regex.n)
        return load_refuse(l, "normalizer", SLICE("Replace without a pattern"));
    op.find = from.n ? matcher_new_string(from) : matcher_new(regex, load_regex_opts(l), l->e);
    return op.find ? add_norm(l, op) : -1;
}

static int one_normalizer(struct load *l, struct slice v)
{
    static const struct { const char *name; enum norm_kind kind; } plain[] = {
        {"NFC", NORM_NFC}, {"NFD", NORM_NFD}, {"NFKC", NORM_NFKC}, {"NFKD", NORM_NFKD},
        {"Lowercase", NORM_LOWER}};
    struct slice type = load_type(l, v), none = {"", 0};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (slice_is(type, plain[i].name))
            return add_norm(l, (struct norm_op){plain[i].kind, none, none, NULL, false, false});
    if (slice_is(type, "Prepend"))
        return add_norm(l, (struct norm_op){NORM_PREPEND, none,
                                            load_text(l, load_get(v, "prepend")), NULL, false,
                                            false});
    if (slice_is(type, "Strip"))
        return add_norm(l, (struct norm_op){NORM_STRIP, none, none, NULL,
                                            load_is_true(load_get(v, "strip_left")),
                                            load_is_true(load_get(v, "strip_right"))});
    if (slice_is(type, "Replace"))
        return add_replace(l, v);
    return load_refuse(l, "normalizer", type);
}

int load_normalizer(struct load *l, struct slice v)
{
    return load_each(l, v, "normalizers", one_normalizer);
}

/* ---- post-processor ------------------------------------------------------------------------- */

static int add_around(struct load *l, uint64_t id, bool after)
{
    struct tokenizer *t = l->t;
    size_t *n = after ? &t->n_after : &t->n_before;
    if (id >= t->vocab.n_ids || *n == TEMPLATE_MOST)
        return err_set(l->e, ERR_DATA, "the template of the post_processor has an id that is none, "
                       "or too many");
    (after ? t->after : t->before)[(*n)++] = (uint32_t)id;
    return 0;
}

/* The ids that the processor's special_tokens lists under a name. */
static int add_special_ids(struct load *l, struct slice processor, struct slice name, bool after)
{
    struct json_iter all, ids;
    struct json_member m, id;
    uint64_t v;
    for (bool some = json_iter_init(&all, load_get(processor, "special_tokens"));
         some && json_iter_next(&all, &m);) {
        if (!slice_eq(load_text(l, load_get(m.value, "id")), name))
            continue;
        if (!json_iter_init(&ids, load_get(m.value, "ids")))
            break;
        while (json_iter_next(&ids, &id))
            if (!json_u64(id.value, &v) || add_around(l, v, after) < 0)
                return err_set(l->e, ERR_DATA, "a template with a bad id");
        return 0;
    }
    return load_refuse(l, "template item", name);
}

static int template(struct load *l, struct slice v)
{
    struct json_iter it;
    struct json_member m;
    bool after = false;
    if (!json_iter_init(&it, load_get(v, "single")))
        return load_refuse(l, "post_processor", SLICE("TemplateProcessing without single"));
    while (json_iter_next(&it, &m)) {
        struct slice sequence = load_get(m.value, "Sequence");
        if (sequence.p) {
            if (after || !slice_is(load_text(l, load_get(sequence, "id")), "A"))
                return load_refuse(l, "template item", SLICE("a second sequence"));
            after = true;
            continue;
        }
        struct slice name = load_text(l, load_get(m.value, "SpecialToken.id"));
        if (add_special_ids(l, v, name, after) < 0)
            return -1;
    }
    return after ? 0 : load_refuse(l, "template", SLICE("without its sequence"));
}

/* Members "cls" and "sep": ["<s>", 0] */
static int around(struct load *l, struct slice v, const char *key, bool after)
{
    struct json_iter it;
    struct json_member m;
    uint64_t id = UINT64_MAX;
    if (!json_iter_init(&it, load_get(v, key)))
        return load_refuse(l, "post_processor without", slice_str(key));
    while (json_iter_next(&it, &m))
        if (!json_is_string(m.value) && !json_u64(m.value, &id))
            id = UINT64_MAX;
    return add_around(l, id, after);
}

static int one_processor(struct load *l, struct slice v)
{
    struct slice type = load_type(l, v);
    if (slice_is(type, "ByteLevel"))
        return 0;                       /* offsets only */
    if (l->t->n_before || l->t->n_after)
        return load_refuse(l, "post_processor", SLICE("a second template"));
    if (slice_is(type, "TemplateProcessing"))
        return template(l, v);
    if (slice_is(type, "RobertaProcessing") || slice_is(type, "BertProcessing"))
        return around(l, v, "cls", false) < 0 ? -1 : around(l, v, "sep", true);
    return load_refuse(l, "post_processor", type);
}

int load_post_processor(struct load *l, struct slice v)
{
    return load_each(l, v, "processors", one_processor);
}

/* ---- decoder -------------------------------------------------------------------------------- */

static bool is_meta_to_space(struct load *l, struct slice v)
{
    return slice_is(load_text(l, load_get(v, "pattern.String")), META) &&
           slice_is(load_text(l, load_get(v, "content")), " ");
}

static int one_decoder(struct load *l, struct slice v)
{
    struct slice type = load_type(l, v);
    struct tokenizer *t = l->t;
    if (slice_is(type, "Fuse") || (slice_is(type, "ByteLevel") && t->byte_level))
        return 0;
    if (slice_is(type, "ByteFallback") && !t->byte_level) {
        t->fallback_decodes = true;
        return 0;
    }
    if (slice_is(type, "Replace") && !t->byte_level && is_meta_to_space(l, v))
        return 0;
    if (slice_is(type, "Metaspace") && !t->byte_level &&
        slice_is(load_text(l, load_get(v, "replacement")), META)) {
        struct slice scheme = load_text(l, load_get(v, "prepend_scheme"));
        bool never = slice_is(scheme, "never") ||
                     (!scheme.n && slice_is(load_get(v, "add_prefix_space"), "false"));
        t->decode_strip = never ? DECODE_STRIP_NONE : DECODE_STRIP_TOKEN;
        return 0;
    }
    if (slice_is(type, "Strip") && slice_is(load_text(l, load_get(v, "content")), " ") &&
        slice_is(load_get(v, "start"), "1") && slice_is(load_get(v, "stop"), "0")) {
        t->decode_strip = DECODE_STRIP_ONE;
        return 0;
    }
    return load_refuse(l, "decoder", type);
}

int load_decoder(struct load *l, struct slice v)
{
    return load_each(l, v, "decoders", one_decoder);
}
