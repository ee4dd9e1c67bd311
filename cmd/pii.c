/* pii - take e-mail addresses and public IP numbers out of texts.
 * What counts as one: filter/pii.h. */
#include "core/json.h"
#include "core/mem.h"
#include "core/stage.h"
#include "filter/pii.h"

enum { REPLACE, MASK, DROP, ANNOTATE };

struct conf {
    const char *kinds;
    int action;
    uint64_t max;
    const char *as[PII_KINDS];
    unsigned wanted;
    struct chars *chars;
};

static const struct opt OPTS[] = {
    OPT_STR(0, "kinds", "LIST", "email,ipv4,ipv6", struct conf, kinds, "what to look for"),
    OPT_CHOICE(0, "action", "replace|mask|drop|annotate", "replace", struct conf, action,
               "put a fixed text there; put x for letters and digits; drop the document; "
               "leave the text and write the places to metadata.pii"),
    OPT_U64(0, "max", "N", "0", struct conf, max, "with drop: allow up to N in a document"),
    OPT_STR(0, "email-as", "TEXT", "email@example.com", struct conf, as[PII_EMAIL],
            "replacement of e-mail addresses"),
    OPT_STR(0, "ipv4-as", "TEXT", "192.0.2.1", struct conf, as[PII_IPV4],
            "replacement of IPv4 numbers"),
    OPT_STR(0, "ipv6-as", "TEXT", "2001:db8::1", struct conf, as[PII_IPV6],
            "replacement of IPv6 numbers"),
    OPT_END,
};

static int open_pii(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    struct slice list = slice_str(c->kinds), name;
    (void)s;
    while (slice_next(&list, ',', &name)) {
        int k = 0;
        while (k < PII_KINDS && !slice_is(name, pii_names[k]))
            k++;
        if (k == PII_KINDS)
            return err_set(e, ERR_USAGE, "--kinds: there is no '%.*s' (email, ipv4, ipv6)",
                           (int)name.n, name.p);
        c->wanted |= 1u << k;
    }
    for (int k = 0; k < PII_KINDS; k++)
        if (!utf8_valid(slice_str(c->as[k])))
            return err_set(e, ERR_USAGE, "--%s-as: not UTF-8", pii_names[k]);
    c->chars = chars_new();
    return 0;
}

static void close_pii(void *conf) { chars_free(((struct conf *)conf)->chars); }

struct scratch {
    struct buf text, spans;
};

static void *scratch_new(const void *conf)
{
    struct scratch *s = mem_zero(sizeof *s);
    (void)conf;
    buf_init(&s->text, BUF_NO_LIMIT);
    buf_init(&s->spans, BUF_NO_LIMIT);
    return s;
}

static void scratch_free(void *scratch)
{
    struct scratch *s = scratch;
    buf_free(&s->text);
    buf_free(&s->spans);
    mem_free(s);
}

static void mask(struct slice found, struct buf *out)
{
    for (size_t i = 0; i < found.n; i++) {
        char c = found.p[i];
        bool hidden = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
        buf_add_byte(out, hidden ? 'x' : c);
    }
}

/* [[start, end, "email"], ...] in characters */
static void add_span(struct buf *spans, size_t start, size_t n, enum pii_kind kind)
{
    buf_add_fmt(spans, "%s[%zu,%zu,\"%s\"]", spans->n ? "," : "", start, start + n,
                pii_names[kind]);
}

/* Walks the matches: the new text and the spans are made on the way. Returns their number. */
static uint64_t walk(const struct conf *c, struct scratch *s, struct slice text,
                     uint64_t counts[PII_KINDS])
{
    struct pii_finder f;
    struct pii_match m;
    size_t done = 0, chars = 0;
    uint64_t n = 0;
    buf_clear(&s->text);
    buf_clear(&s->spans);
    pii_start(&f, c->chars, text, c->wanted);
    while (pii_next(&f, &m)) {
        struct slice found = slice_of(text.p + m.at, m.n);
        counts[m.kind]++;
        n++;
        if (c->action == REPLACE || c->action == MASK) {
            buf_add(&s->text, text.p + done, m.at - done);
            if (c->action == MASK)
                mask(found, &s->text);
            else
                buf_add_str(&s->text, c->as[m.kind]);
        } else if (c->action == ANNOTATE) {
            chars += utf8_count(slice_of(text.p + done, m.at - done));
            add_span(&s->spans, chars, m.n, m.kind);
            chars += m.n;               /* matches are ASCII */
        }
        done = m.at + m.n;
    }
    buf_add(&s->text, text.p + done, text.n - done);
    return n;
}

static enum verdict pii(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct scratch *s = j->scratch;
    uint64_t counts[PII_KINDS] = {0};
    if (!d->has_text)
        return job_bad(j, "no-text", "a document without text");
    uint64_t n = walk(c, s, d->text, counts);
    for (int k = 0; k < PII_KINDS; k++)
        if (c->wanted & 1u << k) {
            job_note_f64(j, pii_names[k], (double)counts[k]);
            if (counts[k])
                job_count(j, pii_names[k], counts[k]);
        }
    if (c->action == DROP && n > c->max)
        return job_drop_value(j, "pii", (double)n, (double)c->max);
    if (n && (c->action == REPLACE || c->action == MASK))
        doc_set_text(d, arena_copy(j->arena, buf_slice(&s->text)));
    if (c->action == ANNOTATE)
        doc_set(d, "metadata.pii", arena_fmt(j->arena, "[%.*s]", (int)s->spans.n,
                                             s->spans.n ? s->spans.p : ""));
    return DOC_KEEP;
}

const struct stage stage_pii = {
    .name = "pii",
    .summary = "take out e-mail addresses and public IP numbers",
    .operands = "[FILE...]",
    .example = "tokmill pii --kinds email,ipv4 docs.jsonl.zst -o clean.jsonl.zst",
    .form = FORM_MAP,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .open = open_pii,
    .close = close_pii,
    .scratch_new = scratch_new,
    .scratch_free = scratch_free,
    .map = pii,
};
