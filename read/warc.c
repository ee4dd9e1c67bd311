/* WARC records after ISO 28500 and the older drafts, with the tolerances of warcio and FastWARC. */
#include "read/http.h"
#include "read/warc.h"
#include "read/warc_arc.h"

#define MAGIC SLICE("WARC/")
#define HEADER_MAX (1u << 20)
#define ARC_LINE_MAX 8192u

static size_t skip_line_ends(struct slice s, size_t at)
{
    while (at < s.n && (s.p[at] == '\r' || s.p[at] == '\n'))
        at++;
    return at;
}

/* Whether a line here begins a record: "WARC/", or a header of ARC. */
static bool begins_record(struct slice s)
{
    if (slice_starts(s, MAGIC))
        return s.n > 5 && (s.p[5] == '0' || s.p[5] == '1');
    struct arc_head h;
    const struct slice line = slice_upto(s, ARC_LINE_MAX);
    return arc_head(slice_upto(line, slice_find_byte(line, '\n')), &h);
}

/* The next line that begins a record, at or after the one that begins behind `from`; s.n if there
 * is none. */
static size_t find_record(struct slice s, size_t from)
{
    while (from < s.n) {
        from += slice_find_byte(slice_from(s, from), '\n');
        from += from < s.n;
        if (from < s.n && begins_record(slice_from(s, from)))
            return from;
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
    const bool cut_magic = rest.n < 6 && slice_starts(SLICE("WARC/1"), rest);
    return rest.n == 0 || cut_magic || begins_record(rest);
}

/* Two line ends, as the standard wants them behind every record; one is enough for ARC. */
static bool ends_record(struct slice s, bool arc)
{
    return slice_starts(s, SLICE("\r\n\r\n")) || slice_starts(s, SLICE("\n\n")) ||
           (arc && slice_starts(s, SLICE("\n")));
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

/* The record's bytes from `body` on, when its header says `length`. */
static enum warc_found take_content(struct slice s, size_t body, uint64_t length, bool at_end,
                                    size_t *at, struct warc_record *r)
{
    if (length > s.n - body) {
        if (!at_end)
            return WARC_MORE;
        return find_record(s, body - 1) < s.n ? resync(s, body, at_end, at, r)
                                              : cut(s, body, at, r);
    }
    const size_t next = skip_line_ends(s, body + (size_t)length);
    if (!at_end && s.n - next < (r->arc ? ARC_LINE_MAX : MAGIC.n + 1))
        return WARC_MORE;
    const struct slice behind = slice_from(s, body + (size_t)length);
    if (!starts_record(s, next) && !ends_record(behind, r->arc))
        return resync(s, body, at_end, at, r);
    r->content = slice_of(s.p + body, (size_t)length);
    r->whole = slice_of(s.p + r->at, next - r->at);
    *at = next;
    return WARC_RECORD;
}

static enum warc_found next_warc(struct slice s, bool at_end, size_t *at, struct warc_record *r)
{
    const struct slice rest = slice_from(s, r->at);
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
    return take_content(s, body, length, at_end, at, r);
}

/* A line that is no header of WARC: of ARC, or junk. */
static enum warc_found next_other(struct slice s, bool at_end, size_t *at, struct warc_record *r)
{
    const struct slice rest = slice_upto(slice_from(s, r->at), ARC_LINE_MAX);
    const size_t line = slice_find_byte(rest, '\n');
    struct arc_head h;
    if (line == rest.n && rest.n < ARC_LINE_MAX && !at_end)
        return WARC_MORE;
    if (!arc_head(slice_upto(rest, line), &h)) {
        *at = r->at;
        return junk(s, at, at_end, r);
    }
    r->arc = true;
    r->fields = slice_upto(rest, line);
    const size_t body = r->at + line + (line < rest.n);
    return take_content(s, body, h.length, at_end, at, r);
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
    return slice_starts(rest, MAGIC) ? next_warc(s, at_end, at, r) : next_other(s, at_end, at, r);
}

static struct slice without_brackets(struct slice s)
{
    if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
        return slice_of(s.p + 1, s.n - 2);
    return s;
}

static void head_of_arc(const struct warc_record *r, struct warc_head *h)
{
    struct arc_head a;
    if (!arc_head(r->fields, &a))
        return;
    const bool info = slice_starts_nocase(a.uri, SLICE("filedesc:"));
    const bool http = slice_starts_nocase(r->content, SLICE("HTTP/"));
    h->type = info ? SLICE("warcinfo") : http ? SLICE("response") : SLICE("resource");
    h->uri = a.uri;
    h->date = a.date;
    h->content_type = a.content_type;
}

void warc_head(const struct warc_record *r, struct warc_head *h)
{
    const struct slice none = SLICE(""), f = r->fields;
    *h = (struct warc_head){none, none, none, none, none, none, none, none, none, none, false};
    if (r->arc) {
        head_of_arc(r, h);
        return;
    }
    h->type = http_field(f, SLICE("WARC-Type"));
    h->id = without_brackets(http_field(f, SLICE("WARC-Record-ID")));
    h->uri = without_brackets(http_field(f, SLICE("WARC-Target-URI")));
    h->date = http_field(f, SLICE("WARC-Date"));
    h->content_type = http_field(f, SLICE("Content-Type"));
    h->payload_type = http_media_type(http_field(f, SLICE("WARC-Identified-Payload-Type")));
    h->truncated = http_field(f, SLICE("WARC-Truncated"));
    h->block_digest = http_field(f, SLICE("WARC-Block-Digest"));
    h->payload_digest = http_field(f, SLICE("WARC-Payload-Digest"));
    h->concurrent_to = without_brackets(http_field(f, SLICE("WARC-Concurrent-To")));
    h->segmented = http_field(f, SLICE("WARC-Segment-Number")).n > 0;
}

void warc_hints(struct slice content, struct warc_hints *h)
{
    h->charset = http_field(content, SLICE("charset-detected"));
    h->languages = http_field(content, SLICE("languages-cld2"));
}
