/* wikitext - pages of a dump, and their markup. */
#include "tests/fuzz/fuzz.h"
#include "core/utf8.h"
#include "read/wiki.h"
#include "read/wikitext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct wikitext_opts opts = {.headings = 0};
    struct slice bytes = {(const char *)data, size}, page;
    struct wiki_site site;
    struct wiki_page p;
    struct arena a;
    struct buf out;
    uint64_t pages, repaired = 0;
    const char *lack;
    arena_init(&a);
    buf_init(&out, 1 << 22);
    bytes = utf8_repair(bytes, &a, &repaired);
    wiki_site_read(&site, &a, bytes);
    wiki_split(bytes, &pages);
    struct wikitext *w = wikitext_new();
    for (struct slice rest = bytes; wiki_next_page(&rest, &page);)
        wiki_page_read(&p, page, &lack);
    wikitext_convert(w, &opts, &site.names, bytes, &out);
    if (!utf8_valid(buf_slice(&out)))
        abort();
    wikitext_free(w);
    buf_free(&out);
    arena_free(&a);
    return 0;
}
