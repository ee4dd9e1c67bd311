/* tokmill merge: several native shards into one, without recoding. */
#include <stdio.h>
#include "core/mem.h"
#include "core/stage.h"
#include "shard/detect.h"
#include "shard/docnames.h"
#include "shard/native_join.h"

struct conf {
    struct shard_paths paths;           /* operands, with folders as the files in them */
};

static const struct opt opts[] = {OPT_END};

static int merge_open(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    if (!s->out || slice_ends(slice_str(s->out), SLICE("/")))
        return err_set(e, ERR_USAGE, "merge writes one shard: give -o FILE.tms");
    if (!s->operands || !s->operands->n)
        return err_set(e, ERR_USAGE, "merge reads files or folders of native shards: name some");
    for (size_t i = 0; i < s->operands->n; i++)
        if (shard_paths_add(&c->paths, s->operands->v[i], e))
            return -1;
    for (size_t i = 0; i < c->paths.n; i++) {
        char *bin = NULL;
        const struct shard_format *f = shard_detect(c->paths.v[i], NULL, &bin, e);
        mem_free(bin);
        if (f && f != &shard_native)
            err_set(e, ERR_USAGE, "%s: not a native shard", c->paths.v[i]);
        if (f != &shard_native)
            return -1;
    }
    return 0;
}

static int copy_names(struct docnames *from, struct docnames_out *to, struct err *e)
{
    struct shard_doc d;
    int rc;
    while ((rc = docnames_next(from, &d, e)) == 1)
        if (docnames_add(to, &d, e))
            return -1;
    return rc;
}

/* The names of all documents, where every input has them; *out is NULL where not. */
static int gather_names(const struct conf *c, const char *path, struct docnames_out **out,
                        struct err *e)
{
    int rc = 0;
    *out = docnames_create(path, e);
    if (!*out)
        return -1;
    for (size_t i = 0; !rc && i < c->paths.n; i++) {
        struct docnames *x = docnames_open(c->paths.v[i], e);
        if (!x) {
            docnames_abort(*out);
            *out = NULL;
            return e->kind == ERR_NONE ? 0 : -1;
        }
        rc = copy_names(x, *out, e);
        docnames_close(x);
    }
    if (rc) {
        docnames_abort(*out);
        *out = NULL;
    }
    return rc;
}

static int run(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    struct native_joined j;
    struct shard_files files = {0};
    struct docnames_out *names;
    if (gather_names(c, s->out, &names, e))
        return -1;
    if (native_merge((const char *const *)c->paths.v, c->paths.n, s->out, &j, e)) {
        docnames_abort(names);
        return -1;
    }
    int rc = names ? docnames_commit(names, &files, j.documents, j.tokens, e) : 0;
    shard_files_free(&files);
    if (!rc && !s->quiet)
        printf("%s: shards=%zu tokens=%llu documents=%llu%s\n", s->out, c->paths.n,
               (unsigned long long)j.tokens, (unsigned long long)j.documents,
               names ? "" : " (without names)");
    if (!rc && (fflush(stdout) || ferror(stdout)))
        rc = err_errno(e, "standard output");
    return rc;
}

static void merge_close(void *conf)
{
    struct conf *c = conf;
    shard_paths_free(&c->paths);
}

const struct stage stage_merge = {
    .name = "merge",
    .summary = "put native shards together without recoding",
    .operands = "FILE.tms|FOLDER...",
    .example = "tokmill merge part-*/shard.tms -o all.tms",
    .form = FORM_TOOL,
    .opts = opts,
    .conf_size = sizeof(struct conf),
    .open = merge_open,
    .close = merge_close,
    .run = run,
};
