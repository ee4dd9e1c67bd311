/* patterns - the expressions of published vocabularies, by name
 *
 * gpt2, cl100k, o200k, qwen2 and tekken have scanners of their own (pretok.c); these here run as
 * expressions. Format facts, spelled as the models' files spell them; deepseek-v3 is three that are
 * applied in turn.
 */
#ifndef TOKENIZE_PATTERNS_H
#define TOKENIZE_PATTERNS_H
#include "core/slice.h"

#define PATTERN_PARTS 3

struct named_pattern {
    const char *name;
    const char *part[PATTERN_PARTS];    /* NULL behind the last */
};

/* NULL for a name that is none. */
const struct named_pattern *pattern_named(struct slice name);
/* A pattern of one part, by its spelling: it matches every character of any text. */
bool pattern_covers(struct slice pattern);
/* llama3 is cl100k, llama4 and gpt-oss are o200k: that name, or the name itself. */
struct slice pattern_alias(struct slice name);

#endif
