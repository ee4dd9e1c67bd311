#!/bin/bash
# libtokmill-shard: installed by itself, found by pkg-config, linked both ways, from C and C++.
. "$TOKMILL_SRC/tests/lib.sh"

meta='"metadata":{"tokenizer":{"hash":"abc","max_id":500,"bos":null,"eos":500}}'
for i in $(seq 1 300); do
    printf '{"id":"d%s","text":"",%s,"input_ids":[%s,2,3]}\n' $i "$meta" $i
done > d.jsonl
"$TOKMILL" shard d.jsonl -o n/
here=$PWD
ok_cmd "make install-shard-lib" make -s -C "$TOKMILL_SRC" B="$here/b" SAN= CFLAGS=-O1 \
    DESTDIR="$here/root" PREFIX=/opt/x install-shard-lib
is "$(cd root/opt/x && find . ! -type d | LC_ALL=C sort | tr '\n' ' ')" \
    "./include/tokmill-shard.h ./lib/libtokmill-shard.a ./lib/libtokmill-shard.so ./lib/libtokmill-shard.so.1 ./lib/pkgconfig/tokmill-shard.pc ./share/man/man3/libtokmill-shard.3 " \
    "header, both libraries, pkg-config, manual; nothing outside PREFIX"
cat > use.c <<'X'
#include <stdio.h>
#include <string.h>
#include <tokmill-shard.h>

int main(int argc, char **argv)
{
    struct tms_error e;
    tms *t = tms_open(argv[argc - 1], &e);
    tms_cursor *c = t ? tms_cursor_new(t, &e) : NULL;
    uint32_t ids[4];
    uint64_t doc, from, to;
    if (!c || tms_read(c, 8, 4, ids, &e) || tms_document_of(c, 9, &doc, &e) ||
        tms_document(c, doc, &from, &to, &e) || tms_verify(c, &e)) {
        printf("%d %s\n", e.status, e.text);
        return 1;
    }
    printf("%u %u %u %u; document %u: %u to %u; %s\n", ids[0], ids[1], ids[2], ids[3], (unsigned)doc,
           (unsigned)from, (unsigned)to, strstr(tms_json(t, NULL), "abc") ? "tokenizer" : "none");
    tms_cursor_free(c);
    tms_close(t);
    return 0;
}
X
want="3 2 3 500; document 2: 8 to 12; tokenizer"
flags="-Iroot/opt/x/include" lib=$here/root/opt/x/lib
if command -v pkg-config > /dev/null; then
    flags=$(PKG_CONFIG_PATH=$lib/pkgconfig pkg-config --cflags --libs --define-variable=prefix="$here/root/opt/x" \
        --define-variable=libdir="$lib" --define-variable=includedir="$here/root/opt/x/include" tokmill-shard)
    is "$flags" "-I$here/root/opt/x/include -L$lib -ltokmill-shard " "pkg-config tells how"
else
    skip "pkg-config tells how" "no pkg-config"
    flags="$flags -L$lib -ltokmill-shard"
fi
# shellcheck disable=SC2086
${CC:-cc} -std=c99 -pedantic -Wall -Wextra -Werror use.c $flags -o shared
is "$(LD_LIBRARY_PATH=$lib ./shared n/shard.tms)" "$want" "a C99 program with the shared library"
${CC:-cc} use.c -Iroot/opt/x/include "$lib/libtokmill-shard.a" -lzstd -lxxhash -o static
is "$(./static n/shard.tms)" "$want" "with the static one"
cp use.c use.cc
if ${CXX:-c++} -Wall -Werror use.cc -Iroot/opt/x/include "$lib/libtokmill-shard.a" -lzstd -lxxhash -o cc 2> err; then
    is "$(./cc n/shard.tms)" "$want" "from C++"
else
    is "$(cat err)" "" "from C++"
fi
is "$(./static d.jsonl; ./static nothing)" "3 no seek table at the end: not a token shard, or cut short
1 nothing: No such file or directory" "errors say what and why"
is "$(nm -D --defined-only "$lib/libtokmill-shard.so" | awk '{ print $3 }' | grep -v '^tms_')" "" \
    "nothing else is exported"
if command -v groff > /dev/null; then
    is "$(groff -mdoc -Tutf8 -ww root/opt/x/share/man/man3/libtokmill-shard.3 2>&1 > /dev/null)" "" "the manual"
else
    skip "the manual" "no groff"
fi
done_testing
