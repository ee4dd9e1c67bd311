#!/bin/sh
# exec: a program of the user's in the chain; what it gives is checked.
. "$TOKMILL_SRC/tests/lib.sh"

cat > d.jsonl <<'J'
{"id":"a","text":"one","metadata":{"n":1}}
{"id":7,"text":"two"}
{"id":"c","text":"three"}
J
is "$("$TOKMILL" exec d.jsonl -- cat)" "$(cat d.jsonl)" "cat changes nothing"
is "$("$TOKMILL" exec d.jsonl --command cat)" "$(cat d.jsonl)" "--command"
is "$("$TOKMILL" exec d.jsonl -- jq -c '.metadata.q = (.text | length)' | jq -c .metadata | tr '\n' ' ')" \
    '{"n":1,"q":3} {"q":3} {"q":5} ' "a scorer"
"$TOKMILL" select --where 'id != "a"' d.jsonl then exec -- sed s/two/2/ then select --where 'text == "2"' -o o 2> err
is "$(cat o)" '{"id":7,"text":"2"}' "in the middle of a chain"
is "$("$TOKMILL" exec --stats st d.jsonl -- sed s/two/2/ > /dev/null; jq -c '.stages[0].edited_docs' st)" 1 \
    "an edit is counted"
is "$("$TOKMILL" exec --may-drop --rejects r d.jsonl -- grep -v two | jq -c .id | tr '\n' ' ')" '"a" "c" ' "--may-drop"
is "$(jq -c '[.id,._drop]' r)" '[7,{"stage":"exec","rule":"exec"}]' "its reason"

fails() {       # fails STATUS NAME WORDS ARGUMENTS...
    want=$1 name=$2 words=$3
    shift 3
    timeout 20 "$TOKMILL" "$@" > out.f 2> err
    is "$? $(grep -c -- "$words" err) $(wc -c < out.f)" "$want 1 0" "$name"
    [ "$(grep -c -- "$words" err)" = 1 ] || diag "$(cat err)"
}
fails 1 "fewer documents" "gave 2 documents for 3; the first missing is 'c'" exec d.jsonl -- head -n 2
fails 1 "one left out" "gave the document 'c' where '7' was due" exec d.jsonl -- grep -v two
fails 1 "another order" "gave the document 'c' where 'a' was due" exec d.jsonl -- tac
fails 1 "another order, with --may-drop" "or not in order: number 2, id '7'" exec --may-drop d.jsonl -- tac
fails 1 "one too many" "a document too many, or not in order: number 4, id 'x'" \
    exec d.jsonl -- sh -c 'cat; echo "{\"id\":\"x\",\"text\":\"\"}"'
fails 1 "no JSON" "no document with an id: line 1" exec d.jsonl -- sed 's/^/x/'
fails 1 "no id" "no document with an id: line 2" exec d.jsonl -- sed 's/"id":7/"di":7/'
fails 1 "no text" "no-text" exec d.jsonl -- sed 's/"text":"two"/"tex":1/'
fails 1 "its status" "'sh' ended with status 4" exec d.jsonl -- sh -c 'cat; exit 4'
fails 1 "its signal" "'sh' was ended by signal 9" exec d.jsonl -- sh -c 'cat; kill -9 $$'
fails 1 "failing and stopping early" "'sh' ended with status 5" exec d.jsonl -- sh -c 'exit 5'
fails 3 "no such command" "cannot run 'no-such-command'" exec d.jsonl -- no-such-command
fails 2 "no command" "exec needs a command" exec d.jsonl
"$TOKMILL" exec d.jsonl -o kept.jsonl -- false 2> err
is "$? $(ls kept.jsonl 2>&1 | grep -c 'No such')" "1 1" "a failure leaves no output"

# much more than a pipe holds, to a program that answers late or stops reading
seq 1 60000 | sed 's/.*/{"id":&,"text":"number & of many, so that pipes are full"}/' > big.jsonl
ok_cmd "answers at the end" test "$(timeout 60 "$TOKMILL" exec big.jsonl -- sort -s -k 99 | cksum)" = "$(cksum < big.jsonl)"
is "$(timeout 60 "$TOKMILL" exec --may-drop big.jsonl -- head -n 3 | wc -l)" 3 "a program that reads only the start"
for j in 1 8; do "$TOKMILL" -j$j exec big.jsonl -- jq -c '.text |= ascii_upcase' > $j.out 2> err; done
ok_cmd "the same with any -j" cmp 1.out 8.out
fails 3 "--tmp-max" "tmp-max" --tmp-max 10K exec big.jsonl -- cat
fails 1 "in a long chain" "'false' ended" exec big.jsonl -- cat then exec -- false
: > none.jsonl
is "$("$TOKMILL" exec none.jsonl -- false | wc -c)" 0 "no documents: the command is not run"
echo '{"key":{"id":"k"},"text":"t"}' > key.jsonl
is "$("$TOKMILL" --id-field key.id exec key.jsonl -- cat)" "$(cat key.jsonl)" "--id-field"
jq -c '{input_ids:[1,2],id}' d.jsonl > ids.jsonl
is "$("$TOKMILL" exec ids.jsonl -- cat)" "$(cat ids.jsonl)" "token ids without text"

# by units and ranks
mkdir in
for i in 1 2 3; do jq -c --arg i $i '.id = "\($i)\(.id)"' d.jsonl > in/$i.jsonl; done
: > in/4.jsonl
"$TOKMILL" --input-root in exec in/*.jsonl -o all/ -- sed s/two/2/ 2> err
for r in 1 0; do
    "$TOKMILL" --input-root in --rank $r --world 2 exec in/*.jsonl -o ranks/ -- sed s/two/2/ 2> err
done
ok_cmd "ranks give the same units" sh -c 'for i in 1 2 3 4; do cmp all/$i.jsonl.zst ranks/$i.jsonl.zst || exit 1; done'
is "$(zstd -dcq all/*.zst)" "$(sed s/two/2/ in/*.jsonl)" "units"
done_testing
