/* policy - which document of a cluster is kept
 *
 * A policy is a total order: a number, the smaller the better, then the document's id, then its
 * place in the plan (CONTRACT.md section 8). `first` has only the last of the three, so it is the
 * one policy that depends on the order of inputs.
 *
 *   first               the one that comes first
 *   longest             most bytes of text
 *   min-id              smallest id, as bytes
 *   field:NAME          highest number at NAME, or latest date (YYYY-MM-DD...); absent is worst
 *   source:A,B,...      by `source`, in this order; others after them
 */
#ifndef DEDUP_POLICY_H
#define DEDUP_POLICY_H
#include "core/doc.h"

enum policy_kind { POLICY_FIRST, POLICY_LONGEST, POLICY_MIN_ID, POLICY_FIELD, POLICY_SOURCE };

struct policy {
    enum policy_kind kind;
    struct slice argument;          /* behind the colon; borrowed from the text parsed */
};

int policy_parse(struct policy *p, const char *text, struct err *e);
/* 1 or more: 0 is for documents kept earlier, which outrank all others. */
uint64_t policy_rank(const struct policy *p, const struct doc *d);
/* True if equal ranks are told apart by id. */
static inline bool policy_by_id(const struct policy *p) { return p->kind != POLICY_FIRST; }

#endif
