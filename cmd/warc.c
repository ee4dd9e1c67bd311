/* warc - pages and texts of web archives as documents. Formats: read/warc.h, http.h, page.h. */
#include "core/stage.h"
#include "read/http.h"
#include "read/warc_index.h"
#include "read/warc_read.h"

static const struct opt OPTS[] = {
    OPT_CHOICE('m', "mode", "main|precision|recall|all|rules|source", "main", struct warc_conf,
               mode, "main content (best F1, or leaning to one side), all text, or HTML"),
    OPT_BOOL(0, "markdown", struct warc_conf, markdown,
             "text as Markdown: headings, lists, tables, code"),
    OPT_STR(0, "type", "LIST", "response,resource,conversion", struct warc_conf, types,
            "take records of these types"),
    OPT_STR(0, "status", "LIST", "200", struct warc_conf, statuses,
            "take responses of these HTTP statuses; 2xx is a class"),
    OPT_BOOL(0, "any-status", struct warc_conf, any_status, "take responses of any HTTP status"),
    OPT_STR(0, "mime", "PATTERNS", "", struct warc_conf, mimes,
            "take payloads with these media types; shell patterns, commas between"),
    OPT_LIST(0, "url", "PATTERN", struct warc_conf, urls,
             "take records whose URL matches; a shell pattern, may be repeated"),
    OPT_STR(0, "lang", "LIST", "", struct warc_conf, languages,
            "take pages that declare these languages"),
    OPT_SIZE(0, "min-length", "SIZE", "0", struct warc_conf, min_length,
             "take payloads of at least so many bytes"),
    OPT_SIZE(0, "max-length", "SIZE", "0", struct warc_conf, max_length,
             "take payloads of at most so many bytes; 0: any"),
    OPT_CHOICE(0, "digests", "ignore|keep|check", "ignore", struct warc_conf, digests,
               "keep digests as metadata; check: a record that differs from its digest is bad"),
    OPT_BOOL(0, "cdx", struct warc_conf, index,
             "write an index of the records (CDXJ), not documents"),
    OPT_END,
};

static void *scratch_new(const void *conf)
{
    (void)conf;
    return warc_scratch_new();
}

static void scratch_free(void *scratch)
{
    warc_scratch_free(scratch);
}

static bool is_metadata(const struct warc_record *r)
{
    return !r->arc && slice_eq_nocase(http_field(r->fields, SLICE("WARC-Type")), SLICE("metadata"));
}

/* A metadata record stays with the one before it, whose hints it holds. */
static int split(const void *conf, struct slice bytes, bool at_end, size_t *used,
                 uint64_t *records, struct err *e)
{
    (void)conf, (void)e;
    struct warc_record r;
    uint64_t n = 0;
    size_t at = 0, before = 0;
    enum warc_found f;
    *used = *records = 0;
    while ((f = warc_next(bytes, &at, at_end, &r)) != WARC_MORE && f != WARC_END) {
        if (f != WARC_RECORD || !is_metadata(&r)) {
            *used = before;
            *records = n;
        }
        before = at;
        n++;
    }
    if (at_end) {
        *used = bytes.n;
        *records = n;
    }
    return 0;
}

/* The metadata record behind, if it is about this one. */
static void look_ahead(struct warc_item *it, size_t at)
{
    struct warc_record next;
    struct warc_head h;
    const struct slice none = SLICE("");
    it->hints = (struct warc_hints){none, none};
    if (warc_next(it->piece->bytes, &at, true, &next) != WARC_RECORD || !is_metadata(&next))
        return;
    warc_head(&next, &h);
    if (slice_eq(h.concurrent_to, it->head.id))
        warc_hints(next.content, &it->hints);
}

static int parse(const void *conf, struct job *j, const struct piece *piece, struct batch *out)
{
    struct warc_record r;
    struct warc_item it = {.conf = conf, .s = j->scratch, .job = j, .out = out, .piece = piece,
                           .record = &r, .number = piece->record};
    size_t at = 0;
    enum warc_found f;
    for (; (f = warc_next(piece->bytes, &at, true, &r)) != WARC_END; it.number++) {
        it.offset = piece->offset + r.at;
        if (f == WARC_JUNK) {
            batch_bad(out, "header", it.number, it.offset, slice_upto(r.whole, 65536),
                      "not a WARC record");
        } else if (f == WARC_CUT) {
            batch_bad(out, "truncated", it.number, it.offset, slice_upto(r.whole, 65536),
                      "the input ends within a record");
        } else {
            warc_head(&r, &it.head);
            look_ahead(&it, at);
            warc_read(&it);
        }
    }
    return 0;
}

static bool indexes(const void *conf) { return ((const struct warc_conf *)conf)->index; }

static bool format(const void *conf, const struct doc *d, struct buf *out)
{
    if (indexes(conf))
        warc_index_line(d, out);
    return indexes(conf);
}

const struct stage stage_warc = {
    .name = "warc",
    .summary = "read web archives (WARC, WET, WAT, ARC): pages and plain texts",
    .operands = "[FILE...]",
    .example = "tokmill warc CC-MAIN-*.warc.gz -o pages.jsonl.zst",
    .form = FORM_SOURCE,
    .opts = OPTS,
    .conf_size = sizeof(struct warc_conf),
    .scratch_new = scratch_new,
    .scratch_free = scratch_free,
    .source = {.places = indexes, .split = split, .parse = parse},
    .format = format,
};
