/* From the models' own files: Qwen3.5 and DeepSeek-V3 tokenizer.json, Kimi-K2's
 * tokenization_kimi.py, where `&&` takes the Han characters out of the classes of letters. */
#include "tokenize/patterns.h"

#define CONTRACTION "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define PREFIX "[^\\r\\n\\p{L}\\p{N}]?"
#define SPACES "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
#define NOT_HAN "&&[^\\p{Han}]]"
#define UPPER_SIDE "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}" NOT_HAN
#define LOWER_SIDE "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}" NOT_HAN

/* cl100k with up to four words in a piece: what superwords are made of (bpe-train --super). */
#define SUPER "(?:" PREFIX "\\p{L}+){1,4}|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" SPACES

static const struct named_pattern patterns[] = {
    {"super4", {SUPER}},
    {"qwen35", {CONTRACTION "|" PREFIX "[\\p{L}\\p{M}]+|\\p{N}|"
                " ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|" SPACES}},
    {"kimi", {"[\\p{Han}]+|" PREFIX UPPER_SIDE "*" LOWER_SIDE "+" CONTRACTION "?|"
              PREFIX UPPER_SIDE "+" LOWER_SIDE "*" CONTRACTION "?|\\p{N}{1,3}|"
              " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" SPACES}},
    {"deepseek-v3", {"\\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+",
                     "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|"
                     "[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|"
                     SPACES}},
};

static const struct { const char *name, *is; } aliases[] = {
    {"llama3", "cl100k"}, {"llama4", "o200k"}, {"gpt-oss", "o200k"}, {"gpt-4", "cl100k"},
    {"gpt-4o", "o200k"}, {"qwen3", "qwen2"}, {"kimi-k2", "kimi"}, {"r50k", "gpt2"},
    {"p50k", "gpt2"}};

struct slice pattern_alias(struct slice name)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (slice_is(name, aliases[i].name))
            return slice_str(aliases[i].is);
    return name;
}

const struct named_pattern *pattern_named(struct slice name)
{
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (slice_is(name, patterns[i].name))
            return &patterns[i];
    return NULL;
}

bool pattern_covers(struct slice pattern)
{
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (!patterns[i].part[1] && slice_is(pattern, patterns[i].part[0]))
            return true;
    return false;
}
