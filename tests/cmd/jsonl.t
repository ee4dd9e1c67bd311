#!/bin/sh
# jsonl: pass-through, mapping, and bad records by kind.
. "$TOKMILL_SRC/tests/lib.sh"

printf '%s\n' '{"text":"\u0061", "n":1.50,"id":"x"}' '{"id":2,"text":""}' > ours.jsonl
is "$("$TOKMILL" jsonl ours.jsonl)" \
    '{"text":"\u0061", "n":1.50,"id":"x","metadata":{"origin":{"name":"ours.jsonl","record":1}}}
{"id":2,"text":"","metadata":{"origin":{"name":"ours.jsonl","record":2}}}' \
    "ours pass byte for byte, and say where they come from"
"$TOKMILL" jsonl ours.jsonl > once.jsonl
is "$("$TOKMILL" jsonl once.jsonl)" "$(cat once.jsonl)" "an origin that stands is left alone"
printf '%s\n' '{"t":"A","b":{"c":"B"},"k":7,"u":"http://x/","z":[1, 2]}' > theirs.jsonl
is "$("$TOKMILL" jsonl --map text=t --map text=b.c --map id=k --map url=u theirs.jsonl |
      jq -c '[.id,.text,.metadata]')" '["7","A\n\nB",{"url":"http://x/","origin":{"name":"theirs.jsonl","record":1}}]' "members mapped"
is "$("$TOKMILL" jsonl --map text=t --map id=k --keep-fields theirs.jsonl | jq -c .metadata)" \
    '{"b":{"c":"B"},"u":"http://x/","z":[1,2],"origin":{"name":"theirs.jsonl","record":1}}' "other members carried along"
printf '{"text":"a"}\n\n{"x":1}\n[]\n{"text":5}\n{\n{"text":"a\377"}\n{"text":"b"}' > bad.jsonl
is "$("$TOKMILL" jsonl --on-bad skip --stats s.json bad.jsonl | jq -r .text | tr '\n' ' ')" "a b " \
    "bad records are skipped, the last line needs no newline"
is "$("$TOKMILL" jsonl --on-bad skip bad.jsonl | jq -c .metadata.origin.record | tr '\n' ' ')" "1 8 " \
    "the record is the number of the line, bad and empty ones counted"
is "$(jq -cS '[.stages[0].bad,.stages[0].records.passed]' s.json)" \
    '[{"json":1,"no-text":1,"not-object":1,"text-type":1,"utf8":1},{"blank":1}]' "kinds are counted"
is "$("$TOKMILL" jsonl --map text=text --on-bad skip bad.jsonl | jq -r .text | tr '\n' ' ')" "a b " \
    "the same with a map"
status_is 1 "a bad record fails the run" "$TOKMILL" jsonl bad.jsonl
status_is 2 "an unknown target is a usage error" "$TOKMILL" jsonl --map foo=t theirs.jsonl
done_testing
