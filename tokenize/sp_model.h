/* sp_model - what a SentencePiece .model file says
 *
 * The file is a protocol buffer (sentencepiece_model.proto). Everything points into the file's
 * bytes, which must stay. How text becomes pieces: load_sentencepiece.c for BPE, unigram.h for
 * unigram models.
 */
#ifndef TOKENIZE_SP_MODEL_H
#define TOKENIZE_SP_MODEL_H
#include <stdint.h>
#include "core/err.h"

enum { PIECE_NORMAL = 1, PIECE_UNKNOWN, PIECE_CONTROL, PIECE_USER, PIECE_UNUSED, PIECE_BYTE };
enum { SP_UNIGRAM = 1, SP_BPE };

struct piece_info {
    struct slice text;
    float score;
    unsigned type;
    uint32_t id;
};

struct sp_model {
    struct piece_info *v;               /* owned */
    size_t n, cap;
    uint64_t type;                      /* SP_UNIGRAM, SP_BPE, others */
    bool byte_fallback, dummy_prefix, drop_spaces, escape_spaces, space_behind;
    bool has_settings;                  /* they follow the pieces; a cut file lacks them */
    struct slice charsmap;              /* normalizer's rules; empty: none */
};

bool is_sentencepiece(struct slice file);
int sp_model_read(struct sp_model *m, struct slice file, struct err *e);    /* ERR_DATA */
void sp_model_free(struct sp_model *m);

#endif
