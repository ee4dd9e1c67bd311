/* opt - options, declared once
 *
 * A stage lists its options in one constant table; the command-line parser, --help, the man page
 * and the shell completions are all made from it. Values land in the stage's configuration struct
 * at the given member. Long names only may be mixed with one letter; abbreviations are refused.
 * `def` is parsed like a value from the command line, so a default cannot be out of step with help.
 */
#ifndef CORE_OPT_H
#define CORE_OPT_H
#include <stddef.h>
#include "core/buf.h"
#include "core/err.h"

enum opt_kind { OPT_KIND_BOOL, OPT_KIND_STR, OPT_KIND_U64, OPT_KIND_SIZE, OPT_KIND_F64,
                OPT_KIND_LIST, OPT_KIND_CHOICE, OPT_KIND_FILE };

struct opt_list {           /* a repeatable option: values in the order given */
    const char **v;
    size_t n;
};

struct opt {
    char letter;            /* 0 for none */
    const char *name;       /* without dashes; NULL ends the table */
    const char *arg;        /* name of the value in help; for CHOICE "a|b|c" */
    const char *def;        /* NULL: none (false, NULL, 0) */
    enum opt_kind kind;
    size_t offset;          /* of the member in the configuration */
    const char *help;       /* one sentence fragment, lower case, no period */
};

/* Member types: bool, const char *, uint64_t, uint64_t (bytes, K/M/G/T), double, struct opt_list,
 * int (index of the choice); FILE: const char *. */
#define OPT_BOOL(l, name, type, member, help) \
    {l, name, NULL, NULL, OPT_KIND_BOOL, offsetof(type, member), help}
#define OPT_STR(l, name, arg, def, type, member, help) \
    {l, name, arg, def, OPT_KIND_STR, offsetof(type, member), help}
/* A file that the output depends on (a model, a list): its content enters the record of a run. */
#define OPT_FILE(l, name, arg, type, member, help) \
    {l, name, arg, NULL, OPT_KIND_FILE, offsetof(type, member), help}
#define OPT_U64(l, name, arg, def, type, member, help) \
    {l, name, arg, def, OPT_KIND_U64, offsetof(type, member), help}
#define OPT_SIZE(l, name, arg, def, type, member, help) \
    {l, name, arg, def, OPT_KIND_SIZE, offsetof(type, member), help}
#define OPT_F64(l, name, arg, def, type, member, help) \
    {l, name, arg, def, OPT_KIND_F64, offsetof(type, member), help}
#define OPT_LIST(l, name, arg, type, member, help) \
    {l, name, arg, NULL, OPT_KIND_LIST, offsetof(type, member), help}
#define OPT_CHOICE(l, name, choices, def, type, member, help) \
    {l, name, choices, def, OPT_KIND_CHOICE, offsetof(type, member), help}
#define OPT_END {0, NULL, NULL, NULL, OPT_KIND_BOOL, 0, NULL}

const struct opt *opt_find(const struct opt *table, const char *name, size_t n);
const struct opt *opt_find_letter(const struct opt *table, char letter);
int opt_defaults(const struct opt *table, void *conf, struct err *e);
int opt_set(const struct opt *o, void *conf, const char *value, struct err *e);
/* Appends the value as it could be typed; a LIST as its values with commas. False when unset. */
bool opt_format(const struct opt *o, const void *conf, struct buf *out);
int opt_parse_size(const char *s, uint64_t *out);           /* 1, 4K, 1.5G (powers of 1024) */

#endif
