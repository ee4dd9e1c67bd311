/* warc_digest - digests as WARC spells them: algorithm, colon, base32 or hexadecimal */
#ifndef READ_WARC_DIGEST_H
#define READ_WARC_DIGEST_H
#include "core/slice.h"

enum digest_found {
    DIGEST_EQUAL,
    DIGEST_DIFFERS,
    DIGEST_UNKNOWN              /* absent, or an algorithm other than md5, sha1, sha256 */
};

enum { WARC_SHA1_TEXT = 5 + 32 };
/* "sha1:" and 32 digits in base32. */
void warc_digest_sha1(struct slice bytes, char out[WARC_SHA1_TEXT]);
enum digest_found warc_digest_check(struct slice digest, struct slice bytes);

#endif
