/* fuzz - a target is one file, NAME_fuzz.c, with this function; tests/fuzz/run.sh finds it. Any
 * bytes may come; whatever they are, the target returns 0. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* For what opens files: the bytes under a name of this process. */
static inline const char *fuzz_file(const uint8_t *data, size_t size, const char *suffix)
{
    static char name[64];
    snprintf(name, sizeof name, "fuzz-input%s", suffix);
    FILE *f = fopen(name, "wb");
    if (!f || fwrite(data, 1, size, f) != size)
        abort();
    fclose(f);
    return name;
}

#endif
