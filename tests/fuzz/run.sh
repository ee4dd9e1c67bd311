#!/bin/bash
# Mutated inputs under AddressSanitizer and UndefinedBehaviorSanitizer.
#
#   tests/fuzz/run.sh [TARGET...]       FUZZ_SECONDS=20 each; default all
#
# With clang, libFuzzer does it; else driver.c. A crash leaves its input in build-fuzz/.
set -eu
cd "$(dirname "$0")/../.."
root=$PWD seconds=${FUZZ_SECONDS:-20}
[ $# -gt 0 ] || set -- $(ls tests/fuzz/*_fuzz.c | sed 's|.*/||; s|_fuzz\.c||')
driver=$root/tests/fuzz/driver.c engine=
flags='-O1 -g' cc=cc cxx=c++
if command -v clang > /dev/null && echo 'int LLVMFuzzerTestOneInput(const char *p, long n) { return 0; }' |
    clang -fsanitize=fuzzer -x c - -o /dev/null 2> /dev/null; then
    cc=clang cxx=clang++ driver= engine=-fsanitize=fuzzer flags="$flags -fsanitize=fuzzer-no-link"
fi
make -s -j"$(nproc)" B=build-fuzz CC=$cc CXX=$cxx SAN=address,undefined CFLAGS="$flags" CXXFLAGS="$flags" \
    build-fuzz/libtokmill.a build-fuzz/tokmill
libs=$(sed -n '/^LIBS :=/,/[^\\]$/p' Makefile | tr -d '\\' | sed 's/LIBS :=//' | tr '\n' ' ')

# ---- seeds, made by the program itself ------------------------------------------------------------

seeds=$root/build-fuzz/seeds
rm -rf "$seeds"
mkdir -p "$seeds"/{json,input,native,tms,tokenizer,wikitext,epub,part,norm,regex,pii}
mkdir -p "$seeds"/{mds,litdata,webdataset,llmc,nanogpt,megatron,datatrove,olmo,docnames}
t="$root/build-fuzz/tokmill -q"
cd "$seeds"
printf '%s' '{"id":"1","text":"a\u00e9\ud83d\ude00","input_ids":[1, 2],"metadata":{"url":"x","a":{}}}' > json/a
printf '%s' '{"text":"","id":12345678901234567890 ,"x":[1e5,true,null]}' > json/b
$t code "$root/core/mem.c" "$root/core/slice.c" -o docs.jsonl
for s in gzip bzip2 xz; do command -v $s > /dev/null && $s -c docs.jsonl > input/$s; done
command -v zstd > /dev/null && zstd -qc docs.jsonl > input/zstd
cp docs.jsonl input/plain
tar cf input/tar -C "$root/core" mem.c slice.c
tar czf input/tgz -C "$root/core" mem.c slice.c
$t bpe-train docs.jsonl --vocab-size 300 --pattern gpt2 --special '<|endoftext|>' -o tok.json
cp tok.json tokenizer/hf
printf 'YQ== 0\nYg== 1\nYWI= 2\n' > tokenizer/ranks
jq -c '.normalizer = {type: "Sequence", normalizers: [{type: "NFKC"}, {type: "Lowercase"}, {type: "Strip", strip_left: true},
    {type: "Replace", pattern: {Regex: "a+|\\s"}, content: "b"}, {type: "Prepend", prepend: "_"}]} |
    .pre_tokenizer = {type: "Sequence", pretokenizers: [{type: "Punctuation", behavior: "MergedWithNext"},
    {type: "Split", pattern: {String: "e"}, behavior: "Contiguous"}, {type: "ByteLevel"}, {type: "Digits"},
    {type: "Metaspace", replacement: "_", prepend_scheme: "first"}, {type: "FixedLength", length: 3}]}' tok.json > tokenizer/steps
jq -c '.pre_tokenizer = {type: "Metaspace", replacement: "▁"} | .decoder = {type: "Sequence", decoders: [{type: "ByteFallback"},
    {type: "Metaspace", replacement: "▁"}]} | .model.byte_fallback = true | .model.unk_token = "a"' tok.json > tokenizer/characters
for p in "[\p{L}&&[^\p{Han}]]+" "(?i:'s|'t)|\s+(?!\S)|\b\w" "[^\r\n]?\p{N}{1,3}+$" "[[:digit:]a-f\x{41}-\u0042]]"; do
    printf 'a%s' "$p" > "regex/$(printf '%s' "$p" | cksum | cut -d' ' -f1)"
done
$t encode -t tok.json docs.jsonl then shard -o shards/
cp shards/*.tms native/
cp shards/*.tms tms/
printf '{"id":"%s","text":"","input_ids":[1,299999,2,299999]}\n' a b c |
    $t shard --vocab-size 300000 --eod none -o few/ && cp few/shard.tms tms/few
# four documents of eight tokens with their end-of-document id: the targets have room for them
for i in 1 2 3 4; do printf '{"id":"d%s","text":"","source":"s","input_ids":[%s,2,3,4,9,9,9]}\n' $i $i; done > four.jsonl
for f in mds litdata webdataset llmc nanogpt megatron datatrove olmo; do
    $t shard four.jsonl --vocab-size 100 --eod-id 5 --format $f -o four-$f/
done
cp four-mds/*.mds mds/ && cp four-webdataset/*.tar webdataset/ && cp four-llmc/*.bin llmc/
cp four-nanogpt/*.bin nanogpt/ && cp four-megatron/*.idx megatron/ && cp four-datatrove/*.index datatrove/
cp four-olmo/*.csv.gz olmo/ && gzip -dc four-olmo/*.csv.gz > olmo/plain && cp four-nanogpt/*.zst docnames/
printf '{"id":"a","record":7}\n{"id":"b","source":"s"}\n{"id":"c"}\n{"id":"d"}\n' > docnames/plain
(cat four-litdata/*.bin; printf '\377'; cat four-litdata/index.json) > litdata/both
(cd four-webdataset && tar xf *.tar && tar --format=pax -cf ../webdataset/pax *.npy *.json &&
    tar --format=gnu -cf ../webdataset/gnu *.npy)
awk '/<<.X.$/ { on = 1; next } /^X$/ { on = 0 } on' "$root/tests/cmd/wiki.t" > wikitext/dump
printf '{{a|b={{c}}|[[d|e]]}} {|\n|x\n|} <ref>y</ref> '"'''b'''"' == h ==\n* l\n<math>x</math>' > wikitext/markup
printf 'PK\003\004' > epub/head
mkdir -p evalsets
printf '{"sets":[{"name":"a","file":"fuzz-input.json","template":"Q: {id} {sets}"},{"file":"x","format":"lines"}]}' > evalsets/spec
printf '{"id":"1","question":"what is this for","choices":["one","two"]}\n{"question":"a\\u00e9"}\n' > evalsets/set
cat docs.jsonl docs.jsonl > twice.jsonl
$t plan twice.jsonl -o plan.json
$t minhash-sign --plan plan.json -o part-1/
$t minhash-match --ranges 1 part-1 -o part-2/
$t minhash-cluster --partitions 2 part-2 -o part-3/
$t minhash-sets --clusters part-3 --plan plan.json -o part-4/
$t minhash-verify --clusters part-3 part-4 -o part-5/
cp part-?/*.sign part-?/*.match part-?/*.clusters part-?/*.sets part-?/*.verdicts part/
awk -F"'" '/^(pii|kind)_is/ { print $2 }' "$root/tests/cmd/pii.t" > pii/cases
awk -F"'" '/^norm_is/ { print $2 }' "$root/tests/cmd/norm.t" > norm/cases
printf 'sch\303\203\302\266n &#233; \033[1m\302\205 \303\257\302\273\302\277\356\200\200' > norm/marks
[ -z "${TOKMILL_DATA-}" ] || cp "$TOKMILL_DATA"/books/*.epub epub/ 2> /dev/null || true

# ---- targets --------------------------------------------------------------------------------------

failed=0 passed=0
for name in "$@"; do
    cd "$root"
    mkdir -p build-fuzz/work/"$name" "$seeds/$name"
    [ -n "$(ls "$seeds/$name")" ] || printf 'seed' > "$seeds/$name/none"
    san="-fsanitize=address,undefined -fno-sanitize-recover=all"
    $cc -std=c11 -D_GNU_SOURCE -I. -Ibuild-fuzz $flags $san -c "tests/fuzz/${name}_fuzz.c" -o "build-fuzz/${name}.o"
    [ -z "$driver" ] || $cc -std=c11 -D_GNU_SOURCE -I. $flags $san -c "$driver" -o build-fuzz/driver.o
    $cxx $san $engine -o "build-fuzz/$name" "build-fuzz/$name.o" ${driver:+build-fuzz/driver.o} \
        build-fuzz/libtokmill.a $libs
    cd "build-fuzz/work/$name"
    if [ -n "$driver" ]; then
        run="../../$name $seconds $seeds/$name/*"
    else
        run="../../$name -max_total_time=$seconds -rss_limit_mb=4096 -print_final_stats=1 . $seeds/$name"
    fi
    if timeout $((seconds + 120)) $run > log 2>&1; then
        echo "ok fuzz $name ($(grep -oE '[0-9]+ runs|number_of_executed_units: *[0-9]+' log | tail -n 1))"
        passed=$((passed + 1))
    else
        echo "FAILED fuzz $name: input in build-fuzz/work/$name"
        grep -m 3 -A 12 'ERROR\|runtime error\|SUMMARY' log | head -n 40 | sed 's/^/    /'
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
