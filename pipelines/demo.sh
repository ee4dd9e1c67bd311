#!/bin/sh
# demo.sh - the whole path on real input: dumps in, token shards and a report out, in minutes.
#
#   pipelines/demo.sh [-o OUTDIR] [FILE|FOLDER...]
#
# Installs what is missing (Debian, Ubuntu; elsewhere it says what is missing), builds, and reads
# the files given, whatever their format: web archives, pages, wiki dumps, books, code, JSON lines,
# text, compressed or archived. With none it reads the Debian Administrator's Handbook in all its
# languages, crawled from a web server on this machine by wget, beside tokmill's own source as code.
# Every line that begins with `$ tokmill` can be typed by hand. A second run replaces the first.
#
#   -o OUTDIR      results go here (demo-out)
#   VOCAB_SIZE=N   in the environment: entries of the vocabulary (16384)
#
# shellcheck disable=SC1010     # `then` is a word of tokmill's here
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
out=demo-out
vocab_size=${VOCAB_SIZE:-16384}
usage() { sed -n '2,/^[^#]/{ /shellcheck/d; s/^# \{0,1\}//p; }' "$0"; }
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage; exit 0 ;;
    -o) [ $# -gt 1 ] || { echo "demo.sh: -o needs a folder" >&2; exit 2; }; out=$2; shift 2 ;;
    --) shift; break ;;
    -*) echo "demo.sh: unknown option $1; see --help" >&2; exit 2 ;;
    *) break ;;
    esac
done
for f in "$@"; do
    [ -r "$f" ] || { echo "demo.sh: cannot read $f" >&2; exit 2; }
done

say() { printf '\n== %s\n' "$*"; }
run() {
    printf '$ tokmill'
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_./:=,+%@-]*) printf " '%s'" "$word" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
    echo
    "$root/tokmill" "$@"
}

say "packages and build"
if [ $# -gt 0 ]; then more=; else more=crawl; fi
sh "$root/tools/install-deps.sh" build demo $more
make -s -C "$root" -j"$(nproc 2>/dev/null || echo 2)"
mkdir -p "$out"
out=$(cd "$out" && pwd)
rm -rf "$out/stats" "$out/docs" "$out/shards-megatron" "$out/shards-native"
mkdir -p "$out/stats" "$out/docs"

handbook=/usr/share/doc/debian-handbook/html
server=
crawling=
stop_crawl() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    server=
    [ -z "$crawling" ] || rm -rf "$crawling"
}
trap stop_crawl EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Serves the handbook on loopback: a port that somebody has ends the server at once, so try others.
serve() {
    for k in 1 2 3 4 5 6 7 8; do
        port=$((20000 + ($$ * 7 + k * 1009) % 20000))
        busybox httpd -f -p "127.0.0.1:$port" -h "$handbook" &
        server=$!
        for pause in 0.1 0.2 0.4 0.8 1.6; do
            sleep $pause
            kill -0 "$server" 2>/dev/null || break
            ! wget -q --spider --tries=1 --no-proxy "http://127.0.0.1:$port/en-US/index.html" || return 0
        done
        kill "$server" 2>/dev/null || true
        server=
    done
    echo "demo.sh: cannot start a web server on loopback" >&2
    exit 3
}

# Slim images leave /usr/share/doc out of packages: then it comes from the package itself.
find_handbook() {
    [ ! -d "$handbook" ] || return 0
    rm -rf "$crawling/deb"
    mkdir "$crawling/deb"
    (cd "$crawling/deb" && apt-get download -qq debian-handbook && dpkg-deb -x ./*.deb .)
    handbook=$crawling/deb$handbook
}

# Crawls it as any site is crawled. wget ends with 8 where pages link to ones that do not exist;
# the archive is whole all the same.
crawl() {
    crawling=$out/.crawl
    rm -rf "$crawling"
    mkdir "$crawling"
    find_handbook
    serve
    (cd "$crawling" && find "$handbook" -mindepth 1 -maxdepth 1 -name '*-*' -printf '%f\n' |
        LC_ALL=C sort | sed "s|.*|http://127.0.0.1:$port/&/|" |
        wget -q -r -l inf -np -nd --no-proxy -e robots=off --delete-after --warc-file=handbook \
            -R 'png,jpg,svg,css,js,woff*' -P pages -i -) || [ $? -eq 8 ]
    mv "$crawling/handbook.warc.gz" "$out/handbook.warc.gz"
    stop_crawl
    crawling=
}

# read_with READER OPERAND...: one step of reading, numbered.
n=0
read_with() {
    n=$((n + 1))
    reader=$1
    nn=$(printf %03d $n)
    shift
    run "$reader" "$@" --on-bad skip --max-bad 50% --bad "$out/docs/bad-$nn.jsonl" \
        --stats "$out/stats/01-read-$nn-$reader.json" -o "$out/docs/read-$nn.jsonl.zst"
}

# Readers of single files get a folder's files one by one; the others walk it themselves.
read_operand() {
    reader=$(sh "$root/pipelines/reader-of.sh" "$1")
    case $reader in
    '') echo "demo.sh: nothing to read in $1" >&2; exit 2 ;;
    warc | wiki | jsonl | text)
        if [ -d "$1" ]; then
            find "$1" -type f ! -path '*/.git/*' | LC_ALL=C sort | while IFS= read -r f; do
                [ "$(sh "$root/pipelines/reader-of.sh" "$f")" != "$reader" ] || printf '%s\n' "$f"
            done >"$out/docs/files-$((n + 1))"
            read_with "$reader" --files-from "$out/docs/files-$((n + 1))"
            return
        fi ;;
    esac
    read_with "$reader" "$1"
}

say "read"
if [ $# -gt 0 ]; then
    for f in "$@"; do read_operand "$f"; done
else
    [ -s "$out/handbook.warc.gz" ] || crawl
    read_with warc "$out/handbook.warc.gz" --input-root "$out"
    sources=
    for d in core cmd text read filter dedup tokenize shard stats; do
        [ ! -d "$root/$d" ] || sources="$sources $root/$d"
    done
    # shellcheck disable=SC2086
    read_with code $sources --input-root "$root"
fi

say "clean, name the language, take out personal data, judge quality"
run norm "$out"/docs/read-*.jsonl.zst then lang then pii \
    then filter --rules gopher-repetition --rejects "$out/docs/dropped.jsonl.zst" \
    --stats "$out/stats/02-filter.json" -o "$out/docs/filtered.jsonl.zst"

say "deduplicate, exactly and nearly"
run dedup-exact "$out/docs/filtered.jsonl.zst" then dedup-near \
    --stats "$out/stats/03-dedup.json" -o "$out/docs/kept.jsonl.zst"

n=$(zstd -dcq "$out/docs/kept.jsonl.zst" | wc -l)
if [ "$n" -eq 0 ]; then
    echo "demo.sh: no document was kept; $out/docs/dropped.jsonl.zst tells why" >&2
    exit 1
fi
say "train a vocabulary of $vocab_size entries"
run bpe-train "$out/docs/kept.jsonl.zst" --vocab-size "$vocab_size" --pattern cl100k \
    --special '<|endoftext|>' --stats "$out/stats/04-train.json" -o "$out/tokenizer.json"

say "encode and write shards"
run encode -t "$out/tokenizer.json" "$out/docs/kept.jsonl.zst" \
    --stats "$out/stats/05-encode.json" -o "$out/docs/encoded.jsonl.zst"
run shard "$out/docs/encoded.jsonl.zst" --format megatron -o "$out/shards-megatron/"
run shard "$out/docs/encoded.jsonl.zst" --format native --stats "$out/stats/06-shard.json" \
    -o "$out/shards-native/"
run verify "$out/shards-native" "$out/shards-megatron"

say "the shards decode to the kept documents"
texts() { jq -c .text | cksum; }                # a text a line, quoted: boundaries count
kept=$(zstd -dcq "$out/docs/kept.jsonl.zst" | texts)
for shards in "$out/shards-native/" "$out/shards-megatron/"; do
    run unshard "$shards" then decode -t "$out/tokenizer.json" -o "$out/docs/decoded.jsonl"
    if [ "$(texts <"$out/docs/decoded.jsonl")" != "$kept" ]; then
        echo "demo.sh: $shards does not decode to $out/docs/kept.jsonl.zst" >&2
        exit 1
    fi
    rm "$out/docs/decoded.jsonl"
done
echo "equal: $n documents"

say "report"
run report "$out"/stats/*.json -o "$out/report.html"
printf '\nshards: %s (Megatron), %s (compressed)\nreport: %s\n' \
    "$out/shards-megatron" "$out/shards-native" "$out/report.html"
