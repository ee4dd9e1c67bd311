/* tiktoken rank files: lines of "base64 rank".
 * Patterns and special tokens are not in the file; those of OpenAI's names are public constants. */
#include "core/mem.h"
#include "tokenize/load.h"

#define KNOWN_MOST 10

struct known_file {
    const char *stem, *pattern;
    size_t ranks;                       /* for names that say little; 0: any */
    bool nfc;
    struct { const char *content; uint32_t id; } special[KNOWN_MOST];
};

static const struct known_file known_files[] = {
    {"cl100k_base", "cl100k", 0, false,
     {{"<|endoftext|>", 100257}, {"<|fim_prefix|>", 100258}, {"<|fim_middle|>", 100259},
      {"<|fim_suffix|>", 100260}, {"<|endofprompt|>", 100276}}},
    {"o200k_base", "o200k", 0, false, {{"<|endoftext|>", 199999}, {"<|endofprompt|>", 200018}}},
    {"r50k_base", "gpt2", 0, false, {{"<|endoftext|>", 50256}}},
    {"p50k_base", "gpt2", 0, false, {{"<|endoftext|>", 50256}}},
    {"o200k_harmony", "o200k", 0, false,
     {{"<|startoftext|>", 199998}, {"<|endoftext|>", 199999}, {"<|return|>", 200002},
      {"<|constrain|>", 200003}, {"<|channel|>", 200005}, {"<|start|>", 200006},
      {"<|end|>", 200007}, {"<|message|>", 200008}, {"<|call|>", 200012}}},
    {"qwen", "qwen2", 0, true,
     {{"<|endoftext|>", 151643}, {"<|im_start|>", 151644}, {"<|im_end|>", 151645}}},
    {"tokenizer", "cl100k", 128000, false,      /* Llama 3's tokenizer.model */
     {{"<|begin_of_text|>", 128000}, {"<|end_of_text|>", 128001}, {"<|start_header_id|>", 128006},
      {"<|end_header_id|>", 128007}, {"<|eom_id|>", 128008}, {"<|eot_id|>", 128009}}},
    {"tiktoken", "kimi", 163584, false, {{"[BOS]", 163584}, {"[EOS]", 163585}}},
};

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(struct slice s, struct buf *out)
{
    uint32_t bits = 0;
    int n = 0;
    while (s.n && s.p[s.n - 1] == '=')
        s.n--;
    for (size_t i = 0; i < s.n; i++) {
        int d = base64_digit(s.p[i]);
        if (d < 0)
            return false;
        bits = bits << 6 | (uint32_t)d;
        n += 6;
        if (n >= 8) {
            n -= 8;
            buf_add_byte(out, (char)(bits >> n & 0xFF));
        }
    }
    return n < 6;
}

static bool decimal(struct slice s, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || i > 9)
            return false;
        *out = *out * 10 + (uint64_t)(s.p[i] - '0');
    }
    return s.n > 0;
}

static int load_lines(struct vocab *v, struct slice text, struct err *e)
{
    struct slice line;
    struct buf bytes;
    int rc = 0;
    uint64_t number = 0;
    buf_init(&bytes, 1 << 20);
    while (rc == 0 && slice_next(&text, '\n', &line)) {
        number++;
        line = slice_trim(line);
        if (!line.n)
            continue;
        size_t space = slice_find_byte(line, ' ');
        uint64_t id;
        buf_clear(&bytes);
        if (!base64_decode(slice_upto(line, space), &bytes) || !bytes.n || !buf_ok(&bytes) ||
            !decimal(slice_trim(slice_from(line, space)), &id)) {
            rc = err_set(e, ERR_DATA, "line %llu is no \"base64 rank\" pair",
                         (unsigned long long)number);
            break;
        }
        rc = vocab_add(v, id, buf_slice(&bytes), true, e);
    }
    buf_free(&bytes);
    return rc;
}

/* Known ones first; one that the user names replaces a known one of its id. */
static void list_specials(const struct known_file *k, const struct specials *named,
                          struct specials *all)
{
    for (size_t n = 0; k && n < KNOWN_MOST && k->special[n].content; n++)
        specials_add(all, &(struct added_token){.content = slice_str(k->special[n].content),
                                                .id = k->special[n].id, .special = true});
    for (size_t i = 0; named && i < named->n; i++) {
        size_t at = 0;
        while (at < all->n && all->v[at].id != named->v[i].id)
            at++;
        if (at < all->n)
            all->v[at] = named->v[i];
        else
            specials_add(all, &named->v[i]);
    }
}

static int add_specials(struct tokenizer *t, const struct known_file *k,
                        const struct specials *named, struct err *e)
{
    struct specials all = {.n = 0};
    int rc = 0;
    list_specials(k, named, &all);
    for (size_t i = 0; rc == 0 && i < all.n; i++) {
        struct added_token *a = &all.v[i];
        rc = vocab_add(&t->vocab, a->id, a->content, false, e);
        if (rc == 0)
            a->content = t->vocab.token[a->id];
    }
    if (rc == 0)
        rc = tokenizer_set_added(t, all.v, all.n, e);
    mem_free(all.v);
    return rc;
}

static const struct known_file *known_file(struct slice stem, size_t ranks)
{
    for (size_t i = 0; i < sizeof known_files / sizeof *known_files; i++)
        if (slice_is(stem, known_files[i].stem) &&
            (!known_files[i].ranks || known_files[i].ranks == ranks))
            return &known_files[i];
    return NULL;
}

int load_tiktoken(struct tokenizer *t, struct slice text, struct slice stem,
                  const struct load_opts *o, struct err *e)
{
    if (load_lines(&t->vocab, text, e) < 0)
        return -1;
    const struct known_file *known = known_file(stem, t->vocab.n_ids);
    const char *pattern = o->pattern ? o->pattern : known ? known->pattern : NULL;
    if (!pattern)
        return err_set(e, ERR_USAGE, "a rank file does not name its pattern: give --pattern "
                       "gpt2, cl100k, o200k or a regular expression");
    t->format = "tiktoken";
    t->byte_level = t->whole_piece = true;
    t->cut = CUT_PATTERN;
    if (known && known->nfc)
        t->normalizer.v[t->normalizer.n++] = (struct norm_op){.kind = NORM_NFC};
    t->pretok = pretok_new(slice_str(pattern), (struct pretok_opts){REGEX_RUST, o->unicode}, e);
    if (!t->pretok || finish_ranks(t, e) < 0)
        return -1;
    return add_specials(t, known, o->named, e);
}

int finish_ranks(struct tokenizer *t, struct err *e)
{
    vocab_finish(&t->vocab);
    for (int b = 0; b < 256; b++)
        if (t->vocab.byte_id[b] == VOCAB_NONE)
            return err_set(e, ERR_DATA, "the rank file has no token for byte %d", b);
    t->table = bpe_table_of_ranks(&t->vocab);
    if (!t->table)
        vocab_pairs_of_ranks(&t->vocab);
    return 0;
}
