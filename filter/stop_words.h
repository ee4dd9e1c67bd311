/* stop_words - one string with a space before and after each word. Private to filter/. */
#ifndef FILTER_STOP_WORDS_H
#define FILTER_STOP_WORDS_H

extern const char stop_words_en[];
enum { STOP_WORDS_MAX = 16 };   /* bytes of the longest, at most */

#endif
