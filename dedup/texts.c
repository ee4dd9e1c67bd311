/* texts - see texts.h. Workers take blocks of the spool by number; where a set comes to lie on disk
 * depends on timing, what it holds does not. */
#include "dedup/texts.h"
#include <pthread.h>
#include <stdatomic.h>
#include "core/docs.h"
#include "core/mem.h"

struct work {
    const struct texts_about *about;
    struct sets *sets;
    uint64_t *places;
    atomic_uint_fast64_t next;      /* block */
    atomic_bool stop;
};

struct worker {
    struct work *work;
    pthread_t thread;
    struct err err;
};

static int one(const struct texts_about *a, struct set_maker *m, struct arena *arena,
               struct slice line, uint64_t *place, struct err *e)
{
    struct doc d = {0};
    const char *kind;
    size_t at;
    uint64_t repaired = 0;
    arena_reset(arena);
    d.arena = arena;
    if (doc_parse(&d, arena, line, a->fields, SLICE(""), &kind, &at, &repaired))
        return err_set(e, ERR_BUG, "a document set aside cannot be read back: %s", kind);
    return set_make(m, d.text, place, e);
}

static int block(struct work *w, struct set_maker *m, struct arena *arena,
                 struct spool_cursor *cursor, uint64_t b, struct err *e)
{
    const struct texts_about *a = w->about;
    struct slice bytes, line;
    uint64_t first, count;
    if (spool_block(a->docs, cursor, b, &bytes, &first, &count, e))
        return -1;
    for (uint64_t i = first; i < first + count && slice_next(&bytes, '\n', &line); i++)
        if (marks_has(a->chosen, a->in_files + i) &&
            one(a, m, arena, line, &w->places[marks_rank(a->chosen, a->in_files + i)], e))
            return -1;
    return 0;
}

static void *run(void *arg)
{
    struct worker *self = arg;
    struct work *w = self->work;
    struct set_maker *m = set_maker_new(w->sets, w->about->kind, w->about->words);
    struct spool_cursor *cursor = spool_cursor_new();
    struct arena arena;
    arena_init(&arena);
    while (!w->stop) {
        uint64_t b = atomic_fetch_add(&w->next, 1);
        if (b >= spool_blocks(w->about->docs))
            break;
        if (block(w, m, &arena, cursor, b, &self->err))
            w->stop = true;
    }
    arena_free(&arena);
    spool_cursor_free(cursor);
    set_maker_free(m);
    return NULL;
}

static int of_file(const struct texts_about *a, struct set_maker *m, const char *path,
                   uint64_t *number, uint64_t *places, struct err *e)
{
    struct docs *docs = docs_open(path, &doc_fields_default, e);
    struct arena arena;
    struct doc d;
    int rc = docs ? 1 : -1;
    arena_init(&arena);
    while (rc > 0 && (rc = docs_next(docs, &arena, &d, e)) > 0) {
        if (*number >= a->in_files)
            rc = err_set(e, ERR_IO, "%s has grown while it was read", path);
        else if (marks_has(a->chosen, *number) &&
                 set_make(m, d.text, &places[marks_rank(a->chosen, *number)], e))
            rc = -1;
        ++*number;
        arena_reset(&arena);
    }
    docs_close(docs);
    arena_free(&arena);
    return rc;
}

static int of_files(const struct texts_about *a, struct sets *sets, uint64_t *places,
                    struct err *e)
{
    struct set_maker *m = set_maker_new(sets, a->kind, a->words);
    uint64_t number = 0;
    int rc = 0;
    for (size_t i = 0; i < a->files.n && !rc; i++)
        rc = of_file(a, m, a->files.v[i], &number, places, e);
    if (!rc && number != a->in_files)
        rc = err_set(e, ERR_IO, "files of earlier documents have shrunk while they were read");
    set_maker_free(m);
    return rc;
}

int texts_to_sets(const struct texts_about *about, struct sets *sets, uint64_t *places,
                  struct err *e)
{
    struct work w = {.about = about, .sets = sets, .places = places};
    struct worker *workers = mem_array((size_t)about->threads, sizeof *workers);
    int started = 1;
    if (of_files(about, sets, places, e)) {
        mem_free(workers);
        return -1;
    }
    for (int i = 0; i < about->threads; i++) {
        workers[i].work = &w;
        err_init(&workers[i].err);
    }
    for (; started < about->threads; started++)
        if (pthread_create(&workers[started].thread, NULL, run, &workers[started]))
            break;                  /* fewer threads do the same */
    run(&workers[0]);
    for (int i = 1; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    for (int i = 0; i < started && e->kind == ERR_NONE; i++)
        if (workers[i].err.kind != ERR_NONE)
            *e = workers[i].err;
    mem_free(workers);
    return e->kind != ERR_NONE || sets_seal(sets, e) ? -1 : 0;
}
