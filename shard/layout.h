/* layout - where the documents of a file lie: the reading half of a format
 *
 * A layout opens a file, finds out the width of its ids, and then gives one span after another: the
 * place of a document's first id and how many it has. What the ids mean (their end-of-document id,
 * the tokenizer) it puts into `about` as far as the file says it. Fetching ids, taking the
 * end-of-document id off, hashing and limits belong to shard/reader.h and are the same for all.
 *
 * Files come from anybody: every count and offset is compared with the size of the file before it
 * is used, and nothing is allocated by what a file claims. One thread.
 */
#ifndef SHARD_LAYOUT_H
#define SHARD_LAYOUT_H
#include "shard/file.h"
#include "shard/format.h"

struct shard_span {
    uint64_t at;                /* byte of the first id in `bin` (native: number of the token) */
    uint64_t n;                 /* ids */
};

struct shard_input {
    const struct shard_format *format;
    const struct shard_wish *wish;
    const char *path;           /* of the file of ids as stored */
    struct file bin;            /* what spans point into: that file, unpacked if it was packed */
    struct shard_about about;   /* from the manifest beside it if `listed`, else zero; .width is 1,
                                   2, 4 or 8 after open */
    bool listed, is_signed;
    bool is_told;               /* the next document has `told` ids: for layouts that scan */
    uint64_t told;
    void *own;                  /* the layout's */
};

struct shard_layout {
    /* By the path and the first 16 bytes (zeros behind a shorter file's end). */
    bool (*looks)(const char *path, const unsigned char head[16]);
    int (*open)(struct shard_input *in, struct err *e);
    /* 1: a span, and what is known of the document (slices live until the next call); 0: end, and
     * the file is used up; -1: flaw. */
    int (*next)(struct shard_input *in, struct shard_span *s, struct shard_doc *d, struct err *e);
    /* Ids by place; NULL: they stand in `bin`, about.width bytes each. */
    int (*read)(struct shard_input *in, uint64_t at, uint32_t *ids, size_t n, struct err *e);
    /* What reading all documents does not check; may be NULL. */
    int (*check)(struct shard_input *in, struct err *e);
    void (*close)(struct shard_input *in);      /* may be NULL; frees own */
    bool scans;                 /* documents' ends are found by the end-of-document id only */
};

/* Opens in->path as `bin`, unpacked into an unnamed file in the folder for temporary files when it
 * is zstd or gzip by name and content; `max` bytes at most, 0: never unpacked. */
int layout_open_bin(struct shard_input *in, uint64_t max, struct err *e);
char *layout_sibling(const char *path, size_t cut, const char *suffix);    /* free it */

extern const struct shard_layout shard_native_layout, shard_megatron_layout, shard_llmc_layout,
    shard_nanogpt_layout, shard_datatrove_layout, shard_olmo_layout,
    shard_mds_layout, shard_litdata_layout, shard_webdataset_layout;

#endif
