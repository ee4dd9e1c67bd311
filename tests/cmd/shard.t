#!/bin/bash
# shard: every format, its manifest, and what is refused.
. "$TOKMILL_SRC/tests/lib.sh"

meta='"metadata":{"tokenizer":{"hash":"abc","max_id":500,"bos":null,"eos":500}}'
for i in 1 2 3 4 5; do
    printf '{"id":"d%s","text":"",%s,"input_ids":[%s,2,3]}\n' $i "$meta" $i
done > d.jsonl
ids() { od -An -v -tu2 "$@" | tr -s ' \n' ' ' | sed 's/^ //; s/ $//'; }
want='1 2 3 500 2 2 3 500 3 2 3 500 4 2 3 500 5 2 3 500'

"$TOKMILL" shard d.jsonl --format nanogpt -o n/
is "$(ids n/shard.bin)" "$want" "nanogpt: bare ids, the end-of-document id behind each document"
"$TOKMILL" shard d.jsonl --format megatron -o m/
is "$(ids m/shard.bin)" "$want" "megatron: the same .bin"
is "$(wc -c < m/shard.idx | tr -d ' ')" 142 "megatron: the index has 42 + 20 bytes a document"
is "$(od -An -tu8 -j18 -N16 m/shard.idx | tr -s ' ')" " 5 6" "megatron: counts"
"$TOKMILL" shard d.jsonl --format llmc -o l/
is "$(od -An -td4 -N12 l/shard_000000.bin | tr -s ' ')" " 20240520 1 20" "llmc: header"
is "$(ids -j1024 l/shard_000000.bin | cut -d' ' -f1-5)" "500 1 2 3 500" "llmc: the id stands first"
"$TOKMILL" shard d.jsonl --format datatrove -o ds/
is "$(ids ds/shard.ds)" "$want" "datatrove: bare ids"
is "$(od -An -v -tu8 ds/shard.ds.index | tr -s ' \n' ' ')" " 4 8 12 16 20 " \
    "datatrove: each document's end"
is "$(tr '\n' ' ' < ds/shard.ds.metadata)" "abc|2 20 20.0 T" "datatrove: metadata"
sed '1s/"id":"d1",/"id":"a,\\"b","source":"s",/; 2s/"metadata":{/&"origin":{"name":"w\\n","record":7},/' \
    d.jsonl > o.jsonl
"$TOKMILL" shard o.jsonl --format olmo -o o/
is "$(ids o/shard.npy)" "$want" "olmo: bare ids, no NumPy header"
is "$(gzip -dc o/shard.csv.gz | head -n 3 | tr '\n' '|')" \
    '0,4,"a,""b",s,0|4,8,d2,w ,7|8,12,d3,,0|' "olmo: start, end, id, source, place"
"$TOKMILL" shard o.jsonl --format mds -o mds/
is "$(od -An -tu4 -v -N4 mds/shard-00000.mds | tr -d ' ') $(tail -c 14 mds/shard-00000.mds | od -An -tu1 -v | tr -s ' ')" \
    "5  10 0 0 0 4 4 5 0 2 0 3 0 244 1" "mds: samples; each its bytes, its shape, its ids"
is "$(jq -c '.version,(.shards[0]|[.column_names,.column_encodings,.samples,.raw_data.basename,.raw_data.bytes,.zip_data])' mds/index.json | tr '\n' ' ')" \
    "2 [[\"tokens\"],[\"ndarray:uint16\"],5,\"shard-00000.mds\",$(wc -c < mds/shard-00000.mds | tr -d ' '),null] " "mds: index.json"
"$TOKMILL" shard o.jsonl --format mds --compress zstd --level 5 -o mdsz/
is "$(jq -c '.shards[0]|[.compression,.raw_data.basename,.zip_data.basename,.zip_data.bytes]' mdsz/index.json)" \
    "[\"zstd:5\",\"shard-00000.mds\",\"shard-00000.mds.zstd\",$(wc -c < mdsz/shard-00000.mds.zstd | tr -d ' ')]" "mds: --compress zstd"
printf '{"id":"e","text":"",%s,"input_ids":[]}\n' "$meta" > empty.jsonl
status_is 1 "mds cannot hold an array of no ids" "$TOKMILL" shard empty.jsonl --format mds --eod none -o x/
"$TOKMILL" shard o.jsonl --format litdata -o lit/
is "$(od -An -tu4 -v -N28 lit/shard-00000.bin | tr -s ' \n' ' ') $(ids -j28 lit/shard-00000.bin)" \
    " 5 28 36 44 52 60 68  $want" "litdata: a table, and ids"
is "$(jq -c '[.chunks[0],.config.data_format,.config.item_loader]' lit/index.json)" \
    '[{"chunk_bytes":40,"chunk_size":5,"dim":20,"filename":"shard-00000.bin"},["no_header_numpy:5"],"TokensLoader"]' \
    "litdata: index.json"
"$TOKMILL" shard o.jsonl --format webdataset --docs 3 --size 0 -o wds/
is "$(tar tf wds/shard-00001.tar | tr '\n' ' ')" \
    "shard-00001-000000000.npy shard-00001-000000000.json shard-00001-000000001.npy shard-00001-000000001.json " \
    "webdataset: two members a document"
is "$(tar xOf wds/shard-00000.tar shard-00000-000000001.json)" '{"id":"d2","source":"w\n","record":7}' "its names"
is "$(tar xOf wds/shard-00000.tar shard-00000-000000001.npy | head -c 80 | tail -c 70 | tr -d '\0')" \
    "{'descr': '<u2', 'fortran_order': False, 'shape': (4,), }             " "and its array"
status_is 2 "--compress is for mds and litdata" "$TOKMILL" shard d.jsonl --compress zstd --format olmo -o x/
"$TOKMILL" shard d.jsonl -o t/
if command -v zstd > /dev/null; then
    ok_cmd "native: zstd tests it" zstd -qt t/shard.tms
    is "$(zstd -qdc < t/shard.tms | ids)" "4 0 1 2 0 0 1 2 1 0 1 2 5 0 1 2 6 0 1 2" \
        "native: zstd -d gives ranks: 2, 3 and 500 are the most frequent"
else
    skip "native: zstd opens it" "no zstd"
fi
is "$(jq -r '[.format,.eod,.documents,.tokens,.files[0].name]|map(tostring)|join(" ")' \
    t/manifest.json)" "native last 5 20 shard.tms" "manifest"
"$TOKMILL" shard d.jsonl --eod none --format nanogpt -o e/
is "$(ids e/shard.bin | cut -d' ' -f1-6)" "1 2 3 2 2 3" "--eod none"

"$TOKMILL" shard d.jsonl --size 8 -o s/
is "$(cd s && ls *.tms *.json | tr '\n' ' ')" "manifest.json shard-00000.tms shard-00001.tms shard-00002.tms " \
    "--size cuts between documents"
ok_cmd "the pieces verify" "$TOKMILL" verify s/
"$TOKMILL" shard d.jsonl --docs 2 -o docs/
is "$(jq -c '[.files[]|select(.index|not)|.documents]' docs/manifest.json)" "[2,2,1]" "--docs cuts by number"
"$TOKMILL" shard d.jsonl -o s/
is "$(ls s | tr '\n' ' ')" "manifest.json shard.docs.jsonl.zst shard.tms " "a rerun removes files of the old manifest"
"$TOKMILL" -j4 shard d.jsonl -o j/
ok_cmd "the same bytes with more threads" cmp j/shard.tms t/shard.tms

for i in $(seq 1 400); do
    printf '{"id":"e%s","text":"",%s,"input_ids":[%s,2,3]}\n' $i "$meta" $((i % 300))
done > many.jsonl
"$TOKMILL" shard many.jsonl --validation 0.2 -o v/
"$TOKMILL" unshard v/train/ | jq -c .input_ids | sort -u > train
"$TOKMILL" unshard v/validation/ | jq -c .input_ids | sort -u > validation
is "$(cat train validation | sort -u | wc -l | tr -d ' ') $(comm -12 train validation | wc -l | tr -d ' ')" \
    "300 0" "--validation: all documents, equal ones on one side"
is "$(jq '.documents > 40 and .documents < 120' v/validation/manifest.json)" true "about its share"
ok_cmd "both sides verify" "$TOKMILL" verify v/train/ v/validation/
sort -R --random-source=many.jsonl many.jsonl | "$TOKMILL" -j3 shard --validation 0.2 --size 64 -o v2/
is "$("$TOKMILL" unshard v2/validation/ | jq -c .input_ids | sort -u | cksum)" \
    "$(cksum < validation)" "another order, another cut: the same sides"
"$TOKMILL" --seed 9 shard many.jsonl --validation 0.2 -o v3/
status_is 1 "another seed, others" cmp v/validation/shard.tms v3/validation/shard.tms
status_is 2 "no share" "$TOKMILL" shard d.jsonl --validation 1 -o x/
status_is 2 "no shares" "$TOKMILL" shard d.jsonl --validation 0.5 --test 0.5 -o x/
"$TOKMILL" shard many.jsonl --validation 0.2 --test 0.1 -o v4/
"$TOKMILL" unshard v4/test/ | jq -c .input_ids | sort -u > test
"$TOKMILL" unshard v4/train/ | jq -c .input_ids | sort -u > train4
is "$(cat train4 validation test | sort | uniq -d | wc -l | tr -d ' ') $(cat train4 validation test | wc -l | tr -d ' ')" \
    "0 300" "--test: a third part, which takes nothing of validation"
"$TOKMILL" unshard v4/validation/ | jq -c .input_ids | sort -u | cmp - validation && ok "and adds nothing to it" ||
    not_ok "and adds nothing to it"
awk '{ sub(/"text":""/, "\"text\":\"\",\"host\":\"h" NR % 20 "\""); print }' many.jsonl > hosts.jsonl
"$TOKMILL" shard hosts.jsonl --validation 0.3 --split-by host -o v5/
is "$(jq -r '.documents % 20' v5/validation/manifest.json)" 0 "--split-by: all of a host on one side"
status_is 2 "--split-by alone" "$TOKMILL" shard d.jsonl --split-by host -o x/
sed 's/abc/abd/' d.jsonl | tail -n 1 > other.jsonl
status_is 1 "documents of two tokenizers are refused" "$TOKMILL" shard d.jsonl other.jsonl -o x/
status_is 1 "and leave no manifest" test -e x/manifest.json
sed 's/\[1,2/[501,2/' d.jsonl > big.jsonl
status_is 1 "an id above max_id is refused" "$TOKMILL" shard big.jsonl -o x/
sed 's/2,3\]/2,500]/' d.jsonl > twice.jsonl
status_is 1 "a second end-of-document id is refused" "$TOKMILL" shard twice.jsonl -o x/
sed 's/"max_id":500/"max_id":70000/' d.jsonl > wide.jsonl
status_is 1 "nanogpt has no room for a large vocabulary" \
    "$TOKMILL" shard wide.jsonl --format nanogpt -o x/
"$TOKMILL" shard wide.jsonl --format olmo -o w/
"$TOKMILL" shard wide.jsonl --format datatrove -o w2/
is "$(wc -c < w/shard.npy | tr -d ' ') $(head -n 1 w2/shard.ds.metadata)" "80 abc|4" \
    "olmo, datatrove: and four bytes an id"
"$TOKMILL" shard wide.jsonl --format megatron -o w/
is "$(wc -c < w/shard.bin | tr -d ' ')" 80 "megatron: a large vocabulary takes four bytes an id"
echo '{"id":"1","text":"x"}' > text.jsonl
status_is 1 "documents without ids are bad" "$TOKMILL" shard text.jsonl -o x/
status_is 2 "a folder is needed" "$TOKMILL" shard d.jsonl
"$TOKMILL" shard /dev/null -o none/
ok_cmd "no documents: an empty shard that verifies" "$TOKMILL" verify none/
"$TOKMILL" shard o.jsonl -o o2/
"$TOKMILL" shard d.jsonl --prefix train --format nanogpt -o named/
is "$(ls named | tr '\n' ' ')" "manifest.json train.bin train.docs.jsonl.zst " "names begin with --prefix"
if command -v zstd > /dev/null; then
    is "$(zstd -qdc o2/shard.docs.jsonl.zst | head -n 2 | tr '\n' ' ')" \
        '{"id":"a,\"b","source":"s","tokens":4} {"id":"d2","source":"w\n","record":7,"tokens":4} ' "who the documents are"
else
    skip "who the documents are" "no zstd"
fi
"$TOKMILL" shard d.jsonl --no-names -o bare/
is "$(ls bare | tr '\n' ' ')" "manifest.json shard.tms " "--no-names"
"$TOKMILL" shard d.jsonl --vocab-size 70000 --format megatron -o larger/
is "$(wc -c < larger/shard.bin | tr -d ' ')" 80 "--vocab-size sets the width of ids"
status_is 1 "ids beyond --vocab-size" "$TOKMILL" shard d.jsonl --vocab-size 3 --eod none -o small/
awk 'BEGIN { for (i = 0; i < 400; i++) { printf "{\"id\":\"%d\",\"text\":\"\",'"$(echo "$meta" | sed 's/"/\\"/g')"',\"input_ids\":[1", i
    for (k = 0; k < 200; k++) printf ",%d", (i * k) % 499; print "]}" } }' >more.jsonl
"$TOKMILL" shard more.jsonl --level 1 -o l1/
"$TOKMILL" shard more.jsonl --level 19 -o l19/
ok_cmd "a higher --level packs smaller" test "$(cat l19/*.tms | wc -c)" -lt "$(cat l1/*.tms | wc -c)"
status_is 2 "--level has a range" "$TOKMILL" shard d.jsonl --level 23 -o l23/
done_testing
