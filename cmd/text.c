/* text - plain files as documents: one a file, or one a line. */
#include "core/lines.h"
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

static void add_lines(struct job *j, const struct piece *p, struct slice rest, struct batch *out)
{
    struct slice line;
    if (rest.n && rest.p[rest.n - 1] == '\n')
        rest.n--;
    for (uint64_t n = p->record; slice_next(&rest, '\n', &line); n++) {
        uint64_t offset = p->offset + (uint64_t)(line.p - p->bytes.p);
        if (lines_oversize(p, line, n, offset, out))
            continue;
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        struct slice id = arena_fmt(j->arena, "%.*s:%llu", (int)p->name.n, p->name.p,
                                    (unsigned long long)n);
        add(j, p, id, n, line, out);
    }
}

static int parse(const void *conf, struct job *j, const struct piece *p, struct batch *out)
{
    const struct conf *c = conf;
    struct slice bytes = p->bytes;
    if (p->offset == 0 && slice_starts(bytes, SLICE("\xEF\xBB\xBF")))
        bytes = slice_from(bytes, 3);
    if (!c->lines)
        add(j, p, p->name, 1, bytes, out);
    else if (bytes.n)
        add_lines(j, p, bytes, out);
    return 0;
}

static bool by_lines(const void *conf) { return ((const struct conf *)conf)->lines; }

const struct stage stage_text = {
    .name = "text",
    .summary = "read plain text files, one document a file or a line",
    .operands = "[FILE|FOLDER|ARCHIVE...]",
    .example = "tokmill text --lines sentences.txt -o docs.jsonl.zst",
    .form = FORM_SOURCE,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .source = {.entries = true, .by_records = by_lines, .split = lines_split, .parse = parse},
};
