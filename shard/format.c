/* The table of formats and what they share. Width rules and limits are those of the formats' own
 * readers (Megatron-Core indexed_dataset, llm.c dataloader, nanoGPT). */
#include "shard/format.h"
#include "core/json.h"
#include "core/mem.h"

const struct shard_format *const shard_formats[] = {&shard_native, &shard_megatron, &shard_llmc,
                                                    &shard_nanogpt, &shard_datatrove,
                                                    &shard_olmo, &shard_mds, &shard_litdata,
                                                    &shard_webdataset, NULL};

const struct shard_format *shard_format_find(struct slice name)
{
    for (size_t i = 0; shard_formats[i]; i++)
        if (slice_is(name, shard_formats[i]->name))
            return shard_formats[i];
    return NULL;
}

const char *eod_place_name(enum eod_place p)
{
    return p == EOD_LAST ? "last" : p == EOD_FIRST ? "first" : "none";
}

bool eod_place_parse(struct slice s, enum eod_place *p)
{
    for (int i = EOD_NONE; i <= EOD_FIRST; i++)
        if (slice_is(s, eod_place_name((enum eod_place)i))) {
            *p = (enum eod_place)i;
            return true;
        }
    return false;
}

static bool member_u32(struct slice object, struct slice key, uint32_t *out)
{
    uint64_t v;
    if (!object.n || object.p[0] != '{')
        return false;
    struct slice value = json_find(object, key, NULL);
    if (!value.p || !json_u64(value, &v) || v > UINT32_MAX)
        return false;
    *out = (uint32_t)v;
    return true;
}

bool shard_tokenizer_max_id(struct slice tokenizer, uint32_t *max_id)
{
    return member_u32(tokenizer, SLICE("max_id"), max_id);
}

bool shard_tokenizer_eos(struct slice tokenizer, uint32_t *eos)
{
    return member_u32(tokenizer, SLICE("eos"), eos);
}

struct slice shard_tokenizer_hash(struct slice tokenizer)
{
    if (!tokenizer.n || tokenizer.p[0] != '{')
        return (struct slice){NULL, 0};
    return json_find(tokenizer, SLICE("hash"), NULL);
}

int shard_parse_count(const char *s, uint64_t *out)
{
    uint64_t v = 0, unit = 1;
    const char *p = s;
    for (; *p >= '0' && *p <= '9' && v < (uint64_t)1 << 58; p++)
        v = 10 * v + (uint64_t)(*p - '0');
    if (*p && !p[1])
        unit = *p == 'K' ? 1000 : *p == 'M' ? 1000000 : *p == 'G' ? 1000000000 : 0;
    if (p == s || (*p && p[1]) || !unit || v > ((uint64_t)1 << 60) / unit)
        return -1;
    *out = v * unit;
    return 0;
}

struct shard_file *shard_files_add(struct shard_files *f, const char *path)
{
    const char *slash = strrchr(path, '/');
    f->v = mem_grow_array(f->v, f->n + 1, sizeof *f->v);
    struct shard_file *x = &f->v[f->n++];
    *x = (struct shard_file){0};
    x->name = mem_strdup(slash ? slash + 1 : path);
    return x;
}

void shard_files_free(struct shard_files *f)
{
    for (size_t i = 0; i < f->n; i++)
        mem_free(f->v[i].name);
    mem_free(f->v);
    *f = (struct shard_files){0};
}
