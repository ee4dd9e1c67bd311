/* warc_digest - digests as WARC spells them: algorithm, colon, base32 or hexadecimal */
#ifndef READ_WARC_DIGEST_H
#define READ_WARC_DIGEST_H
#include "core/slice.h"

enum digest_found {
    DIGEST_EQUAL,
    DIGEST_DIFFERS,
    DIGEST_UNKNOWN              /* absent, or an algorithm other than md5, sha1, sha256 */
};

enum digest_found warc_digest_check(struct slice digest, struct slice bytes);

#endif
