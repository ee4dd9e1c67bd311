/* lines - see lines.h. */
#include "core/lines.h"
#include "core/batch.h"

static uint64_t count_newlines(struct slice s)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

int lines_split(const void *conf, struct slice bytes, bool at_end, size_t *used, uint64_t *records,
                struct err *e)
{
    (void)conf;
    (void)e;
    const char *nl = bytes.n ? memrchr(bytes.p, '\n', bytes.n) : NULL;
    *used = at_end ? bytes.n : nl ? (size_t)(nl - bytes.p) + 1 : 0;
    *records = count_newlines(slice_upto(bytes, *used));
    if (at_end && bytes.n && bytes.p[bytes.n - 1] != '\n')
        ++*records;
    return 0;
}

static void parse_line(const struct doc_fields *f, struct slice line, struct slice name,
                       uint64_t record, uint64_t offset, struct batch *out)
{
    const char *kind;
    size_t at;
    uint64_t repaired = 0;
    struct arena *a = batch_arena(out);
    struct doc *d = batch_add(out);
    batch_place(out, record, offset, line.n);
    struct slice fallback = arena_fmt(a, "%.*s:%llu", (int)name.n, name.p,
                                      (unsigned long long)record);
    if (!doc_parse(d, a, line, f, fallback, &kind, &at, &repaired)) {
        batch_repaired(out, repaired);
        return;
    }
    batch_undo(out);
    batch_bad(out, kind, record, offset + at, line, "%s", kind);
}

bool lines_oversize(const struct piece *p, struct slice line, uint64_t record, uint64_t offset,
                    struct batch *out)
{
    if (!p->max_record || line.n <= p->max_record)
        return false;
    batch_bad(out, "oversize", record, offset, slice_upto(line, 256),
              "record larger than --max-record (%llu bytes)", (unsigned long long)p->max_record);
    return true;
}

bool lines_skip_oversize(struct batch *b, struct buf *bytes, bool skipping, uint64_t max_record,
                         uint64_t *record, uint64_t *offset)
{
    if (!skipping)
        batch_bad(b, "oversize", *record, *offset, slice_upto(buf_slice(bytes), 256),
                  "record larger than --max-record (%llu bytes)", (unsigned long long)max_record);
    size_t nl = slice_find_byte(buf_slice(bytes), '\n');
    bool goes_on = nl == bytes->n;
    *record += !goes_on;
    *offset += nl + !goes_on;
    buf_drop_front(bytes, nl + !goes_on);
    return goes_on;
}

int lines_parse(const struct doc_fields *f, const struct piece *p, struct batch *out)
{
    struct slice rest = p->bytes, line;
    uint64_t record = p->record, offset = p->offset;
    while (rest.n) {
        size_t n = slice_find_byte(rest, '\n');
        line = slice_upto(rest, n);
        if (!lines_oversize(p, line, record, offset, out) && slice_trim(line).n)
            parse_line(f, line, p->name, record, offset, out);
        offset += n + (n < rest.n);
        record++;
        rest = slice_from(rest, n + 1);
    }
    return 0;
}

static int parse(const void *conf, struct job *j, const struct piece *p, struct batch *out)
{
    (void)j;
    return lines_parse(conf, p, out);
}

const struct stage lines_source = {
    .name = "documents",
    .form = FORM_SOURCE,
    .source = {.split = lines_split, .parse = parse},
};
