#!/bin/bash
# verify: whole shards pass, damaged ones are named.
. "$TOKMILL_SRC/tests/lib.sh"

meta='"metadata":{"tokenizer":{"hash":"abc","max_id":500,"bos":null,"eos":500}}'
for i in $(seq 1 300); do
    printf '{"id":"d%s","text":"",%s,"input_ids":[%s,2,3]}\n' $i "$meta" $i
done > d.jsonl
flip() { printf '\252' | dd of="$1" bs=1 seek="$2" conv=notrunc 2> /dev/null; }

for f in native megatron llmc nanogpt datatrove olmo mds litdata webdataset; do
    "$TOKMILL" shard d.jsonl --format $f -o $f/
    ok_cmd "$f: a whole folder passes" "$TOKMILL" verify $f/
done
is "$("$TOKMILL" verify native/ | sed -n 1p | cut -d' ' -f2-6)" \
    "ok native bytes=$(wc -c < native/shard.tms | tr -d ' ') tokens=1200 documents=300" "a line a file"
is "$("$TOKMILL" verify native/ | sed -n '1s/.* xxh3_128=\([^ ]*\).*/\1/p')" \
    "$("$TOKMILL" verify megatron/ | sed -n '1s/.* xxh3_128=\([^ ]*\).*/\1/p')" "one hash for one .bin"
content() { "$TOKMILL" verify "$@" | sed -n 's/^all: //p'; }
want=$(content native/)
is "$(echo "$want" | cut -d' ' -f1,2)" "tokens=1200 documents=300" "a line for all"
is "$want" "tokens=1200 documents=300 documents_xxh3_128=$(jq -r .documents_xxh3_128 native/manifest.json)" \
    "the content's hash is the manifest's"
for f in megatron llmc nanogpt datatrove olmo mds litdata webdataset; do
    is "$(content $f/)" "$want" "$f: one hash for one content, wherever the end-of-document id stands"
done
"$TOKMILL" shard d.jsonl --vocab-size 70000 --format megatron -o w/
is "$(content w/)" "$want" "and however wide an id is"
"$TOKMILL" shard d.jsonl --docs 70 --format llmc -o cut/
is "$(content cut/)" "$want" "and however it is cut into files"
is "$("$TOKMILL" verify --eod-id 500 cut/*.bin | sed -n 's/^all: //p')" "$want" "files by name"
sed 's/,2,3\]/,3,2]/' d.jsonl | "$TOKMILL" shard -o order/
(sed 1d d.jsonl; head -n 1 d.jsonl) | "$TOKMILL" shard -o turned/
sed '1s/1,2,3\]/1,2]/; 2s/\[2,/[3,2,/' d.jsonl | "$TOKMILL" shard -o moved/
is "$(for x in native order turned moved; do content $x/ | sed 's/.*=//'; done | sort -u | wc -l | tr -d ' ')" 4 \
    "another order of ids or documents, a moved border: another hash"
sed 's/"max_id":500/"max_id":65520/' d.jsonl > gap.jsonl
"$TOKMILL" shard gap.jsonl --format megatron -o g4/
"$TOKMILL" shard gap.jsonl --format nanogpt -o g2/
is "$(jq -r .id_bytes g4/manifest.json g2/manifest.json | tr '\n' ' ')$(jq -r '.files[0].xxh3_128' g4/manifest.json)" \
    "4 2 $(jq -r '.files[0].xxh3_128' g2/manifest.json)" "the ids' hash is that of ids of another width"
cp -r native bad && flip bad/shard.tms 400
status_is 1 "native: a changed byte fails" "$TOKMILL" verify bad/
is "$("$TOKMILL" verify bad/ 2> /dev/null | sed -n 1p | cut -d' ' -f2-4)" "FLAW: block 0" "naming the block"
status_is 1 "also without a manifest" "$TOKMILL" verify bad/shard.tms
status_is 1 "one bad among good fails" "$TOKMILL" verify native/ bad/ megatron/
truncate -s -1 bad/shard.tms
status_is 1 "native: a cut file fails" "$TOKMILL" verify bad/shard.tms
cp -r megatron mbad && flip mbad/shard.bin 100
status_is 1 "megatron: a changed byte fails by the manifest" "$TOKMILL" verify mbad/
cp -r datatrove dbad && flip dbad/shard.ds.index 8
status_is 1 "datatrove: a changed end fails" "$TOKMILL" verify dbad/
rm dbad/manifest.json
status_is 1 "datatrove: also without a manifest" "$TOKMILL" verify dbad/shard.ds
rm olmo/shard.csv.gz
status_is 1 "olmo: documents' ends are missing" "$TOKMILL" verify olmo/shard.npy
cp -r native nbad && flip nbad/shard.docs.jsonl.zst 20
status_is 1 "a changed file of names fails" "$TOKMILL" verify nbad/
"$TOKMILL" shard d.jsonl --prefix shard -o nbad/ && head -n 7 d.jsonl | "$TOKMILL" shard -o few/
cp few/shard.docs.jsonl.zst nbad/
status_is 1 "and names of other documents, without a manifest too" "$TOKMILL" verify nbad/shard.tms
sed 's/"max_id":500/"max_id":299/' native/manifest.json > x && cp -r native high && cp x high/manifest.json
sed -i 's/"eod_id":500/"eod_id":1/' high/manifest.json
status_is 1 "an id above the manifest's largest" "$TOKMILL" verify high/
cp megatron/shard.bin bare.bin
is "$("$TOKMILL" verify --format nanogpt --eod-id 500 bare.bin | sed -n 's/^all: //p')" "$want" "--format, --eod-id"
"$TOKMILL" shard d.jsonl --vocab-size 70000 --format megatron -o wide/ && cp wide/shard.bin bare4.bin
is "$("$TOKMILL" verify --format nanogpt --id-bytes 4 --eod-id 500 bare4.bin | sed -n 's/^all: //p')" "$want" \
    "--id-bytes"
status_is 2 "--id-bytes is a power of two" "$TOKMILL" verify --id-bytes 3 bare4.bin
cp megatron/shard.* . && truncate -s -2 shard.bin
status_is 1 "megatron: index and .bin disagree" "$TOKMILL" verify shard.bin
rm native/shard.tms
status_is 3 "a file that the manifest names is missing" "$TOKMILL" verify native/
status_is 2 "no operand" "$TOKMILL" verify

# ---- recovery

awk 'BEGIN { for (i = 0; i < 300; i++) { printf "{\"id\":\"%d\",\"text\":\"\",\"metadata\":{\"tokenizer\":{\"hash\":\"abc\",\"max_id\":500,\"eos\":500}},\"input_ids\":[1", i
    for (k = 0; k < 998; k++) printf ",%d", (i * k + k * k) % 499; print "]}" } }' > long.jsonl
"$TOKMILL" shard long.jsonl -o whole/
size=$(wc -c < whole/shard.tms | tr -d ' ')
head -c $((size / 2)) whole/shard.tms > cut.tms
status_is 1 "a cut shard fails" "$TOKMILL" verify cut.tms
"$TOKMILL" verify --recover -o mended.tms cut.tms > said
ok_cmd "--recover: the result verifies" "$TOKMILL" verify mended.tms
is "$(sed 's/tokens=\([0-9]*\) documents=\([0-9]*\).*; the last.*, \([0-9]*\) of.*/\1 \2 \3/' said)" \
    "cut.tms: recovered 131072 132 72" "it says what is there: two whole blocks, 131 documents and a piece"
is "$("$TOKMILL" unshard mended.tms | jq -c .input_ids | head -n 131 | cksum)" \
    "$("$TOKMILL" unshard whole/ | jq -c .input_ids | head -n 131 | cksum)" "the documents are the first ones"
head -c $((size - 5)) whole/shard.tms > tail.tms
is "$("$TOKMILL" verify --recover -o tail2.tms tail.tms)" \
    "tail.tms: recovered tokens=300000 documents=300; all that it held" "only the tables were cut: nothing is lost"
ok_cmd "and the shard is what it was" cmp tail2.tms whole/shard.tms
cp whole/shard.tms hole.tms && flip hole.tms $((size / 2))
"$TOKMILL" verify --recover -o hole2.tms hole.tms > said
ok_cmd "a damaged block: what stands before it" "$TOKMILL" verify hole2.tms
head -c 20 whole/shard.tms > head.tms
status_is 1 "no header: nothing to recover" "$TOKMILL" verify --recover -o no.tms head.tms
status_is 1 "and nothing is written" test -e no.tms
status_is 2 "--recover needs -o" "$TOKMILL" verify --recover cut.tms
status_is 2 "-o needs --recover" "$TOKMILL" verify -o x.tms cut.tms
done_testing
