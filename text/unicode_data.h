/* unicode_data - the tables behind unicode.h, made by tools/unicode_tables.py */
#ifndef TEXT_UNICODE_DATA_H
#define TEXT_UNICODE_DATA_H
#include <stddef.h>
#include <stdint.h>

struct unicode_range {
    uint32_t first, last, value;
};

extern const uint32_t unicode_starts[];             /* first << 5 | category */
extern const size_t unicode_starts_n;
extern const struct unicode_range unicode_newer[];  /* value: the version that brought them */
extern const size_t unicode_newer_n;
extern const struct unicode_range unicode_changed[];        /* code point, version, category */
extern const size_t unicode_changed_n;
extern const struct unicode_range unicode_scripts[];        /* value: index of a name */
extern const size_t unicode_scripts_n;
extern const char *const unicode_script_names[];
extern const size_t unicode_script_names_n;
extern const struct unicode_range unicode_newer_forms[];
extern const size_t unicode_newer_forms_n;

#endif
