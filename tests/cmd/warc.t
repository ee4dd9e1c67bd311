#!/bin/sh
# warc: records made here, one trap each, then real archives.
. "$TOKMILL_SRC/tests/lib.sh"

# record TYPE FIELDS BODYFILE [LENGTH]: one WARC record on standard output
record() {
    printf 'WARC/1.0\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:x:%s>\r\n' "$1" "$n"
    printf 'WARC-Date: 2020-01-02T03:04:05Z\r\nWARC-Target-URI: http://x.test/%s\r\n' "$n"
    [ -z "$2" ] || printf '%s\r\n' "$2"
    printf 'Content-Length: %s\r\n\r\n' "${4:-$(wc -c < "$3" | tr -d ' ')}"
    cat "$3"
    printf '\r\n\r\n'
}
# response FILE STATUS FIELDS BODY: a stored HTTP message
response() { { printf 'HTTP/1.1 %s\r\n' "$2"; [ -z "$3" ] || printf '%b\r\n' "$3"; printf '\r\n'; printf '%b' "$4"; } > "$1"; }
texts() { "$TOKMILL" warc "$@" | jq -r .text; }

html='Content-Type: text/html; charset=utf-8'
response hello '200 OK' "$html" '<title>T</title><p>hello</p>'
response gone '404 Not Found' "$html" '<p>gone'
response image '200 OK' 'Content-Type: image/png' '\211PNG\r\n'
response plain '200 OK' 'Content-Type: text/plain' 'plain  text\n'
response chunked '200 OK' "$html\r\nTransfer-Encoding: chunked" '3\r\n<p>\r\n5\r\nhello\r\n0\r\n\r\n'
response unchunked '200 OK' "$html\r\nTransfer-Encoding: chunked" '<p>hello'
response ungzip '200 OK' "$html\r\nContent-Encoding: gzip" '<p>hello'
{ printf 'HTTP/1.1 200 OK\r\n%s\r\nContent-Encoding: gzip\r\n\r\n' "$html"; printf '<p>hello' | gzip -n; } > gzipped
printf '<p>resource' > page
printf 'converted text' > wet
printf 'GET / HTTP/1.1\r\n\r\n' > get
{
    n=1; record warcinfo '' get
    n=2; record request '' get
    n=3; record response '' hello
    n=4; record response '' gone
    n=5; record response '' image
    n=6; record response '' plain
    n=7; record resource 'Content-Type: text/html' page
    n=8; record conversion 'Content-Type: text/plain' wet
    n=9; record revisit '' hello
} > w.warc

"$TOKMILL" warc --stats s.json w.warc > out.jsonl
is "$(head -1 out.jsonl)" \
    '{"id":"urn:x:3","text":"hello","source":"w.warc","metadata":{"url":"http://x.test/3","date":"2020-01-02T03:04:05Z","title":"T","mime":"text/html","charset":"utf-8","origin":{"name":"w.warc","record":3}}}' \
    "one document, whole"
is "$(jq -r .text out.jsonl)" "hello
plain  text

resource
converted text" "texts"
is "$(jq -cS '.stages[0].records' s.json)" \
    '{"passed":{"mime:image/png":1,"request":1,"revisit":1,"status:404":1,"warcinfo":1},"yielding":4}' \
    "every record is accounted for"
is "$("$TOKMILL" warc --any-status w.warc | jq -r .id | head -2 | tail -1)" urn:x:4 "any status"
is "$("$TOKMILL" warc --mode all w.warc | jq -r .text | head -1)" hello "all text"

for form in chunked unchunked ungzip gzipped; do
    n=1; record response '' $form > one.warc
    is "$(texts one.warc)" hello "a body that is $form"
done

# the same bytes however stored, and with any number of threads
gzip -nk w.warc
zstd -q w.warc
: > members.gz
for part in 1 2 3; do gzip -n < w.warc >> members.gz; gzip -n < /dev/null >> members.gz; done
cat w.warc w.warc w.warc > members
is "$("$TOKMILL" warc w.warc.gz)" "$("$TOKMILL" warc w.warc)" "gzip, one member"
is "$("$TOKMILL" warc w.warc.zst)" "$("$TOKMILL" warc w.warc)" "zstd"
is "$("$TOKMILL" warc members.gz)" "$("$TOKMILL" warc members)" "members, empty ones between"
is "$("$TOKMILL" warc --input-name w.warc < w.warc)" "$("$TOKMILL" warc w.warc)" "standard input"

# bad records cost only themselves
{
    n=1; record response '' hello 5
    n=2; record response '' hello 9999999
    n=3; record response '' hello x
    n=4; record response '' hello
    printf 'junk\r\n\r\n'
    n=5; record response '' hello
} > bad.warc
status_is 1 "junk ends the run" "$TOKMILL" warc bad.warc
"$TOKMILL" warc bad.warc 2>&1 >/dev/null | grep -q "^tokmill: bad.warc: record 5 at byte [0-9]*: not a WARC record$"
is $? 0 "and is named with record and offset"
is "$("$TOKMILL" warc --on-bad skip --stats s.json --bad bad.jsonl bad.warc | jq -r .id | tr '\n' ' ')" \
    "urn:x:1 urn:x:2 urn:x:3 urn:x:4 urn:x:5 " "wrong lengths are mended, junk is skipped"
is "$(jq -c '.stages[0].bad' s.json)" '{"header":1}' "and counted"
{ n=1; record response '' hello; n=2; record response '' hello; } | head -c -10 > cut.warc
status_is 1 "a record that is cut off" "$TOKMILL" warc cut.warc
is "$("$TOKMILL" warc --on-bad skip --stats s.json cut.warc | jq -r .id)" urn:x:1 "costs only itself"
is "$(jq -c '.stages[0].bad' s.json)" '{"truncated":1}' "is truncated"
gzip -nc w.warc | head -c -40 > cut.warc.gz
"$TOKMILL" warc cut.warc.gz 2>&1 >/dev/null | grep -q "^tokmill: cut.warc: record [0-9]* at byte [0-9]*: gzip data ends"
is $? 0 "a member that is cut off is named"
status_is 1 "and may not be skipped without a limit" "$TOKMILL" warc --on-bad skip cut.warc.gz

data=${TOKMILL_DATA:-/nonexistent}/warc
if [ -d "$data" ]; then
    count() { "$TOKMILL" warc "$data/$1" | wc -l | tr -d ' '; }
    is "$(count whirlwind.warc.gz) $(count whirlwind.warc.wet.gz)" "1 1" "CommonCrawl: WARC and WET"
    is "$("$TOKMILL" warc "$data/whirlwind.warc.gz" | jq -r '.metadata | .url, .lang, .title')" \
        "https://an.wikipedia.org/wiki/Escopete
an
Escopete - Biquipedia, a enciclopedia libre" "its metadata"
    is "$(count dolma-sample-0000.warc.gz)" 24 "wget's angle brackets"
    is "$("$TOKMILL" warc "$data/dolma-sample-0000.warc.gz" | grep -c '"url":"<')" 0 "are taken off"
    is "$(count resiliparse-warcfile.warc.gz)" 16 "CommonCrawl, many languages"
    is "$(count resiliparse-clueweb-quirk.warc.gz)" 29 "ClueWeb09: WARC/0.18, wrong lengths"
    is "$("$TOKMILL" warc "$data/resiliparse-clueweb-quirk.warc.gz" | jq -r .metadata.charset | sort | uniq -c | tr -s ' ' | head -1)" " 29 euc-jp" "its charset"
    is "$("$TOKMILL" warc "$data/warcio-example-bad-non-chunked.warc.gz" | jq -r .text | head -1)" \
        "Example Domain" "chunked that is not"
    is "$(count warcio-example-iana.org-chunked.warc) $(count warcio-example-wrong-chunks.warc.gz)" \
        "1 1" "chunked"
    "$TOKMILL" warc "$data/resiliparse-clipped.warc.gz" 2>&1 >/dev/null |
        grep -q 'resiliparse-clipped.warc: record [0-9]* at byte 75657: gzip data ends'
    is $? 0 "a clipped member is named"
    "$TOKMILL" -j1 warc "$data"/*.warc.gz --on-bad skip --max-bad 9 > one.jsonl
    "$TOKMILL" -j8 warc "$data"/*.warc.gz --on-bad skip --max-bad 9 > eight.jsonl
    ok_cmd "the same with eight threads" cmp one.jsonl eight.jsonl
else
    skip "real archives" "no data"
fi
done_testing
