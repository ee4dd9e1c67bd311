#!/bin/sh
# dedup-substr: what is struck, where it is cut, the same bytes for any -j and --memory, and the same
# as by a suffix array. Truth by brute force is in tests/unit/substr_test.c.
. "$TOKMILL_SRC/tests/lib.sh"

substr() { "$TOKMILL" dedup-substr "$@"; }
texts() { substr "$@" | jq -r .text; }

cat > a.jsonl <<'X'
{"id":"1","source":"x","text":"This is a sentence that is repeated word for word. And here something else."}
{"id":"2","source":"y","text":"Before it: This is a sentence that is repeated word for word! And so on, until the end."}
{"id":"3","source":"x","text":"A short one."}
{"id":"4","source":"y","text":" is a sentence that is repeated word"}
X
substr --length 30 a.jsonl --rejects r > k
is "$(sed -n 1p k; tail -n 1 k)" "$(sed -n '1p;3p' a.jsonl)" "what is not cut passes byte for byte"
is "$(sed -n 2p k)" \
    '{"id":"2","source":"y","text":"Before it: ! And so on, until the end.","metadata":{"tokmill":{"dedup-substr":{"struck":49}}}}' \
    "later copies are struck, with the number of bytes"
is "$(jq -c '[.id, ._drop]' r)" '["4",{"stage":"dedup-substr","rule":"nothing-left","value":36,"threshold":0}]' \
    "a document of nothing else is dropped"
is "$(texts --length 30 --keep none a.jsonl | head -n 1)" ". And here something else." "--keep none strikes the first one, too"
is "$(texts --length 30 --keep longest a.jsonl | head -n 2 | cut -c 1-30)" ". And here something else.
Before it: This is a sentence " "--keep longest"
is "$(texts --length 30 --keep source:y,x a.jsonl | wc -c)" "$(texts --length 30 --keep longest a.jsonl | wc -c)" "--keep source:"
is "$(texts --length 60 a.jsonl | cksum)" "$(jq -r .text a.jsonl | cksum)" "--length: shorter repeats stay"
is "$(texts --length 30 --snap words a.jsonl | sed -n 2p)" "Before it: word! And so on, until the end." "--snap words: no word is cut"
printf '%s\n' '{"id":"1","text":"one line of text\nthe same line of text\nthe end"}' \
    '{"id":"2","text":"another line of text\nthe same line of text\nthe start"}' > lines.jsonl
is "$(substr --length 16 lines.jsonl | jq -c .text | tail -n 1)" '"anothertart"' "cut anywhere"
is "$(substr --length 16 --snap lines lines.jsonl | jq -c .text | tail -n 1)" '"another line of text\nthe start"' "--snap lines"
printf '%s\n' '{"id":"1","text":"aaaaéééééééééééé"}' '{"id":"2","text":"bbbb\u00e8éééééééééééé"}' > utf8.jsonl
is "$(texts --length 17 utf8.jsonl | tail -n 1)" "bbbbè" "a character is never cut"
is "$(substr --length 30 --annotate a.jsonl | jq -c '[.text | length] + [.metadata.tokmill["dedup-substr"].struck]' | tr -d '\n')" \
    '[75,null][87,49][12,null][36,36]' "--annotate cuts nothing"
is "$(substr --length 30 --stats s.json a.jsonl > /dev/null; jq -c '.stages[0].counters' s.json)" '{"struck":85}' "statistics"
printf '%s\n' '{"id":"1","input_ids":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20],"text":""}' \
    '{"id":"2","input_ids":[70000,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,1],"text":""}' > ids.jsonl
is "$(substr --length 16 --unit tokens ids.jsonl | jq -c .input_ids | tail -n 1)" "[70000,1]" "--unit tokens"
status_is 1 "--unit tokens without ids" "$TOKMILL" dedup-substr --unit tokens a.jsonl

awk 'function rnd() { return s = (s * 16807) % 2147483647 }
BEGIN { s = 7; for (i = 0; i < 3000; i++) { t = ""; n = rnd() % 30
        for (k = 0; k < n; k++) { r = rnd() % 10
            if (r == 0 && i > 9) t = t " " substr(old[int(rnd() / 64) % i], 1 + rnd() % 50, 20 + rnd() % 400)
            else if (r == 1) { x = substr("ababababa", 1, 1 + rnd() % 9); for (j = rnd() % 60; j > 0; j--) t = t x }
            else t = t sprintf(" %c%d%c", 97 + rnd() % 26, rnd(), 97 + rnd() % 26) }
        old[i] = t; print t } }' > lines.txt
"$TOKMILL" -q text --lines lines.txt -o many.jsonl
substr -j1 many.jsonl --rejects r1 > k1
ok_cmd "a tenth is struck" test "$(jq -r .text k1 | wc -c)" -lt $(($(wc -c < lines.txt) * 9 / 10))
for o in -j2 -j8 "-j1 --memory 12M" "-j4 --memory 30M"; do
    # shellcheck disable=SC2086
    substr $o many.jsonl --rejects r2 > k2
    ok_cmd "the same bytes with $o" cmp k1 k2
    ok_cmd "the same rejects with $o" cmp r1 r2
done
substr --keep min-id many.jsonl | sort > k2
sort -r many.jsonl | substr --keep min-id | sort > k3
ok_cmd "permuted inputs give the same documents under --keep min-id" cmp k2 k3
"$TOKMILL" norm many.jsonl then dedup-substr then norm > k2
"$TOKMILL" norm many.jsonl | substr | "$TOKMILL" norm > k3
ok_cmd "in a chain as in a pipe" cmp k2 k3
if cc -O2 "$TOKMILL_SRC/tests/oracle/substr_oracle.c" -ldivsufsort -o oracle 2> cc.err; then
    for keep in first none; do
        ./oracle 100 $keep < lines.txt > want
        texts --keep $keep many.jsonl > got
        ok_cmd "as by a suffix array, --keep $keep" cmp got want
    done
else
    skip "as by a suffix array" "no libdivsufsort"
fi
awk 'BEGIN { for (i = 0; i < 200000; i++) printf "z" }' | jq -Rc '{id: "z", text: .}' > runs.jsonl
is "$(texts --memory 64M runs.jsonl | wc -c)" 2 "of a long run one period stays"
is "$(substr /dev/null | wc -c)" 0 "nothing in, nothing out"
status_is 2 "--length 10 is refused" "$TOKMILL" dedup-substr --length 10 a.jsonl
status_is 2 "--keep worst is refused" "$TOKMILL" dedup-substr --keep worst a.jsonl
status_is 2 "more ranks than one are refused" "$TOKMILL" dedup-substr --rank 0 --world 2 a.jsonl a.jsonl
status_is 3 "--tmp-max is respected" "$TOKMILL" dedup-substr --tmp-max 100K --memory 12M many.jsonl
done_testing
