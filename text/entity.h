/* entity - the named character references of HTML
 *
 * The names are those of the HTML standard, with their letters' case. Pure and thread-safe.
 */
#ifndef TEXT_ENTITY_H
#define TEXT_ENTITY_H
#include <stdint.h>
#include "core/slice.h"

struct entity {
    const char *name, *utf8;    /* name without & and ; */
    unsigned char bare;         /* counts without the semicolon, too */
};
enum { ENTITY_BARE_MAX = 6 };   /* length of the longest bare name */

const struct entity *entity_find(struct slice name);    /* NULL if there is none */
/* What a number from 0x80 to 0x9F means: the character of windows-1252, or itself. */
uint32_t entity_c1(uint32_t number);

#endif
