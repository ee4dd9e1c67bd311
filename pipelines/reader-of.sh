#!/bin/sh
# reader-of.sh - the stage that reads a file, folder or archive: told by content, not by name.
#
#   pipelines/reader-of.sh FILE|FOLDER...      one line each: warc wiki book html code jsonl text
#
# Names decide only where contents cannot: among the members of an archive, and between program
# and prose in plain text. A folder is what most of fifty of its files are, binaries left aside.
set -eu
export LC_ALL=C
tokmill=${TOKMILL:-$(cd "$(dirname "$0")/.." && pwd)/tokmill}

# The first 4 KiB, decompressed by magic number. A decompressor that is cut off complains, or may
# be missing on a bare machine: neither matters here.
head_of() {
    case $(head -c 4 "$1" | od -An -tx1 | tr -d ' \n') in
    1f8b*) gzip -dcq <"$1" ;;
    28b52ffd) zstd -dcq --long=31 <"$1" ;;
    425a68*) bzip2 -dcq <"$1" ;;
    fd377a58) xz -dcq <"$1" ;;
    *) cat "$1" ;;
    esac 2>/dev/null | head -c 4096
}

most_common() { sort | uniq -c | sort -k1,1nr -k2 | sed -n '1s/^ *[0-9]* //p'; }

# Members of an archive, listed by the reader that takes any file.
archive() {
    "$tokmill" -q -j1 html --mode all --limit 50 --on-bad skip --max-bad 100% "$1" 2>/dev/null |
        jq -r .id | tr '[:upper:]' '[:lower:]' |
        sed -E 's/.*\.x?html?$/html/; t; s/.*\.epub$/book/; t; s/.*/code/' | most_common
}

plain() {
    case $1 in *.txt | *.text | *.md | *.rst) echo text; return ;; esac
    if [ -n "$("$tokmill" -q -j1 code --limit 1 "$1" 2>/dev/null | head -c 1)" ]; then
        echo code
    elif [ "$(head_of "$1" | wc -c)" -eq "$(head_of "$1" | tr -d '\000' | wc -c)" ]; then
        echo text
    else
        echo binary
    fi
}

# At most fifty of the names, spread evenly.
sample() { awk '{ a[NR] = $0 } END { k = NR > 50 ? NR / 50 : 1; for (i = 1; i <= NR; i += k) print a[int(i)] }'; }

folder() {
    find "$1" -type f ! -path '*/.git/*' | sort | sample |
        while IFS= read -r member; do file "$member"; done | grep -v '^binary$' | most_common
}

file() {
    head=$(head_of "$1" | tr -d '\000')         # which the shell cannot hold
    case $(printf '%s' "$head" | tr '[:upper:]' '[:lower:]') in
    warc/* | filedesc://*) echo warc ;;
    *'<mediawiki'*) echo wiki ;;
    pk*application/epub+zip*) echo book ;;
    '{"'* | '{ "'*) echo jsonl ;;
    *'<!doctype html'* | *'<html'*) echo html ;;
    *'project gutenberg'*) echo book ;;
    pk* | 7z* | *ustar*) archive "$1" ;;
    *) plain "$1" ;;
    esac
}

for f in "$@"; do
    if [ -d "$f" ]; then
        folder "$f"
    elif [ -f "$f" ] && [ -r "$f" ]; then
        file "$f" | sed 's/binary/text/'
    else
        echo "reader-of.sh: no such file: $f" >&2
        exit 2
    fi
done
