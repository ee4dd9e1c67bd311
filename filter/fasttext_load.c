/* Loading a fastText model: every size is checked against the file before it is believed, every
 * index that prediction will use against the matrix it points into. */
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "core/mem.h"
#include "filter/fasttext_internal.h"
#include "filter/model_file.h"

enum { MAGIC = 793712314, VERSION_MIN = 11, VERSION_MAX = 12, MODEL_SUPERVISED = 3 };
enum { DIM_MAX = 1 << 16, GRAM_MAX = 255, CENTROIDS = 256, EXPANSION_MAX = 64 };

struct load {
    struct fasttext *ft;
    struct cursor c;
    struct err *e;
};

static int damaged(struct load *l, const char *what)
{
    err_set(l->e, ERR_DATA, "fastText model: %s", l->c.bad ? "the file ends too early" : what);
    err_at(l->e, (struct slice){NULL, 0}, ERR_NO_POS, cursor_at(&l->c));
    return -1;
}

float *ft_floats(uint64_t n)
{
    void *p = NULL;
    size_t bytes = n ? n * sizeof(float) : sizeof(float);
    if (n > SIZE_MAX / 8 || posix_memalign(&p, bytes >= 1 << 21 ? 1 << 21 : 64, bytes))
        mem_failed(bytes);
#ifdef MADV_HUGEPAGE
    if (bytes >= 1 << 21)           /* rows are met at random: spare the TLB */
        madvise(p, bytes, MADV_HUGEPAGE);
#endif
    memset(p, 0, bytes);
    return p;
}

void ft_floats_free(float *p) { free(p); }

/* ---- head and dictionary ------------------------------------------------------------------ */

static int load_args(struct load *l)
{
    struct fasttext *ft = l->ft;
    struct cursor *c = &l->c;
    int32_t magic = cursor_i32(c), version = cursor_i32(c), v[12];
    if (c->bad || magic != MAGIC)
        return err_set(l->e, ERR_DATA, "not a fastText model (.bin, .ftz)");
    if (version < VERSION_MIN || version > VERSION_MAX)
        return damaged(l, "a format other than 11 and 12");
    for (int i = 0; i < 12; i++)
        v[i] = cursor_i32(c);
    cursor_take(c, sizeof(double));
    enum { DIM, WS, EPOCH, MIN_COUNT, NEG, WORD_NGRAMS, LOSS, MODEL, BUCKET, MINN, MAXN };
    if (c->bad || v[DIM] < 1 || v[DIM] > DIM_MAX || v[LOSS] < LOSS_HS || v[LOSS] > LOSS_OVA ||
        v[BUCKET] < 0 || v[MAXN] > GRAM_MAX || v[WORD_NGRAMS] > GRAM_MAX)
        return damaged(l, "its settings are out of range");
    if (v[MODEL] != MODEL_SUPERVISED)
        return damaged(l, "word vectors; a supervised model, with labels, is needed");
    ft->dim = v[DIM];
    ft->word_ngrams = v[WORD_NGRAMS];
    ft->loss = (enum fasttext_loss)v[LOSS];
    ft->bucket = (uint32_t)v[BUCKET];
    ft->bucket_inverse = ft->bucket ? UINT64_MAX / ft->bucket + 1 : 0;
    ft->minn = v[MINN];
    ft->maxn = version == VERSION_MIN ? 0 : v[MAXN];
    if (!ft->bucket && (ft->maxn > 0 || ft->word_ngrams > 1))
        return damaged(l, "n-grams without buckets");
    return 0;
}

uint32_t ft_hash(struct slice s)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (uint32_t)(int32_t)(signed char)s.p[i]) * 16777619u;
    return h;
}

uint32_t ft_find(const struct ft_words *w, struct slice word, uint32_t hash)
{
    for (uint32_t at = hash & w->mask; w->table[at]; at = (at + 1) & w->mask)
        if (slice_eq(w->v[w->table[at] - 1], word))
            return w->table[at] - 1;
    return FASTTEXT_NONE;
}

/* Of two equal entries the later counts, as in fastText. */
static void index_words(struct ft_words *w)
{
    uint32_t slots = 4;
    while (slots < w->n * 2)
        slots *= 2;
    w->mask = slots - 1;
    w->table = mem_array(slots, sizeof *w->table);
    for (uint32_t i = 0; i < w->n; i++) {
        uint32_t at = ft_hash(w->v[i]) & w->mask;
        while (w->table[at] && !slice_eq(w->v[w->table[at] - 1], w->v[i]))
            at = (at + 1) & w->mask;
        w->table[at] = i + 1;
    }
}

static int load_words(struct load *l, uint32_t *n_kept)
{
    struct ft_words *w = &l->ft->words;
    struct cursor *c = &l->c;
    int32_t n = cursor_i32(c), nwords = cursor_i32(c), nlabels = cursor_i32(c);
    cursor_i64(c);
    int64_t n_pruned = cursor_i64(c);
    if (c->bad || nwords < 0 || nlabels < 1 || n != (int64_t)nwords + nlabels ||
        n > (1 << 29) || (uint64_t)n * 10 > cursor_left(c))
        return damaged(l, "the dictionary's size is out of range");
    if (n_pruned < -1 || n_pruned > (1 << 29) ||
        (n_pruned > 0 && (uint64_t)n_pruned > cursor_left(c) / 8))
        return damaged(l, "the list of kept buckets is out of range");
    w->n = (uint32_t)n;
    w->nwords = (uint32_t)nwords;
    w->nlabels = (uint32_t)nlabels;
    w->v = mem_array(w->n, sizeof *w->v);
    w->counts = mem_array(w->nlabels, sizeof *w->counts);
    const char *begin = c->p;
    for (uint32_t i = 0; i < w->n && !c->bad; i++) {
        w->v[i] = cursor_str(c);
        int64_t count = cursor_i64(c);
        if (cursor_u8(c) != (i >= w->nwords) && !c->bad)
            return damaged(l, "words and labels are mixed");
        if (i >= w->nwords)
            w->counts[i - w->nwords] = count;
    }
    if (c->bad)
        return damaged(l, "");
    w->text = mem_alloc((size_t)(c->p - begin));
    memcpy(w->text, begin, (size_t)(c->p - begin));
    for (uint32_t i = 0; i < w->n; i++)
        w->v[i].p = w->text + (w->v[i].p - begin);
    index_words(w);
    l->ft->memory += (size_t)(c->p - begin) + w->n * 2 * sizeof *w->v;
    l->ft->pruned.on = n_pruned >= 0;
    *n_kept = n_pruned > 0 ? (uint32_t)n_pruned : 0;
    return 0;
}

static void pruned_put(struct ft_pruned *p, uint32_t bucket, uint32_t row)
{
    uint32_t at = bucket & p->mask;
    while (p->table[at] && p->table[at] >> 32 != bucket)
        at = (at + 1) & p->mask;
    p->table[at] = (uint64_t)bucket << 32 | (row + 1);
    p->bits[(bucket & p->bits_mask) >> 6] |= 1ull << (bucket & 63);
}

static uint32_t kept_row(const struct ft_pruned *p, uint32_t bucket)
{
    for (uint32_t at = bucket & p->mask; p->table[at]; at = (at + 1) & p->mask)
        if (p->table[at] >> 32 == bucket)
            return (uint32_t)p->table[at];
    return 0;
}

/* Most buckets of a pruned model are gone, and which is a coin toss to the branch predictor: the
 * bits are asked first, without a branch. */
uint32_t ft_bucket_rows(const struct fasttext *ft, uint32_t *v, uint32_t n)
{
    const struct ft_pruned *p = &ft->pruned;
    uint32_t m = 0, rows = 0;
    if (!p->on) {
        for (uint32_t i = 0; i < n; i++)
            v[i] += ft->words.nwords;
        return n;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t bucket = v[i];
        v[m] = bucket;
        m += p->bits[(bucket & p->bits_mask) >> 6] >> (bucket & 63) & 1;
    }
    for (uint32_t i = 0; i < m; i++) {
        uint32_t row = kept_row(p, v[i]);
        v[rows] = row - 1;
        rows += row != 0;
    }
    return rows;
}

static int load_pruned(struct load *l, uint32_t n)
{
    struct ft_pruned *p = &l->ft->pruned;
    uint32_t slots = 64;
    while (slots < n * 2)
        slots *= 2;
    p->mask = slots - 1;
    p->bits_mask = slots * 16 - 1;
    p->table = mem_array(slots, sizeof *p->table);
    p->bits = mem_array(slots / 4, sizeof *p->bits);
    for (uint32_t i = 0; i < n; i++) {
        int32_t bucket = cursor_i32(&l->c), row = cursor_i32(&l->c);
        if (l->c.bad || bucket < 0 || (uint32_t)bucket >= l->ft->bucket || row < 0 ||
            row >= INT32_MAX - (int32_t)l->ft->words.nwords)
            return damaged(l, "a kept bucket is out of range");
        pruned_put(p, (uint32_t)bucket, l->ft->words.nwords + (uint32_t)row);
    }
    l->ft->memory += slots * (sizeof *p->table + 2);
    return 0;
}

/* ---- matrices ----------------------------------------------------------------------------- */

static int matrix_make(struct load *l, struct ft_matrix *m, int64_t rows, int64_t cols)
{
    uint64_t size = (uint64_t)(l->c.end - l->c.start);
    if (l->c.bad || rows < 1 || rows > INT32_MAX || cols != l->ft->dim)
        return damaged(l, "a matrix's size is out of range");
    m->rows = (uint64_t)rows;
    m->cols = (uint32_t)cols;
    m->stride = (m->cols + 3) & ~3u;
    uint64_t floats = m->rows * m->stride;
    if (floats > size * EXPANSION_MAX / sizeof(float) + (1 << 24))
        return damaged(l, "a matrix is larger than the file could hold");
    m->v = ft_floats(floats);
    l->ft->memory += floats * sizeof(float);
    return 0;
}

static int load_dense(struct load *l, struct ft_matrix *m)
{
    int64_t rows = cursor_i64(&l->c), cols = cursor_i64(&l->c);
    if (rows < 1 || cols < 1 || cols > DIM_MAX ||
        (uint64_t)rows > cursor_left(&l->c) / ((uint64_t)cols * sizeof(float)))
        return damaged(l, "a matrix goes past the end of the file");
    if (matrix_make(l, m, rows, cols))
        return -1;
    for (uint64_t i = 0; i < m->rows; i++)
        memcpy(m->v + i * m->stride, cursor_take(&l->c, m->cols * sizeof(float)),
               m->cols * sizeof(float));
    return 0;
}

/* A product quantiser: 256 centroids for each run of dsub columns. */
struct quantiser {
    int32_t dim, nsubq, dsub, lastdsub;
    const char *centroids;          /* dim * 256 floats, not aligned */
};

static int load_quantiser(struct load *l, struct quantiser *q, int64_t dim)
{
    q->dim = cursor_i32(&l->c);
    q->nsubq = cursor_i32(&l->c);
    q->dsub = cursor_i32(&l->c);
    q->lastdsub = cursor_i32(&l->c);
    if (l->c.bad || q->dim != dim || q->dsub < 1 || q->dsub > dim ||
        q->nsubq != (dim + q->dsub - 1) / q->dsub ||
        q->lastdsub != (dim % q->dsub ? dim % q->dsub : q->dsub))
        return damaged(l, "a quantiser's shape is out of range");
    q->centroids = cursor_take(&l->c, (uint64_t)dim * CENTROIDS * sizeof(float));
    return q->centroids ? 0 : damaged(l, "");
}

/* The values that `code` stands for in run k of the columns. */
static void centroid(const struct quantiser *q, int32_t k, uint8_t code, float *out)
{
    bool last = k == q->nsubq - 1;
    size_t n = (size_t)(last ? q->lastdsub : q->dsub);
    size_t at = (size_t)k * CENTROIDS * (size_t)q->dsub + code * n;
    memcpy(out, q->centroids + at * sizeof(float), n * sizeof(float));
}

/* Spells out the rows. Input rows are scaled by their norm here, since fastText adds norm * value;
 * output rows keep it apart, since fastText scales the finished dot product. */
static void spell_out(struct ft_matrix *m, const struct quantiser *q, const char *codes,
                      const struct quantiser *nq, const char *norm_codes, bool is_input)
{
    if (norm_codes && !is_input)
        m->norms = ft_floats(m->rows);
    for (uint64_t i = 0; i < m->rows; i++) {
        float *row = m->v + i * m->stride, norm = 1;
        for (int32_t k = 0; k < q->nsubq; k++)
            centroid(q, k, (uint8_t)codes[i * (uint64_t)q->nsubq + (uint64_t)k],
                     row + (size_t)k * (size_t)q->dsub);
        if (norm_codes)
            centroid(nq, 0, (uint8_t)norm_codes[i], &norm);
        if (m->norms)
            m->norms[i] = norm;
        else if (norm_codes)
            for (uint32_t j = 0; j < m->cols; j++)
                row[j] = norm * row[j];
    }
}

static int load_quantised(struct load *l, struct ft_matrix *m, bool is_input)
{
    struct quantiser q, nq = {0};
    const char *norm_codes = NULL;
    uint8_t has_norms = cursor_u8(&l->c);
    int64_t rows = cursor_i64(&l->c), cols = cursor_i64(&l->c);
    int32_t n_codes = cursor_i32(&l->c);
    const char *codes = cursor_take(&l->c, n_codes < 0 ? UINT64_MAX : (uint64_t)n_codes);
    if (!codes || rows < 1 || cols != l->ft->dim)
        return damaged(l, "a matrix's size is out of range");
    if (load_quantiser(l, &q, cols))
        return -1;
    if (rows > n_codes || rows * q.nsubq != n_codes)
        return damaged(l, "a quantised matrix's codes do not fit its size");
    if (has_norms) {
        norm_codes = cursor_take(&l->c, (uint64_t)rows);
        if (!norm_codes || load_quantiser(l, &nq, 1))
            return damaged(l, "");
    }
    if (matrix_make(l, m, rows, cols))
        return -1;
    spell_out(m, &q, codes, has_norms ? &nq : NULL, norm_codes, is_input);
    return 0;
}

/* Rows that prediction may ask for are there. */
static int check_rows(struct load *l)
{
    struct fasttext *ft = l->ft;
    uint64_t need = ft->words.nwords;
    if (!ft->pruned.on && (ft->maxn > 0 || ft->word_ngrams > 1))
        need += ft->bucket;
    for (uint32_t i = 0; ft->pruned.on && i <= ft->pruned.mask; i++)
        if ((uint32_t)ft->pruned.table[i] > need)
            need = (uint32_t)ft->pruned.table[i];
    if (need > ft->in.rows)
        return damaged(l, "the input matrix is smaller than the dictionary");
    if (ft->out.rows != ft->words.nlabels)
        return damaged(l, "the output matrix does not fit the labels");
    return 0;
}

static int load_matrices(struct load *l)
{
    bool quantised = cursor_u8(&l->c);
    if (!quantised && l->ft->pruned.on)
        return damaged(l, "pruned, but not quantised");
    if (quantised ? load_quantised(l, &l->ft->in, true) : load_dense(l, &l->ft->in))
        return -1;
    bool out_quantised = cursor_u8(&l->c) && quantised;
    if (out_quantised ? load_quantised(l, &l->ft->out, false) : load_dense(l, &l->ft->out))
        return -1;
    return check_rows(l);
}

/* ---- what prediction needs besides -------------------------------------------------------- */

/* Huffman's tree over the labels' counts, by two queues: leaves from the rarest, inner nodes in
 * the order they were made; a leaf goes first only when it is strictly rarer. */
static int build_tree(struct load *l)
{
    const int64_t unbuilt = 1000000000000000, most = INT64_MAX / 2;
    int64_t sum = 0;
    int32_t n = (int32_t)l->ft->words.nlabels, leaf = n - 1, inner = n;
    int64_t *counts = mem_array((size_t)n * 2, sizeof *counts);
    l->ft->tree = mem_array((size_t)n * 2, sizeof *l->ft->tree);
    int rc = 0;
    for (int32_t i = 0; i < n && rc == 0; i++) {
        counts[i] = l->ft->words.counts[i];
        l->ft->tree[i] = (struct ft_node){-1, -1};
        if (counts[i] < 0 || counts[i] >= unbuilt || (sum += counts[i]) > most)
            rc = damaged(l, "a label's count is out of range");
    }
    for (int32_t i = n; i < 2 * n - 1; i++)
        counts[i] = unbuilt;
    for (int32_t i = n; i < 2 * n - 1 && rc == 0; i++) {
        int32_t pair[2];
        for (int j = 0; j < 2; j++)
            pair[j] = leaf >= 0 && counts[leaf] < counts[inner] ? leaf-- : inner++;
        l->ft->tree[i] = (struct ft_node){pair[0], pair[1]};
        counts[i] = counts[pair[0]] + counts[pair[1]];
    }
    mem_free(counts);
    return rc;
}

static void fill_sigmoid(struct fasttext *ft)
{
    for (int i = 0; i <= 512; i++) {
        float x = (float)(i * 16) / 512 - 8;
        ft->sigmoid[i] = (float)(1.0 / (1.0 + (double)expf(-x)));
    }
}

static int load_all(struct load *l)
{
    if (load_args(l))
        return -1;
    uint32_t n_kept;
    if (load_words(l, &n_kept) || (l->ft->pruned.on && load_pruned(l, n_kept)) ||
        load_matrices(l))
        return -1;
    fill_sigmoid(l->ft);
    return l->ft->loss == LOSS_HS ? build_tree(l) : 0;
}

struct fasttext *fasttext_parse(struct slice bytes, struct err *e)
{
    struct fasttext *ft = mem_zero(sizeof *ft);
    struct load l = {ft, cursor_of(bytes), e};
    if (load_all(&l) == 0)
        return ft;
    fasttext_free(ft);
    return NULL;
}

struct fasttext *fasttext_load(const char *path, struct err *e)
{
    struct model_file file;
    if (model_file_open(&file, path, e))
        return NULL;
    struct fasttext *ft = fasttext_parse(file.bytes, e);
    if (!ft)
        err_at(e, slice_str(path), ERR_NO_POS, ERR_NO_POS);
    model_file_close(&file);
    return ft;
}

void fasttext_free(struct fasttext *ft)
{
    if (!ft)
        return;
    mem_free(ft->words.v);
    mem_free(ft->words.counts);
    mem_free(ft->words.text);
    mem_free(ft->words.table);
    mem_free(ft->pruned.table);
    mem_free(ft->pruned.bits);
    ft_floats_free(ft->in.v);
    ft_floats_free(ft->out.v);
    ft_floats_free(ft->out.norms);
    mem_free(ft->tree);
    mem_free(ft);
}

uint32_t fasttext_labels(const struct fasttext *ft) { return ft->words.nlabels; }
size_t fasttext_memory(const struct fasttext *ft) { return ft->memory; }

struct slice fasttext_label(const struct fasttext *ft, uint32_t i)
{
    return ft->words.v[ft->words.nwords + i];
}
