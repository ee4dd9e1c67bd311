/* format - what a shard is, whatever its file format
 *
 * A shard holds the token ids of many documents back to back. What it means is said by a `struct
 * shard_about`, one for all shards of a run: the tokenizer, the largest id, and whether each
 * document carries an end-of-document id and where. A format is a row of `shard_formats`: a name,
 * the suffix of its file, the rule for the width of an id, its limits, and a writer for one file
 * (shard/writer.h drives it, starting new files where the size asks for it).
 *
 *   native    NAME.tms            compressed, random access, checksums (docs/SHARD.md)
 *   megatron  NAME.bin NAME.idx   Megatron-Core IndexedDataset
 *   llmc      NAME_000000.bin     llm.c and modded-nanogpt, 1 KiB header
 *   nanogpt   NAME.bin            bare ids
 *   datatrove NAME.ds             bare ids, NAME.ds.index, NAME.ds.metadata
 *   olmo      NAME.npy            bare ids, NAME.csv.gz
 *   mds       NAME.mds[.zstd]     MosaicML Streaming, index.json
 *   litdata   NAME[.zstd].bin     LitData's TokensLoader, index.json
 *   webdataset NAME.tar           an .npy and a .json a document
 *
 * Documents are never split between files. One thread writes.
 */
#ifndef SHARD_FORMAT_H
#define SHARD_FORMAT_H
#include "core/buf.h"
#include "core/output.h"

enum eod_place { EOD_NONE, EOD_LAST, EOD_FIRST };   /* nothing, after, or before each document */

struct shard_about {
    struct slice tokenizer;     /* metadata.tokenizer as JSON, or empty */
    uint32_t max_id;            /* largest id that may occur */
    enum eod_place eod;
    uint32_t eod_id;            /* when eod is not EOD_NONE */
    unsigned width;             /* bytes of an id as stored: 2 or 4 */
    uint32_t row;               /* tokens of every document, of packed sequences; 0: they differ */
};

/* One finished file, as the manifest lists it. */
struct shard_file {
    char *name;                 /* in the folder */
    uint64_t size, documents, tokens;
    bool index;                 /* belongs to the file before it; holds no ids */
    struct hash128 hash;        /* of all ids in order; of an index, of all its bytes */
    struct hash128 content;     /* of the documents: shard/ids_hash.h */
    bool has_content;           /* false of an index, and in manifests of before */
    /* of MDS and LitData, for their index; not in the manifest */
    uint64_t raw_size;          /* unpacked */
    struct hash128 raw_hash, packed_hash;   /* of the bytes of the file, before and after */
};

struct shard_files {
    struct shard_file *v;
    size_t n;
};

/* What a format may say of a document beside its ids. */
struct shard_doc {
    struct slice id, source;
    uint64_t place;             /* record in the source, from 1 */
    uint64_t tokens;            /* as stored; when the file of names tells */
    bool has_tokens;
};

struct shard_sink;              /* a writer's own state for one file */
struct shard_layout;

struct shard_format {
    const char *name, *suffix;
    const char *packed_suffix;  /* with level > 0; NULL: files are not packed whole */
    bool names_docs;            /* its files name the documents: no side file is needed */
    enum eod_place eod;         /* where this format's readers look for it */
    uint64_t tokens;            /* default size of a file; 0: one file */
    uint64_t tokens_max;        /* what one file can hold */
    uint64_t docs_max;
    uint32_t doc_max;           /* tokens of one document */
    unsigned (*width)(uint32_t max_id);     /* 0: this vocabulary does not fit */
    struct shard_sink *(*open)(const char *path, const struct shard_about *a, int level,
                               struct err *e);
    int (*add)(struct shard_sink *s, const uint32_t *ids, size_t n, struct err *e);
    int (*end_doc)(struct shard_sink *s, const struct shard_doc *d, struct err *e);
    /* Commits, appends to `files` (names without folder), and frees s in any case. */
    int (*commit)(struct shard_sink *s, struct shard_files *files, struct err *e);
    void (*abort)(struct shard_sink *s);    /* NULL is allowed */
    /* The text of index.json, which makes a folder of this format complete; NULL: it has none. */
    void (*index)(const struct shard_about *a, int level, const struct shard_files *files,
                  struct buf *out);
    const struct shard_layout *layout;      /* the reading half: shard/layout.h */
};

extern const struct shard_format shard_native, shard_megatron, shard_llmc, shard_nanogpt,
    shard_datatrove, shard_olmo, shard_mds, shard_litdata, shard_webdataset;
extern const struct shard_format *const shard_formats[];    /* ends with NULL */

#define SHARD_FORMAT_NAMES \
    "native|megatron|llmc|nanogpt|datatrove|olmo|mds|litdata|webdataset"    /* in that order */

const struct shard_format *shard_format_find(struct slice name);    /* NULL if unknown */
const char *eod_place_name(enum eod_place p);                       /* "none" "last" "first" */
bool eod_place_parse(struct slice s, enum eod_place *p);
/* max_id, eos and hash of metadata.tokenizer. False if it is no object with a max_id. */
bool shard_tokenizer_max_id(struct slice tokenizer, uint32_t *max_id);
bool shard_tokenizer_eos(struct slice tokenizer, uint32_t *eos);
struct slice shard_tokenizer_hash(struct slice tokenizer);          /* raw JSON value */

/* "1000", "64K", "100M", "1G": decimal thousands, as trainers count tokens. 0 or -1. */
int shard_parse_count(const char *s, uint64_t *out);

struct shard_file *shard_files_add(struct shard_files *f, const char *path);
void shard_files_free(struct shard_files *f);

#endif
