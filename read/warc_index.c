/* See warc_index.h. */
#include "core/json.h"
#include "core/utf8.h"
#include "read/http.h"
#include "read/mime.h"
#include "read/surt.h"
#include "read/warc_digest.h"
#include "read/warc_index.h"

bool warc_index_wants(const struct warc_item *it)
{
    const struct slice type = it->head.type;
    if (slice_eq_nocase(type, SLICE("resource")) || slice_eq_nocase(type, SLICE("metadata")))
        return !slice_eq_nocase(it->head.content_type, SLICE("application/warc-fields"));
    return slice_eq_nocase(type, SLICE("response")) || slice_eq_nocase(type, SLICE("revisit"));
}

static struct slice clean(struct warc_item *it, struct slice s)
{
    uint64_t ignored = 0;
    return utf8_repair(s, it->job->arena, &ignored);
}

/* "2020-01-02T03:04:05.678Z" or ARC's digits: the first 14 digits. */
static struct slice timestamp(struct warc_item *it)
{
    const struct slice date = it->head.date;
    char *o = arena_alloc(it->job->arena, 14);
    size_t n = 0;
    for (size_t i = 0; i < date.n && n < 14; i++)
        if (date.p[i] >= '0' && date.p[i] <= '9')
            o[n++] = date.p[i];
    return slice_of(o, n);
}

/* Up to the first semicolon or white space, as it is spelled. */
static struct slice media_type(struct slice type)
{
    size_t n = 0;
    while (n < type.n && !memchr("; \t\r\n", type.p[n], 5))
        n++;
    return slice_upto(type, n);
}

static struct slice key_of(struct warc_item *it)
{
    struct buf *b = warc_scratch_buf(it->s);
    buf_clear(b);
    surt_add(b, it->job->arena, it->head.uri);
    return clean(it, arena_copy(it->job->arena, buf_slice(b)));
}

static struct slice digest_of(struct warc_item *it, struct slice payload)
{
    if (it->head.payload_digest.n)
        return clean(it, it->head.payload_digest);
    char *o = arena_alloc(it->job->arena, WARC_SHA1_TEXT);
    warc_digest_sha1(payload, o);
    return slice_of(o, WARC_SHA1_TEXT);
}

static struct slice last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slice_str(slash ? slash + 1 : path);
}

void warc_index(struct warc_item *it)
{
    const bool is_revisit = slice_eq_nocase(it->head.type, SLICE("revisit"));
    const bool is_http = is_revisit || slice_eq_nocase(it->head.type, SLICE("response"));
    struct http m = {0, SLICE(""), it->record->content};
    if (is_http)
        http_parse(it->record->content, &m);
    const struct slice type = is_revisit ? SLICE("warc/revisit")
                              : is_http ? http_field(m.fields, SLICE("Content-Type"))
                                        : it->head.content_type;
    const struct slice key = key_of(it), digest = digest_of(it, m.body);
    struct buf *b = warc_scratch_buf(it->s);
    buf_clear(b);
    json_put_str(b, "url", clean(it, it->head.uri));
    json_put_str(b, "urlkey", key);
    json_put_str(b, "timestamp", timestamp(it));
    if (media_type(type).n)
        json_put_str(b, "mime", clean(it, media_type(type)));
    if (m.status)
        json_put_u64(b, "status", m.status);
    json_put_str(b, "digest", digest);
    json_put_str(b, "filename", clean(it, last_part(it->piece->path)));
    warc_add_document(it, SLICE(""), arena_copy(it->job->arena, buf_slice(b)));
}

static void put(struct buf *out, const struct doc *d, const char *name, const char *path)
{
    const struct slice v = doc_get(d, path);
    if (!v.p)
        return;
    buf_add_fmt(out, "%s\"%s\": ", out->p[out->n - 1] == '{' ? "" : ", ", name);
    if (json_is_string(v)) {
        buf_add_slice(out, v);
    } else {
        buf_add_byte(out, '"');
        buf_add_slice(out, v);
        buf_add_byte(out, '"');
    }
}

void warc_index_line(const struct doc *d, struct buf *out)
{
    static const struct { const char *name, *path; } members[] = {
        {"url", "metadata.url"}, {"mime", "metadata.mime"}, {"status", "metadata.status"},
        {"digest", "metadata.digest"}, {"length", "metadata.origin.length"},
        {"offset", "metadata.origin.offset"}, {"filename", "metadata.filename"}};
    buf_add_slice(out, doc_get_text(d, SLICE("metadata.urlkey")));
    buf_add_byte(out, ' ');
    buf_add_slice(out, doc_get_text(d, SLICE("metadata.timestamp")));
    buf_add_str(out, " {");
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        put(out, d, members[i].name, members[i].path);
    buf_add_str(out, "}\n");
}
