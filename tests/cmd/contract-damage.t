#!/bin/bash
# Truncated and bit-flipped inputs never end with status 0 unless what came out is the whole.
. "$TOKMILL_SRC/tests/lib.sh"

flip() { # FILE BIT: the file with one bit turned
    perl -e 'local $/; open F, "<:raw", $ARGV[0]; $_ = <F>; vec($_, $ARGV[1], 1) ^= 1; print' "$1" "$2"
}

i=0
while [ $i -lt 60 ]; do
    echo "{\"id\":\"$i\",\"text\":\"number $((i * 7919))\"}"
    i=$((i + 1))
done > d.jsonl
gzip -nc d.jsonl > d.jsonl.gz
zstd -qc --check d.jsonl > d.jsonl.zst
bzip2 -c d.jsonl > d.jsonl.bz2
xz -c d.jsonl > d.jsonl.xz

# passes NAME FILE READER...: every cut and every flip of FILE either fails or gives the whole
try() {
    name=$1 file=$2
    shift 2
    "$@" "$file" > want 2> /dev/null || { not_ok "$name"; diag "the whole file fails"; return; }
    mkdir -p cut
    size=$(wc -c < "$file")
    wrong=
    for n in $(seq 0 $((size / 30 + 1)) $((size - 1))) $((size - 1)) $((size - 2)) $((size - 9)); do
        head -c "$n" "$file" > "cut/$file"
        (cd cut && "$@" "$file") > got 2> err && ! cmp -s want got && wrong="$wrong cut:$n"
        [ -s got ] || [ -s err ] || [ ! -s want ] || wrong="$wrong silent:$n"
    done
    for bit in $(seq 3 $((size * 8 / 60 + 1)) $((size * 8 - 1))); do
        flip "$file" "$bit" > "cut/$file"
        (cd cut && "$@" "$file") > got 2> err && ! cmp -s want got && wrong="$wrong bit:$bit"
    done
    is "${wrong:0:300}" "" "$name"
}
for s in gz zst bz2 xz; do try "jsonl.$s" d.jsonl.$s "$TOKMILL" norm; done
try "jsonl.zst, four threads" d.jsonl.zst "$TOKMILL" -j4 norm

printf 'First line.\nSecond line.\n' > t.txt
gzip -nc t.txt > t.txt.gz
zstd -qc --check t.txt > t.txt.zst
try "text.gz" t.txt.gz "$TOKMILL" text
try "text.zst" t.txt.zst "$TOKMILL" text

if [ -d "$TOKMILL_DATA/warc" ]; then
    cp "$TOKMILL_DATA/warc/whirlwind.warc.wet.gz" w.warc.gz
    chmod u+w w.warc.gz
    try "warc.gz" w.warc.gz "$TOKMILL" warc
else
    skip "warc.gz" "no data"
fi
done_testing
