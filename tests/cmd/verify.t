#!/bin/bash
# verify: whole shards pass, damaged ones are named.
. "$TOKMILL_SRC/tests/lib.sh"

meta='"metadata":{"tokenizer":{"hash":"abc","max_id":500,"bos":null,"eos":500}}'
for i in $(seq 1 300); do
    printf '{"id":"d%s","text":"",%s,"input_ids":[%s,2,3]}\n' $i "$meta" $i
done > d.jsonl
flip() { printf '\252' | dd of="$1" bs=1 seek="$2" conv=notrunc 2> /dev/null; }

for f in native megatron llmc nanogpt datatrove olmo; do
    "$TOKMILL" shard d.jsonl --format $f -o $f/
    ok_cmd "$f: a whole folder passes" "$TOKMILL" verify $f/
done
is "$("$TOKMILL" verify native/ | cut -d' ' -f2-6)" \
    "ok native bytes=$(wc -c < native/shard.tms | tr -d ' ') tokens=1200 documents=300" "a line a file"
is "$("$TOKMILL" verify native/ | sed 's/.*xxh3/xxh3/')" \
    "$("$TOKMILL" verify megatron/ | sed -n '1s/.*xxh3/xxh3/p')" "one hash for one content"
sed 's/"max_id":500/"max_id":65520/' d.jsonl > gap.jsonl
"$TOKMILL" shard gap.jsonl --format megatron -o g4/
"$TOKMILL" shard gap.jsonl --format nanogpt -o g2/
is "$(jq -r .id_bytes g4/manifest.json g2/manifest.json | tr '\n' ' ')$(jq -r '.files[0].xxh3_128' g4/manifest.json)" \
    "4 2 $(jq -r '.files[0].xxh3_128' g2/manifest.json)" "also in ids of another width"
cp -r native bad && flip bad/shard.tms 400
status_is 1 "native: a changed byte fails" "$TOKMILL" verify bad/
is "$("$TOKMILL" verify bad/ 2> /dev/null | cut -d' ' -f2-4)" "FLAW: block 0" "naming the block"
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
cp megatron/shard.* . && truncate -s -2 shard.bin
status_is 1 "megatron: index and .bin disagree" "$TOKMILL" verify shard.bin
rm native/shard.tms
status_is 3 "a file that the manifest names is missing" "$TOKMILL" verify native/
status_is 2 "no operand" "$TOKMILL" verify
done_testing
