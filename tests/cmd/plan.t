#!/bin/sh
# plan, ranks, and folders of outputs: the same files for any number of tasks, resumed, refused, swept.
. "$TOKMILL_SRC/tests/lib.sh"

for i in 1 2 3 4 5; do
    for k in 1 2 3 4 5 6 7 8; do printf '{"id":"%s-%s","text":"%s"}\n' $i $k $((i * k)); done >d$i.jsonl
done
"$TOKMILL" plan d*.jsonl --unit-size 400 -o plan.json
is "$(jq -c '[.units[]|[.name,[.inputs[].path]]]' plan.json)" \
    '[["part-00000",["d1.jsonl","d2.jsonl"]],["part-00001",["d3.jsonl","d4.jsonl"]],["part-00002",["d5.jsonl"]]]' \
    "units by size"
mkdir -p tree/b && cp d1.jsonl tree/b/ && cp d2.jsonl tree/a.jsonl
is "$("$TOKMILL" plan tree | jq -c '[.units[].inputs[].path]')" '["tree/a.jsonl","tree/b/d1.jsonl"]' \
    "folders are walked in byte order"
printf 'd2.jsonl\nd1.jsonl\n' | "$TOKMILL" plan --files-from - >listed.json
is "$(jq -c '[.units[].inputs[].path]' listed.json)" '["d2.jsonl","d1.jsonl"]' "names from a list, in its order"
status_is 2 "no operands" "$TOKMILL" plan
status_is 3 "a missing file" "$TOKMILL" plan nothing-here

run() { "$TOKMILL" jsonl --plan plan.json "$@"; }
run -o one/
for r in 2 0 1; do run --rank $r --world 3 -o three/ --stats stats/ --rejects rejects/; done
is "$(diff -r one three 2>&1)" "" "one task and three give the same folder"
is "$(ls stats rejects | tr '\n' ' ')" "rejects: part-00000.jsonl.zst part-00001.jsonl.zst part-00002.jsonl.zst  \
stats: part-00000.json part-00001.json part-00002.json " "side files belong to units"
run --rank 0 --world 2 -o two/
is "$(ls two)" "part-00000.jsonl.zst
part-00002.jsonl.zst" "a rank does its units only, and no manifest before all are done"
run --rank 4 --world 5 -o five/
is "$(ls five)" "" "a rank without units succeeds"
SLURM_ARRAY_TASK_ID=1 run --rank slurm --world 2 -o two/
is "$(diff -r one two 2>&1)" "" "the rank from Slurm, continued with another rank"
JOB_COMPLETION_INDEX=0 run --rank k8s --world 1 -o k8s/
MINE=0 run --rank env:MINE --world 1 -o env/
is "$(diff -r one k8s 2>&1; diff -r one env 2>&1)" "" "the rank from Kubernetes and from a variable"
status_is 2 "a variable that is not set" run --rank env:NOT_SET --world 2 -o x/
status_is 2 "a rank needs a world" run --rank 0 -o x/
status_is 2 "a rank below the world" run --rank 2 --world 2 -o x/
status_is 2 "side files of units need folders" run --rank 0 --world 2 -o x/ --stats s.json

touch -d '1 hour ago' one/part-00001.jsonl.zst && rm one/part-00002.jsonl.zst
run -o one/ -v 2>log
is "$(head -n 1 log)" "tokmill: 1 units done, 2 were finished before" "only what is missing is done again"
is "$(diff -r one three 2>&1)" "" "and gives the same bytes"
run -o one/ --seed 7 2>log
is "$?:$(head -n 1 log)" \
    '2:tokmill: one: holds the output of another run: --seed was "0", now "7" (--force replaces it)' \
    "another run's folder is refused with the difference"
ok_cmd "unless forced" "$TOKMILL" jsonl --plan plan.json -o one/ --seed 7 --force
mkdir strange && echo x >strange/file
status_is 2 "a folder that is no output of ours" run -o strange/
echo '{"id":"more","text":"t"}' >>d5.jsonl
run -o late/ 2>log
is "$?:$(cut -d: -f2- log)" "1: d5.jsonl: 224 bytes, but 199 when the run was planned" "inputs changed since the plan"

"$TOKMILL" jsonl d1.jsonl d2.jsonl d3.jsonl -o plain/
"$TOKMILL" jsonl d1.jsonl d3.jsonl -o plain/
is "$(ls plain)" "d1.jsonl.zst
d3.jsonl.zst
manifest.json" "a unit an operand; what left the manifest is removed"
is "$(jq -c '.units[0].outputs[0]|[.name,.documents,.bytes]' plain/manifest.json)" \
    "[\"d1.jsonl.zst\",8,$(zstd -dc plain/d1.jsonl.zst | wc -c)]" "the manifest counts"
"$TOKMILL" jsonl d1.jsonl --suffix .jsonl.gz -o gz/
is "$(gzip -dc gz/d1.jsonl.gz | wc -l)" 8 "another suffix, another codec"
mkdir other && cp d2.jsonl other/d1.jsonl
status_is 2 "two inputs of one name" "$TOKMILL" jsonl --input-root other d1.jsonl other/d1.jsonl -o twice/
cat d1.jsonl >>d2.jsonl
"$TOKMILL" dedup-exact d1.jsonl d2.jsonl d3.jsonl -o dedup/ --by text
is "$(for f in dedup/*.zst; do zstd -dc "$f"; done)" "$("$TOKMILL" dedup-exact d1.jsonl d2.jsonl d3.jsonl --by text)" \
    "a barrier sorts what it keeps back into units"
is "$(zstd -dc dedup/d2.jsonl.zst | wc -l)" \
    "$("$TOKMILL" dedup-exact d1.jsonl d2.jsonl d3.jsonl --by text | grep -c '"id":"2-')" "each its own"
status_is 2 "a barrier refuses ranks" "$TOKMILL" dedup-exact --plan plan.json --rank 0 --world 2 -o x/
"$TOKMILL" plan d1.jsonl d3.jsonl --unit-size 1 -o small.json
"$TOKMILL" dedup-exact --plan small.json -o byplan/
is "$(ls byplan)" "manifest.json
part-00000.jsonl.zst
part-00001.jsonl.zst" "but takes a plan as one"
done_testing
