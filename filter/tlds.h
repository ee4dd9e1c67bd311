/* tlds - top-level domains, one string with a space before and after each. Private to filter/. */
#ifndef FILTER_TLDS_H
#define FILTER_TLDS_H

extern const char tlds[];
enum { TLDS_MAX_BYTES = 33 };

#endif
