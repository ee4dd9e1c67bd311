#!/bin/bash
# shard --pack: sequences of one length, what lies beside them, what is lost.
. "$TOKMILL_SRC/tests/lib.sh"

# seven documents of 5 3 9 1 4 7 2 ids, each with the end-of-document id 0 behind it
for i in 5 3 9 1 4 7 2; do
    printf '{"id":"d%s","text":"","source":"s","input_ids":[%s]}\n' $i "$(seq -s, 1 $i)"
done > d.jsonl
pack() { "$TOKMILL" shard d.jsonl --vocab-size 100 --eod-id 0 --length 8 --format nanogpt "$@"; }
rows() { od -An -v -w16 -tu2 "$1" | tr -s ' ' | sed 's/^ //' | tr '\n' '|'; }
segments() { od -An -v -tu8 "$1" | tr -s ' \n' ' '; }
count() { jq -c '.pack|[.documents,.tokens,.sequences,.padding,.dropped,.cut_documents]' "$1/manifest.json"; }

pack --pack concat --pad-id 99 -o concat/
is "$(rows concat/shard.bin)" "1 2 3 4 5 0 1 2|3 0 1 2 3 4 5 6|7 8 9 0 1 0 1 2|3 4 0 1 2 3 4 5|6 7 0 1 2 0 99 99|" \
    "concat: one after another, cut, the last filled up with --pad-id"
is "$(segments concat/shard.segments)" " 6 8 10 16 20 22 24 27 32 35 38 " "where each part ends"
is "$(count concat)" "[7,38,5,2,0,4]" "concat: what it cost"
pack --pack best-fit -o fit/
is "$(rows fit/shard.bin)" "1 2 3 4 5 0 9 0|1 2 3 0 1 0 0 0|1 2 3 4 5 6 7 8|1 2 3 4 0 1 2 0|1 2 3 4 5 6 7 0|" \
    "best-fit: whole documents where they fit; the pad id is the end-of-document id"
is "$(count fit)" "[7,38,5,2,0,1]" "best-fit: what it cost"
pack --pack crop -o crop/
is "$(rows crop/shard.bin)" "1 2 3 4 5 6 7 0|1 2 3 4 5 0 1 0|1 2 3 4 0 1 2 0|1 2 3 0 1 2 3 4|" \
    "crop: each begins with a beginning, and is full"
is "$(count crop)" "[7,38,4,0,6,1]" "crop: what it cost"
is "$("$TOKMILL" unshard crop/ | wc -l | tr -d ' ')" 4 "a sequence is read as a document"
if command -v zstd > /dev/null; then
    is "$(zstd -qdc crop/shard.docs.jsonl.zst | tail -n 1)" \
        '{"id":"sequence:3","docs":[{"id":"d3","source":"s","from":0,"n":4},{"id":"d9","source":"s","from":0,"n":4}]}' \
        "what a sequence is made of"
else
    skip "what a sequence is made of" "no zstd"
fi
is "$(jq -c '.eod,(.pack|[.mode,.length,.pad_id,.eod,.eod_id])' crop/manifest.json | tr '\n' ' ')" \
    '"none" ["crop",8,0,"last",0] ' "the manifest"
pack --pack best-fit --pad-id 99 --loss-mask -o mask/
is "$(od -An -v -w8 -tu1 mask/shard.mask | sed -n 2p)" "   1   1   1   1   1   1   0   0" "--loss-mask"
pack --pack best-fit --loss-mask --format datatrove -o ds/
ok_cmd "datatrove has a name for it" cmp ds/shard.ds.loss mask/shard.mask
# the window: a document at a time, so nothing fits with another
pack --pack best-fit --pack-window 8 -o small/
ok_cmd "--pack-window" test "$(jq .pack.padding small/manifest.json)" -gt 2
for f in native megatron llmc nanogpt datatrove olmo mds litdata webdataset; do
    pack --format $f --pack crop -o f-$f/
    ok_cmd "$f: sequences verify" "$TOKMILL" verify f-$f/
    is "$("$TOKMILL" unshard f-$f/ | jq -c .input_ids | cksum)" \
        "$(if [ $f = llmc ]; then "$TOKMILL" unshard f-llmc/; else "$TOKMILL" unshard crop/; fi | jq -c .input_ids | cksum)" \
        "$f: and are those of the others"
done
tail -c +1025 f-llmc/shard_000000.bin > llmc.ids
is "$(rows llmc.ids | cut -c1-16)" "0 1 2 3 4 5 6 7|" "llmc: the id stands first there, too"
pack --pack concat --docs 2 -o cut/
is "$(jq -c '[.files[]|select(.index|not)|.tokens]' cut/manifest.json)" "[16,16,8]" "files are cut between sequences"

i=0
while [ $i -lt 3000 ]; do
    printf '{"id":"%s","text":"","input_ids":[%s1]}\n' $i "$(printf '%*s' $((i * 7919 % 97)) '' | sed 's/ /2,/g')"
    i=$((i + 1))
done > many.jsonl
for m in concat best-fit crop; do
    "$TOKMILL" shard many.jsonl --vocab-size 9 --eod-id 0 --pack $m --length 64 --pack-window 5K -o one/
    "$TOKMILL" -j4 shard many.jsonl --vocab-size 9 --eod-id 0 --pack $m --length 64 --pack-window 5K -o four/
    ok_cmd "$m: the same for any number of threads" diff -r one four
done
status_is 2 "--pack without --length" "$TOKMILL" shard d.jsonl --pack concat -o x/
status_is 2 "--length without --pack" "$TOKMILL" shard d.jsonl --length 8 -o x/
status_is 2 "a window smaller than a sequence" pack --pack crop --pack-window 4 -o x/
status_is 2 "a window larger than memory" pack --pack crop --pack-window 1G -o x/
done_testing
