/* train_files - a trained vocabulary as files: whole, its first part, a folder
 *
 * What save.h writes knows nothing of a training run; here special tokens get their ids, bytes that
 * never occurred are left out if so asked, the tie rule is noted, and smaller vocabularies are cut
 * from the front, since merges come in one order whatever the size.
 */
#ifndef TOKENIZE_TRAIN_FILES_H
#define TOKENIZE_TRAIN_FILES_H
#include "tokenize/pretok.h"
#include "tokenize/train.h"

struct train_files {
    const struct pretok *pattern;       /* of the vocabulary */
    const struct slice *specials;
    size_t n_specials;
    bool special_first;                 /* they get the first ids, not the last */
    bool only_seen;                     /* bytes that occur in no word are no tokens */
    enum tie_rule tie;
    enum unicode_version unicode;
    bool ranks;                         /* a tiktoken rank file, not a tokenizer.json */
};

/* `to`: NULL for standard output. */
int train_write(const struct train_files *f, const struct trained *t, const char *to,
                struct err *e);
/* NAME-N.SUFFIX beside `name`: the first `size` entries, special tokens included. */
int train_write_first(const struct train_files *f, const struct trained *t, uint64_t size,
                      const char *name, struct err *e);
/* tokenizer.json and the tokenizer_config.json that transformers wants. */
int train_write_folder(const struct train_files *f, const struct trained *t, const char *folder,
                       struct err *e);

#endif
