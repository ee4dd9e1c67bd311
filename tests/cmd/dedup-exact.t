#!/bin/sh
# dedup-exact: keys, keep policies, counts, and the same bytes for any -j, --memory and order.
. "$TOKMILL_SRC/tests/lib.sh"

cat > a.jsonl <<'X'
{"id":"1","text":"one","source":"x","metadata":{"url":"http://me@WWW.a.org:80/x/#f","n":1,"date":"2024-03-01T10:00:00Z"}}
{"id":"2","text":"two","source":"y","metadata":{"url":"https://a.org/x","n":12}}
{"id":"3","text":"one","source":"z","metadata":{"n":7.5,"date":"2024-03-02"}}
{"id":"4","text":"","metadata":{}}
{"id":"0","text":"one","source":"y","metadata":{"n":"none"}}
X
ids() { "$TOKMILL" dedup-exact "$@" | jq -r .id | tr '\n' ' '; }

"$TOKMILL" dedup-exact a.jsonl --rejects dropped > kept 2> err
is "$? $(cat kept err)" '0 {"id":"1","text":"one","source":"x","metadata":{"url":"http://me@WWW.a.org:80/x/#f","n":1,"date":"2024-03-01T10:00:00Z","tokmill":{"dedup-exact":{"copies":3}}}}
{"id":"2","text":"two","source":"y","metadata":{"url":"https://a.org/x","n":12}}
{"id":"4","text":"","metadata":{}}' "the first of equal texts stays and counts its copies; the rest pass untouched"
is "$(jq -c '[.id, .metadata.tokmill["dedup-exact"].kept, ._drop]' dropped)" \
    '["3","1",{"stage":"dedup-exact","rule":"exact-duplicate"}]
["0","1",{"stage":"dedup-exact","rule":"exact-duplicate"}]' "rejects name the kept one"

is "$(ids --by url a.jsonl)" "1 3 4 0 " "--by url compares a normal form; without a url all stay"
is "$(ids --by text,source a.jsonl)" "1 2 3 4 0 " "--by two fields: both must be equal"
is "$(ids --by source a.jsonl)" "1 2 3 4 " "--by any field"
is "$(ids --by metadata.n,metadata.m a.jsonl)" "1 2 3 4 0 " "--by a tuple that nobody shares"
is "$(ids --keep min-id a.jsonl)" "2 4 0 " "--keep min-id"
is "$(ids --keep field:metadata.n a.jsonl)" "2 3 4 " "--keep field: the highest number"
is "$(ids --keep field:metadata.date a.jsonl)" "2 3 4 " "--keep field: the latest date"
is "$(ids --keep source:y,z a.jsonl)" "2 4 0 " "--keep source: in the order given"
printf '%s\n' '{"id":"b","text":"ab","k":1}' '{"id":"a","text":"abc","k":1}' \
    '{"id":"c","text":"xyz","k":1}' > l.jsonl
is "$(ids --by k --keep longest l.jsonl)" "a " "--keep longest, ties by id"
is "$("$TOKMILL" dedup-exact --annotate a.jsonl | jq -c '.metadata.tokmill["dedup-exact"]')" \
    '{"copies":3}
{}
{"kept":"1","drop":{"stage":"dedup-exact","rule":"exact-duplicate"}}
{}
{"kept":"1","drop":{"stage":"dedup-exact","rule":"exact-duplicate"}}' "--annotate drops nothing"
is "$("$TOKMILL" dedup-exact --stats s.json a.jsonl > /dev/null &&
    jq -c '.stages[0] | [.dropped, .histograms.copies.count, .histograms.copies.sum]' s.json)" \
    '[{"exact-duplicate":{"docs":2,"bytes":6}},3,5]' "statistics"

# 60,000 documents, about 20,000 different, one text 9,000 times over
awk 'BEGIN { for (i = 0; i < 60000; i++) { x = (i * 7919) % 20011; if (i % 6 == 5) x = 3
    printf "{\"id\":\"d%d\",\"text\":\"text number %d\"}\n", i, x } }' > many.jsonl
jq -r .text many.jsonl | awk '!seen[$0]++ { print NR - 1 }' > want
"$TOKMILL" dedup-exact -j1 many.jsonl > one
jq -r .id one | tr -d d > got
ok_cmd "the first of each text, as a table in memory says" cmp want got
for o in -j2 -j8 "-j4 --memory 2M" "-j1 --memory 1M"; do
    # shellcheck disable=SC2086
    "$TOKMILL" dedup-exact $o many.jsonl > other
    ok_cmd "the same bytes with $o" cmp one other
done
"$TOKMILL" dedup-exact --keep min-id many.jsonl | sort > one
sort -r many.jsonl | "$TOKMILL" dedup-exact --keep min-id | sort > other
ok_cmd "permuted inputs give the same documents under min-id" cmp one other
"$TOKMILL" jsonl many.jsonl then dedup-exact then dedup-exact --by id > other
"$TOKMILL" jsonl many.jsonl | "$TOKMILL" dedup-exact | "$TOKMILL" dedup-exact --by id > one
ok_cmd "two in a chain are two in a pipe" cmp one other
head -n 20000 many.jsonl > month1.jsonl
tail -n +20001 many.jsonl > month2.jsonl
"$TOKMILL" dedup-exact month1.jsonl -o kept1.jsonl.zst
"$TOKMILL" dedup-exact --memory 1M --against kept1.jsonl.zst month2.jsonl --rejects dropped > kept2
"$TOKMILL" dedup-exact many.jsonl | jq -r .id > want
(zstd -dcq kept1.jsonl.zst; cat kept2) | jq -r .id > got
ok_cmd "--against: month by month as all at once" cmp want got
is "$(grep -m1 '"text":"text number 3"' dropped | jq -r '.metadata.tokmill["dedup-exact"].kept')" d5 \
    "--against: rejects name the earlier one"
is "$(tail -n 2 l.jsonl | "$TOKMILL" dedup-exact --by k --keep longest --against l.jsonl | wc -l)" 0 \
    "--against: earlier documents outrank every policy"
is "$("$TOKMILL" dedup-exact /dev/null | wc -c)" 0 "nothing in, nothing out"

is "$("$TOKMILL" dedup-exact --keep best a.jsonl 2>&1 >/dev/null | head -n 1)" \
    "tokmill: --keep: 'best' is none of first, longest, min-id, field:NAME, source:A,B,..." \
    "an unknown policy is refused"
status_is 2 "an empty --by is refused" "$TOKMILL" dedup-exact --by "" a.jsonl
status_is 2 "more ranks than one are refused" "$TOKMILL" dedup-exact --rank 0 --world 2 a.jsonl l.jsonl
status_is 3 "temporary space is limited by --tmp-max" \
    "$TOKMILL" dedup-exact --tmp-max 100K many.jsonl
is "$("$TOKMILL" dedup-exact --rank 0 --world 2 a.jsonl a.jsonl 2>&1 | grep -o 'by ranks: one process')" "by ranks: one process" \
    "and told what to do instead"
done_testing
