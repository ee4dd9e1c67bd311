#!/bin/sh
# The whole path on real input: dumps in, token shards and a report out, in a few minutes.
#
#   pipelines/demo.sh [-o OUTDIR] [FILE...]
#
# Installs what is missing (Debian, Ubuntu), builds, reads the files given, whatever their format,
# or, with none, the Debian Administrator's Handbook in all its languages, crawled from a local web
# server by wget, beside tokmill's own source as code. Each step below is one command that can be
# typed by hand; SIZE and OUTDIR are all the settings there are.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
out=demo-out
vocab_size=${VOCAB_SIZE:-16384}
if [ "${1-}" = -o ]; then
    out=$2
    shift 2
fi
case "${1-}" in -h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;; esac

say() { printf '\n== %s\n' "$*"; }
run() {
    printf '$ tokmill %s\n' "$*"
    "$root/tokmill" "$@"
}

say "packages and build"
if [ $# -gt 0 ]; then sh "$root/tools/install-deps.sh" build; else sh "$root/tools/install-deps.sh" build demo; fi
make -s -C "$root" -j"$(nproc)"
mkdir -p "$out"
out=$(cd "$out" && pwd)
mkdir -p "$out/stats" "$out/docs"

# Serves the handbook on loopback and crawls it as any site is crawled.
crawl() {
    server=
    port=$((20000 + $$ % 20000))
    trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true' EXIT
    busybox httpd -f -p "127.0.0.1:$port" -h /usr/share/doc/debian-handbook/html &
    server=$!
    sleep 1
    # wget ends with 8 when the site links to pages it does not have; the WARC is whole all the same.
    (cd "$out" && ls /usr/share/doc/debian-handbook/html | sed "s|.*|http://127.0.0.1:$port/&/|" |
        wget -q -r -l inf -np -e robots=off --delete-after -nd --warc-file=handbook -R 'png,jpg,svg,css,js,woff*' \
            -P "$out/.wget" -i -) || [ $? -eq 8 ]
    kill "$server"
    wait "$server" 2>/dev/null || true
    server=
    rm -rf "$out/.wget"
}

# The reader for a file, by its content.
reader_of() {
    if [ -d "$1" ]; then
        if find "$1" -name '*.htm*' | head -n 1 | grep -q .; then echo html; else echo code; fi
        return
    fi
    head=$("$root/tools/peek.sh" "$1" | tr -d '\000')
    case $head in
    WARC/*) echo warc ;;
    '<mediawiki'*) echo wiki ;;
    'PK'*application/epub+zip*) echo book ;;
    '{'*) echo jsonl ;;
    *'Project Gutenberg'*) echo book ;;
    *'<!DOCTYPE html'* | *'<!doctype html'* | *'<html'*) echo html ;;
    'PK'* | *ustar*) echo code ;;
    *) echo text ;;
    esac
}

say "read"
readers=
n=0
if [ $# -gt 0 ]; then
    for f in "$@"; do
        n=$((n + 1))
        r=$(reader_of "$f")
        readers="$readers $r"
        run "$r" --on-bad skip --max-bad 50% "$f" --stats "$out/stats/01-read-$n-$r.json" \
            -o "$out/docs/read-$n.jsonl.zst"
    done
else
    [ -s "$out/handbook.warc.gz" ] || crawl
    run warc "$out/handbook.warc.gz" --input-root "$out" --stats "$out/stats/01-read-1-warc.json" -o "$out/docs/read-1.jsonl.zst"
    run code "$root/core" "$root/cmd" "$root/read" "$root/filter" "$root/dedup" "$root/tokenize" \
        "$root/shard" "$root/stats" "$root/text" --input-root "$root" \
        --stats "$out/stats/01-read-2-code.json" -o "$out/docs/read-2.jsonl.zst"
fi

say "clean, name the language, take out personal data, judge quality"
run norm "$out"/docs/read-*.jsonl.zst then lang then pii \
    then filter --rules gopher-repetition --rejects "$out/docs/dropped.jsonl.zst" \
    --stats "$out/stats/02-filter.json" -o "$out/docs/filtered.jsonl.zst"

say "deduplicate, exactly and nearly"
run dedup-exact "$out/docs/filtered.jsonl.zst" then dedup-near \
    --stats "$out/stats/03-dedup.json" -o "$out/docs/kept.jsonl.zst"

say "train a vocabulary of $vocab_size entries"
run bpe-train "$out/docs/kept.jsonl.zst" --vocab-size "$vocab_size" --pattern cl100k \
    --special '<|endoftext|>' --stats "$out/stats/04-train.json" -o "$out/tokenizer.json"

say "encode and write shards"
run encode -t "$out/tokenizer.json" "$out/docs/kept.jsonl.zst" \
    --stats "$out/stats/05-encode.json" -o "$out/docs/encoded.jsonl.zst"
rm -rf "$out/shards-megatron" "$out/shards-native"
run shard "$out/docs/encoded.jsonl.zst" --format megatron -o "$out/shards-megatron/"
run shard "$out/docs/encoded.jsonl.zst" --format native --stats "$out/stats/06-shard.json" \
    -o "$out/shards-native/"
run verify "$out/shards-native" "$out/shards-megatron"

say "the shards decode to the kept documents"
"$root/tokmill" unshard "$out"/shards-native/ then decode -t "$out/tokenizer.json" |
    jq -r .text | sed 's/<|endoftext|>$//' | md5sum >"$out/.a"
zstd -dcq "$out/docs/kept.jsonl.zst" | jq -r .text | md5sum >"$out/.b"
if cmp -s "$out/.a" "$out/.b"; then echo "equal"; else echo "NOT EQUAL" >&2; exit 1; fi
rm -f "$out/.a" "$out/.b"

say "report"
run report "$out"/stats/*.json -o "$out/report.html"
printf '\nshards: %s (Megatron), %s (compressed)\nreport: %s\n' \
    "$out/shards-megatron" "$out/shards-native" "$out/report.html"
