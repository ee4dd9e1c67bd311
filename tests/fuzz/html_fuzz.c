/* html - any bytes as a page, in every mode: a sound tree, and text that is UTF-8. */
#include <stdint.h>
#include <stdlib.h>
#include "core/utf8.h"
#include "read/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct page *p = page_new();
    struct arena a;
    arena_init(&a);
    for (int mode = EXTRACT_MAIN; mode <= EXTRACT_SOURCE; mode++) {
        struct page_result r;
        const struct page_how how = {SLICE(""), SLICE(""), true, (enum extract_mode)mode,
                                     mode % 2 ? EXTRACT_MARKDOWN : EXTRACT_PLAIN};
        if (page_read(p, &a, slice_of((const char *)data, size), &how, &r) != 0)
            abort();
        if (!utf8_valid(r.text) || !utf8_valid(r.title) || !utf8_valid(r.author))
            abort();
        for (uint32_t i = 0; i < p->html.n_nodes; i++)
            if (p->html.node[i].end <= i || p->html.node[i].end > p->html.n_nodes)
                abort();
    }
    arena_free(&a);
    page_free(p);
    return 0;
}
