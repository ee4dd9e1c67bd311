/* pii - take e-mail addresses, numbers of people and machines, and keys out of texts.
 * What counts as one: filter/pii.h, filter/pii_dolma.h. */
#include "core/hash.h"
#include "core/json.h"
#include "core/mem.h"
#include "core/stage.h"
#include "filter/pii_dolma.h"

enum { REPLACE, MASK, DROP, ANNOTATE };
enum { LIKE_NONE, LIKE_DATATROVE, LIKE_DOLMA };

struct conf {
    const char *kinds, *max;
    int action, like;
    const char *as[PII_KINDS];
    double most;                    /* more matches drop the document */
    unsigned wanted;
    struct chars *chars;
    struct key_rules *keys;         /* NULL: not wanted */
};

static const struct opt OPTS[] = {
    OPT_STR(0, "kinds", "LIST", NULL, struct conf, kinds,
            "what to look for: email, ipv4, ipv6, phone, card, ssn, key (email,ipv4,ipv6)"),
    OPT_CHOICE(0, "like", "none|datatrove|dolma", "none", struct conf, like,
               "find and replace what this code does"),
    OPT_CHOICE(0, "action", "replace|mask|drop|annotate", "replace", struct conf, action,
               "put a fixed text there; put x for letters and digits; drop the document; "
               "leave the text and write the places to metadata.pii"),
    OPT_STR(0, "max", "N", NULL, struct conf, max,
            "drop documents with more than N (--action drop: 0)"),
    OPT_STR(0, "email-as", "TEXT", NULL, struct conf, as[PII_EMAIL],
            "replacement of e-mail addresses (email@example.com)"),
    OPT_STR(0, "ipv4-as", "TEXT", NULL, struct conf, as[PII_IPV4],
            "replacement of IPv4 numbers (192.0.2.1)"),
    OPT_STR(0, "ipv6-as", "TEXT", NULL, struct conf, as[PII_IPV6],
            "replacement of IPv6 numbers (2001:db8::1)"),
    OPT_STR(0, "phone-as", "TEXT", NULL, struct conf, as[PII_PHONE],
            "replacement of telephone numbers (202-555-0100)"),
    OPT_STR(0, "card-as", "TEXT", NULL, struct conf, as[PII_CARD],
            "replacement of card numbers (0000 0000 0000 0000)"),
    OPT_STR(0, "ssn-as", "TEXT", NULL, struct conf, as[PII_SSN],
            "replacement of social security numbers (000-00-0000)"),
    OPT_STR(0, "key-as", "TEXT", NULL, struct conf, as[PII_KEY], "replacement of keys (<KEY>)"),
    OPT_END,
};

/* Texts that name nobody: addresses and numbers set aside for examples. */
static const char *const plain_as[PII_KINDS] = {
    "email@example.com", "192.0.2.1", "2001:db8::1", "202-555-0100", "0000 0000 0000 0000",
    "000-00-0000", "<KEY>"};
/* What Dolma's configurations put in place. */
static const char *const dolma_as[PII_KINDS] = {
    [PII_EMAIL] = " |||EMAIL_ADDRESS||| ", [PII_PHONE] = " |||PHONE_NUMBER||| ",
    [PII_IPV4] = " |||IP_ADDRESS||| "};
/* datatrove's PIIFormatter takes these in turn; here the hash of what was found chooses. */
static const char *const datatrove_email[] = {"email@example.com",
                                              "firstname.lastname@example.org"};
static const char *const datatrove_ipv4[] = {"22.214.171.124", "126.96.36.199", "188.8.131.52",
                                             "184.108.40.206", "220.127.116.11", "18.104.22.168"};

static int parse_kinds(struct conf *c, struct err *e)
{
    struct slice list = slice_str(c->kinds ? c->kinds : "email,ipv4,ipv6"), name;
    if (c->like == LIKE_DATATROVE)
        list = SLICE("email,ipv4");
    if (c->like == LIKE_DOLMA)
        list = SLICE("email,phone,ipv4");
    if (c->like && c->kinds)
        return err_set(e, ERR_USAGE, "--like says the --kinds");
    while (slice_next(&list, ',', &name)) {
        int k = 0;
        while (k < PII_KINDS && !slice_is(slice_trim(name), pii_names[k]))
            k++;
        if (k == PII_KINDS)
            return err_set(e, ERR_USAGE, "--kinds: there is no '%.*s' (email, ipv4, ipv6, phone, "
                           "card, ssn, key)", (int)(name.n < 40 ? name.n : 40), name.p);
        c->wanted |= 1u << k;
    }
    return 0;
}

static int open_pii(void *conf, const struct setup *s, struct err *e)
{
    struct conf *c = conf;
    uint64_t most = 0;
    (void)s;
    if (parse_kinds(c, e))
        return -1;
    if (c->max && !json_u64(slice_str(c->max), &most))
        return err_set(e, ERR_USAGE, "--max: '%.40s' is no number", c->max);
    c->most = c->max || c->action == DROP ? (double)most : 1e300;
    for (int k = 0; k < PII_KINDS; k++)
        if (c->as[k] && !utf8_valid(slice_str(c->as[k])))
            return err_set(e, ERR_USAGE, "--%s-as: not UTF-8", pii_names[k]);
    c->chars = chars_new();
    if (c->wanted & 1u << PII_KEY && !(c->keys = key_rules_new(e)))
        return -1;
    return 0;
}

static void close_pii(void *conf)
{
    struct conf *c = conf;
    chars_free(c->chars);
    key_rules_free(c->keys);
}

struct scratch {
    struct buf text, spans;
    struct key_finder *keys;
    struct pii_list list;           /* of --like dolma */
};

static void *scratch_new(const void *conf)
{
    const struct conf *c = conf;
    struct scratch *s = mem_zero(sizeof *s);
    buf_init(&s->text, BUF_NO_LIMIT);
    buf_init(&s->spans, BUF_NO_LIMIT);
    s->keys = c->keys ? key_finder_new(c->keys) : NULL;
    return s;
}

static void scratch_free(void *scratch)
{
    struct scratch *s = scratch;
    buf_free(&s->text);
    buf_free(&s->spans);
    key_finder_free(s->keys);
    pii_list_free(&s->list);
    mem_free(s);
}

/* ---- what stands in place ----------------------------------------------------------------- */

static void mask(struct slice found, struct buf *out)
{
    for (size_t i = 0; i < found.n; i++) {
        char c = found.p[i];
        bool hidden = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
        buf_add_byte(out, hidden ? 'x' : c);
    }
}

static const char *replacement(const struct conf *c, enum pii_kind kind, struct slice found)
{
    if (c->as[kind])
        return c->as[kind];
    if (c->like == LIKE_DOLMA)
        return dolma_as[kind];
    if (c->like == LIKE_DATATROVE && kind == PII_EMAIL)
        return datatrove_email[hash64(found) % 2];
    if (c->like == LIKE_DATATROVE)
        return datatrove_ipv4[hash64(found) % 6];
    return plain_as[kind];
}

/* [[start, end, "email"], ...] in characters */
static void add_span(struct buf *spans, size_t start, size_t n, enum pii_kind kind)
{
    buf_add_fmt(spans, "%s[%zu,%zu,\"%s\"]", spans->n ? "," : "", start, start + n,
                pii_names[kind]);
}

/* ---- a document --------------------------------------------------------------------------- */

struct work {
    const struct conf *conf;
    struct scratch *s;
    struct slice text;
    size_t done, counted, chars;    /* bytes edited; bytes counted, and their characters */
    uint64_t n, counts[PII_KINDS];
};

static size_t chars_upto(struct work *w, size_t at)
{
    if (at < w->counted)            /* a span that overlaps the one before */
        w->counted = w->chars = 0;
    w->chars += utf8_count(slice_of(w->text.p + w->counted, at - w->counted));
    w->counted = at;
    return w->chars;
}

static void take(struct work *w, struct pii_match m)
{
    const struct conf *c = w->conf;
    struct slice found = slice_of(w->text.p + m.at, m.n);
    w->counts[m.kind]++;
    w->n++;
    if (c->action == ANNOTATE) {
        size_t start = chars_upto(w, m.at);
        add_span(&w->s->spans, start, utf8_count(found), m.kind);
    } else if (c->action != DROP && m.at >= w->done) {
        buf_add(&w->s->text, w->text.p + w->done, m.at - w->done);
        if (c->action == MASK)
            mask(found, &w->s->text);
        else
            buf_add_str(&w->s->text, replacement(c, m.kind, found));
        w->done = m.at + m.n;
    }
}

static void walk(struct work *w)
{
    const struct conf *c = w->conf;
    struct scratch *s = w->s;
    buf_clear(&s->text);
    buf_clear(&s->spans);
    if (c->like == LIKE_DOLMA) {
        pii_dolma(c->chars, w->text, &s->list);
        for (size_t i = 0; i < s->list.n; i++)
            take(w, s->list.v[i]);
    } else {
        struct pii_finder f;
        struct pii_match m;
        pii_start(&f, c->chars, s->keys, w->text, c->wanted);
        while (pii_next(&f, &m))
            take(w, m);
    }
    buf_add(&s->text, w->text.p + w->done, w->text.n - w->done);
}

static enum verdict pii(const void *conf, struct job *j, struct doc *d)
{
    const struct conf *c = conf;
    struct work w = {.conf = c, .s = j->scratch, .text = d->text};
    if (!d->has_text)
        return job_bad(j, "no-text", "a document without text");
    walk(&w);
    for (int k = 0; k < PII_KINDS; k++)
        if (c->wanted & 1u << k) {
            job_note_f64(j, pii_names[k], (double)w.counts[k]);
            if (w.counts[k])
                job_count(j, pii_names[k], w.counts[k]);
        }
    if (c->action == ANNOTATE) {
        struct slice spans = arena_fmt(j->arena, "[%.*s]", (int)w.s->spans.n,
                                       w.s->spans.n ? w.s->spans.p : "");
        doc_set(d, "metadata.pii", spans);
        job_note_json(j, "spans", spans);
    }
    if ((double)w.n > c->most)
        return job_drop_value(j, "pii", (double)w.n, c->most);
    if (w.n && (c->action == REPLACE || c->action == MASK))
        doc_set_text(d, arena_copy(j->arena, buf_slice(&w.s->text)));
    return DOC_KEEP;
}

const struct stage stage_pii = {
    .name = "pii",
    .summary = "take out e-mail addresses, numbers of people, keys",
    .operands = "[FILE...]",
    .example = "tokmill pii --kinds email,ipv4,phone,card docs.jsonl.zst -o clean.jsonl.zst",
    .form = FORM_MAP,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .open = open_pii,
    .close = close_pii,
    .scratch_new = scratch_new,
    .scratch_free = scratch_free,
    .map = pii,
};
