/* tokmill verify: check token shards completely. */
#include <stdio.h>
#include "core/mem.h"
#include "core/stage.h"
#include "shard/detect.h"
#include "shard/ids_hash.h"
#include "shard/manifest.h"
#include "shard/native_join.h"
#include "shard/verify.h"
#include "shard/wish.h"

struct conf {
    const struct opt_list *operands;
    bool recover;
    struct wish_opts read;
    struct shard_wish wish;
    uint64_t flaws, documents, tokens;
    bool no_borders;                /* of some file: there is no hash of all documents */
    struct hasher *all;
};

static const struct opt opts[] = {
    OPT_BOOL(0, "recover", struct conf, recover,
             "write what is whole of a cut native shard to -o FILE"),
    WISH_OPTS(struct conf, read), OPT_END};

static int verify_open(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    c->operands = s->operands;
    if (wish_set(&c->wish, &c->read, s, e))
        return -1;
    if (!s->operands || !s->operands->n)
        return err_set(e, ERR_USAGE, "verify reads files or folders of shards: name some");
    if (c->recover && (s->operands->n != 1 || !s->out))
        return err_set(e, ERR_USAGE, "--recover takes one native shard and -o FILE");
    if (s->out && !c->recover)
        return err_set(e, ERR_USAGE, "verify writes nothing: -o goes with --recover");
    return 0;
}

/* Names come from other people: bytes that a terminal would obey are not printed. */
static void print_name(const char *s)
{
    for (; *s; s++)
        putchar((unsigned char)*s < 0x20 || *s == 0x7f ? '?' : *s);
}

static void print_hash(const char *name, struct hash128 h)
{
    char hex[33];
    hash128_hex(h, hex);
    printf("%s%s", name, hex);
}

/* One line a file; the first flaw of all is also the run's error. */
static void one(struct conf *c, const char *path, const struct shard_file *want,
                const struct shard_about *about, struct err *first)
{
    struct verify_report r;
    struct err e;
    const bool index = want && want->index;
    err_init(&e);
    int rc = verify_file(path, want, about, &c->wish, c->all, &r, &e);
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
    if (index) {
        printf(": ok index bytes=%llu", (unsigned long long)r.size);
    } else {
        printf(": ok %s bytes=%llu tokens=%llu", r.format->name, (unsigned long long)r.size,
               (unsigned long long)r.tokens);
        if (r.has_borders)
            printf(" documents=%llu", (unsigned long long)r.documents);
        c->no_borders |= !r.has_borders;
        c->documents += r.documents;
        c->tokens += r.tokens;
    }
    print_hash(" xxh3_128=", r.ids);
    if (!index && r.has_borders)
        print_hash(" documents_xxh3_128=", r.content);
    putchar('\n');
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

/* A folder with our manifest is held against it; anything else file by file. */
static int operand(struct conf *c, const char *path, struct err *first, struct err *e)
{
    struct shard_manifest m;
    struct shard_paths files = {0};
    int rc = manifest_read(path, &m, e);
    if (rc == 1)
        folder(c, path, &m, first);
    manifest_free(&m);
    if (rc == 0 && (rc = shard_paths_add(&files, path, e)) == 0)
        for (size_t i = 0; i < files.n; i++)
            one(c, files.v[i], NULL, NULL, first);
    shard_paths_free(&files);
    return rc < 0 ? -1 : 0;
}

static int recover(const char *from, const char *to, struct err *e)
{
    struct native_joined j;
    if (native_mend(from, to, &j, e))
        return -1;
    print_name(from);
    printf(": recovered tokens=%llu documents=%llu; %s", (unsigned long long)j.tokens,
           (unsigned long long)j.documents, j.complete ? "all that it held" : "the rest is lost");
    if (!j.complete)
        printf(", %llu bytes", (unsigned long long)j.lost);
    if (j.unfinished)
        printf("; the last document lacks its end, %llu of its tokens are there",
               (unsigned long long)j.unfinished);
    putchar('\n');
    return fflush(stdout) || ferror(stdout) ? err_errno(e, "standard output") : 0;
}

static int run(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    struct err first;
    if (c->recover)
        return recover(c->operands->v[0], s->out, e);
    err_init(&first);
    c->all = hasher_new();
    int rc = 0;
    for (size_t i = 0; !rc && i < c->operands->n; i++)
        rc = operand(c, c->operands->v[i], &first, e);
    if (!rc && !c->flaws && !c->no_borders) {
        printf("all: tokens=%llu documents=%llu", (unsigned long long)c->tokens,
               (unsigned long long)c->documents);
        print_hash(" documents_xxh3_128=", hasher_value(c->all));
        putchar('\n');
    }
    hasher_free(c->all);
    if (!rc && (fflush(stdout) || ferror(stdout)))
        rc = err_errno(e, "standard output");
    if (!rc && c->flaws)
        *e = first;
    return rc || c->flaws ? -1 : 0;
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
