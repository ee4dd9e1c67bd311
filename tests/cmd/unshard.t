#!/bin/bash
# unshard: what shard wrote comes back.
. "$TOKMILL_SRC/tests/lib.sh"

meta='"metadata":{"tokenizer":{"hash":"abc","max_id":500,"bos":null,"eos":500}}'
for i in 1 2 3 4 5; do
    printf '{"id":"d%s","text":"",%s,"input_ids":[%s,2,3]}\n' $i "$meta" $i
done > d.jsonl
printf '{"id":"d6","text":"",%s,"input_ids":[]}\n' "$meta" >> d.jsonl

want=$(jq -c .input_ids d.jsonl)
for f in native megatron llmc nanogpt datatrove olmo mds litdata webdataset; do
    "$TOKMILL" shard d.jsonl --format $f -o $f/
    is "$("$TOKMILL" unshard $f/ | jq -c .input_ids)" "$want" "$f: the ids come back"
    "$TOKMILL" unshard $f/ > back.jsonl
    "$TOKMILL" shard back.jsonl --format $f -o again/
    ok_cmd "$f: and make the same shard" diff -r $f again
done
for f in mds litdata; do
    "$TOKMILL" shard d.jsonl --format $f --compress zstd --level 5 -o packed/
    is "$("$TOKMILL" unshard packed/ | jq -c .input_ids)" "$want" "$f: packed files"
    rm packed/manifest.json
    is "$("$TOKMILL" unshard --eod-id 500 packed/ | jq -c .input_ids)" "$want" "$f: by their index.json"
    "$TOKMILL" shard d.jsonl --format $f -o $f-whole/ && rm $f-whole/manifest.json
    for cut in 1 4 60; do
        for x in $f-whole/*.mds $f-whole/*.bin; do [ ! -f $x ] || truncate -s -$cut $x; done
        status_is 1 "$f: a file cut by $cut more" "$TOKMILL" unshard $f-whole/
    done
    rm -r packed
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
printf '{"id":"x","text":"","input_ids":[1,7,2]}\n{"id":"y","text":"","input_ids":[7]}\n{"id":"z","text":"","input_ids":[]}\n' > in.jsonl
for f in nanogpt llmc; do
    "$TOKMILL" shard in.jsonl --vocab-size 9 --eod none --format $f -o none/
    is "$("$TOKMILL" unshard none/ | jq -c .input_ids | tr '\n' ' ')" "[1,7,2] [7] [] " \
        "$f: borders without any end-of-document id, from the file of names"
    "$TOKMILL" shard in.jsonl --vocab-size 9 --eod-id 7 --format $f -o seven/ 2> /dev/null ||
        sed -n '1p;3p' in.jsonl | "$TOKMILL" shard --vocab-size 9 --eod-id 7 --format $f -o seven/
    is "$("$TOKMILL" unshard seven/ | jq -c .input_ids | tr '\n' ' ')" "[1,7,2] [] " \
        "$f: a document with the id in its middle stays one"
done
# d1 to d5 have four tokens each, d6 one
"$TOKMILL" shard d.jsonl --docs 2 --format megatron -o two/
at() { "$TOKMILL" unshard two/ "$@" | jq -r '[.id,.metadata.shard.file,.metadata.shard.document,.metadata.shard.token]|map(tostring)|join(" ")' | tr '\n' '|'; }
is "$(at --tokens 11)" "d3 shard-00001.bin 0 8|" "--tokens: the document of a token"
is "$(at --tokens 3-4)" "d1 shard-00000.bin 0 0|d2 shard-00000.bin 1 4|" "--tokens: of a range, its end included"
is "$(at --tokens 20)" "d6 shard-00002.bin 1 20|" "--tokens: the last"
is "$(at --step 1 --step-tokens 8)" "d3 shard-00001.bin 0 8|d4 shard-00001.bin 1 12|" "--step, --step-tokens"
is "$("$TOKMILL" unshard two/ --tokens 9 | jq -c '.input_ids,.metadata.shard.tokens' | tr '\n' ' ')" "[3,2,3] 4 " "its ids"
status_is 1 "a token that there is not" "$TOKMILL" unshard two/ --tokens 21
for bad in x 1-x 5-3 -1 1-2-3 ''; do
    status_is 2 "--tokens '$bad'" "$TOKMILL" unshard two/ --tokens "$bad"
done
status_is 2 "--step alone" "$TOKMILL" unshard two/ --step 1
status_is 2 "--step-tokens 0" "$TOKMILL" unshard two/ --step 1 --step-tokens 0
status_is 2 "--step and --tokens" "$TOKMILL" unshard two/ --step 1 --step-tokens 4 --tokens 1
printf 'd5\r\nd2\n\nd2\nd55\n' > gone
is "$("$TOKMILL" unshard two/ --drop-ids gone --stats s.json | jq -r .id | tr '\n' ' ')" "d1 d3 d4 d6 " "--drop-ids"
is "$(jq -c '.stages[0].counters.dropped_by_id' s.json)" 2 "and says how many"
for f in native mds webdataset; do
    "$TOKMILL" unshard $f/ --drop-ids gone then shard --format $f -o less/
    grep -v -e '"d2"' -e '"d5"' d.jsonl | "$TOKMILL" shard --format $f -o never/
    ok_cmd "$f: as if the documents had never been there" diff -r less never
done
mkdir many
for i in 1 2 3 4 5 6; do
    sed -n ${i}p d.jsonl | "$TOKMILL" shard --format megatron -o many/$i/
done
"$TOKMILL" unshard many/* then shard --format megatron -o many/all/
ok_cmd "many small shards are merged into the one that they would have been" diff -r megatron many/all
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
