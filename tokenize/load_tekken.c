/* Mistral's tekken.json: ranks in base64, the pattern, special tokens in front.
 * Layout from mistral-common (tokens/tokenizers/tekken.py): the id of a token is its rank plus the
 * number of special slots; ranks that would reach over default_vocab_size are not used. */
#include "core/json.h"
#include "core/mem.h"
#include "tokenize/load.h"

static uint64_t number(struct slice object, const char *path, uint64_t none)
{
    uint64_t v;
    struct slice s = json_find(object, slice_str(path), NULL);
    return s.p && json_u64(s, &v) ? v : none;
}

static struct slice text_of(struct arena *a, struct slice object, const char *key)
{
    uint64_t repaired = 0;
    struct slice v = json_find(object, slice_str(key), NULL);
    return v.p && json_is_string(v) ? json_string(v, a, &repaired) : (struct slice){"", 0};
}

bool is_tekken(struct slice text)
{
    return json_find(text, SLICE("config.num_vocab_tokens"), NULL).p != NULL;
}

static int load_ranks(struct tokenizer *t, struct slice array, uint64_t first, uint64_t end,
                      struct err *e)
{
    struct json_iter it;
    struct json_member m;
    struct buf bytes;
    int rc = 0;
    if (!json_iter_init(&it, array) || it.close != ']')
        return err_set(e, ERR_DATA, "vocab is not an array");
    buf_init(&bytes, 1 << 20);
    while (rc == 0 && json_iter_next(&it, &m)) {
        uint64_t rank = number(m.value, "rank", UINT64_MAX);
        buf_clear(&bytes);
        if (rank > VOCAB_MAX_ID ||
            !base64_decode(text_of(&t->vocab.arena, m.value, "token_bytes"), &bytes) || !bytes.n)
            rc = err_set(e, ERR_DATA, "an entry of vocab without rank or token_bytes");
        else if (rank + first < end)
            rc = vocab_add(&t->vocab, rank + first, buf_slice(&bytes), true, e);
    }
    buf_free(&bytes);
    return rc;
}

/* The first `n` ids; those that the file does not name have mistral-common's names. */
static int load_specials(struct tokenizer *t, struct slice array, uint64_t n, struct err *e)
{
    static const char *const known[] = {"<unk>", "<s>", "</s>"};
    struct arena *a = &t->vocab.arena;
    struct added_token *v = mem_array(n ? n : 1, sizeof *v);
    struct json_iter it;
    struct json_member m;
    int rc = 0;
    for (uint64_t i = 0; i < n; i++) {
        struct slice name = i < 3 ? slice_str(known[i])
                                  : arena_fmt(a, "<SPECIAL_%llu>", (unsigned long long)i);
        v[i] = (struct added_token){.content = name, .id = (uint32_t)i, .special = true};
    }
    for (bool some = json_iter_init(&it, array); some && json_iter_next(&it, &m);) {
        uint64_t rank = number(m.value, "rank", UINT64_MAX);
        struct slice name = text_of(a, m.value, "token_str");
        if (rank < n && name.n)
            v[rank].content = arena_copy(a, name);
    }
    for (uint64_t i = 0; rc == 0 && i < n; i++)
        rc = vocab_add(&t->vocab, i, v[i].content, false, e);
    if (rc == 0)
        rc = tokenizer_set_added(t, v, n, e);
    mem_free(v);
    return rc;
}

int load_tekken(struct tokenizer *t, struct slice text, const struct load_opts *o,
                struct err *e)
{
    size_t at;
    if (json_check(text, &at) < 0)
        return err_set(e, ERR_DATA, "no valid JSON at byte %zu", at);
    uint64_t specials = number(text, "config.default_num_special_tokens", 0);
    uint64_t size = number(text, "config.default_vocab_size", VOCAB_MAX_ID);
    struct slice regex = text_of(&t->vocab.arena, json_find(text, SLICE("config"), NULL),
                                 "pattern");
    if (specials > 100000 || size > VOCAB_MAX_ID)
        return err_set(e, ERR_DATA, "config has impossible sizes");
    if (!regex.n && !o->pattern)
        return err_set(e, ERR_DATA, "config has no pattern");
    t->format = "tekken.json";
    t->byte_level = t->whole_piece = true;
    t->cut = CUT_PATTERN;
    t->pretok = pretok_new(o->pattern ? slice_str(o->pattern) : regex,
                           (struct pretok_opts){REGEX_RUST, o->unicode}, e);
    if (!t->pretok ||
        load_specials(t, json_find(text, SLICE("special_tokens"), NULL), specials, e) < 0 ||
        load_ranks(t, json_find(text, SLICE("vocab"), NULL), specials, size, e) < 0)
        return -1;
    return finish_ranks(t, e);
}
