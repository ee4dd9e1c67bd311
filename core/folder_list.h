/* folder_list - what a finished folder of outputs holds, by its manifest
 *
 * One output a unit, in the order of the plan: how a stage finds what the one before it wrote.
 */
#ifndef CORE_FOLDER_LIST_H
#define CORE_FOLDER_LIST_H
#include "core/arena.h"
#include "core/err.h"

struct folder_list {
    struct arena names;
    const char **units, **paths;    /* paths: of the outputs */
    size_t n;
};

/* ERR_USAGE when the folder is no output or not complete. Free the list in any case. */
int folder_list(struct folder_list *l, const char *path, struct err *e);
void folder_list_free(struct folder_list *l);

#endif
