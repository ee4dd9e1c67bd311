#!/bin/bash
# mix: the order of the largest error, epochs, limits.
. "$TOKMILL_SRC/tests/lib.sh"

for s in a b c; do
    for i in 1 2 3 4 5 6 7 8 9 10; do
        printf '{"id":"%s%s","text":"%s%s","input_ids":[1,2]}\n' $s $i $s $i
    done > $s.jsonl
done
ids() { jq -r .id | tr '\n' ' '; }

is "$("$TOKMILL" mix a=0.5:a.jsonl b=0.3:b.jsonl c=0.2:c.jsonl | ids)" \
    "a1 b1 c1 a2 b2 a3 c2 a4 b3 a5 a6 b4 c3 a7 b5 a8 c4 a9 b6 a10 " "the order of the rule"
is "$("$TOKMILL" mix --source a=1:a.jsonl b=1:b.jsonl --total 6 | ids)" "a1 b1 a2 b2 a3 b3 " \
    "ties go to the first; --total"
is "$("$TOKMILL" mix a=1:a.jsonl,b.jsonl --total 11 | ids)" \
    "a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 b1 " "files of a source one after another"
is "$("$TOKMILL" mix a=1:a.jsonl --epochs-max 2 | tail -n 1)" \
    '{"id":"a10#2","text":"a10","input_ids":[1,2],"metadata":{"mix":{"source":"a","epoch":2}}}' \
    "a second epoch has its own ids"
status_is 1 "a source that runs dry before --total fails" \
    "$TOKMILL" mix a=1:a.jsonl b=1:b.jsonl --total 30
is "$("$TOKMILL" mix a=9:a.jsonl b=1:b.jsonl c=1:c.jsonl --until last | wc -l | tr -d ' ')" 30 \
    "--until last gives everything"
is "$("$TOKMILL" mix --unit tokens a=1:a.jsonl b=1:b.jsonl --total 8 | ids)" "a1 b1 a2 b2 " \
    "--unit tokens"
"$TOKMILL" mix --unit bytes a=3:a.jsonl b=1:b.jsonl --total 16 --stats s.json > /dev/null
is "$(jq -c '.stages[0].keys.mix_bytes' s.json)" '{"a":12,"b":4}' "shares in the statistics"
for bad in a a=1 a=1: a=x:a.jsonl a=0:a.jsonl a=-1:a.jsonl =1:a.jsonl a=nan:a.jsonl; do
    status_is 2 "'$bad' is no source" "$TOKMILL" mix "$bad"
done
status_is 2 "no sources" "$TOKMILL" mix
status_is 3 "a missing file" "$TOKMILL" mix a=1:nothing.jsonl
ok_cmd "the same with more threads" sh -c \
    '"$TOKMILL" -j4 mix a=2:a.jsonl b=1:b.jsonl > 1 && "$TOKMILL" mix a=2:a.jsonl b=1:b.jsonl > 2 && cmp 1 2'

# shares that are made: sizes 10, 40 and 160
for s in a:10 b:40 c:160; do
    for i in $(seq ${s#*:}); do
        printf '{"id":"%s%s","text":"x","input_ids":[%s,1]}\n' ${s%:*} $i $i
    done > s${s%:*}.jsonl
done
shares() { # OPTIONS: documents of each source
    "$TOKMILL" mix a:sa.jsonl b:sb.jsonl c:sc.jsonl --epochs-max 4 --report r.json "$@" > /dev/null
    jq -c '[.sources[].units]' r.json
}
is "$(shares --weights temperature --temperature 1 --total 105)" "[5,20,80]" "temperature 1 is by size"
is "$(shares --weights temperature --temperature 2 --total 70)" "[10,20,40]" "--temperature 2 is by its root"
is "$(shares --weights unimax --total 150)" "[40,55,55]" "unimax: equal parts, four epochs of the smallest"
is "$(shares --weights unimax --total 60)" "[20,20,20]" "unimax: uniform where there is enough"
is "$("$TOKMILL" mix --weights budgets a=30:sa.jsonl b=0.01K:sb.jsonl 2>&1 | head -n 1 | grep -c 'weight is not')" 1 \
    "a budget is a whole number"
"$TOKMILL" mix --weights budgets a=30:sa.jsonl b=10:sb.jsonl c=1K:sc.jsonl --epochs-max 9 --report r.json > o.jsonl
is "$(jq -c '[.sources[]|[.units,.epochs,.wanted*1040|round]]' r.json | head -c 40)" \
    "[[30,3,30],[10,1,10],[1000,7,1000]]" "budgets are met, and epochs told"
status_is 1 "a budget beyond the epochs" "$TOKMILL" mix --weights budgets a=41:sa.jsonl b=10:sb.jsonl --epochs-max 4
status_is 2 "unimax without --total" "$TOKMILL" mix a:sa.jsonl --weights unimax
status_is 2 "budgets with --total" "$TOKMILL" mix a=1:sa.jsonl --weights budgets --total 4
status_is 2 "made weights and given ones" "$TOKMILL" mix a=1:sa.jsonl --weights temperature
status_is 2 "--temperature 0" "$TOKMILL" mix a:sa.jsonl --weights temperature --temperature 0
status_is 0 "shares within --tolerance" "$TOKMILL" mix a=1:sa.jsonl b=1:sb.jsonl --tolerance 0.05
status_is 1 "shares out of --tolerance" "$TOKMILL" mix a=1:sa.jsonl b=1:sb.jsonl --until last --tolerance 0.05
status_is 1 "nothing is written then" sh -c '"$TOKMILL" mix a=1:sa.jsonl b=1:sb.jsonl --until last --tolerance 0.05 -o no.jsonl; test -e no.jsonl'
ok_cmd "slices put together are the whole" sh -c 'm() { "$TOKMILL" mix a=1:sa.jsonl c=3:sc.jsonl --unit tokens --total 60 "$@"; }
    m > whole && for r in 0 1 2 3; do m --slice $r/4; done > parts && cmp whole parts && test -s whole'
for bad in 4/4 x/2 1 /; do
    status_is 2 "--slice $bad" "$TOKMILL" mix a=1:sa.jsonl --total 4 --slice $bad
done
status_is 2 "--slice without --total" "$TOKMILL" mix a=1:sa.jsonl --slice 0/2

# shards as sources, in an order that is computed
for f in native megatron mds webdataset nanogpt; do
    "$TOKMILL" shard sc.jsonl --docs 50 --size 0 --vocab-size 999 --eod-id 998 --format $f -o c-$f/
done
is "$("$TOKMILL" mix c=1:c-megatron/ | jq -c '[.id,.input_ids]' | cksum)" \
    "$(jq -c '[.id,.input_ids]' sc.jsonl | cksum)" "shards: in their order, with their names"
"$TOKMILL" --seed 3 mix c=1:c-native/ --epochs-max 2 --shuffle global > g.jsonl
is "$(head -n 160 g.jsonl | jq -c '[.id,.input_ids]' | sort | cksum)" "$(jq -c '[.id,.input_ids]' sc.jsonl | sort | cksum)" \
    "--shuffle global: every document once"
is "$(tail -n 160 g.jsonl | jq -c .input_ids | sort | cksum)" "$(jq -c .input_ids sc.jsonl | sort | cksum)" \
    "and once in the next epoch"
ids2() { jq -r '.id|split("#")[0]' "$@" | tr '\n' ' '; }
status_is 1 "in another order" test "$(tail -n 160 g.jsonl | ids2)" = "$(head -n 160 g.jsonl | ids2)"
status_is 1 "not that of the files" test "$(head -n 160 g.jsonl | ids2)" = "$(ids2 sc.jsonl)"
for f in megatron mds webdataset nanogpt; do
    is "$("$TOKMILL" --seed 3 mix c=1:c-$f/ --epochs-max 2 --shuffle global | jq -c '[.id,.input_ids]' | cksum)" \
        "$(jq -c '[.id,.input_ids]' g.jsonl | cksum)" "$f: the same order"
done
status_is 1 "another --seed, another order" sh -c '"$TOKMILL" --seed 4 mix c=1:c-native/ --epochs-max 2 --shuffle global | cmp - g.jsonl'
"$TOKMILL" mix c=1:c-mds/ --shuffle blocks --block-docs 10 --group-blocks 2 > b.jsonl
is "$(jq -c .input_ids b.jsonl | sort | cksum)" "$(jq -c .input_ids sc.jsonl | sort | cksum)" "--shuffle blocks: every document once"
is "$(jq -r '.input_ids[0]-1' b.jsonl | awk '{ g = int((NR - 1) / 20); b[g " " int($1 / 10)] } END { n = 0; for (k in b) n++; print n }')" 16 \
    "--block-docs, --group-blocks: twenty documents come from two blocks of ten"
status_is 2 "a stream has no other order" "$TOKMILL" mix a=1:sa.jsonl --shuffle global
status_is 2 "--block-docs 0" "$TOKMILL" mix c=1:c-mds/ --shuffle blocks --block-docs 0
cp c-nanogpt/shard-00000.bin bare.bin
is "$("$TOKMILL" mix c=1:bare.bin --format nanogpt --eod-id 998 --id-bytes 2 | wc -l | tr -d ' ')" 50 "options of unshard"
"$TOKMILL" shard sa.jsonl --vocab-size 999 --eod-id 998 --format megatron -o a-megatron/
"$TOKMILL" mix a=1:a-megatron/ c=3:c-megatron/ --blend-file blend > none.jsonl
is "$(awk '{ print $1 * 1000, $2 }' blend | tr '\n' '|')" \
    "250 a-megatron/shard|234.375 c-megatron/shard-00000|234.375 c-megatron/shard-00001|234.375 c-megatron/shard-00002|46.875 c-megatron/shard-00003|" \
    "--blend-file: Megatron's weights and prefixes"
status_is 1 "and no documents" test -s none.jsonl
status_is 2 "--blend-file is for Megatron shards" "$TOKMILL" mix c=1:c-mds/ --blend-file blend
done_testing
