/* html - HTML pages, one a file or archive entry, as documents. Rules: read/extract.h. */
#include "core/json.h"
#include "core/stage.h"
#include "core/utf8.h"
#include "read/page.h"

struct conf {
    int mode;
    const char *charset;
    bool no_title, markdown;
};

static const struct opt OPTS[] = {
    OPT_CHOICE('m', "mode", "main|precision|recall|all|rules|source", "main", struct conf, mode,
               "main content (best F1, or leaning to one side), all text, or HTML"),
    OPT_STR(0, "charset", "LABEL", "", struct conf, charset,
            "charset that the server declared, where no meta element agrees or disagrees"),
    OPT_BOOL(0, "markdown", struct conf, markdown,
             "text as Markdown: headings, lists, tables, code"),
    OPT_BOOL(0, "no-title", struct conf, no_title, "leave metadata.title out"),
    OPT_END,
};

static void *scratch_new(const void *conf)
{
    (void)conf;
    return page_new();
}

static void scratch_free(void *scratch)
{
    page_free(scratch);
}

static struct slice metadata(struct page *p, struct job *j, const struct page_result *r)
{
    buf_clear(&p->tmp);
    if (r->canonical.n)
        json_put_str(&p->tmp, "url", r->canonical);
    page_put_facts(&p->tmp, r);
    json_put_str(&p->tmp, "charset", slice_str(r->charset));
    return arena_copy(j->arena, buf_slice(&p->tmp));
}

static int parse(const void *conf, struct job *j, const struct piece *piece, struct batch *out)
{
    const struct conf *c = conf;
    struct page *p = j->scratch;
    struct page_result r;
    const struct page_how how = {slice_str(c->charset), SLICE(""), true,
                                 (enum extract_mode)c->mode,
                                 c->markdown ? EXTRACT_MARKDOWN : EXTRACT_PLAIN};
    if (page_read(p, j->arena, piece->bytes, &how, &r) != 0) {
        batch_bad(out, "oversize", piece->record, piece->offset, slice_upto(piece->bytes, 4096),
                  "a page of %zu bytes", piece->bytes.n);
        return 0;
    }
    if (r.repaired)
        batch_repaired(out, r.repaired);
    if (c->no_title)
        r.title = SLICE("");
    uint64_t ignored = 0;
    doc_make(batch_add(out), j->arena, utf8_repair(piece->name, j->arena, &ignored), r.text,
             piece->fallback_source, metadata(p, j, &r));
    return 0;
}

const struct stage stage_html = {
    .name = "html",
    .summary = "read HTML pages: the main text of each",
    .operands = "[FILE|FOLDER|ARCHIVE...]",
    .example = "tokmill html pages.tar.zst -o pages.jsonl.zst",
    .form = FORM_SOURCE,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .scratch_new = scratch_new,
    .scratch_free = scratch_free,
    .source = {.entries = true, .parse = parse},
};
