/* load_hf - what the parts of the tokenizer.json loader share
 *
 * Semantics from the tokenizers library. Every component is either done exactly as there or refused
 * by name.
 */
#ifndef TOKENIZE_LOAD_HF_H
#define TOKENIZE_LOAD_HF_H
#include "core/json.h"
#include "tokenize/load.h"

struct load {
    struct tokenizer *t;
    struct arena *a;                    /* the vocabulary's: content lives as long as it */
    struct vocab spelled;               /* ids by spelling in the file */
    uint32_t n_model;                   /* tokens of the model */
    uint32_t next_id;                   /* of an added token that it does not have */
    const struct load_opts *o;
    struct err *e;
};

/* load_hf.c */
struct slice load_get(struct slice object, const char *path);  /* p = NULL: absent */
bool load_is_null(struct slice v);
bool load_is_true(struct slice v);
struct slice load_text(struct load *l, struct slice v);         /* "" for what is no string */
struct slice load_type(struct load *l, struct slice v);
int load_refuse(struct load *l, const char *what, struct slice type);
/* Calls `one` for v, or for each member of its array `list` when v is a Sequence. */
int load_each(struct load *l, struct slice v, const char *list,
              int (*one)(struct load *, struct slice));

static inline struct pretok_opts load_regex_opts(const struct load *l)
{
    return (struct pretok_opts){REGEX_ONIG, l->o->unicode};
}

/* load_hf_pipeline.c, load_hf_cut.c: members of the file's top level. */
int load_normalizer(struct load *l, struct slice v);
int load_pretokenizer(struct load *l, struct slice v);
int load_post_processor(struct load *l, struct slice v);
int load_decoder(struct load *l, struct slice v);

#endif
