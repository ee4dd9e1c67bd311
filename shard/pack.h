/* pack - documents to sequences of one length
 *
 *     concat     one after another, cut where a sequence is full; nothing is lost, and documents go
 *                on in the next sequence
 *     best-fit   documents longer than a sequence are cut into full ones and a rest; then the
 *                longest piece first, each into the sequence that has the least room left for it;
 *                what stays free is padding ("Fewer Truncations", arXiv 2404.10830)
 *     crop       every sequence begins with the beginning of a document; the longest that fits goes
 *                in next, and when none does the shortest is cropped to fill it and its rest is
 *                dropped: no padding, no document without its beginning (nanochat's best-fit crop)
 *
 * The last two look at a window of so many tokens at a time, so memory is bounded (4 bytes a token
 * and 64 a document of the window) and the result depends on the order of documents only. A
 * sequence knows the parts that it is made of: from them come cu_seqlens and the loss mask. One
 * thread.
 */
#ifndef SHARD_PACK_H
#define SHARD_PACK_H
#include "shard/format.h"

enum pack_mode { PACK_NONE, PACK_CONCAT, PACK_BEST_FIT, PACK_CROP };
enum { PACK_LENGTH_MAX = 1 << 24 };

struct pack_plan {
    enum pack_mode mode;
    uint32_t length;            /* tokens of a sequence; 2 to PACK_LENGTH_MAX */
    uint32_t pad_id;
    uint64_t window;            /* tokens */
    enum eod_place eod;         /* added to each document before it is packed */
    uint32_t eod_id;
};

struct pack_part {
    struct shard_doc doc;
    uint64_t from;              /* token of the document, with its end-of-document id */
    uint32_t n;
};

struct pack_row {
    const uint32_t *ids;        /* plan.length of them */
    const struct pack_part *parts;
    size_t n_parts;
    uint32_t used;              /* ids; the rest is padding */
};

struct pack_counts {            /* tokens = length * sequences - padding + dropped */
    uint64_t documents, tokens, sequences, padding;
    uint64_t dropped;           /* tokens cropped off */
    uint64_t cut;               /* documents in more than one sequence, or cropped */
};

#define PACK_MODE_NAMES "none|concat|best-fit|crop"     /* in the order of the enum */

const char *pack_mode_name(enum pack_mode m);

struct packer;

/* `emit` is called for each sequence, in order; what a row points to lives during the call. */
struct packer *pack_new(const struct pack_plan *p,
                        int (*emit)(void *to, const struct pack_row *r, struct err *e), void *to);
int pack_add(struct packer *p, const uint32_t *ids, size_t n, const struct shard_doc *d,
             struct err *e);
int pack_finish(struct packer *p, struct err *e);
const struct pack_counts *pack_counts(const struct packer *p);
void pack_free(struct packer *p);                   /* NULL is allowed */

#endif
