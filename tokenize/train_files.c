/* See train_files.h. */
#include "tokenize/train_files.h"
#include <string.h>
#include "core/mem.h"
#include "core/output.h"
#include "tokenize/convert.h"
#include "tokenize/save.h"

/* Special tokens stand behind the last token, or before the first. */
static struct added_token *place_specials(const struct train_files *f, uint32_t first)
{
    struct added_token *v = mem_array(f->n_specials + 1, sizeof *v);
    for (size_t i = 0; i < f->n_specials; i++)
        v[i] = (struct added_token){.content = f->specials[i], .id = first + (uint32_t)i,
                                    .special = true};
    return v;
}

/* The bytes that the file leaves out; returns how many. */
static uint32_t unseen(const struct train_files *f, const struct trained *t, bool without[256])
{
    uint32_t n = 0;
    for (int b = 0; b < 256; b++) {
        without[b] = f->only_seen && !t->seen[b];
        n += without[b];
    }
    return n;
}

static struct save_opts options(const struct train_files *f, const struct added_token *added,
                                const bool *without)
{
    static const char *const notes[] = {"{\"tie\": \"hf\"}", "{\"tie\": \"raw\"}"};
    const char *pattern = pretok_pattern(f->pattern).p;
    return (struct save_opts){
        .pattern = !strcmp(pretok_name(f->pattern), "gpt2") ? "gpt2" : pattern,
        .added = added, .n_added = f->n_specials,
        .shift = f->special_first ? (uint32_t)f->n_specials : 0,
        .added_in_model = f->special_first, .without = without, .note = notes[f->tie]};
}

int train_write(const struct train_files *f, const struct trained *t, const char *to,
                struct err *e)
{
    bool without[256];
    uint32_t gone = unseen(f, t, without);
    struct added_token *added = place_specials(f, f->special_first ? 0 : t->vocab.n_ids - gone);
    struct save_opts o = options(f, added, gone ? without : NULL);
    struct buf out;
    buf_init(&out, BUF_NO_LIMIT);
    if (f->ranks)
        save_tiktoken(&t->vocab, &(struct save_opts){.pattern = NULL}, &out);
    else
        save_hf(&t->vocab, t->merges, t->n, &o, &out);
    int rc = output_whole(to, buf_slice(&out), e);
    buf_free(&out);
    mem_free(added);
    return rc;
}

/* A smaller vocabulary: its merges are the first of the larger. */
static struct trained first_of(const struct trained *t, size_t tokens)
{
    struct trained part = *t;
    if (tokens < t->vocab.n_ids) {
        part.vocab.n_ids = (uint32_t)tokens;
        part.n = tokens - 256;
    }
    return part;
}

int train_write_first(const struct train_files *f, const struct trained *t, uint64_t size,
                      const char *name, struct err *e)
{
    struct arena a;
    bool without[256];
    const char *dot = strrchr(name, '.'), *slash = strrchr(name, '/');
    struct trained part = first_of(t, size - f->n_specials + unseen(f, t, without));
    if (!dot || (slash && dot < slash))
        dot = name + strlen(name);
    arena_init(&a);
    int rc = train_write(f, &part, arena_str(&a, arena_fmt(&a, "%.*s-%llu%s", (int)(dot - name),
                                                           name, (unsigned long long)size, dot)),
                         e);
    arena_free(&a);
    return rc;
}

int train_write_folder(const struct train_files *f, const struct trained *t, const char *folder,
                       struct err *e)
{
    struct arena a;
    struct buf config;
    struct train_files json = *f;
    struct load_opts o = {NULL, NULL, f->unicode, NULL};
    json.ranks = false;
    arena_init(&a);
    buf_init(&config, BUF_NO_LIMIT);
    const char *file = arena_str(&a, arena_fmt(&a, "%s/tokenizer.json", folder));
    int rc = output_mkdir(folder, e) < 0 ? -1 : train_write(&json, t, file, e);
    struct tokenizer *made = rc == 0 ? tokenizer_load(file, &o, e) : NULL;
    rc = made ? rc : -1;
    if (rc == 0) {
        convert_config(made, &config);
        rc = output_whole(arena_str(&a, arena_fmt(&a, "%s/tokenizer_config.json", folder)),
                          buf_slice(&config), e);
    }
    tokenizer_free(made);
    buf_free(&config);
    arena_free(&a);
    return rc;
}
