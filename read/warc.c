/* WARC records after ISO 28500 and the older drafts, with the tolerances of warcio and FastWARC. */
#include "read/http.h"
#include "read/warc.h"

#define MAGIC SLICE("WARC/")
#define HEADER_MAX (1u << 20)

static size_t skip_line_ends(struct slice s, size_t at)
{
    while (at < s.n && (s.p[at] == '\r' || s.p[at] == '\n'))
        at++;
    return at;
}

/* The next line that begins with "WARC/", at or after `from`; s.n if there is none. */
static size_t find_record(struct slice s, size_t from)
{
    while (from < s.n) {
        from += slice_find(slice_from(s, from), SLICE("\nWARC/"));
        if (from + 6 < s.n && (s.p[from + 6] == '0' || s.p[from + 6] == '1'))
            return from + 1;
        from += from < s.n;
    }
    return s.n;
}

static bool parse_length(struct slice v, uint64_t *length)
{
    *length = 0;
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] < '0' || v.p[i] > '9' || *length > UINT64_MAX / 100)
            return false;
        *length = *length * 10 + (uint64_t)(v.p[i] - '0');
    }
    return v.n > 0;
}

static bool starts_record(struct slice s, size_t at)
{
    const struct slice rest = slice_from(s, at);
    return rest.n == 0 || slice_starts(rest, MAGIC) || (rest.n < 5 && slice_starts(MAGIC, rest));
}

/* Two line ends, as the standard wants them behind every record. */
static bool ends_record(struct slice s)
{
    return slice_starts(s, SLICE("\r\n\r\n")) || slice_starts(s, SLICE("\n\n"));
}

static enum warc_found junk(struct slice s, size_t *at, bool at_end, struct warc_record *r)
{
    const size_t next = find_record(s, *at);
    if (next == s.n && !at_end)
        return WARC_MORE;
    r->at = *at;
    r->whole = r->content = slice_of(s.p + *at, next - *at);
    *at = next;
    return WARC_JUNK;
}

/* The record's content runs to the next record, wherever that is. */
static enum warc_found resync(struct slice s, size_t body, bool at_end, size_t *at,
                              struct warc_record *r)
{
    const size_t next = find_record(s, body ? body - 1 : 0);
    if (next == s.n && !at_end)
        return WARC_MORE;
    size_t end = next;
    while (end > body && (s.p[end - 1] == '\n' || s.p[end - 1] == '\r'))
        end--;
    r->wrong_length = true;
    r->content = slice_of(s.p + body, end - body);
    r->whole = slice_of(s.p + r->at, next - r->at);
    *at = next;
    return WARC_RECORD;
}

static enum warc_found cut(struct slice s, size_t body, size_t *at, struct warc_record *r)
{
    r->whole = slice_from(s, r->at);
    r->content = slice_from(s, body);
    *at = s.n;
    return WARC_CUT;
}

enum warc_found warc_next(struct slice s, size_t *at, bool at_end, struct warc_record *r)
{
    *r = (struct warc_record){.at = skip_line_ends(s, *at)};
    const struct slice rest = slice_from(s, r->at);
    if (rest.n == 0 && at_end) {
        *at = s.n;
        return WARC_END;
    }
    if (rest.n < MAGIC.n && !at_end)
        return WARC_MORE;
    if (!slice_starts(rest, MAGIC)) {
        *at = r->at;
        return junk(s, at, at_end, r);
    }
    const size_t head = http_header_end(slice_upto(rest, HEADER_MAX));
    if (head > rest.n || head > HEADER_MAX) {
        if (!at_end && rest.n < HEADER_MAX)
            return WARC_MORE;
        return at_end ? cut(s, s.n, at, r) : resync(s, r->at + 5, at_end, at, r);
    }
    const size_t body = r->at + head;
    r->fields = slice_upto(rest, head);
    uint64_t length;
    if (!parse_length(http_field(r->fields, SLICE("Content-Length")), &length))
        return resync(s, body, at_end, at, r);
    if (length > s.n - body) {
        if (!at_end)
            return WARC_MORE;
        return find_record(s, body - 1) < s.n ? resync(s, body, at_end, at, r)
                                              : cut(s, body, at, r);
    }
    const size_t next = skip_line_ends(s, body + (size_t)length);
    if (!at_end && s.n - next < MAGIC.n)
        return WARC_MORE;
    if (!starts_record(s, next) && !ends_record(slice_from(s, body + (size_t)length)))
        return resync(s, body, at_end, at, r);
    r->content = slice_of(s.p + body, (size_t)length);
    r->whole = slice_of(s.p + r->at, next - r->at);
    *at = next;
    return WARC_RECORD;
}

static struct slice without_brackets(struct slice s)
{
    if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
        return slice_of(s.p + 1, s.n - 2);
    return s;
}

void warc_head(struct slice fields, struct warc_head *h)
{
    h->type = http_field(fields, SLICE("WARC-Type"));
    h->id = without_brackets(http_field(fields, SLICE("WARC-Record-ID")));
    h->uri = without_brackets(http_field(fields, SLICE("WARC-Target-URI")));
    h->date = http_field(fields, SLICE("WARC-Date"));
    h->content_type = http_field(fields, SLICE("Content-Type"));
    h->payload_type = http_media_type(http_field(fields, SLICE("WARC-Identified-Payload-Type")));
    h->truncated = http_field(fields, SLICE("WARC-Truncated"));
}
