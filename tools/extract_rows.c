/* Blocks and feature rows of pages, for tools/extract_train.py.
 *
 *     extract_rows names                     names of the columns, one a line
 *     extract_rows rows < LIST               LIST: paths of HTML files, one a line
 *     extract_rows context SCORES < LIST     the second round's columns from the first one's scores
 *
 * For each page: blocks and bytes of text (u32 each); at, n, words, tag, repeats of each block
 * (u32 each); the text; a row of bytes for each block. SCORES: a byte for each block of all pages.
 */
#include <stdio.h>
#include <stdlib.h>
#include "core/mem.h"
#include "read/extract_features.h"
#include "read/page.h"

_Noreturn void mem_failed(size_t wanted)
{
    fprintf(stderr, "extract_rows: no memory for %zu bytes\n", wanted);
    exit(3);
}

static void names(void)
{
#define NAME(name) puts(#name);
#define FACT(name) puts("in_" #name);
#define NEAR(name, words) puts("near_" #name);
#define ABOVE(name, words) puts("above_" #name);
    static const char *const first[] = {
#define LIST(name) #name,
        EXTRACT_FEATURE_LIST(LIST)
#undef LIST
    };
    for (int i = 0; i < F_facts; i++)
        puts(first[i]);
    EXTRACT_FACT_LIST(FACT)
    for (int g = 0; g < EXTRACT_GROUPS; g++)
        printf("share_of_group_%d\n", g);
    HINT_GROUPS(NEAR)
    HINT_GROUPS(ABOVE)
    EXTRACT_FEATURE_TAIL(NAME)
    EXTRACT_CONTEXT_LIST(NAME)
}

static void put_u32(uint32_t v)
{
    fwrite(&v, sizeof v, 1, stdout);
}

static void put_page(const struct extract *x)
{
    put_u32(x->n_blocks);
    put_u32((uint32_t)x->text.n);
    for (uint32_t i = 0; i < x->n_blocks; i++) {
        const struct extract_block *b = &x->block[i];
        put_u32(b->at);
        put_u32(b->n);
        put_u32(b->words);
        put_u32(x->box[b->in].tag == HTML_pre || x->box[b->in].tag == HTML_td);
        put_u32(b->repeats);
    }
    fwrite(x->text.p, 1, x->text.n, stdout);
    fwrite(x->features->row, ROW_COUNT, x->n_blocks, stdout);
}

static void read_file(const char *path, struct buf *b)
{
    FILE *in = fopen(path, "rb");
    buf_clear(b);
    if (!in) {
        perror(path);
        exit(3);
    }
    for (;;) {
        char *p = buf_reserve(b, 65536);
        const size_t n = fread(p, 1, 65536, in);
        b->n += n;
        if (n == 0)
            break;
    }
    fclose(in);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "names") == 0) {
        names();
        return 0;
    }
    const bool context = argc == 3 && strcmp(argv[1], "context") == 0;
    if (!context && !(argc == 2 && strcmp(argv[1], "rows") == 0)) {
        fprintf(stderr, "usage: extract_rows names | rows | context SCORES\n");
        return 2;
    }
    FILE *scores = context ? fopen(argv[2], "rb") : NULL;
    if (context && !scores) {
        perror(argv[2]);
        return 3;
    }
    const struct page_how how = {SLICE(""), SLICE(""), true, EXTRACT_RULES, EXTRACT_PLAIN};
    struct page *page = page_new();
    struct arena arena;
    struct buf bytes;
    arena_init(&arena);
    buf_init(&bytes, BUF_NO_LIMIT);
    char path[4096];
    while (fgets(path, sizeof path, stdin)) {
        struct page_result r;
        path[strcspn(path, "\n")] = '\0';
        read_file(path, &bytes);
        arena_reset(&arena);
        page_read(page, &arena, buf_slice(&bytes), &how, &r);
        struct extract *x = &page->extract;
        features_of(x->features, x);
        if (context) {
            if (fread(x->features->score[0], 1, x->n_blocks, scores) != x->n_blocks)
                return 1;
            features_context(x->features);
        }
        put_page(x);
    }
    return 0;
}
