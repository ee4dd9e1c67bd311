/* mem - allocation that does not fail quietly
 *
 * Memory is budgeted by the caller (--memory), so running out is not an answer that every call site
 * could handle better than one place does: mem_* never return NULL. When the system refuses, they
 * call mem_failed(), which core/cli.c defines: it removes temporary files and ends with status 3.
 * Sizes are checked: mem_array(n, size) with an overflowing product is a refusal too.
 */
#ifndef CORE_MEM_H
#define CORE_MEM_H
#include <stddef.h>

void *mem_alloc(size_t n);                          /* n bytes, not cleared; n = 0 is allowed */
void *mem_zero(size_t n);                           /* n bytes of 0 */
void *mem_array(size_t count, size_t size);         /* count * size bytes of 0 */
void *mem_grow(void *p, size_t n);                  /* realloc; p may be NULL */
void *mem_grow_array(void *p, size_t count, size_t size);
char *mem_strdup(const char *s);
/* Advice: huge pages for what of p[0 .. n) has not been touched. Random access to tables of some MB
 * is faster then. */
void mem_huge(void *p, size_t n);
void mem_free(void *p);                             /* NULL is allowed */
_Noreturn void mem_failed(size_t wanted);           /* defined by core/cli.c */

#endif
