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
done_testing
