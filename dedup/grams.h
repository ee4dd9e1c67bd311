/* grams - which items of evaluation sets a text holds
 *
 *   items -> folded words -> n-grams -> index          once
 *   text  -> folded words -> n-grams -> items hit      for each document, on any thread
 *
 * Words are folded as in fold.h, so line breaks, case, punctuation and numbers' values do not hide
 * an item, and text around it does not matter. An item of fewer than n words is one n-gram of its
 * own length, if it has at least the fewest words that are worth searching; otherwise it is not
 * searched. N-grams found in many documents of ordinary text may be declared common: they then
 * count neither for nor against an item.
 *
 * The index is filled by one thread, sealed, and then shared; each thread scans with a scanner of
 * its own. Memory: about 60 bytes an n-gram, and 4 bytes an n-gram for each scanner.
 */
#ifndef DEDUP_GRAMS_H
#define DEDUP_GRAMS_H
#include <stdint.h>
#include "core/arena.h"
#include "dedup/wordplaces.h"

struct gram_index;
struct gram_scanner;

struct gram_item {
    struct slice set, id, text;     /* owned by the index */
    unsigned words;                 /* up to those of an n-gram */
    uint32_t grams;                 /* different ones that count; 0: not searched */
};

struct gram_match {
    uint32_t item;
    uint32_t found;                 /* of its n-grams */
};

struct gram_index *gram_index_new(unsigned words, unsigned min_words);
void gram_index_free(struct gram_index *g);                   /* NULL is allowed */
void gram_index_add(struct gram_index *g, struct slice set, struct slice id, struct slice text);
void gram_index_seal(struct gram_index *g);
size_t gram_index_items(const struct gram_index *g);
const struct gram_item *gram_index_item(const struct gram_index *g, uint32_t i);

/* Counts the n-grams of a document of ordinary text (after sealing, one thread); then, once, those
 * in more than `most` of them are common. */
void gram_index_ordinary(struct gram_index *g, struct gram_scanner *s, struct slice text);
void gram_index_common(struct gram_index *g, uint32_t most);

struct gram_scanner *gram_scanner_new(const struct gram_index *g);
void gram_scanner_free(struct gram_scanner *s);
/* Items with an n-gram in the text, in no order that matters; owned by the scanner. */
size_t gram_scan(struct gram_scanner *s, struct slice text, const struct gram_match **matches);
/* The words of the text that belong to an n-gram of the item: ranges, rising and apart; owned by
 * the scanner until the next call. */
size_t gram_ranges(struct gram_scanner *s, struct slice text, uint32_t item,
                   struct word_range **ranges);

#endif
