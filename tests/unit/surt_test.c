/* surt: one rule a line. tests/peers/cdx_peer.py holds it against the Python package. */
#include "check.h"
#include "core/arena.h"
#include "read/surt.h"

static void keys(void **state)
{
    (void)state;
    static const struct { const char *url, *key; } cases[] = {
        {"http://www.Example.com:80/a/../B/?y=2&x=1#top", "com,example)/b?x=1&y=2"},
        {"https://example.com:443", "com,example)/"},
        {"https://user:pw@www12.example.com:8080/", "com,example:8080)/"},
        {"example.com/x", "com,example)/x"},
        {" http://example.com/a\tb ", "com,example)/ab"},
        {"http://https://example.com/", "com,example)/"},
        {"http:////example.com/x", "com,example)/x"},
        {"http://3232235777/", "1,1,168,192)/"},
        {"http://a..b.com./", "com,b,a)/"},
        {"http://x.org/%2541%20b%23", "org,x)/a%20b%23"},
        {"http://x.org//a//b/./c/..", "org,x)/a/b"},
        {"http://x.org/../a/", "org,x)/../a"},
        {"http://x.org/?", "org,x)/"},
        {"http://x.org/?b&a=&b=2&b", "org,x)/?a=&b&b&b=2"},
        {"http://x.org/?sid=0123456789abcdef0123456789ABCDEF&b", "org,x)/?b"},
        {"http://x.org/?sid=0123", "org,x)/?sid=0123"},
        {"http://x.org/?ASPSESSIONIDabcdefgh=abcdefghijklmnopqrstuvwx", "org,x)/"},
        {"http://x.org/?q&cfid=1&cftoken=2", "org,x)/?&q"},
        {"urn:uuid:ABC", "urn:uuid:abc"},
        {"", "-"},
    };
    struct buf b;
    struct arena a;
    buf_init(&b, 1 << 16);
    arena_init(&a);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        buf_clear(&b);
        surt_add(&b, &a, slice_str(cases[i].url));
        assert_slice(buf_slice(&b), cases[i].key);
    }
    arena_free(&a);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keys)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
