/* settings - see settings.h. */
#include "dedup/settings.h"
#include "core/json.h"
#include "dedup/minhash.h"
#include "dedup/presets.h"

#define FOUND 0.95                  /* of pairs at the similarity given, with bands chosen by it */
enum { LANES = 128 };               /* permutations at most, then */

static const char *const kinds[] = {
    [SHINGLE_WORDS] = "words", [SHINGLE_CODE] = "code", [SHINGLE_CHARS] = "chars"};

/* How likely the settings are to find a pair, by its similarity; and how many at T they miss. */
static void tell_curve(const struct settings *s, struct buf *out)
{
    buf_add_fmt(out, "%u bands of %u rows find pairs of similarity", s->bands, s->rows);
    for (int i = 5; i < 10; i++)
        buf_add_fmt(out, "%s 0.%d: %.1f %%", i > 5 ? "," : "", i,
                    100 * minhash_probability(i / 10., s->bands, s->rows));
    buf_add_fmt(out, "; of pairs at %g they miss %.1f %%\n", s->jaccard,
                100 - 100 * minhash_probability(s->jaccard, s->bands, s->rows));
}

static int check(const struct settings *s, const struct settings_given *g, struct err *e)
{
    uint64_t bands = g->bands ? g->bands : s->bands, rows = g->rows ? g->rows : s->rows;
    if (bands > MINHASH_LANES_MAX || rows > MINHASH_LANES_MAX ||
        bands * rows > MINHASH_LANES_MAX)
        return err_set(e, ERR_USAGE, "--bands, --rows: their product is at most %d",
                       MINHASH_LANES_MAX);
    if (g->words > SHINGLE_WORDS_MAX)
        return err_set(e, ERR_USAGE, "--words: at most %d", SHINGLE_WORDS_MAX);
    return 0;
}

int settings_choose(const struct settings_given *g, uint64_t seed, struct settings *s,
                    struct buf *told, struct err *e)
{
    const struct preset *p = preset_find(slice_str(g->preset));
    if (!p)
        return err_set(e, ERR_USAGE, "--preset: '%s' is none of fineweb, refinedweb, slimpajama, "
                       "redpajama-v2, bigcode, nemo", g->preset);
    *s = (struct settings){p->kind, p->words, p->bands, p->rows, p->jaccard, seed};
    s->jaccard = g->jaccard != 0 ? g->jaccard : p->jaccard;
    if (!(s->jaccard > 0 && s->jaccard <= 1))
        return err_set(e, ERR_USAGE, "--jaccard: above 0, at most 1");
    if (check(s, g, e))
        return -1;
    s->words = g->words ? (unsigned)g->words : p->words;
    s->kind = g->shingles ? (enum shingle_kind)(g->shingles - 1) : p->kind;
    if (g->jaccard == 0 || g->bands || g->rows) {
        s->bands = g->bands ? (unsigned)g->bands : p->bands;
        s->rows = g->rows ? (unsigned)g->rows : p->rows;
        return 0;
    }
    if (!minhash_choose(s->jaccard, FOUND, LANES, &s->bands, &s->rows))
        return err_set(e, ERR_USAGE, "--jaccard %g: give --bands and --rows, %d permutations do "
                       "not find so little", s->jaccard, LANES);
    tell_curve(s, told);
    return 0;
}

void settings_put(const struct settings *s, struct buf *json)
{
    json_key(json, "settings");
    buf_add_byte(json, '{');
    json_put_str(json, "shingles", slice_str(kinds[s->kind]));
    json_put_u64(json, "words", s->words);
    json_put_u64(json, "bands", s->bands);
    json_put_u64(json, "rows", s->rows);
    json_put_f64(json, "jaccard", s->jaccard);
    json_put_u64(json, "seed", s->seed);
    buf_add_byte(json, '}');
}

static bool get_number(struct slice object, const char *key, uint64_t max, unsigned *out)
{
    uint64_t v;
    struct slice value = json_find(object, slice_str(key), NULL);
    if (!value.p || !json_u64(value, &v) || !v || v > max)
        return false;
    *out = (unsigned)v;
    return true;
}

bool settings_get(struct slice info, struct settings *s)
{
    struct slice o = json_find(info, SLICE("settings"), NULL), kind, jaccard, seed;
    if (!o.p || o.p[0] != '{')
        return false;
    kind = json_find(o, SLICE("shingles"), NULL);
    jaccard = json_find(o, SLICE("jaccard"), NULL);
    seed = json_find(o, SLICE("seed"), NULL);
    if (!kind.p || !json_is_string(kind) || !jaccard.p || !seed.p)
        return false;
    s->kind = SHINGLE_WORDS;
    while (s->kind < SHINGLE_CHARS && !slice_is(slice_of(kind.p + 1, kind.n - 2), kinds[s->kind]))
        s->kind++;
    return get_number(o, "words", SHINGLE_WORDS_MAX, &s->words) &&
           get_number(o, "bands", MINHASH_LANES_MAX, &s->bands) &&
           get_number(o, "rows", MINHASH_LANES_MAX, &s->rows) && json_f64(jaccard, &s->jaccard) &&
           json_u64(seed, &s->seed);
}
