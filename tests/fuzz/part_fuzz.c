/* part - files that the parts of near-deduplication hand to each other, of every kind. */
#include "tests/fuzz/fuzz.h"
#include "dedup/part.h"
#include "dedup/part_apply.h"
#include "dedup/part_cluster.h"
#include "dedup/part_match.h"
#include "dedup/part_sets.h"
#include "dedup/part_sign.h"
#include "dedup/part_verify.h"

static void read_all(const char *path, const char *kind)
{
    struct err e;
    struct part_cursor *c = part_cursor_new();
    const void *bytes;
    err_init(&e);
    struct part *p = part_open(path, kind, &e);
    for (uint64_t i = 0; p && i < part_sections(p); i++) {
        if (part_seek(c, p, i, &e))
            break;
        while (part_left(c) && !part_read(c, part_left(c) < 7 ? part_left(c) : 7, &bytes, &e))
            ;
    }
    part_close(p);
    part_cursor_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const kinds[] = {PART_SIGN_KIND, PART_MATCH_KIND, PART_CLUSTER_KIND,
                                        PART_SETS_KIND, PART_VERIFY_KIND};
    const char *path = fuzz_file(data, size, ".part");
    struct folder_list one = {.units = &path, .paths = &path, .n = 1};
    struct part_match_about match = {&one, 0, 1, 1 << 20, 0, "."};
    struct part_cluster_about cluster = {&one, 2, 1 << 20, 0, "."};
    struct part_verify_about verify = {path, &one, 0, 0, 1 << 20, 0, "."};
    struct part_verdict v;
    struct slice kept;
    struct err e;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        read_all(path, kinds[i]);
    err_init(&e);
    part_match(&match, "fuzz-out", &e);
    err_init(&e);
    part_cluster(&cluster, "fuzz-out", &e);
    err_init(&e);
    part_verify(&verify, "fuzz-out", &e);
    err_init(&e);
    struct part_apply *a = part_apply_new(&one, "part-00000", &e);
    for (int i = 0; a && i < 1000; i++)
        if (part_apply_next(a, SLICE("x"), 1, &v, &kept, &e) < 0)
            break;
    part_apply_free(a);
    return 0;
}
