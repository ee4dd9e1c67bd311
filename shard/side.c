/* side - see side.h. */
#include "shard/side.h"
#include "core/mem.h"

struct side {
    struct output *out;
    struct hasher *hash;
    char *path;
};

struct side *side_open(const char *path, size_t cut, const char *suffix, struct err *e)
{
    size_t n = strlen(path) - cut, m = strlen(suffix);
    char *name = mem_alloc(n + m + 1);
    memcpy(name, path, n);
    memcpy(name + n, suffix, m + 1);
    struct output *out = output_open(name, e);
    if (!out) {
        mem_free(name);
        return NULL;
    }
    struct side *s = mem_zero(sizeof *s);
    s->out = out;
    s->hash = hasher_new();
    s->path = name;
    return s;
}

int side_write(struct side *s, const void *p, size_t n, struct err *e)
{
    hasher_add(s->hash, p, n);
    return output_write(s->out, p, n, e);
}

static void side_free(struct side *s)
{
    hasher_free(s->hash);
    mem_free(s->path);
    mem_free(s);
}

int side_commit(struct side *s, struct shard_files *files, uint64_t documents, uint64_t tokens,
                struct err *e)
{
    struct shard_file *f = shard_files_add(files, s->path);
    f->size = output_size(s->out);
    f->documents = documents;
    f->tokens = tokens;
    f->index = true;
    f->hash = hasher_value(s->hash);
    int rc = output_commit(s->out, e);
    side_free(s);
    return rc;
}

void side_abort(struct side *s)
{
    if (!s)
        return;
    output_abort(s->out);
    side_free(s);
}
