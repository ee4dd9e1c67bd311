/* substr_oracle - what dedup-substr strikes, by a suffix array (libdivsufsort)
 *
 *   cc tests/oracle/substr_oracle.c -ldivsufsort -o oracle;  oracle LENGTH first|none < LINES
 *
 * Each line is a document, without its newline; a stretch never reaches over one. Prints each line
 * without its struck bytes; lines of which nothing but space is left only if nothing was struck.
 * ASCII is expected: nothing is snapped.
 */
#include <divsufsort.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char *read_all(size_t *n)
{
    size_t cap = 1 << 20;
    unsigned char *p = malloc(cap);
    *n = 0;
    for (size_t k; (k = fread(p + *n, 1, cap - *n, stdin)) > 0;)
        if ((*n += k) == cap)
            p = realloc(p, cap *= 2);
    return p;
}

/* Common prefix of neighbours in the array (Kasai and others 2001), cut at the end of lines. */
static int32_t *common(const unsigned char *t, const int32_t *sa, int32_t n, const int32_t *left)
{
    int32_t *rank = malloc((size_t)n * sizeof *rank), *lcp = malloc((size_t)n * sizeof *lcp), h = 0;
    for (int32_t i = 0; i < n; i++)
        rank[sa[i]] = i;
    lcp[0] = 0;
    for (int32_t i = 0; i < n; i++, h -= h > 0) {
        if (!rank[i])
            continue;
        int32_t k = sa[rank[i] - 1];
        while (i + h < n && k + h < n && t[i + h] == t[k + h])
            h++;
        int32_t most = left[i] < left[k] ? left[i] : left[k];
        lcp[rank[i]] = h < most ? h : most;
    }
    free(rank);
    return lcp;
}

int main(int argc, char **argv)
{
    size_t bytes;
    unsigned char *t = read_all(&bytes);
    int32_t n = (int32_t)bytes, length = argc > 1 ? (int32_t)strtol(argv[1], NULL, 10) : 100;
    bool none = argc > 2 && !strcmp(argv[2], "none");
    int32_t *sa = malloc((bytes + 1) * sizeof *sa), *left = malloc((bytes + 1) * sizeof *left);
    bool *again = calloc(bytes + 1, 1);         /* a struck stretch begins here */
    left[n] = 0;
    for (int32_t i = n - 1; i >= 0; i--)
        left[i] = t[i] == '\n' ? 0 : left[i + 1] + 1;
    divsufsort(t, sa, n);
    int32_t *lcp = common(t, sa, n, left);
    for (int32_t i = 0, end; i < n; i = end) {  /* runs that share `length` bytes */
        int32_t first = sa[i];
        for (end = i + 1; end < n && lcp[end] >= length; end++)
            first = sa[end] < first ? sa[end] : first;
        for (int32_t k = i; k < end && end - i > 1; k++)
            again[sa[k]] = none || sa[k] != first;
    }
    for (int32_t i = 0, struck = 0; i < n;) {
        bool any = false, text = false;
        int32_t start = i, out = i;
        for (struck = 0; i < n && t[i] != '\n'; i++) {
            struck = again[i] ? length : struck - (struck > 0);
            any |= struck > 0;
            text |= !struck && t[i] != ' ' && !(t[i] >= '\t' && t[i] <= '\r');
            if (!struck)
                t[out++] = t[i];
        }
        if (text || !any) {
            fwrite(t + start, 1, (size_t)(out - start), stdout);
            putchar('\n');
        }
        i++;
    }
    return 0;
}
