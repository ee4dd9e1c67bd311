/* input - the decoded bytes of one file or of standard input
 *
 * The codec is recognised by magic number: plain, gzip (all members, empty ones
 * too), zstd (all frames, with the dictionary that stands in front of web archives; other skippable
 * ones passed over), bzip2 (all streams), xz, lz4 (all frames). Checksums are
 * verified. What follows the last member and is no member is damage, as is a cut-off one: ERR_DATA
 * with the offset of the decoded byte where it was met. A name never chooses the codec, but what is
 * called .gz and is neither packed nor text is damage too. One thread at a time.
 */
#ifndef CORE_INPUT_H
#define CORE_INPUT_H
#include "core/err.h"

struct input;

enum { INPUT_WINDOW_DEFAULT = 27, INPUT_WINDOW_MAX = 31 };

/* path NULL or "-": standard input. window_log: largest zstd window accepted, log2 of bytes. */
struct input *input_open(const char *path, int window_log, struct err *e);
/* The same from a member's start further on: stored byte `from` of a regular file. */
struct input *input_open_at(const char *path, uint64_t from, int window_log, struct err *e);
/* 1 to n decoded bytes; 0 at the end; -1 on error. */
long input_read(struct input *in, void *p, size_t n, struct err *e);
bool input_is_plain(const struct input *in);
uint64_t input_stored_size(const struct input *in);     /* of the file; 0 when not known */
uint64_t input_stored_at(const struct input *in);       /* compressed bytes consumed */
void input_close(struct input *in);                     /* NULL is allowed */

/* The name never chooses the codec. But bytes under the name of one that are none of it, and no
 * text that somebody decompressed and left there, are damage (ERR_DATA): a cut or changed magic
 * number must not make rubbish of a file in silence. */
int input_check_plain(const char *path, struct slice head, struct err *e);

/* Name without .gz .zst .bz2 .xz .lz4 (and .zstd, .bz). */
struct slice input_base_name(struct slice name);

#endif
