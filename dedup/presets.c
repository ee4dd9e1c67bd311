/* presets - see presets.h. Where a recipe names only a threshold and a number of permutations,
 * bands and rows are those that its library derives from them. */
#include "dedup/presets.h"
#include <stddef.h>

static const struct preset presets[] = {
    /* datatrove's MinhashConfig; FineWeb, section 3.4 (Penedo and others 2024) */
    {"fineweb", SHINGLE_WORDS, 5, 14, 8, 0.75},
    /* Lee and others 2021, NearDup, as RefinedWeb took it over (Penedo and others 2023), with words
     * for GPT-2's tokens */
    {"refinedweb", SHINGLE_WORDS, 5, 450, 20, 0.8},
    /* SlimPajama: width 13, threshold 0.8, 128 permutations; datasketch makes 9 x 13 of it */
    {"slimpajama", SHINGLE_WORDS, 13, 9, 13, 0.8},
    /* RedPajama-Data, configs/rp_v2.0.conf: word 13-grams, 128 permutations, here at 0.8 */
    {"redpajama-v2", SHINGLE_WORDS, 13, 9, 13, 0.8},
    /* bigcode-dataset, near_deduplication: 250 permutations, threshold 0.7 */
    {"bigcode", SHINGLE_CODE, 5, 25, 10, 0.7},
    /* NeMo Curator: 24 characters, 20 bands of 13 */
    {"nemo", SHINGLE_CHARS, 24, 20, 13, 0.8},
};

const struct preset *preset_find(struct slice name)
{
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
        if (slice_is(name, presets[i].name))
            return &presets[i];
    return NULL;
}
