/* batch - about 1 MiB of documents on their way through the chain
 *
 * A batch is filled by a source's parse() on some worker, walks through the maps on that worker,
 * and is committed in input order. It owns one arena; everything its documents point to lies there
 * (or in the batch's block of input bytes, which lives as long).
 */
#ifndef CORE_BATCH_H
#define CORE_BATCH_H
#include "core/doc.h"

struct batch;

struct arena *batch_arena(struct batch *b);
/* A new document at the end, all zero but its arena and fields; fill it with doc_make() or
 * doc_parse(). The pointer holds until the next batch_add(). */
struct doc *batch_add(struct batch *b);
/* Where the record of the last document stands in the decoded input. */
void batch_place(struct batch *b, uint64_t record, uint64_t at, uint64_t length);
void batch_undo(struct batch *b);                   /* takes the last document back */
/* A record that cannot be used. The runner applies --on-bad: `kind` is a short fixed word
 * ("json", "header", "charset", "truncated"), raw its bytes (for --bad), record from 1, offset in
 * the decoded input. Damage to the container (not to one record) is `batch_damaged`. */
void batch_bad(struct batch *b, const char *kind, uint64_t record, uint64_t offset,
               struct slice raw, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
void batch_damaged(struct batch *b, const char *kind, uint64_t record, uint64_t offset,
                   const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* A record that is not for us (a request, a redirect, a binary file), by type. */
void batch_pass(struct batch *b, const char *type);
void batch_repaired(struct batch *b, uint64_t n);   /* bytes or escapes that became U+FFFD */

#endif
