#!/bin/bash
# unshard: what shard wrote comes back.
. "$TOKMILL_SRC/tests/lib.sh"

meta='"metadata":{"tokenizer":{"hash":"abc","max_id":500,"bos":null,"eos":500}}'
for i in 1 2 3 4 5; do
    printf '{"id":"d%s","text":"",%s,"input_ids":[%s,2,3]}\n' $i "$meta" $i
done > d.jsonl
printf '{"id":"d6","text":"",%s,"input_ids":[]}\n' "$meta" >> d.jsonl

want=$(jq -c .input_ids d.jsonl)
for f in native megatron llmc nanogpt datatrove olmo; do
    "$TOKMILL" shard d.jsonl --format $f -o $f/
    is "$("$TOKMILL" unshard $f/ | jq -c .input_ids)" "$want" "$f: the ids come back"
    "$TOKMILL" unshard $f/ > back.jsonl
    "$TOKMILL" shard back.jsonl --format $f -o again/
    ok_cmd "$f: and make the same shard" diff -r $f again
done
is "$("$TOKMILL" unshard native/shard.tms | head -n 1)" \
    "{\"id\":\"d1\",\"text\":\"\",\"source\":\"\",$meta,\"input_ids\":[1,2,3]}" "a document"
mkdir lone && cp native/shard.tms lone/
is "$("$TOKMILL" unshard lone/ | head -n 1)" \
    "{\"id\":\"shard:0\",\"text\":\"\",\"source\":\"shard\",$meta,\"input_ids\":[1,2,3]}" \
    "without its file of names; a folder without a manifest"
sed 's/"metadata":{/&"origin":{"name":"w","record":7},/' d.jsonl | "$TOKMILL" shard -o o/
for f in olmo megatron native; do
    "$TOKMILL" unshard o/ then shard --format $f -o o/$f/
    is "$("$TOKMILL" unshard o/$f/ | jq -c '[.id,.source,.metadata.origin]' | head -n 1)" \
        '["d1","w",{"name":"w","record":7}]' "$f: names and places of documents come back"
done
is "$("$TOKMILL" unshard --keep-eod native/ | tail -n 1 | jq -c .input_ids)" "[500]" "--keep-eod"
cp nanogpt/shard.bin bare.bin
status_is 2 "a bare file needs --eod-id" "$TOKMILL" unshard bare.bin
is "$("$TOKMILL" unshard --eod-id 500 bare.bin | jq -c .input_ids)" "$want" "--eod-id"
rm datatrove/manifest.json olmo/manifest.json
is "$("$TOKMILL" unshard --eod-id 500 datatrove/shard.ds | jq -c .input_ids)" "$want" \
    "datatrove: ends from .index, without a manifest"
is "$("$TOKMILL" unshard --eod-id 500 olmo/shard.npy | jq -c .input_ids)" "$want" \
    "olmo: ends from .csv.gz, without a manifest"
cp datatrove/shard.ds b.bin
is "$("$TOKMILL" unshard --format nanogpt --id-bytes 2 --eod-id 500 b.bin | jq -c .input_ids)" "$want" "--format, --id-bytes"
rm olmo/shard.csv.gz
status_is 1 "and not without that" "$TOKMILL" unshard --eod-id 500 olmo/shard.npy
mkdir m && cp megatron/shard.* m/ && truncate -s 20 m/shard.bin
status_is 1 "a .bin cut short is an error" "$TOKMILL" unshard m/shard.bin
status_is 3 "a missing file is a system error" "$TOKMILL" unshard nothing.tms
done_testing
