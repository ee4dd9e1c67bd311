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
sha1() { printf 'sha1:'; perl -MDigest::SHA -0777 -e '$_ = Digest::SHA::sha1(<STDIN>); $b = unpack "B*", $_;
    print map { ("A".."Z", 2..7)[oct "0b$_"] } $b =~ /.{5}/g'; }
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
is "$("$TOKMILL" warc --mode source w.warc | jq -r .text | head -1)" "$(sed -n '/^<[a-z!]/{p;q;}' w.warc | tr -d '\r')" "the page's HTML"
is "$("$TOKMILL" warc --mode all w.warc | jq -r .text | head -1)" hello "all text"

for form in chunked unchunked ungzip gzipped; do
    n=1; record response '' $form > one.warc
    is "$(texts one.warc)" hello "a body that is $form"
done

# selection
ids() { "$TOKMILL" warc "$@" w.warc | jq -r .id | tr '\n' ' '; }
is "$(ids --type resource,conversion)" "urn:x:7 urn:x:8 " "by type"
is "$(ids --status 404,3xx)" "urn:x:4 urn:x:7 urn:x:8 " "by status"
is "$(ids --status 4xx --type response)" "urn:x:4 " "by class of status"
is "$(ids --mime 'text/h*')" "urn:x:3 urn:x:7 " "by media type"
is "$(ids --url '*.TEST/7' --url 'http://x.test/[38]')" "urn:x:3 urn:x:7 urn:x:8 " "by URL"
is "$(ids --min-length 14)" "urn:x:3 urn:x:8 " "at least so long"
is "$(ids --max-length 13)" "urn:x:6 urn:x:7 " "at most so long"
response german '200 OK' "$html" '<html lang=de-AT><p>hallo'
{ n=1; record response '' german; n=2; record response '' hello; } > lang.warc
is "$("$TOKMILL" warc --lang de,fr --stats s.json lang.warc | jq -r .id)" urn:x:1 "by language"
is "$(jq -cS '.stages[0].records.passed' s.json)" '{"lang:none":1}' "the others are counted"
is "$("$TOKMILL" warc --markdown w.warc | jq -r .text | head -1)" hello "as Markdown"

# digests
sha=$(sha1sum < page | cut -d' ' -f1)
{ n=1; record resource "WARC-Block-Digest: sha1:$sha" page
  n=2; record resource "WARC-Payload-Digest: sha1:0$sha" page
  n=3; record resource "WARC-Payload-Digest: sha1:$(echo "$sha" | tr 0-9a-f 1-9a-f0)" page
  n=4; record resource "WARC-Payload-Digest: md5:$(md5sum < page | cut -d' ' -f1)" page
} | sed 's|^WARC-Date.*|&\nContent-Type: text/html|' > digest.warc
is "$("$TOKMILL" warc digest.warc | wc -l | tr -d ' ')" 4 "digests are ignored"
is "$("$TOKMILL" warc --digests keep digest.warc | jq -r .metadata.digest | tail -1)" \
    "md5:$(md5sum < page | cut -d' ' -f1)" "kept"
status_is 1 "or checked" "$TOKMILL" warc --digests check digest.warc
is "$("$TOKMILL" warc --digests check --on-bad skip digest.warc | jq -r .id | tr '\n' ' ')" \
    "urn:x:1 urn:x:2 urn:x:4 " "a record that differs is bad"

# CommonCrawl's hints, whichever batch they fall into
printf 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>\301\302\327' > koi
printf 'charset-detected: KOI8-R\r\nlanguages-cld2: {"reliable":true,"languages":[{"code":"ru"}]}\r\n' > hint
{ n=1; record response '' koi; n=2; record metadata 'WARC-Concurrent-To: <urn:x:1>' hint; } > hint.warc
is "$("$TOKMILL" warc hint.warc | jq -c '[.text,.metadata.charset,.metadata.lang_detected]')" \
    '["абв","koi8-r","ru"]' "charset and language that the crawler detected"
head -c 3000000 /dev/zero | tr '\0' 'x' > filler
response big '200 OK' 'Content-Type: image/png' ''
cat filler >> big
{ for n in 1 2 3 4 5 6 7 8; do record response '' big; cat hint.warc; done; } > far.warc
is "$("$TOKMILL" warc far.warc | jq -r .text | sort | uniq -c | tr -s ' ')" " 8 абв" "far apart"

# WAT, ARC, segments
printf '{"Envelope":{"Payload-Metadata":{"a":1}}}' > wat
{ n=1; record metadata 'Content-Type: application/json' wat; } > x.wat
is "$("$TOKMILL" warc x.wat | jq -c '[.text,.metadata.wat.Envelope]')" \
    '["",{"Payload-Metadata":{"a":1}}]' "WAT as metadata"
{
    printf 'filedesc://x.arc 0.0.0.0 20140216050221 text/plain 2\n1\n\n'
    printf 'http://x.test/a b 1.2.3.4 20140216050222 text/html %s\n' "$(wc -c < hello | tr -d ' ')"
    cat hello
    printf '\nhttp://x.test/c 1.2.3.4 20140216050223 text/plain 3\nabc\n'
} > x.arc
is "$("$TOKMILL" warc x.arc | jq -c '[.id,.text,.metadata.url,.metadata.date]')" \
    '["x.arc:2","hello","http://x.test/a b","2014-02-16T05:02:22Z"]
["x.arc:3","abc","http://x.test/c","2014-02-16T05:02:23Z"]' "ARC"
{ n=1; record response 'WARC-Segment-Number: 1' hello; n=2; record continuation 'WARC-Segment-Number: 2' hello; } > seg.warc
is "$("$TOKMILL" warc seg.warc | jq -r .metadata.truncated)" segment "the first segment of a record"

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

# A dictionary in front, in a skippable frame; then one frame a record (IIPC's .warc.zst).
for i in $(seq 40); do
    n=$i
    response one '200 OK' "$html" "<title>Page $i</title><p>The text of page number $((i * i))."
    record response '' one > "part.$i"
done
cat $(seq -f 'part.%g' 40) > dict.warc
zstd -q --train -o words $(seq -f 'part.%g' 40) --maxdict=4000 2> /dev/null
for form in plain packed; do
    cp words front
    [ $form = plain ] || zstd -qf words -o front
    {
        perl -e 'print pack("VV", 0x184D2A5D, -s "front")'
        cat front
        for i in $(seq 40); do zstd -qc -D words "part.$i"; done
    } > dict.warc.zst
    for j in 1 8; do "$TOKMILL" -j $j warc dict.warc.zst > $form.$j; done
    "$TOKMILL" warc --input-name dict.warc < dict.warc.zst > $form.pipe
    "$TOKMILL" warc dict.warc > want
    is "$(wc -l < want | tr -d ' ')$(for k in 1 8 pipe; do cmp $form.$k want; done)" 40 "zstd behind a $form dictionary"
done
# --cdx: an index of the same archive, with places that a reader can seek to
"$TOKMILL" warc --cdx w.warc.gz | sed 's/"length": "[0-9]*", "offset": "[0-9]*"/PLACE/' > index
is "$(sed -n '1p;$p' index)" \
    'test,x)/3 20200102030405 {"url": "http://x.test/3", "mime": "text/html", "status": "200", "digest": "'"$(printf '<title>T</title><p>hello</p>' | sha1)"'", PLACE, "filename": "w.warc.gz"}
test,x)/9 20200102030405 {"url": "http://x.test/9", "mime": "warc/revisit", "status": "200", "digest": "'"$(printf '<title>T</title><p>hello</p>' | sha1)"'", PLACE, "filename": "w.warc.gz"}' "an index line"
is "$(cut -d' ' -f1 index | tr '\n' ' ')" "test,x)/3 test,x)/4 test,x)/5 test,x)/6 test,x)/7 test,x)/9 " \
    "responses of any status, resources, revisits"
for i in 3 7; do n=$i; record response '' hello | gzip -n; done > places.warc.gz
place() { "$TOKMILL" warc --cdx places.warc.gz | sed -n "$1p" | sed 's/^[^{]*//' | jq -r ".$2"; }
tail -c +$(($(place 2 offset) + 1)) places.warc.gz | head -c "$(place 2 length)" | gzip -dc > one.warc
is "$("$TOKMILL" warc one.warc | jq -r .id)" urn:x:7 "offset and length cut a record out"
is "$("$TOKMILL" -j8 warc --cdx places.warc.gz places.warc.gz | cksum)" \
    "$("$TOKMILL" -j1 warc --cdx places.warc.gz places.warc.gz | cksum)" "for any number of threads"
is "$("$TOKMILL" warc --cdx w.warc.gz then select --where 'metadata.status == 404' | jq -c '[.text,.metadata.urlkey]')" \
    '["","test,x)/4"]' "stages select by the index"

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
    is "$(count warcio-example.arc) $(count warcio-example.arc.gz)" \
        "1 1" "ARC"
    "$TOKMILL" warc "$data/warcio-example-space-in-url.arc" 2>&1 >/dev/null |
        grep -q 'record 2 at byte 151: the input ends within a record'
    is $? 0 "ARC with a space in its URL, 16 bytes short"
    status_is 1 "ARC with bad lengths" "$TOKMILL" warc "$data/warcio-bad.arc"
    is "$(count whirlwind.warc.wat.gz)" 1 "WAT"
    is "$("$TOKMILL" warc --digests check "$data/whirlwind.warc.gz" | wc -l | tr -d ' ')" 1 \
        "digests of CommonCrawl hold"
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
