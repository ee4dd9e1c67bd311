/* codec - compressed formats as a stream of members
 *
 * A file is a run of members (gzip members, zstd and lz4 frames, bzip2 and xz streams), each of
 * which decodes on its own. Only the frames of a zstd file with a dictionary in front need what
 * came before (codec_has_dictionary): such a file is decoded from front to end. A decoder walks
 * stored bytes that its owner supplies and stops at each member end; input.c feeds it from a
 * descriptor, chunk.c from members cut out for a worker. Checksums are verified. A decoder belongs
 * to one thread at a time.
 */
#ifndef CORE_CODEC_H
#define CORE_CODEC_H
#include "core/err.h"

enum codec { CODEC_PLAIN, CODEC_GZIP, CODEC_ZSTD, CODEC_BZIP2, CODEC_XZ, CODEC_LZ4 };

const char *codec_name(enum codec c);
/* By magic number; plain when none matches. 16 bytes are enough. */
enum codec codec_recognise(struct slice head);
/* A zstd file that begins with its dictionary in a skippable frame, as web archives do (IIPC's
 * "WARC Zstandard compression": magic 0x184D2A5D, the dictionary plain or a zstd frame itself). */
bool codec_has_dictionary(struct slice head);
/* True where codec_cut() can find members. */
bool codec_can_cut(enum codec c);
/* Stored bytes of the whole members at the front of s that a worker may decode at once: for zstd
 * exact, for gzip and bzip2 up to the last place that looks like a member's start (a guess that
 * decoding has to confirm). 0: no boundary within s, or the codec has none to be found. */
size_t codec_cut(enum codec c, struct slice s);

struct decoder;

struct decoder *decoder_new(enum codec c, int window_log, struct err *e);
void decoder_free(struct decoder *d);                       /* NULL is allowed */
/* At the start of a member. */
int decoder_begin(struct decoder *d, struct err *e);
/* Decodes some of `in` into out[0..n): *used stored bytes, *made decoded ones, *end when the member
 * ended. -1: the data is damaged behind the *made bytes. */
int decoder_step(struct decoder *d, struct slice in, char *out, size_t n, size_t *used,
                 size_t *made, bool *end);
/* A whole gzip member at the front of `in` into out at once. False: it does not fit, is cut off or
 * damaged (step through it to learn which); nothing is consumed then. */
bool decoder_whole(struct decoder *d, struct slice in, char *out, size_t n, size_t *used,
                   size_t *made);

#endif
