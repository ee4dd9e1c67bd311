/* shards - what is known of the documents that a run of parts works on
 *
 * A shard is a unit of the plan by which documents are read: its name, how many documents it holds,
 * and a chained hash of their ids and lengths, which tells whether a later part reads the same.
 * Documents are numbered from 0 through all shards in the order of the plan.
 */
#ifndef DEDUP_SHARDS_H
#define DEDUP_SHARDS_H
#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/hash.h"

struct shard {
    const char *name;
    uint64_t docs, chain, first;    /* first: number of its first document */
};

struct shards {
    struct arena names;
    struct shard *v;
    size_t n;
    uint64_t docs;                  /* in all */
};

void shards_init(struct shards *s);
void shards_free(struct shards *s);
void shards_add(struct shards *s, struct slice name, uint64_t docs, uint64_t chain);
/* One shard as JSON members, as of the file that is about it alone. */
void shards_put_one(const char *name, uint64_t docs, uint64_t chain, struct buf *json);
bool shards_get_one(struct slice info, struct shards *s);
void shards_put(const struct shards *s, struct buf *json);          /* "shards":[...] */
bool shards_get(struct slice info, struct shards *s);               /* of the object around it */
/* The shard of that name; s->n if there is none. */
size_t shards_find(const struct shards *s, const char *name);
/* The shard that holds a document. */
size_t shards_of(const struct shards *s, uint64_t doc);
/* ERR_DATA unless what was read of a shard is what was signed. */
int shards_check(const struct shard *s, uint64_t docs, uint64_t chain, struct err *e);

/* The chain with one document more. */
static inline uint64_t shards_chain(uint64_t chain, struct slice id, size_t text_bytes)
{
    return hash_mix(chain ^ hash64_seed(id, text_bytes));
}

#endif
