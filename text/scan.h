/* scan - walks over a text that look at 16 bytes at once
 *
 * Written with the compiler's vector type: SSE2 on x86-64, NEON on arm64, plain code elsewhere, the
 * same answers everywhere.
 */
#ifndef TEXT_SCAN_H
#define TEXT_SCAN_H
#include <stdint.h>
#include "core/slice.h"

struct scan {
    uint64_t chars;             /* code points of valid UTF-8 */
    uint64_t newlines, hashes;  /* "\n", "#" */
    bool two_dots;              /* there is ".." */
    bool ellipsis;              /* there may be U+2026 */
};
void scan_text(struct slice text, struct scan *s);

/* The first byte from p on that may begin an end of line of Python's splitlines(), or `end`: a
 * control character other than TAB, or the first byte of U+0085, U+2028 and others. */
const char *scan_line_end(const char *p, const char *end);

#endif
