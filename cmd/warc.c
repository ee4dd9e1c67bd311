/* warc - pages and texts of web archives as documents. Formats: read/warc.h, http.h, page.h. */
#include "core/json.h"
#include "core/mem.h"
#include "core/stage.h"
#include "core/utf8.h"
#include "read/charset.h"
#include "read/http.h"
#include "read/mime.h"
#include "read/page.h"
#include "read/warc.h"

struct conf {
    int mode;
    bool any_status;
};

static const struct opt OPTS[] = {
    OPT_CHOICE('m', "mode", "main|precision|recall|all|rules", "main", struct conf, mode,
               "main content (best F1, or leaning to one side), or all text"),
    OPT_BOOL(0, "any-status", struct conf, any_status,
             "take responses of any HTTP status, not 200 only"),
    OPT_END,
};

struct scratch {
    struct page *page;
    struct buf plain, inflated[2];      /* body without chunks, without compression */
};

/* One record on its way to a document. */
struct item {
    const struct conf *conf;
    struct scratch *s;
    struct job *job;
    struct batch *out;
    const struct piece *piece;
    const struct warc_record *record;
    struct warc_head head;
    uint64_t number, offset;
    struct slice mime, charset;         /* as declared */
};

static void *scratch_new(const void *conf)
{
    (void)conf;
    struct scratch *s = mem_zero(sizeof *s);
    s->page = page_new();
    buf_init(&s->plain, HTML_PAGE_MAX);
    for (int i = 0; i < 2; i++)
        buf_init(&s->inflated[i], HTML_PAGE_MAX / 8);
    return s;
}

static void scratch_free(void *scratch)
{
    struct scratch *s = scratch;
    page_free(s->page);
    buf_free(&s->plain);
    for (int i = 0; i < 2; i++)
        buf_free(&s->inflated[i]);
    mem_free(s);
}

static int split(const void *conf, struct slice bytes, bool at_end, size_t *used,
                 uint64_t *records, struct err *e)
{
    (void)conf, (void)e;
    struct warc_record r;
    size_t at = 0;
    *records = 0;
    for (;;) {
        const enum warc_found f = warc_next(bytes, &at, at_end, &r);
        if (f == WARC_MORE || f == WARC_END)
            break;
        ++*records;
    }
    *used = at_end ? bytes.n : at;
    return 0;
}

static struct slice clean(struct item *it, struct slice s)
{
    uint64_t ignored = 0;
    return utf8_repair(s, it->job->arena, &ignored);
}

static struct slice metadata(struct item *it, const struct page_result *r, bool is_html)
{
    struct buf *b = &it->s->page->tmp;
    buf_clear(b);
    if (it->head.uri.n)
        json_put_str(b, "url", clean(it, it->head.uri));
    if (it->head.date.n)
        json_put_str(b, "date", clean(it, it->head.date));
    if (r->title.n)
        json_put_str(b, "title", r->title);
    if (r->lang.n)
        json_put_str(b, "lang", r->lang);
    json_put_str(b, "mime", is_html ? SLICE("text/html") : SLICE("text/plain"));
    json_put_str(b, "charset", slice_str(r->charset));
    if (it->head.truncated.n)
        json_put_str(b, "truncated", clean(it, it->head.truncated));
    return arena_copy(it->job->arena, buf_slice(b));
}

static void add_payload(struct item *it, struct slice body)
{
    const enum mime_kind kind = mime_kind(it->mime, body);
    if (kind == MIME_OTHER) {
        const struct slice name = it->mime.n ? clean(it, slice_upto(it->mime, 64)) : SLICE("none");
        struct slice reason = arena_fmt(it->job->arena, "mime:%.*s", (int)name.n, name.p);
        batch_pass(it->out, arena_str(it->job->arena, reason));
        return;
    }
    struct page_result r;
    if (page_read(it->s->page, it->job->arena, body, it->charset, kind == MIME_HTML,
                  (enum extract_mode)it->conf->mode, EXTRACT_PLAIN, &r) != 0) {
        batch_bad(it->out, "oversize", it->number, it->offset, it->record->fields,
                  "a page of %zu bytes", body.n);
        return;
    }
    if (r.repaired)
        batch_repaired(it->out, r.repaired);
    struct slice id = clean(it, it->head.id);
    if (!id.n)
        id = arena_fmt(it->job->arena, "%.*s:%llu", (int)it->piece->name.n, it->piece->name.p,
                       (unsigned long long)it->number);
    struct doc *d = batch_add(it->out);
    doc_make(d, it->job->arena, id, r.text, it->piece->fallback_source,
             metadata(it, &r, kind == MIME_HTML));
    d->record = it->number;
}

/* Fields are hints: each decoder looks at the bytes itself. */
static struct slice decode_body(struct scratch *s, const struct http *m)
{
    struct slice body = m->body;
    buf_clear(&s->plain);
    const struct slice transfer = http_field(m->fields, SLICE("Transfer-Encoding"));
    if (transfer.n && http_dechunk(&s->plain, body))
        body = buf_slice(&s->plain);
    return http_decode(s->inflated, body, http_field(m->fields, SLICE("Content-Encoding")));
}

static void read_response(struct item *it)
{
    struct http m;
    http_parse(it->record->content, &m);
    if (m.status != 200 && !it->conf->any_status) {
        batch_pass(it->out, arena_str(it->job->arena,
                                      arena_fmt(it->job->arena, "status:%u", m.status)));
        return;
    }
    const struct slice type = http_field(m.fields, SLICE("Content-Type"));
    it->mime = http_media_type(type);
    it->charset = charset_in_type(type);
    if (!it->mime.n)
        it->mime = it->head.payload_type;
    add_payload(it, decode_body(it->s, &m));
}

static void read_record(struct item *it)
{
    warc_head(it->record->fields, &it->head);
    const struct slice type = it->head.type;
    if (slice_eq_nocase(type, SLICE("response"))) {
        read_response(it);
    } else if (slice_eq_nocase(type, SLICE("resource")) ||
               slice_eq_nocase(type, SLICE("conversion"))) {
        it->mime = http_media_type(it->head.content_type);
        it->charset = charset_in_type(it->head.content_type);
        add_payload(it, it->record->content);
    } else {
        const struct slice name = clean(it, slice_upto(type, 64));
        batch_pass(it->out, name.n ? arena_str(it->job->arena, name) : "no-type");
    }
}

static int parse(const void *conf, struct job *j, const struct piece *piece, struct batch *out)
{
    struct warc_record r;
    struct item it = {.conf = conf, .s = j->scratch, .job = j, .out = out, .piece = piece,
                      .record = &r, .number = piece->record};
    size_t at = 0;
    enum warc_found f;
    for (; (f = warc_next(piece->bytes, &at, true, &r)) != WARC_END; it.number++) {
        it.offset = piece->offset + r.at;
        if (f == WARC_JUNK)
            batch_bad(out, "header", it.number, it.offset, slice_upto(r.whole, 65536),
                      "not a WARC record");
        else if (f == WARC_CUT)
            batch_bad(out, "truncated", it.number, it.offset, slice_upto(r.whole, 65536),
                      "the input ends within a record");
        else
            read_record(&it);
    }
    return 0;
}

const struct stage stage_warc = {
    .name = "warc",
    .summary = "read web archives (WARC, WET): pages and plain texts",
    .operands = "[FILE...]",
    .example = "tokmill warc CC-MAIN-*.warc.gz -o pages.jsonl.zst",
    .form = FORM_SOURCE,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .scratch_new = scratch_new,
    .scratch_free = scratch_free,
    .source = {.split = split, .parse = parse},
};
