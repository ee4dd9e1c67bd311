/* native_ranks - which ids get 16 bits
 *
 * A native shard stores ids as ranks. A table is made from a sample of the ids that it will serve:
 * ids seen often come first, so that most high bytes are small and equal, and zstd packs them well.
 * Ids of about the same frequency are in rising order, since their exact order gains nothing and a
 * rising list is small: a table costs about a byte an id that occurs.
 *
 * ranks_new() makes a table and its frame, ranks_encode() applies it. One writer's, one thread.
 * Memory: 2 bytes an id up to the largest that has a rank; counting takes 4 an id below 2^22.
 */
#ifndef SHARD_NATIVE_RANKS_H
#define SHARD_NATIVE_RANKS_H
#include "core/buf.h"

struct ranks;

/* From the n ids of the sample (n may be 0). max_id is the vocabulary's. */
struct ranks *ranks_new(const uint32_t *ids, size_t n, uint32_t max_id);
void ranks_free(struct ranks *r);                       /* NULL is allowed */
struct slice ranks_frame(const struct ranks *r);        /* as it stands in the file */
uint64_t ranks_name(const struct ranks *r);
/* Writes u16[n] to `out`, and the ids without a rank to `exceptions` (room for n). How many. */
size_t ranks_encode(const struct ranks *r, const uint32_t *ids, size_t n, unsigned char *out,
                    uint32_t *exceptions);

#endif
