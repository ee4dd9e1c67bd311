/* See warc_digest.h. Hashing is nettle's. */
#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include "read/warc_digest.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char l = (char)(c | 0x20);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

static int base32_value(char c)
{
    if (c >= '2' && c <= '7')
        return c - '2' + 26;
    const char l = (char)(c | 0x20);
    return l >= 'a' && l <= 'z' ? l - 'a' : -1;
}

/* Digits of `bits` bits each into n bytes; false unless they are exactly that many. */
static bool decode(struct slice text, unsigned bits, uint8_t *out, size_t n)
{
    uint32_t held = 0;
    unsigned have = 0;
    size_t k = 0;
    while (text.n && text.p[text.n - 1] == '=')
        text.n--;
    if (text.n != (n * 8 + bits - 1) / bits)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        const int v = bits == 4 ? hex_value(text.p[i]) : base32_value(text.p[i]);
        if (v < 0)
            return false;
        held = held << bits | (uint32_t)v;
        have += bits;
        if (have >= 8 && k < n)
            out[k++] = (uint8_t)(held >> (have -= 8));
    }
    return k == n;
}

static size_t hash(struct slice name, struct slice bytes, uint8_t out[SHA256_DIGEST_SIZE])
{
    const uint8_t *p = (const uint8_t *)bytes.p;
    if (slice_eq_nocase(name, SLICE("sha1")) || slice_eq_nocase(name, SLICE("sha-1"))) {
        struct sha1_ctx c;
        sha1_init(&c);
        sha1_update(&c, bytes.n, p);
        sha1_digest(&c, SHA1_DIGEST_SIZE, out);
        return SHA1_DIGEST_SIZE;
    }
    if (slice_eq_nocase(name, SLICE("sha256")) || slice_eq_nocase(name, SLICE("sha-256"))) {
        struct sha256_ctx c;
        sha256_init(&c);
        sha256_update(&c, bytes.n, p);
        sha256_digest(&c, SHA256_DIGEST_SIZE, out);
        return SHA256_DIGEST_SIZE;
    }
    if (slice_eq_nocase(name, SLICE("md5"))) {
        struct md5_ctx c;
        md5_init(&c);
        md5_update(&c, bytes.n, p);
        md5_digest(&c, MD5_DIGEST_SIZE, out);
        return MD5_DIGEST_SIZE;
    }
    return 0;
}

enum digest_found warc_digest_check(struct slice digest, struct slice bytes)
{
    const size_t colon = slice_find_byte(digest, ':');
    const struct slice text = slice_trim(slice_from(digest, colon + 1));
    uint8_t is[SHA256_DIGEST_SIZE], said[SHA256_DIGEST_SIZE];
    const size_t n = hash(slice_upto(digest, colon), bytes, is);
    if (n == 0 || !(decode(text, 4, said, n) || decode(text, 5, said, n)))
        return DIGEST_UNKNOWN;
    return memcmp(is, said, n) == 0 ? DIGEST_EQUAL : DIGEST_DIFFERS;
}

void warc_digest_sha1(struct slice bytes, char out[WARC_SHA1_TEXT])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint8_t sum[SHA256_DIGEST_SIZE];
    uint32_t held = 0;
    unsigned have = 0;
    hash(SLICE("sha1"), bytes, sum);
    memcpy(out, "sha1:", 5);
    out += 5;
    for (size_t i = 0; i < SHA1_DIGEST_SIZE; i++) {
        held = held << 8 | sum[i];
        for (have += 8; have >= 5; have -= 5)
            *out++ = digits[held >> (have - 5) & 31];
    }
}
