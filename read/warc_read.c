/* See warc_read.h. */
#include <stdio.h>
#include "core/json.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "read/charset.h"
#include "read/http.h"
#include "read/mime.h"
#include "read/warc_digest.h"
#include "read/warc_index.h"
#include "read/warc_read.h"
#include "read/warc_select.h"

struct warc_scratch {
    struct page *page;
    struct buf plain, inflated[2];      /* body without chunks, without compression */
    struct buf metadata;
};

struct warc_scratch *warc_scratch_new(void)
{
    struct warc_scratch *s = mem_zero(sizeof *s);
    s->page = page_new();
    buf_init(&s->plain, HTML_PAGE_MAX);
    buf_init(&s->metadata, HTML_PAGE_MAX);
    for (int i = 0; i < 2; i++)
        buf_init(&s->inflated[i], HTML_PAGE_MAX / 8);
    return s;
}

void warc_scratch_free(struct warc_scratch *s)
{
    page_free(s->page);
    buf_free(&s->plain);
    buf_free(&s->metadata);
    for (int i = 0; i < 2; i++)
        buf_free(&s->inflated[i]);
    mem_free(s);
}

struct buf *warc_scratch_buf(struct warc_scratch *s) { return &s->metadata; }

/* A payload on its way to a document. */
struct payload {
    struct slice body, mime, charset;   /* media type and label as declared */
    unsigned status;
};

static struct slice clean(struct warc_item *it, struct slice s)
{
    uint64_t ignored = 0;
    return utf8_repair(s, it->job->arena, &ignored);
}

static void pass(struct warc_item *it, const char *what, struct slice detail)
{
    const struct slice d = clean(it, slice_upto(detail, 64));
    const char *colon = *what && d.n ? ":" : "";
    const struct slice s = arena_fmt(it->job->arena, "%s%s%.*s", what, colon, (int)d.n, d.p);
    batch_pass(it->out, arena_str(it->job->arena, s));
}

/* 14 digits, as ARC has them, in WARC's spelling. */
static struct slice date_of(struct warc_item *it)
{
    const struct slice d = it->head.date;
    if (!it->record->arc || d.n < 14)
        return clean(it, d);
    const char *p = d.p;
    return arena_fmt(it->job->arena, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", p, p + 4, p + 6, p + 8,
                     p + 10, p + 12);
}

static void put_record(struct warc_item *it, struct buf *b)
{
    buf_clear(b);
    if (it->head.uri.n)
        json_put_str(b, "url", clean(it, it->head.uri));
    if (it->head.date.n)
        json_put_str(b, "date", date_of(it));
}

/* The first of {"languages":[{"code":"es",...}]}, if CLD2 was sure. */
static struct slice detected_language(struct warc_item *it)
{
    const struct slice json = it->hints.languages;
    size_t at;
    struct json_iter list;
    struct json_member first;
    if (!json.n || json_check(json, &at) != 0 ||
        !slice_is(json_find(json, SLICE("reliable"), NULL), "true") ||
        !json_iter_init(&list, json_find(json, SLICE("languages"), NULL)) ||
        !json_iter_next(&list, &first))
        return SLICE("");
    const struct slice code = json_find(first.value, SLICE("code"), NULL);
    uint64_t repaired = 0;
    return json_is_string(code) ? json_string(code, it->job->arena, &repaired) : SLICE("");
}

static struct slice metadata(struct warc_item *it, const struct payload *p,
                             const struct page_result *r, bool is_html)
{
    struct buf *b = &it->s->metadata;
    const struct slice language = detected_language(it);
    put_record(it, b);
    page_put_facts(b, r);
    if (language.n)
        json_put_str(b, "lang_detected", language);
    json_put_str(b, "mime", is_html ? SLICE("text/html") : SLICE("text/plain"));
    json_put_str(b, "charset", slice_str(r->charset));
    if (p->status != 0 && p->status != 200)
        json_put_u64(b, "status", p->status);
    if (it->head.truncated.n)
        json_put_str(b, "truncated", clean(it, it->head.truncated));
    else if (it->head.segmented)
        json_put_str(b, "truncated", SLICE("segment"));
    if (it->conf->digests != WARC_DIGESTS_IGNORE && it->head.payload_digest.n)
        json_put_str(b, "digest", clean(it, it->head.payload_digest));
    return arena_copy(it->job->arena, buf_slice(b));
}

void warc_add_document(struct warc_item *it, struct slice text, struct slice meta)
{
    struct slice id = clean(it, it->head.id);
    if (!id.n)
        id = arena_fmt(it->job->arena, "%.*s:%llu", (int)it->piece->name.n, it->piece->name.p,
                       (unsigned long long)it->number);
    doc_make(batch_add(it->out), it->job->arena, id, text, it->piece->fallback_source, meta);
    batch_place(it->out, it->number, it->offset, it->record->whole.n);
}

static void read_payload(struct warc_item *it, const struct payload *p)
{
    const struct warc_conf *c = it->conf;
    if (p->body.n < c->min_length || (c->max_length && p->body.n > c->max_length)) {
        pass(it, "length", SLICE(""));
        return;
    }
    const enum mime_kind kind = mime_kind(p->mime, p->body);
    if (kind == MIME_OTHER || !select_pattern(c->mimes, p->mime)) {
        pass(it, "mime", p->mime.n ? p->mime : SLICE("none"));
        return;
    }
    const struct page_how how = {p->charset, it->hints.charset, kind == MIME_HTML,
                                 (enum extract_mode)c->mode,
                                 c->markdown ? EXTRACT_MARKDOWN : EXTRACT_PLAIN};
    struct page_result r;
    if (page_read(it->s->page, it->job->arena, p->body, &how, &r) != 0) {
        batch_bad(it->out, "oversize", it->number, it->offset, it->record->fields,
                  "a page of %zu bytes", p->body.n);
        return;
    }
    if (!select_language(c->languages, r.lang)) {
        pass(it, "lang", r.lang.n ? r.lang : SLICE("none"));
        return;
    }
    if (r.repaired)
        batch_repaired(it->out, r.repaired);
    warc_add_document(it, r.text, metadata(it, p, &r, kind == MIME_HTML));
}

/* Fields are hints: each decoder looks at the bytes itself. */
static struct slice decode_body(struct warc_scratch *s, const struct http *m)
{
    struct slice body = m->body;
    buf_clear(&s->plain);
    const struct slice transfer = http_field(m->fields, SLICE("Transfer-Encoding"));
    if (transfer.n && http_dechunk(&s->plain, body))
        body = buf_slice(&s->plain);
    return http_decode(s->inflated, body, http_field(m->fields, SLICE("Content-Encoding")));
}

/* A payload digest may be of the body as sent or without its chunks. */
static bool digests_hold(struct warc_item *it, const struct http *m)
{
    const struct warc_head *h = &it->head;
    if (warc_digest_check(h->block_digest, it->record->content) == DIGEST_DIFFERS)
        return false;
    if (warc_digest_check(h->payload_digest, m->body) != DIGEST_DIFFERS)
        return true;
    struct buf *b = &it->s->plain;
    buf_clear(b);
    if (http_dechunk(b, m->body) &&
        warc_digest_check(h->payload_digest, buf_slice(b)) == DIGEST_EQUAL)
        return true;
    return warc_digest_check(h->payload_digest,
                             http_decode(it->s->inflated, m->body,
                                         http_field(m->fields, SLICE("Content-Encoding")))) ==
           DIGEST_EQUAL;
}

static bool check_digests(struct warc_item *it, const struct http *m)
{
    if (it->conf->digests != WARC_DIGESTS_CHECK || digests_hold(it, m))
        return true;
    batch_bad(it->out, "digest", it->number, it->offset, slice_upto(it->record->whole, 65536),
              "the content is not what its digest says");
    return false;
}

static void read_response(struct warc_item *it)
{
    struct http m;
    http_parse(it->record->content, &m);
    if (!it->conf->any_status && !select_status(it->conf->statuses, m.status)) {
        char number[12];
        snprintf(number, sizeof number, "%u", m.status);
        pass(it, "status", slice_str(number));
        return;
    }
    if (!check_digests(it, &m))
        return;
    const struct slice type = http_field(m.fields, SLICE("Content-Type"));
    struct payload p = {decode_body(it->s, &m), http_media_type(type), charset_in_type(type),
                        m.status};
    if (!p.mime.n)
        p.mime = it->record->arc ? it->head.content_type : it->head.payload_type;
    read_payload(it, &p);
}

static void read_plain(struct warc_item *it)
{
    const struct slice type = it->head.content_type;
    const struct http m = {0, SLICE(""), it->record->content};
    if (!check_digests(it, &m))
        return;
    const struct payload p = {it->record->content, http_media_type(type), charset_in_type(type),
                              0};
    read_payload(it, &p);
}

/* WAT: what was extracted of a record, as JSON. It becomes metadata of a document without text. */
static void read_envelope(struct warc_item *it)
{
    const struct slice json = slice_trim(it->record->content);
    size_t at = 0;
    if (json_check(json, &at) != 0) {
        batch_bad(it->out, "json", it->number, it->offset + at,
                  slice_upto(it->record->whole, 65536), "metadata that is no JSON");
        return;
    }
    struct buf *b = &it->s->metadata;
    put_record(it, b);
    json_put_raw(b, "wat", json);
    warc_add_document(it, SLICE(""), arena_copy(it->job->arena, buf_slice(b)));
}

static bool is_wat(const struct warc_item *it)
{
    return slice_eq_nocase(it->head.type, SLICE("metadata")) &&
           slice_eq_nocase(http_media_type(it->head.content_type), SLICE("application/json")) &&
           slice_find(it->record->content, SLICE("\"Envelope\"")) < it->record->content.n;
}

void warc_read(struct warc_item *it)
{
    const struct slice type = it->head.type;
    const bool wat = is_wat(it);
    if (it->conf->index ? !warc_index_wants(it) : !wat && !select_name(it->conf->types, type))
        pass(it, type.n ? "" : "no-type", type);
    else if (!select_any_pattern(it->conf->urls.v, it->conf->urls.n, it->head.uri))
        pass(it, "url", SLICE(""));
    else if (it->conf->index)
        warc_index(it);
    else if (wat)
        read_envelope(it);
    else if (slice_eq_nocase(type, SLICE("response")) ||
             slice_starts_nocase(it->record->content, SLICE("HTTP/")))
        read_response(it);
    else
        read_plain(it);
}
