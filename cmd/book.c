/* book - plain-text and EPUB books as documents. Rules: read/book.h, read/epub.h. */
#include "core/json.h"
#include "core/mem.h"
#include "core/stage.h"
#include "core/utf8.h"
#include "read/book.h"
#include "read/epub.h"
#include "read/xhtml.h"

struct conf {
    bool keep_lines, keep_notices;
    uint64_t max_book;
};

static const struct opt OPTS[] = {
    OPT_BOOL(0, "keep-lines", struct conf, keep_lines,
             "leave the hard line breaks of plain texts as they are"),
    OPT_BOOL(0, "keep-notices", struct conf, keep_notices,
             "leave Project Gutenberg's header, licence and notes in the text"),
    OPT_SIZE(0, "max-book", "SIZE", "64M", struct conf, max_book,
             "most bytes of an EPUB's parts, decompressed"),
    OPT_END,
};

struct scratch {
    struct buf text, unwrapped, meta;
};

static void *scratch_new(const void *conf)
{
    (void)conf;
    struct scratch *s = mem_zero(sizeof *s);
    buf_init(&s->text, BUF_NO_LIMIT);
    buf_init(&s->unwrapped, BUF_NO_LIMIT);
    buf_init(&s->meta, 1 << 20);
    return s;
}

static void scratch_free(void *scratch)
{
    struct scratch *s = scratch;
    buf_free(&s->text);
    buf_free(&s->unwrapped);
    buf_free(&s->meta);
    mem_free(s);
}

static void put(struct buf *meta, const char *key, struct slice v, struct arena *a)
{
    uint64_t repaired = 0;
    if (v.n && v.n < 4096)
        json_put_str(meta, key, utf8_repair(v, a, &repaired));
}

static void emit(const struct conf *c, struct job *j, const struct piece *p, const struct epub *e,
                 struct slice text, struct batch *out)
{
    struct scratch *s = j->scratch;
    struct book b;
    book_strip(&b, text);
    struct slice body = c->keep_notices ? text : b.body;
    buf_clear(&s->unwrapped);
    if (!e && !c->keep_lines) {
        book_unwrap(body, &s->unwrapped);
        body = buf_slice(&s->unwrapped);
    }
    buf_clear(&s->meta);
    put(&s->meta, "title", e && e->title.n ? e->title : b.title, j->arena);
    put(&s->meta, "author", e && e->author.n ? e->author : b.author, j->arena);
    put(&s->meta, "lang", e && e->lang.n ? e->lang : b.lang, j->arena);
    put(&s->meta, "gutenberg", b.number, j->arena);
    if (e && e->damaged + e->encrypted)
        json_put_u64(&s->meta, "chapters_lost", e->damaged + e->encrypted);
    uint64_t repaired = 0;
    doc_make(batch_add(out), j->arena, utf8_repair(p->name, j->arena, &repaired),
             arena_copy(j->arena, body), p->fallback_source,
             arena_copy(j->arena, buf_slice(&s->meta)));
}

static void read_epub(const struct conf *c, struct job *j, const struct piece *p,
                      struct batch *out)
{
    struct scratch *s = j->scratch;
    struct epub e;
    struct err err;
    err_init(&err);
    if (epub_read(&e, j->arena, p->bytes, c->max_book, &s->text, &err) != 0)
        batch_bad(out, "epub", p->record, p->offset, p->bytes, "%s", err.text);
    else
        emit(c, j, p, &e, buf_slice(&s->text), out);
}

static bool is_html(struct slice s)
{
    s = slice_trim(slice_upto(s, 256));
    return slice_starts_nocase(s, SLICE("<!DOCTYPE html")) ||
           slice_starts_nocase(s, SLICE("<html")) || slice_starts(s, SLICE("<?xml"));
}

static int parse(const void *conf, struct job *j, const struct piece *p, struct batch *out)
{
    struct scratch *s = j->scratch;
    buf_clear(&s->text);
    if (epub_is(p->bytes)) {
        read_epub(conf, j, p, out);
        return 0;
    }
    if (memchr(p->bytes.p, '\0', p->bytes.n < 8192 ? p->bytes.n : 8192)) {
        batch_pass(out, "binary");
        return 0;
    }
    struct slice text = p->bytes;
    if (!utf8_valid(text)) {            /* older books are Latin-1 */
        xhtml_cp1252(text, &s->text);
        text = arena_copy(j->arena, buf_slice(&s->text));
        buf_clear(&s->text);
    }
    if (is_html(text)) {
        xhtml_text(text, &s->text);
        text = buf_slice(&s->text);
    }
    emit(conf, j, p, NULL, text, out);
    return 0;
}

const struct stage stage_book = {
    .name = "book",
    .summary = "read books: plain text of Project Gutenberg, EPUB",
    .operands = "[FILE|FOLDER|ARCHIVE...]",
    .example = "tokmill book gutenberg/ -o books.jsonl.zst",
    .form = FORM_SOURCE,
    .opts = OPTS,
    .conf_size = sizeof(struct conf),
    .scratch_new = scratch_new,
    .scratch_free = scratch_free,
    .source = {.entries = true, .parse = parse},
};
