#!/bin/sh
# apply: documents are dropped as was decided; rejects, weights and annotations as dedup-near has them.
. "$TOKMILL_SRC/tests/lib.sh"
. "$TOKMILL_SRC/tests/near.sh"

near_units
ok_cmd "the parts" near_parts 2 out
"$TOKMILL" -q dedup-near all.jsonl --rejects r1 > k1
"$TOKMILL" -q apply --verdicts out/verdicts --plan plan.json --rejects rejects/ --stats stats/ -o unique/
is "$(zstd -dcq rejects/*.zst | sed 's/"stage":"apply"/"stage":"dedup-near"/' | cksum)" "$(cksum < r1)" \
    "rejects are those of dedup-near, but for the stage's name"
is "$(zstd -dcq unique/*.zst | cksum)" "$(cksum < k1)" "and so are documents"
is "$("$TOKMILL" stats stats/*.json | jq '.stages[0].dropped["near-duplicate"].docs')" "$(wc -l < r1)" "statistics count them"
"$TOKMILL" -q apply --annotate --verdicts out/verdicts --plan plan.json -o noted/
is "$(zstd -dcq noted/*.zst | jq -r 'select(.metadata.tokmill.apply.rank) | .id' | cksum)" "$(jq -r .id r1 | cksum)" \
    "--annotate drops nothing and notes ranks"
"$TOKMILL" -q apply --weights fineweb-2 --verdicts out/verdicts --plan plan.json -o weighted/
is "$(zstd -dcq weighted/*.zst | jq -c '.metadata.tokmill["dedup-near"] | select(.) | [.size, .weight]' | sort -u |
    awk -F'[][,]' '{ w = $2 < 3 ? $2 : $2 < 5 ? 3 : $2 < 100 ? 5 : $2 < 1000 ? 8 : 1; if ($3 != w) print }')" "" \
    "--weights fineweb-2 by size of cluster"
"$TOKMILL" -q dedup-near --weights fineweb-2 all.jsonl > k2
is "$(zstd -dcq weighted/*.zst | cksum)" "$(cksum < k2)" "the same in dedup-near"
status_is 2 "--weights 3:1,2:1 is refused" "$TOKMILL" apply --weights 3:1,2:1 --verdicts out/verdicts --plan plan.json -o w/
status_is 2 "no --verdicts" "$TOKMILL" apply --plan plan.json -o u/
status_is 2 "no folder" "$TOKMILL" apply --verdicts out/verdicts --plan plan.json
rm -rf out/part && cp -R out/verdicts out/part && rm out/part/manifest.json
status_is 2 "verdicts that are not complete" "$TOKMILL" apply --verdicts out/part --plan plan.json -o u/
status_is 2 "a unit that was not signed" "$TOKMILL" apply --verdicts out/verdicts in-0.jsonl -o u/
head -n 299 in-3.jsonl > short && mv short in-3.jsonl
"$TOKMILL" plan --unit-size 1 in-*.jsonl -o changed.json
status_is 1 "documents gone since" "$TOKMILL" apply --verdicts out/verdicts --plan changed.json -o gone/
is "$(ls gone | grep -c part-00003)" 0 "leave no output"
done_testing
