/* pii_keys - keys and tokens of services, as they stand in code and configuration
 *
 * A key is known by its maker's format: a prefix, an alphabet, a length. The formats are the
 * makers' own and those that detect-secrets 1.5 looks for; private keys in PEM count as a whole. A
 * password without such a form is not found.
 *
 * struct key_rules is read-only and shared; a finder is one thread's.
 */
#ifndef FILTER_PII_KEYS_H
#define FILTER_PII_KEYS_H
#include "core/err.h"

struct key_rules;
struct key_rules *key_rules_new(struct err *e);
void key_rules_free(struct key_rules *r);               /* NULL is allowed */

struct key_finder;
struct key_finder *key_finder_new(const struct key_rules *r);
void key_finder_free(struct key_finder *f);             /* NULL is allowed */
/* The next one from `from` on: its place in bytes. */
bool key_next(struct key_finder *f, struct slice text, size_t from, size_t *at, size_t *n);

#endif
