#!/bin/sh
# docs/ADDING.md: its three files, copied into a copy of the tree, build, pass their test, show up.
. "$TOKMILL_SRC/tests/lib.sh"

mkdir tree
(cd "$TOKMILL_SRC" && ls | grep -v '^build\|^demo-out\|^tokmill$' | tar cf - -T -) | tar xf - -C tree
cd tree || exit 1
awk '/^<!-- file: / { file = $3; next }
    file && /^```/ { if (open) { close(file); file = ""; open = 0 } else open = 1; next }
    open { print > file }' docs/ADDING.md
is "$(ls cmd/lines.c docs/man/lines.md tests/cmd/lines.t | wc -l | tr -d ' ')" 3 "three files"

# The library need not be built twice; what is new is.
b=$(dirname "$TOKMILL")
mkdir build
cp -Rp "$b"/*.a "$b"/core "$b"/text "$b"/read "$b"/filter "$b"/dedup "$b"/tokenize "$b"/shard "$b"/stats \
    "$b"/cmd build/ 2> /dev/null
find build -name '*.d' -delete
find build -name '*.o' -exec touch {} +
touch build/libtokmill.a
san=
nm "$TOKMILL" 2> /dev/null | grep -q __asan_init && san=address,undefined
ok_cmd "they build" env -u MAKEFLAGS make -s -j2 B=build ${san:+SAN=$san} build/tokmill
is "$(build/tokmill --help | grep '^  lines ' | tr -s ' ')" " lines keep documents by their number of lines" \
    "tokmill --help lists it"
is "$(build/tokmill completion bash | grep -c ' lines) all')" 1 "completion knows it"
is "$(build/tokmill man lines | grep -c 'note')" 1 "so does the man page"
mkdir run
out=$(cd run && TOKMILL=$PWD/../build/tokmill TOKMILL_SRC=$PWD/.. sh ../tests/cmd/lines.t 2>&1)
is "$?" 0 "its test passes"
diag "$out"
done_testing
