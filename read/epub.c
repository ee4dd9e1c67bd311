/* epub - see epub.h. Formats: OCF 3 container, OPF 2 and 3 packages. Zip by libarchive; the XML
 * files are read with the tag scanner, which forgives what real packages get wrong. */
#include "read/epub.h"
#include <archive.h>
#include <archive_entry.h>
#include "core/mem.h"
#include "core/utf8.h"
#include "read/xhtml.h"

#define MAX_PARTS 10000

struct part {
    struct slice path, bytes;
    bool damaged, used;
};

struct item {
    struct slice id, href, type, properties;
};

struct package {
    struct part *part;
    size_t n_part;
    struct item *item;
    size_t n_item;
    struct slice folder;            /* of the package file, with its slash */
    struct slice encryption;        /* META-INF/encryption.xml */
};

bool epub_is(struct slice bytes)
{
    return slice_starts(bytes, SLICE("PK\3\4")) &&
           slice_find(slice_upto(bytes, 200), SLICE("application/epub+zip")) < 200 &&
           bytes.n > 200;
}

/* ---- zip ----------------------------------------------------------------------------------- */

static bool is_wanted(struct slice path)
{
    static const char *const SKIP[] = {".jpg", ".jpeg", ".png", ".gif", ".svg", ".css", ".ttf",
                                       ".otf", ".woff", ".woff2", ".mp3", ".mp4", ".m4a", ".js",
                                       ".webp", "/"};
    for (size_t i = 0; i < sizeof SKIP / sizeof SKIP[0]; i++) {
        struct slice end = slice_str(SKIP[i]);
        if (path.n >= end.n && slice_eq_nocase(slice_from(path, path.n - end.n), end))
            return false;
    }
    return true;
}

static void read_part(struct archive *ar, struct part *p, struct arena *a, size_t *left)
{
    struct buf b;
    buf_init(&b, *left);
    for (;;) {
        char *room = buf_reserve(&b, 1 << 16);
        la_ssize_t n = room ? archive_read_data(ar, room, 1 << 16) : -1;
        if (n <= 0) {
            p->damaged = n < 0;
            break;
        }
        b.n += (size_t)n;
    }
    *left -= b.n;
    p->bytes = arena_copy(a, buf_slice(&b));
    buf_free(&b);
}

static int read_zip(struct package *k, struct arena *a, struct slice bytes, size_t max,
                    struct err *e)
{
    struct archive *ar = archive_read_new();
    struct archive_entry *entry;
    int rc = ARCHIVE_FATAL;
    if (!ar)
        mem_failed(0);
    archive_read_support_format_zip(ar);
    if (archive_read_open_memory(ar, bytes.p, bytes.n) == ARCHIVE_OK) {
        while ((rc = archive_read_next_header(ar, &entry)) >= ARCHIVE_WARN) {
            struct slice path = slice_str(archive_entry_pathname(entry));
            if (!is_wanted(path) || path.n == 0 || k->n_part == MAX_PARTS)
                continue;
            struct part *p = &k->part[k->n_part++];
            *p = (struct part){.path = arena_copy(a, path)};
            read_part(ar, p, a, &max);
        }
    }
    archive_read_free(ar);
    if (k->n_part == 0)
        return err_set(e, ERR_DATA, "no zip archive that can be read");
    return 0;
}

static struct part *find_part(struct package *k, struct slice path)
{
    for (size_t i = 0; i < k->n_part; i++) {
        if (slice_eq(k->part[i].path, path))
            return &k->part[i];
    }
    return NULL;
}

/* ---- package ------------------------------------------------------------------------------- */

static struct slice local_name(struct slice name)
{
    size_t colon = slice_find_byte(name, ':');
    return colon < name.n ? slice_from(name, colon + 1) : name;
}

/* The next tag; *rest moves behind it. */
static bool next_tag(struct slice *rest, struct xhtml_tag *t)
{
    while (rest->n) {
        *rest = slice_from(*rest, slice_find_byte(*rest, '<'));
        if (rest->n == 0)
            return false;
        size_t n = xhtml_tag(*rest, t);
        *rest = slice_from(*rest, n ? n : 1);
        if (n && t->name.n)
            return true;
    }
    return false;
}

static struct slice decoded(struct arena *a, struct slice s)
{
    uint64_t repaired = 0;
    struct buf b;
    buf_init(&b, 1 << 16);
    xhtml_unescape(s, &b);
    struct slice copy = utf8_repair(arena_copy(a, slice_trim(buf_slice(&b))), a, &repaired);
    buf_free(&b);
    return copy;
}

static struct part *find_package(struct package *k)
{
    struct part *box = find_part(k, SLICE("META-INF/container.xml"));
    struct slice rest = box ? box->bytes : slice_of("", 0);
    struct xhtml_tag t;
    while (next_tag(&rest, &t)) {
        struct slice path = xhtml_attr(&t, "full-path");
        struct part *p = path.p ? find_part(k, path) : NULL;
        if (p && slice_is(local_name(t.name), "rootfile"))
            return p;
    }
    for (size_t i = 0; i < k->n_part; i++) {
        if (slice_ends(k->part[i].path, SLICE(".opf")))
            return &k->part[i];
    }
    return NULL;
}

static void metadata(struct epub *b, struct arena *a, const struct xhtml_tag *t, struct slice rest)
{
    struct slice name = local_name(t->name);
    struct slice *to = slice_is(name, "title") ? &b->title
                     : slice_is(name, "creator") ? &b->author
                     : slice_is(name, "language") ? &b->lang
                     : slice_is(name, "identifier") ? &b->identifier : NULL;
    if (to && to->n == 0 && !t->close)
        *to = decoded(a, slice_upto(rest, slice_find_byte(rest, '<')));
}

/* First walk: what the book is, and the manifest. */
static void read_manifest(struct package *k, struct epub *b, struct arena *a, struct slice opf)
{
    struct xhtml_tag t;
    while (next_tag(&opf, &t)) {
        if (slice_is(local_name(t.name), "item") && k->n_item < MAX_PARTS && !t.close) {
            k->item[k->n_item++] = (struct item){
                xhtml_attr(&t, "id"), decoded(a, xhtml_attr(&t, "href")),
                xhtml_attr(&t, "media-type"), xhtml_attr(&t, "properties")};
        }
        metadata(b, a, &t, opf);
    }
}

static const struct item *find_item(const struct package *k, struct slice id)
{
    for (size_t i = 0; i < k->n_item; i++) {
        if (slice_eq(k->item[i].id, id))
            return &k->item[i];
    }
    return NULL;
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0'
         : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* folder + href: percent signs decoded, fragment cut, "." and ".." resolved. */
static struct slice resolve(struct arena *a, struct slice folder, struct slice href)
{
    char *p = arena_alloc(a, folder.n + href.n + 1);
    size_t n = folder.n;
    memcpy(p, folder.p, folder.n);
    for (size_t i = 0; i < href.n && href.p[i] != '#'; i++) {
        int hi = i + 2 < href.n && href.p[i] == '%' ? hex(href.p[i + 1]) : -1;
        int lo = hi >= 0 ? hex(href.p[i + 2]) : -1;
        p[n++] = lo >= 0 ? (char)(hi * 16 + lo) : href.p[i];
        i += lo >= 0 ? 2 : 0;
    }
    size_t w = 0;
    struct slice rest = slice_of(p, n), step;
    while (slice_next(&rest, '/', &step)) {
        if (slice_is(step, ".") || step.n == 0)
            continue;
        if (slice_is(step, "..")) {
            while (w && p[--w] != '/')
                ;
            continue;
        }
        if (w)
            p[w++] = '/';
        memmove(p + w, step.p, step.n);     /* never ahead of what is read */
        w += step.n;
    }
    return slice_of(p, w);
}

static bool is_encrypted(const struct package *k, struct slice path)
{
    struct slice rest = k->encryption;
    struct xhtml_tag t;
    while (next_tag(&rest, &t)) {
        if (slice_eq(xhtml_attr(&t, "URI"), path))
            return true;
    }
    return false;
}

/* ---- text ---------------------------------------------------------------------------------- */

static bool is_chapter(const struct item *it)
{
    if (!it->type.p)
        return false;
    bool html = slice_find(it->type, SLICE("html")) < it->type.n;
    bool nav = it->properties.p &&
               slice_find(it->properties, SLICE("nav")) < it->properties.n;
    return html && !nav;
}

static void add_chapter(struct package *k, struct epub *b, struct arena *a, struct slice path,
                        struct buf *out)
{
    struct part *p = find_part(k, path);
    if (p && p->used)
        return;
    if (p && is_encrypted(k, path)) {
        b->encrypted++;
        return;
    }
    b->damaged += !p || p->damaged;
    if (!p || p->bytes.n == 0)
        return;
    p->used = true;
    uint64_t repaired = 0;
    size_t before = out->n;
    if (before)
        buf_add_str(out, "\n\n");
    size_t start = out->n;
    xhtml_text(utf8_repair(p->bytes, a, &repaired), out);
    if (out->n == start)
        out->n = before;
    b->chapters += out->n > before;
}

static void read_spine(struct package *k, struct epub *b, struct arena *a, struct slice opf,
                       struct buf *out)
{
    struct xhtml_tag t;
    for (size_t n = 0; n < MAX_PARTS && next_tag(&opf, &t);) {
        if (t.close || !slice_is(local_name(t.name), "itemref"))
            continue;
        n++;
        const struct item *it = find_item(k, xhtml_attr(&t, "idref"));
        if (it && is_chapter(it) && !slice_is(xhtml_attr(&t, "linear"), "no"))
            add_chapter(k, b, a, resolve(a, k->folder, it->href), out);
    }
}

int epub_read(struct epub *b, struct arena *a, struct slice bytes, size_t max, struct buf *out,
              struct err *e)
{
    struct package k = {.part = arena_zero(a, MAX_PARTS * sizeof *k.part),
                        .item = arena_zero(a, MAX_PARTS * sizeof *k.item)};
    struct slice none = {"", 0};
    *b = (struct epub){.title = none, .author = none, .lang = none, .identifier = none};
    if (read_zip(&k, a, bytes, max, e) != 0)
        return -1;
    const struct part *opf = find_package(&k);
    if (!opf)
        return err_set(e, ERR_DATA, "an EPUB without a package file");
    k.folder = opf->path;
    while (k.folder.n && k.folder.p[k.folder.n - 1] != '/')
        k.folder.n--;
    const struct part *lock = find_part(&k, SLICE("META-INF/encryption.xml"));
    k.encryption = lock ? slice_upto(lock->bytes, 1 << 18) : none;
    read_manifest(&k, b, a, opf->bytes);
    read_spine(&k, b, a, opf->bytes, out);
    if (b->chapters == 0)
        return err_set(e, ERR_DATA, b->encrypted ? "an encrypted EPUB"
                                                 : "an EPUB without a readable chapter");
    return 0;
}
