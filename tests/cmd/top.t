#!/bin/sh
# top: the part that is kept, ties, what has no value.
. "$TOKMILL_SRC/tests/lib.sh"

printf '%s\n' '{"id":"a","text":"","metadata":{"s":0.5}}' '{"id":"b","text":"","metadata":{"s":2}}' \
    '{"id":"c","text":"","metadata":{"s":-1}}' '{"id":"d","text":"","s":1e3}' \
    '{"id":"e","text":"","metadata":{"s":"9"}}' > d.jsonl
top() { "$TOKMILL" top "$@" d.jsonl | jq -r .id | tr '\n' ' '; }
is "$(top --by s --count 2)" "b d " "--count keeps the highest, in their order"
is "$(top --by metadata.s --count 2)" "a b " "a dotted name"
is "$(top --by s --share 50%)" "b d " "--share, of those that have the number"
is "$(top --by s --share 100%)" "a b c d " "all of them"
is "$(top --by s --share 0%)" "" "none"
is "$(top --by s --count 2 --lowest)" "a c " "--lowest"
"$TOKMILL" top --by s --count 1 --rejects r.jsonl d.jsonl > /dev/null
is "$(jq -c '[.id,._drop.rule,._drop.value,._drop.threshold]' r.jsonl | tr '\n' ' ')" \
    '["a","top",0.5,1000] ["b","top",2,1000] ["c","top",-1,1000] ["e","no-value",null,null] ' "its reasons"
seq 1 1000 | sed 's/.*/{"id":"&","text":"","s":1}/' > ties.jsonl
"$TOKMILL" top --by s --count 100 ties.jsonl | sort > one
"$TOKMILL" -j8 top --by s --count 100 ties.jsonl | sort > eight
tac ties.jsonl | "$TOKMILL" top --by s --count 100 | sort > reversed
is "$(wc -l < one)" 100 "ties do not exceed the number"
ok_cmd "the same with any -j" cmp one eight
ok_cmd "the same in any order" cmp one reversed
"$TOKMILL" --memory 1M top --by s --count 1 ties.jsonl > /dev/null 2> err
ok_cmd "a small --memory suffices for few" test $? = 0
seq 1 60000 | sed 's/.*/{"id":"&","text":"","s":&}/' > many.jsonl
"$TOKMILL" --memory 1M top --by s --count 1 many.jsonl > /dev/null 2> err
is "$? $(grep -c 'do not fit into --memory' err)" "3 1" "and not for many"
is "$("$TOKMILL" top --by s --share 0.01% many.jsonl | jq -r .id | tr '\n' ' ')" "59995 59996 59997 59998 59999 60000 " "a small share"
status_is 2 "no --by" "$TOKMILL" top --count 1 d.jsonl
status_is 2 "neither share nor count" "$TOKMILL" top --by s d.jsonl
status_is 2 "both" "$TOKMILL" top --by s --count 1 --share 1% d.jsonl
status_is 2 "a share that is none" "$TOKMILL" top --by s --share 10 d.jsonl
status_is 2 "a count that is none" "$TOKMILL" top --by s --count x d.jsonl
done_testing
