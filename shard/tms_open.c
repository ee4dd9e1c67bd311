/* Opening: from the last bytes to the footer, then header and block table. Every count is bounded
 * by the size of the file before it sizes anything. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "shard/tms_internal.h"

/* ---- where the bytes are ------------------------------------------------------------------ */

static int read_fd(void *context, void *p, size_t n, uint64_t at)
{
    const tms *t = context;
    char *to = p;
    while (n) {
        ssize_t k = pread(t->fd, to, n, (off_t)at);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0) {
            errno = k ? errno : 0;
            return -1;
        }
        to += k;
        at += (uint64_t)k;
        n -= (size_t)k;
    }
    return 0;
}

int tms_get(const tms *t, void *p, size_t n, uint64_t at, struct tms_error *e)
{
    if (at > t->source.size || n > t->source.size - at)
        return tms_fail(e, TMS_DAMAGED, "the file ends early");
    errno = 0;
    if (t->source.read(t->source.context, p, n, at))
        return errno ? tms_fail_errno(e, "") : tms_fail(e, TMS_DAMAGED, "the file ends early");
    return 0;
}

/* ---- parts -------------------------------------------------------------------------------- */

bool tms_frame_ok(const unsigned char *p, size_t size, const char *mark)
{
    return size >= TMS_BODY + TMS_SEAL && le_get32(p) == TMS_MAGIC &&
           le_get32(p + 4) == size - 8 && memcmp(p + 8, mark, 8) == 0 &&
           XXH3_64bits(p, size - TMS_SEAL) == le_get64(p + size - TMS_SEAL);
}

static int read_footer(tms *t, struct tms_error *e)
{
    unsigned char tail[TMS_SEEK_TAIL];
    const uint64_t size = t->source.size;
    const unsigned char *f = t->foot;
    if (size < TMS_FOOT + 8 + TMS_SEEK_TAIL)
        return tms_fail(e, TMS_DAMAGED, "too short for a token shard");
    if (tms_get(t, tail, sizeof tail, size - sizeof tail, e))
        return -1;
    t->frames = le_get32(tail);
    uint64_t seek = 8 + 8 * t->frames + TMS_SEEK_TAIL;
    if (le_get32(tail + 5) != TMS_SEEK_END || tail[4])
        return tms_fail(e, TMS_DAMAGED,
                        "no seek table at the end: not a token shard, or cut short");
    if (seek + TMS_FOOT > size)
        return tms_fail(e, TMS_DAMAGED, "the seek table is larger than the file");
    t->seek_at = size - seek;
    t->foot_at = t->seek_at - TMS_FOOT;
    if (tms_get(t, t->foot, TMS_FOOT, t->foot_at, e))
        return -1;
    if (!tms_frame_ok(f, TMS_FOOT, TMS_FOOT_MARK))
        return tms_fail(e, TMS_DAMAGED, "damaged footer");
    t->tokens = le_get64(f + 16);
    t->documents = le_get64(f + 24);
    t->blocks = le_get64(f + 32);
    t->index_at = le_get64(f + 40);
    t->docs_at = le_get64(f + 48);
    if (t->documents > size / 2 || t->docs_at > size || t->index_at > t->docs_at ||
        t->docs_at + TMS_DOCS_ENDS + 2 * t->documents + TMS_SEAL != t->foot_at ||
        t->blocks > t->frames / 2 || t->tokens > t->blocks * TMS_BLOCK || le_get32(f + 60))
        return tms_fail(e, TMS_DAMAGED, "the footer contradicts the size of the file");
    return 0;
}

static int parse_header(tms *t, struct tms_error *e)
{
    const unsigned char *h = (const unsigned char *)t->head;
    uint32_t eod = le_get32(h + 28);
    if (le_get32(h + 16) != TMS_VERSION || le_get32(h + 20) != TMS_BLOCK)
        return tms_fail(e, TMS_UNSUPPORTED, "a version of the format that is not known here");
    t->max_id = le_get32(h + 24);
    t->eod_id = le_get32(h + 32);
    t->json_size = le_get32(h + 36);
    if (t->max_id > TMS_MAX_ID || eod > 2 || t->eod_id > t->max_id || (!eod && t->eod_id) ||
        t->json_size != t->head_size - TMS_HEAD_JSON - TMS_SEAL ||
        le_get32(t->foot + 56) > t->max_id)
        return tms_fail(e, TMS_DAMAGED, "damaged header");
    t->eod = (enum tms_eod)eod;
    t->head[t->head_size - TMS_SEAL] = '\0';
    return 0;
}

static int read_header(tms *t, struct tms_error *e)
{
    unsigned char start[TMS_HEAD_JSON];
    if (t->index_at < TMS_HEAD_JSON + TMS_SEAL)
        return tms_fail(e, TMS_DAMAGED, "the footer contradicts the size of the file");
    if (tms_get(t, start, sizeof start, 0, e))
        return -1;
    if (le_get32(start) != TMS_MAGIC || memcmp(start + 8, TMS_HEAD_MARK, 8))
        return tms_fail(e, TMS_DAMAGED, "not a token shard");
    t->head_size = (size_t)le_get32(start + 4) + 8;
    if (t->head_size < TMS_HEAD_JSON + TMS_SEAL || t->head_size > t->index_at ||
        t->head_size > TMS_HEAD_JSON + TMS_SEAL + TMS_JSON_MAX)
        return tms_fail(e, TMS_DAMAGED, "damaged header");
    t->head = malloc(t->head_size);
    if (!t->head)
        return tms_fail(e, TMS_MEMORY, "out of memory");
    if (tms_get(t, t->head, t->head_size, 0, e))
        return -1;
    const unsigned char *seal = (const unsigned char *)t->head + t->head_size - TMS_SEAL;
    if (!tms_frame_ok((const unsigned char *)t->head, t->head_size, TMS_HEAD_MARK) ||
        le_get64(seal) != le_get64(t->foot + 80))
        return tms_fail(e, TMS_DAMAGED, "damaged header");
    return parse_header(t, e);
}

struct tms_ranks tms_ranks_at(const tms *t, uint32_t i)
{
    const unsigned char *p = t->index + TMS_INDEX_RANKS + TMS_RANKS_ENTRY * (size_t)i;
    return (struct tms_ranks){.at = le_get64(p), .name = le_get64(p + 8), .size = le_get32(p + 16)};
}

struct tms_block tms_block_at(const tms *t, uint64_t b)
{
    const unsigned char *p = t->entries + TMS_ENTRY * b, *next = p + TMS_ENTRY;
    return (struct tms_block){.at = le_get64(p), .first_token = le_get64(p + 8),
                              .first_doc = le_get64(p + 16), .hash = le_get64(p + 24),
                              .docs = le_get64(next + 16) - le_get64(p + 16),
                              .tokens = (uint32_t)(le_get64(next + 8) - le_get64(p + 8)),
                              .size = le_get32(p + 32), .ranks = le_get32(p + 36)};
}

/* Whether a block's entry and the one behind it agree with each other and with the file. */
static bool entry_ok(const tms *t, uint64_t b)
{
    const unsigned char *p = t->entries + TMS_ENTRY * b, *next = p + TMS_ENTRY;
    uint64_t at = le_get64(p), then = le_get64(next), docs = le_get64(next + 16) - le_get64(p + 16);
    return then <= t->index_at && at <= then && le_get32(p + 32) <= then - at &&
           le_get64(p + 8) <= le_get64(next + 8) &&
           le_get64(next + 8) - le_get64(p + 8) <= TMS_BLOCK &&
           le_get64(p + 16) <= le_get64(next + 16) && docs <= t->documents &&
           tms_head_size(0, docs) < le_get32(p + 32) && le_get32(p + 36) < t->n_ranks;
}

static int check_index(tms *t, struct tms_error *e)
{
    const unsigned char *end = t->entries + TMS_ENTRY * t->blocks;
    bool ok = le_get64(t->entries) >= t->head_size && le_get64(t->entries + 8) == 0 &&
              le_get64(t->entries + 16) == 0 && le_get64(end) == t->index_at &&
              le_get64(end + 8) == t->tokens && le_get64(end + 16) == t->documents &&
              !le_get64(end + 24) && !le_get64(end + 32);
    for (uint64_t b = 0; ok && b < t->blocks; b++)
        ok = entry_ok(t, b);
    for (uint32_t i = 0; ok && i < t->n_ranks; i++) {
        struct tms_ranks r = tms_ranks_at(t, i);
        ok = r.at >= t->head_size && r.at <= t->index_at && r.size <= t->index_at - r.at &&
             r.size >= TMS_RANKS_DATA + TMS_SEAL;
    }
    return ok ? 0 : tms_fail(e, TMS_DAMAGED, "a wrong entry in the block table");
}

static int read_index(tms *t, struct tms_error *e)
{
    uint64_t size = t->docs_at - t->index_at, fixed = TMS_INDEX_RANKS + TMS_ENTRY + TMS_SEAL;
    if (size < fixed + TMS_ENTRY * t->blocks ||
        (size - fixed - TMS_ENTRY * t->blocks) % TMS_RANKS_ENTRY)
        return tms_fail(e, TMS_DAMAGED, "the footer contradicts the size of the file");
    t->index = malloc(size);
    if (!t->index)
        return tms_fail(e, TMS_MEMORY, "out of memory");
    if (tms_get(t, t->index, size, t->index_at, e))
        return -1;
    t->n_ranks = le_get32(t->index + 24);
    if (!tms_frame_ok(t->index, size, TMS_INDEX_MARK) ||
        le_get64(t->index + size - TMS_SEAL) != le_get64(t->foot + 88))
        return tms_fail(e, TMS_DAMAGED, "damaged block table");
    if (le_get64(t->index + 16) != t->blocks || le_get32(t->index + 28) ||
        size != fixed + TMS_ENTRY * t->blocks + TMS_RANKS_ENTRY * (uint64_t)t->n_ranks ||
        t->frames != 2 * t->blocks + t->n_ranks + 4)
        return tms_fail(e, TMS_DAMAGED, "block table and footer disagree");
    t->entries = t->index + TMS_INDEX_RANKS + TMS_RANKS_ENTRY * (size_t)t->n_ranks;
    t->luts = calloc(t->n_ranks ? t->n_ranks : 1, sizeof *t->luts);
    return t->luts ? check_index(t, e) : tms_fail(e, TMS_MEMORY, "out of memory");
}

/* ---- opening ------------------------------------------------------------------------------ */

static tms *open_rest(tms *t, struct tms_error *e)
{
    t->kernels = tms_kernels_choose();
    if (!read_footer(t, e) && !read_header(t, e) && !read_index(t, e))
        return t;
    tms_close(t);
    return NULL;
}

static tms *new_shard(struct tms_error *e)
{
    tms *t = calloc(1, sizeof *t);
    if (!t)
        tms_fail(e, TMS_MEMORY, "out of memory");
    else
        t->fd = -1;
    return t;
}

tms *tms_open_source(const struct tms_source *s, struct tms_error *e)
{
    tms *t = new_shard(e);
    if (!t)
        return NULL;
    t->source = *s;
    return open_rest(t, e);
}

tms *tms_open(const char *path, struct tms_error *e)
{
    struct stat st;
    tms *t = new_shard(e);
    if (!t)
        return NULL;
    t->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (t->fd < 0 || fstat(t->fd, &st)) {
        tms_fail_errno(e, path);
    } else if (!S_ISREG(st.st_mode)) {
        errno = S_ISDIR(st.st_mode) ? EISDIR : ESPIPE;
        tms_fail_errno(e, path);
    } else {
        t->source = (struct tms_source){.context = t, .size = (uint64_t)st.st_size,
                                        .read = read_fd};
        return open_rest(t, e);
    }
    tms_close(t);
    return NULL;
}

void tms_close(tms *t)
{
    if (!t)
        return;
    for (uint32_t i = 0; t->luts && i < t->n_ranks; i++)
        free(atomic_load(&t->luts[i]));
    free(t->luts);
    free(t->index);
    free(t->head);
    if (t->fd >= 0)
        close(t->fd);
    free(t);
}

uint64_t tms_tokens(const tms *t) { return t->tokens; }
uint64_t tms_documents(const tms *t) { return t->documents; }
uint64_t tms_blocks(const tms *t) { return t->blocks; }
uint32_t tms_max_id(const tms *t) { return t->max_id; }
uint32_t tms_max_seen(const tms *t) { return le_get32(t->foot + 56); }

enum tms_eod tms_eod(const tms *t, uint32_t *id)
{
    if (id)
        *id = t->eod_id;
    return t->eod;
}

struct tms_hash tms_hash(const tms *t)
{
    return (struct tms_hash){.low = le_get64(t->foot + 64), .high = le_get64(t->foot + 72)};
}

const char *tms_json(const tms *t, size_t *n)
{
    if (n)
        *n = t->json_size;
    return t->head + TMS_HEAD_JSON;
}
