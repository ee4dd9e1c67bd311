/* evalsets - evaluation sets read into an index of n-grams
 *
 * A set is a JSONL file, in any compression: one item a line, whose text is that of the fields
 * named, joined by line breaks. Arrays of strings (answer choices) count as their strings. An
 * item's id is its `id`, or the number of its line.
 */
#ifndef DEDUP_EVALSETS_H
#define DEDUP_EVALSETS_H
#include "core/err.h"
#include "dedup/grams.h"

/* spec: [NAME=]FILE[:FIELD,...]; the name is FILE's without folders and suffixes, the fields are
 * `fields` when none are given. ERR_DATA names the line that has none of them. */
int evalset_add(struct gram_index *g, struct slice spec, struct slice fields, struct err *e);
/* A file that describes sets, with paths from its own folder:
 *
 *   {"sets":[{"name":"mmlu","file":"mmlu.jsonl","fields":["question","choices"]},
 *            {"name":"gsm8k","file":"gsm.jsonl","template":"Q: {question} A: {answer}","id":"key"},
 *            {"name":"riddles","file":"riddles.txt","format":"lines"}]}
 *
 * format: jsonl (the default), lines (an item a line) or text (one item). A template is filled from
 * the item's fields. */
int evalset_add_spec(struct gram_index *g, const char *path, struct err *e);
/* Counts n-grams of the documents of a JSONL file as ordinary text. */
int evalset_ordinary(struct gram_index *g, const char *path, uint32_t most, struct err *e);

#endif
