/* Mending: walks the frames from the start, without the tables at the end (docs/SHARD.md). */
#include <zstd.h>
#include "core/json.h"
#include "core/mem.h"
#include "shard/file.h"
#include "shard/native.h"
#include "shard/native_file.h"
#include "shard/native_frame.h"
#include "shard/native_join.h"
#include "shard/tms_internal.h"

enum { RANKS_FRAME_MAX = 1 << 19 };     /* more than 65,535 ids take */

struct known {                          /* a rank table that was passed */
    uint64_t name, at;
    size_t size;
};

struct mend {
    struct file in;
    uint64_t at;                        /* of the next frame */
    struct native_file *out;
    struct shard_about about;
    struct known *known;
    size_t n_known;
    unsigned char *bytes;               /* the frame at hand; a block with what follows its head */
    size_t room;
    uint32_t *lut;
    uint64_t lut_name;                  /* whose it is; 0: nobody's */
    ZSTD_DCtx *z;
    unsigned char *payload;
    uint32_t *ids;
    uint64_t end;                       /* of the last document */
};

/* n bytes from `at`, if the file has them. */
static const unsigned char *bytes(struct mend *m, uint64_t at, uint64_t n)
{
    struct err ignored;
    err_init(&ignored);
    if (at > m->in.size || n > m->in.size - at)
        return NULL;
    if (n > m->room) {
        m->bytes = mem_grow(m->bytes, n);
        m->room = n;
    }
    return file_read(&m->in, m->bytes, n, at, &ignored) ? NULL : m->bytes;
}

/* Size of the skippable frame here; 0: none. Its mark is copied. */
static uint64_t frame_here(struct mend *m, char mark[8])
{
    const unsigned char *p = bytes(m, m->at, TMS_BODY);
    if (!p || le_get32(p) != TMS_MAGIC)
        return 0;
    memcpy(mark, p + 8, 8);
    return (uint64_t)le_get32(p + 4) + 8;
}

static int read_header(struct mend *m, const char *to, struct err *e)
{
    char mark[8];
    size_t where;
    uint64_t size = frame_here(m, mark);
    const uint64_t fixed = TMS_HEAD_JSON + TMS_SEAL;
    const unsigned char *h = size >= fixed && size <= fixed + TMS_JSON_MAX ? bytes(m, 0, size)
                                                                           : NULL;
    if (!h || !tms_frame_ok(h, size, TMS_HEAD_MARK) || le_get32(h + 16) != TMS_VERSION ||
        le_get32(h + 20) != TMS_BLOCK || le_get32(h + 24) > TMS_MAX_ID || le_get32(h + 28) > 2 ||
        le_get32(h + 32) > le_get32(h + 24) ||
        le_get32(h + 36) != size - TMS_HEAD_JSON - TMS_SEAL)
        return file_flaw(&m->in, e, "the header is not whole: nothing can be recovered");
    struct slice json = slice_of((const char *)h + TMS_HEAD_JSON, le_get32(h + 36));
    if (json_check(json, &where))
        return file_flaw(&m->in, e, "the header's JSON is malformed");
    m->about = (struct shard_about){.max_id = le_get32(h + 24), .eod_id = le_get32(h + 32)};
    m->about.eod = le_get32(h + 28) == 1 ? EOD_LAST : le_get32(h + 28) == 2 ? EOD_FIRST : EOD_NONE;
    m->at = size;
    m->out = native_file_open(to, &m->about, json, e);
    return m->out ? 0 : -1;
}

/* 1: passed; 0: not whole; -1: the output failed. So do those below. */
static int pass_ranks(struct mend *m, uint64_t size, struct err *e)
{
    const unsigned char *p = size <= RANKS_FRAME_MAX ? bytes(m, m->at, size) : NULL;
    if (!p || !tms_frame_ok(p, size, TMS_RANKS_MARK) ||
        tms_ranks_parse(p, size, m->about.max_id, m->lut))
        return 0;
    m->lut_name = le_get64(p + size - TMS_SEAL);
    m->known = mem_grow_array(m->known, m->n_known + 1, sizeof *m->known);
    m->known[m->n_known++] = (struct known){m->lut_name, m->at, size};
    if (native_file_ranks(m->out, slice_of((const char *)p, size), e))
        return -1;
    m->at += size;
    return 1;
}

/* Whether m->lut is of this table; an earlier one is read again. */
static bool take_lut(struct mend *m, uint64_t name)
{
    for (size_t i = m->n_known; m->lut_name != name && i-- > 0;)
        if (m->known[i].name == name) {
            const unsigned char *p = bytes(m, m->known[i].at, m->known[i].size);
            m->lut_name = 0;
            if (!p || !tms_frame_ok(p, m->known[i].size, TMS_RANKS_MARK) ||
                tms_ranks_parse(p, m->known[i].size, m->about.max_id, m->lut))
                return false;
            m->lut_name = name;
        }
    return m->n_known && m->lut_name == name;
}

static int pass_block(struct mend *m, uint64_t head, struct err *e)
{
    struct tms_stored s;
    const unsigned char *p = head >= TMS_BLOCK_DATA + TMS_SEAL ? bytes(m, m->at, head) : NULL;
    if (!p)
        return 0;
    uint64_t name = le_get64(p + 32), size = head + le_get32(p + 28);
    if (size - head > TMS_PACKED_MAX)
        return 0;
    if (!take_lut(m, name) || !(p = bytes(m, m->at, size)) || tms_stored_parse(&s, p, size) ||
        tms_stored_head(&s) != head || !tms_stored_ok(&s) ||
        tms_stored_decode(&s, m->z, tms_kernels_choose(), m->lut, m->about.max_id, m->payload,
                          m->ids))
        return 0;
    if (s.docs)
        m->end = native_file_tokens(m->out) + le_get16(s.ends + 2 * (s.docs - 1));
    const struct native_block block = {.head = slice_of((const char *)p, head),
                                       .packed = slice_of((const char *)s.packed, s.packed_size),
                                       .ranks = s.ranks, .ids = m->ids};
    if (native_file_block(m->out, &block, e))
        return -1;
    m->at += size;
    return 1;
}

/* Ends the document that goes on behind the last block: a block without tokens. */
static int end_document(struct mend *m, struct err *e)
{
    unsigned char packed[64];
    struct buf head;
    size_t z = ZSTD_compress(packed, sizeof packed, "", 0, 1);
    buf_init(&head, BUF_NO_LIMIT);
    frame_begin(&head, TMS_BLOCK_MARK);
    frame_add32(&head, 0);
    frame_add32(&head, 1);
    frame_add32(&head, 0);
    frame_add32(&head, (uint32_t)z);
    frame_add64(&head, m->lut_name);
    frame_add64(&head, tms_hash64(m->ids, 0));
    frame_add64(&head, hash64(slice_of((char *)packed, z)));
    buf_add(&head, "\0\0", 2);
    frame_end(&head);
    const struct native_block block = {.head = buf_slice(&head), .ids = m->ids,
                                       .packed = slice_of((char *)packed, z),
                                       .ranks = m->lut_name};
    int rc = native_file_block(m->out, &block, e);
    buf_free(&head);
    return rc;
}

static int walk(struct mend *m, struct native_joined *j, struct err *e)
{
    char mark[8];
    int rc = 1;
    for (uint64_t size; rc == 1 && (size = frame_here(m, mark));) {
        if (memcmp(mark, TMS_INDEX_MARK, 8) == 0)
            j->complete = true;
        rc = memcmp(mark, TMS_RANKS_MARK, 8) == 0   ? pass_ranks(m, size, e)
             : memcmp(mark, TMS_BLOCK_MARK, 8) == 0 ? pass_block(m, size, e)
                                                    : 0;
    }
    uint64_t tokens = native_file_tokens(m->out);
    j->lost = m->in.size - m->at;
    j->unfinished = tokens - m->end;
    if (rc >= 0 && j->unfinished)
        rc = end_document(m, e);
    j->tokens = tokens;
    j->documents = native_file_documents(m->out);
    return rc < 0 ? -1 : 0;
}

int native_mend(const char *from, const char *to, struct native_joined *j, struct err *e)
{
    struct mend m = {.in.fd = -1, .z = ZSTD_createDCtx()};
    *j = (struct native_joined){0};
    if (!m.z)
        mem_failed(1);
    m.lut = mem_array(TMS_LUT, sizeof *m.lut);
    m.ids = mem_array(TMS_BLOCK, sizeof *m.ids);
    m.payload = mem_alloc(TMS_PAYLOAD_MAX);
    int rc = file_open(&m.in, from, e) || read_header(&m, to, e) || walk(&m, j, e) ? -1 : 0;
    if (rc)
        native_file_abort(m.out);
    else
        rc = native_file_commit(m.out, NULL, e);
    file_close(&m.in);
    ZSTD_freeDCtx(m.z);
    mem_free(m.known);
    mem_free(m.bytes);
    mem_free(m.lut);
    mem_free(m.ids);
    mem_free(m.payload);
    return rc;
}
