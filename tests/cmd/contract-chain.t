#!/bin/bash
# CONTRACT section 8: the same bytes for chain and pipe, any number of threads, any storage.
. "$TOKMILL_SRC/tests/lib.sh"
set -o pipefail
data=$TOKMILL_DATA

printf '{"id":"%s","text":"Some text, number %s."}\n' 1 1 2 2 3 3 > small.jsonl
is "$("$TOKMILL" norm small.jsonl then lang then dedup-exact | cksum)" \
    "$("$TOKMILL" norm small.jsonl | "$TOKMILL" lang | "$TOKMILL" dedup-exact | cksum)" "A then B then C = A | B | C"

# same NAME: the chain given as words, over one file, in every way that must not matter
same() {
    name=$1 reader=$2 file=$3
    root=$(dirname "$file")
    base=$(basename "$file")
    tail='then norm then lang then dedup-exact --by text'
    # shellcheck disable=SC2086
    "$TOKMILL" -j1 $reader --input-root "$root" "$file" $tail > want ||
        { not_ok "$name"; diag "status $? of the plain run"; return; }
    [ -s want ] || { not_ok "$name"; diag "nothing came out"; return; }
    wrong=
    # shellcheck disable=SC2086
    for j in 2 8; do
        "$TOKMILL" -j$j $reader --input-root "$root" "$file" $tail > got
        cmp -s want got || wrong="$wrong -j$j"
    done
    # shellcheck disable=SC2086
    "$TOKMILL" $reader --input-root "$root" "$file" | "$TOKMILL" -j2 norm | "$TOKMILL" lang |
        "$TOKMILL" -j8 dedup-exact --by text > got
    cmp -s want got || wrong="$wrong pipes"
    # shellcheck disable=SC2086
    "$TOKMILL" --memory 64M -j2 $reader --input-root "$root" "$file" $tail > got
    cmp -s want got || wrong="$wrong memory"
    rm -rf stored && mkdir stored
    case $base in
    *.gz) gzip -dc "$file" ;;
    *.bz2) bzip2 -dc "$file" ;;
    *) cat "$file" ;;
    esac > stored/plain
    plain=${base%.gz}
    plain=${plain%.bz2}
    for codec in none gzip zstd bzip2 xz lz4; do
        case $codec in
        none) cp stored/plain "stored/$plain" && stored=stored/$plain ;;
        gzip) gzip -1 -c stored/plain > "stored/$plain.gz" && stored=stored/$plain.gz ;;
        zstd) zstd -qc stored/plain > "stored/$plain.zst" && stored=stored/$plain.zst ;;
        bzip2) bzip2 -1 -c stored/plain > "stored/$plain.bz2" && stored=stored/$plain.bz2 ;;
        lz4) lz4 -qc stored/plain > "stored/$plain.lz4" && stored=stored/$plain.lz4 ;;
        xz) xz -0 -c stored/plain > "stored/$plain.xz" && stored=stored/$plain.xz ;;
        esac
        # shellcheck disable=SC2086
        "$TOKMILL" -j2 $reader --input-root stored "$stored" $tail > got
        cmp -s want got || wrong="$wrong $codec"
        # shellcheck disable=SC2086
        "$TOKMILL" -j2 $reader --input-name "$plain" $tail < "$stored" > got
        cmp -s want got || wrong="$wrong $codec-on-stdin"
    done
    is "$wrong" "" "$name"
}

for i in 1 2 3; do "$TOKMILL" jsonl small.jsonl; done > stored.jsonl
same "jsonl, written for the test" jsonl "$PWD/stored.jsonl"
i=0
while [ $i -lt 40000 ]; do
    echo "{\"id\":\"$i\",\"text\":\"Document number $i of a file of more than one batch, with $((i * 7919 % 1000)) in it.\"}"
    i=$((i + 1))
done > large.jsonl
same "jsonl of several batches" jsonl "$PWD/large.jsonl"
cat "$TOKMILL_SRC"/core/*.c > source.txt
same "text --lines" "text --lines" "$PWD/source.txt"
if [ -d "$data/wiki" ]; then
    for f in "$data"/wiki/*.bz2; do same "wiki, $(basename "$f" | cut -c1-30)" wiki "$f"; done
    for f in "$data"/books/*; do same "book, $(basename "$f")" book "$f"; done
    for f in dolma-sample-0000.warc.gz resiliparse-warcfile.warc.gz whirlwind.warc.wet.gz warcio-example.warc \
        resiliparse-clueweb-quirk.warc.gz; do
        [ -r "$data/warc/$f" ] && same "warc, $f" "warc --on-bad skip --max-bad 90%" "$data/warc/$f"
    done
    "$TOKMILL" -j1 html --limit 300 "$data/html/wcxb-dev.tar.zst" > one
    "$TOKMILL" -j8 html --limit 300 "$data/html/wcxb-dev.tar.zst" > eight
    is "$(wc -l < one | tr -d ' ')$(cmp one eight)" 300 "html of an archive"
else
    for t in wiki book warc html; do skip "$t" "no data"; done
fi

# output codecs hold the same, and outputs by file, pipe and redirection are one
"$TOKMILL" norm large.jsonl > want
for s in jsonl jsonl.gz jsonl.zst; do
    "$TOKMILL" -j1 norm large.jsonl -o one.$s
    "$TOKMILL" -j8 norm large.jsonl -o eight.$s
    cmp -s one.$s eight.$s || wrong="$wrong $s"
    "$TOKMILL" jsonl --limit 0 one.$s > /dev/null
done
is "$wrong" "" "-o: the same bytes for any number of threads, in each codec"
is "$(gzip -dc one.jsonl.gz | cksum) $(zstd -dqc one.jsonl.zst | cksum)" "$(cksum < want) $(cksum < want)" \
    "which gzip and zstd read"
is "$("$TOKMILL" norm large.jsonl | cat | cksum)" "$(cksum < want)" "a pipe"

# tokens
if [ -d "$data/tokenizers" ]; then
    t=$data/tokenizers/models/gpt2.json
    "$TOKMILL" norm large.jsonl then encode -t "$t" then shard --format megatron --eod none -o chain/
    "$TOKMILL" norm large.jsonl | "$TOKMILL" encode -t "$t" | "$TOKMILL" shard --format megatron --eod none -o pipe/
    is "$(diff -r chain pipe)" "" "the same shards"
else
    skip "the same shards" "no data"
fi
done_testing
