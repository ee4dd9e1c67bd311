/* tokmill verify: check token shards completely. */
#include <stdio.h>
#include "core/mem.h"
#include "core/stage.h"
#include "shard/manifest.h"
#include "shard/verify.h"

struct conf {
    const struct opt_list *operands;
    uint64_t flaws;
};

static const struct opt opts[] = {OPT_END};

static int verify_open(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    c->operands = s->operands;
    if (!s->operands || !s->operands->n)
        return err_set(e, ERR_USAGE, "verify reads files or folders of shards: name some");
    return 0;
}

/* Names come from other people: bytes that a terminal would obey are not printed. */
static void print_name(const char *s)
{
    for (; *s; s++)
        putchar((unsigned char)*s < 0x20 || *s == 0x7f ? '?' : *s);
}

/* One line a file; the first flaw of all is also the run's error. */
static void one(struct conf *c, const char *path, const struct shard_file *want,
                const struct shard_about *about, struct err *first)
{
    struct verify_report r;
    struct err e;
    char hex[33];
    err_init(&e);
    int rc = verify_file(path, want, about, &r, &e);
    print_name(path);
    if (rc) {
        printf(": FLAW: ");
        print_name(e.text);
        putchar('\n');
        c->flaws++;
        if (first->kind == ERR_NONE)
            *first = e;
        return;
    }
    hash128_hex(r.hash, hex);
    printf(": ok %s bytes=%llu", want && want->index ? "index" : r.format->name,
           (unsigned long long)r.size);
    if (!want || !want->index)
        printf(" tokens=%llu", (unsigned long long)r.tokens);
    if (r.counts_documents)
        printf(" documents=%llu", (unsigned long long)r.documents);
    printf(" xxh3_128=%s\n", hex);
}

static void folder(struct conf *c, const char *path, const struct shard_manifest *m,
                   struct err *first)
{
    uint64_t documents = 0, tokens = 0;
    for (size_t i = 0; i < m->files.n; i++) {
        char *file = manifest_path(path, m->files.v[i].name);
        one(c, file, &m->files.v[i], &m->about, first);
        mem_free(file);
        if (!m->files.v[i].index) {
            documents += m->files.v[i].documents;
            tokens += m->files.v[i].tokens;
        }
    }
    if (documents != m->documents || tokens != m->tokens) {
        print_name(path);
        printf(": FLAW: the manifest's files do not add up to its totals\n");
        c->flaws++;
        err_set(first, ERR_VERIFY, "the manifest's files do not add up to its totals");
        err_at(first, slice_str(path), ERR_NO_POS, ERR_NO_POS);
    }
}

static int run(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    struct err first;
    (void)s;
    err_init(&first);
    for (size_t i = 0; i < c->operands->n; i++) {
        struct shard_manifest m;
        int rc = manifest_read(c->operands->v[i], &m, e);
        if (rc == 1)
            folder(c, c->operands->v[i], &m, &first);
        else if (rc == 0)
            one(c, c->operands->v[i], NULL, NULL, &first);
        manifest_free(&m);
        if (rc < 0)
            return -1;
    }
    if (fflush(stdout) || ferror(stdout))
        return err_errno(e, "standard output");
    if (c->flaws)
        *e = first;
    return c->flaws ? -1 : 0;
}

const struct stage stage_verify = {
    .name = "verify",
    .summary = "check token shards completely",
    .operands = "FILE|FOLDER...",
    .example = "tokmill verify shards/",
    .form = FORM_TOOL,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = verify_open,
    .run = run,
};
