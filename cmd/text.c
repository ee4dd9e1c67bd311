/* text - plain files as documents: one a file, or one a line. */
#include "core/stage.h"
#include "core/utf8.h"

struct conf {
    bool lines;
};

static const struct opt OPTS[] = {
    OPT_BOOL(0, "lines", struct conf, lines, "make one document of each line, empty ones too"),
    OPT_END,
};

static void add(struct job *j, const struct piece *p, struct slice id, uint64_t record,
                struct slice bytes, struct batch *out)
{
    uint64_t repaired = 0, in_id = 0;
    struct slice text = utf8_repair(bytes, j->arena, &repaired);
    struct doc *d = batch_add(out);
    doc_make(d, j->arena, utf8_repair(id, j->arena, &in_id), text, p->fallback_source, SLICE(""));
    d->record = record;
    if (repaired)
        batch_repaired(out, repaired);
}

static int parse(const void *conf, struct job *j, const struct piece *p, struct batch *out)
{
    const struct conf *c = conf;
    struct slice rest = p->bytes, line;
    if (slice_starts(rest, SLICE("\xEF\xBB\xBF")))
        rest = slice_from(rest, 3);
    if (!c->lines) {
        add(j, p, p->name, 1, rest, out);
        return 0;
    }
    if (rest.n == 0)
        return 0;
    if (rest.p[rest.n - 1] == '\n')
        rest.n--;
    for (uint64_t n = 1; slice_next(&rest, '\n', &line); n++) {
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        struct slice id = arena_fmt(j->arena, "%.*s:%llu", (int)p->name.n, p->name.p,
                                    (unsigned long long)n);
        add(j, p, id, n, line, out);
    }
    return 0;
}

const struct stage stage_text = {
    .name = "text",
    .summary = "read plain text files, one document a file or a line",
    .operands = "[FILE|FOLDER|ARCHIVE...]",
    .example = "tokmill text --lines sentences.txt -o docs.jsonl.zst",
    .form = FORM_SOURCE,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .source = {.entries = true, .parse = parse},
};
