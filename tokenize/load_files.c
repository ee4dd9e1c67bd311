/* Vocabularies of several files: which file of a folder is the vocabulary, merges.txt beside
 * vocab.json, and the JSON files that name special tokens.
 *
 * vocab.json with merges.txt is what GPT-2's tokenizer had before tokenizer.json: the two are put
 * together to one and loaded as that. The pattern and the normal form are not in the files; the
 * class that a tokenizer_config.json beside them names tells, GPT-2's being the default. */
#include <string.h>
#include <sys/stat.h>
#include "core/json.h"
#include "core/mem.h"
#include "tokenize/load_hf.h"
#include "tokenize/pretok.h"

/* ---- folders -------------------------------------------------------------------------------- */

static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

char *files_beside(const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) + 1 : 0;
    char *p = mem_alloc(n + strlen(name) + 1);
    memcpy(p, path, n);
    memcpy(p + n, name, strlen(name) + 1);
    if (is_file(p))
        return p;
    mem_free(p);
    return NULL;
}

char *files_in(const char *folder)
{
    static const char *const names[] = {"tokenizer.json", "tekken.json", "vocab.json",
        "encoder.json", "tiktoken.model", "tokenizer.model", "qwen.tiktoken"};
    struct stat st;
    if (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode))
        return NULL;
    char *with_slash = mem_alloc(strlen(folder) + 2), *found = NULL;
    memcpy(with_slash, folder, strlen(folder));
    memcpy(with_slash + strlen(folder), "/", 2);
    for (size_t i = 0; !found && i < sizeof names / sizeof *names; i++)
        found = files_beside(with_slash, names[i]);
    mem_free(with_slash);
    return found;
}

/* ---- special tokens ------------------------------------------------------------------------- */

static bool flag(struct slice object, const char *name)
{
    return load_is_true(load_get(object, name));
}

void specials_add(struct specials *s, const struct added_token *t)
{
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 64;
        s->v = mem_grow_array(s->v, s->cap, sizeof *s->v);
    }
    s->v[s->n++] = *t;
}

static int add_named(struct specials *s, struct arena *a, struct slice key, struct slice v,
                     struct err *e)
{
    uint64_t id = UINT64_MAX, repaired = 0;
    struct slice name = json_string(slice_of(key.p - 1, key.n + 2), a, &repaired);
    struct added_token t = {.special = true};
    if (v.n && v.p[0] == '{') {         /* added_tokens_decoder: "128000": {"content": ..} */
        struct slice content = load_get(v, "content");
        t = (struct added_token){.special = flag(v, "special"),
            .normalized = flag(v, "normalized"), .lstrip = flag(v, "lstrip"),
            .rstrip = flag(v, "rstrip"), .single_word = flag(v, "single_word")};
        if (!json_u64(name, &id) || !json_is_string(content))
            return err_set(e, ERR_DATA, "a special token without id and content");
        name = json_string(content, a, &repaired);
    } else if (!json_u64(v, &id)) {     /* {"<|endoftext|>": 100257} */
        return err_set(e, ERR_DATA, "a special token without an id");
    }
    if (id > VOCAB_MAX_ID)
        return err_set(e, ERR_DATA, "the id of a special token is too large");
    t.content = arena_copy(a, name);
    t.id = (uint32_t)id;
    specials_add(s, &t);
    return 0;
}

int specials_parse(struct specials *s, struct slice json, struct arena *a, struct err *e)
{
    struct json_iter it;
    struct json_member m;
    size_t at;
    if (json_check(json, &at) < 0)
        return err_set(e, ERR_DATA, "no valid JSON at byte %zu", at);
    struct slice listed = load_get(json, "added_tokens_decoder");
    if (!json_iter_init(&it, listed.p ? listed : json) || it.close != '}')
        return err_set(e, ERR_DATA, "no object that names special tokens");
    while (json_iter_next(&it, &m))
        if (add_named(s, a, m.key, m.value, e) < 0)
            return -1;
    return 0;
}

/* ---- vocab.json and merges.txt --------------------------------------------------------------- */

bool is_vocab_json(struct slice text)
{
    struct json_iter it;
    struct json_member m;
    uint64_t id;
    return json_iter_init(&it, text) && it.close == '}' && json_iter_next(&it, &m) &&
           json_u64(m.value, &id);
}

static void add_merges(struct slice text, struct buf *out)
{
    struct slice line;
    bool any = false;
    buf_add_str(out, "\"merges\":[");
    for (bool first = true; slice_next(&text, '\n', &line); first = false) {
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        if (!line.n || (first && slice_starts(line, SLICE("#version"))))
            continue;
        if (any)
            buf_add_byte(out, ',');
        json_add_string(out, line);
        any = true;
    }
    buf_add_byte(out, ']');
}

static void add_added(const struct specials *s, struct buf *out)
{
    static const char *const truth[] = {"false", "true"};
    buf_add_str(out, "\"added_tokens\":[");
    for (size_t i = 0; i < s->n; i++) {
        const struct added_token *t = &s->v[i];
        buf_add_fmt(out, "%s{\"id\":%u,\"content\":", i ? "," : "", (unsigned)t->id);
        json_add_string(out, t->content);
        buf_add_fmt(out, ",\"special\":%s,\"normalized\":%s,\"lstrip\":%s,\"rstrip\":%s,"
                    "\"single_word\":%s}", truth[t->special], truth[t->normalized],
                    truth[t->lstrip], truth[t->rstrip], truth[t->single_word]);
    }
    buf_add_str(out, "],");
}

struct class {
    const char *name, *pattern;
    bool nfc;
};

static const struct class *class_of(struct slice name)
{
    static const struct class classes[] = {
        {"GPT2Tokenizer", "gpt2", false}, {"GPT2TokenizerFast", "gpt2", false},
        {"CodeGenTokenizer", "gpt2", false}, {"CodeGenTokenizerFast", "gpt2", false},
        {"Qwen2Tokenizer", "qwen2", true}, {"Qwen2TokenizerFast", "qwen2", true}};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (slice_is(name, classes[i].name))
            return &classes[i];
    return NULL;
}

static struct slice text_member(struct slice object, const char *key, struct arena *a)
{
    uint64_t repaired = 0;
    struct slice v = load_get(object, key);
    return v.p && json_is_string(v) ? json_string(v, a, &repaired) : (struct slice){"", 0};
}

static void add_file(const struct class *c, struct slice vocab, struct slice merges,
                     const struct specials *s, struct buf *out)
{
    buf_add_str(out, "{\"version\":\"1.0\",");
    add_added(s, out);
    buf_add_fmt(out, "\"normalizer\":%s,\"pre_tokenizer\":",
                c->nfc ? "{\"type\":\"NFC\"}" : "null");
    buf_add_str(out, "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\","
                     "\"pattern\":{\"Regex\":");
    json_add_string(out, pretok_known_pattern(slice_str(c->pattern)));
    buf_add_str(out, "},\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"ByteLevel\","
                     "\"add_prefix_space\":false,\"use_regex\":false}]},\"decoder\":"
                     "{\"type\":\"ByteLevel\"},\"model\":{\"type\":\"BPE\",\"vocab\":");
    buf_add_slice(out, vocab);
    buf_add_byte(out, ',');
    add_merges(merges, out);
    buf_add_str(out, "}}");
}

int vocab_json_to_hf(struct slice vocab, struct slice merges, struct slice config,
                     const struct specials *given, struct buf *out, struct err *e)
{
    struct arena a;
    struct specials s = {.n = 0};
    uint64_t id;
    int rc = 0;
    arena_init(&a);
    struct slice name = text_member(config, "tokenizer_class", &a);
    const struct class *c = class_of(name.n ? name : SLICE("GPT2Tokenizer"));
    if (!c || flag(config, "add_prefix_space"))
        rc = err_set(e, ERR_USAGE, "tokenizer_class %.*s with what its tokenizer_config.json says "
                     "is not supported: use its tokenizer.json", (int)(name.n < 60 ? name.n : 60),
                     name.p);
    if (rc == 0 && load_get(config, "added_tokens_decoder").p)
        rc = specials_parse(&s, config, &a, e);
    for (size_t i = 0; i < given->n; i++)
        specials_add(&s, &given->v[i]);
    struct slice end = load_get(vocab, "<|endoftext|>");
    if (!s.n && end.p && json_u64(end, &id))
        specials_add(&s, &(struct added_token){.content = SLICE("<|endoftext|>"),
                                               .id = (uint32_t)id, .special = true});
    if (rc == 0)
        add_file(c, vocab, merges, &s, out);
    mem_free(s.v);
    arena_free(&a);
    return rc;
}
