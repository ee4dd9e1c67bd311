#!/bin/sh
# Accounts that add up: bad records, groups, samples, and what a source may lose.
. "$TOKMILL_SRC/tests/lib.sh"

cat >in.jsonl <<'END'
{"id":"1","text":"one two","source":"a","metadata":{"lang":"en"}}
{"id":"2","text":"one","source":"a","metadata":{"lang":"de"}}
{"id":"3","text":"one","source":"b","metadata":{"lang":"en"}}
{"id":"4","text":5,"source":"b"}
{"id":"5","text":"","source":"b"}
END
run() { "$TOKMILL" dedup-exact --on-bad skip --stats s.json "$@" in.jsonl; }
run >out
is "$(jq -c '.stages[0]|[.in.docs,.out.docs,.dropped,.bad]' s.json)" \
    '[5,3,{"exact-duplicate":{"docs":1,"bytes":3}},{"text-type":1}]' "in = out + dropped + bad"
is "$(jq -c '.stages[0].samples|[([.kept[].id]|sort),[.dropped[]|[.id,.rule,.text]]]' s.json)" \
    '[["1","2","5"],[["3","exact-duplicate","one"]]]' "samples of kept and dropped documents"
is "$(jq -c '.stages[0]|has("by")' s.json)" false "no groups unless asked"
run --stats-by source,metadata.lang >out
is "$(jq -c '.stages[0].by|map_values([.in.docs,.out.docs,.dropped])' s.json)" \
    '{"[\"a\",\"de\"]":[1,1,{}],"[\"a\",\"en\"]":[1,1,{}],"[\"b\",\"\"]":[1,1,{}],"[\"b\",\"en\"]":[1,0,{"exact-duplicate":{"docs":1,"bytes":3}}]}' \
    "accounts by group"
"$TOKMILL" stats s.json s.json -o twice.json
is "$(jq -c '.stages[0].by["[\"b\",\"en\"]"].in.docs' twice.json)" 2 "and they merge"
status_is 0 "each source keeps half" run --min-keep 50%
run --min-keep 60% >out 2>err
is "$?:$(cat err)" '1:tokmill: dedup-exact kept 1 of 2 documents of source "b", less than --min-keep 60%' \
    "a source that loses too much is named, whatever the sum"
status_is 2 "a percentage" run --min-keep most
status_is 2 "too many members" run --stats-by a,b,c,d,e,f,g,h,i
i=0
while [ $i -lt 3000 ]; do i=$((i + 1)); echo "{\"id\":\"$i\",\"text\":\"$((i % 50))\",\"source\":\"s$((i % 7))\"}"; done >many.jsonl
for j in 1 4; do
    "$TOKMILL" dedup-exact -j$j --stats-by source --stats $j.json many.jsonl >out
    jq -c 'del(.run)' $j.json >$j
done
ok_cmd "the same statistics for any -j" cmp 1 4
is "$(jq -c '.stages[0].samples|[(.kept|length),(.dropped|length)]' 1)" "[20,20]" "twenty of each"
"$TOKMILL" jsonl --progress always many.jsonl -o many.out 2>err
is "$(tr '\r' '\n' <err | grep -c 'documents in')" 1 "--progress always"
"$TOKMILL" jsonl --progress always --quiet many.jsonl -o many.out 2>err
is "$(wc -c <err | tr -d ' ')" 0 "--quiet"
"$TOKMILL" jsonl --verbose many.jsonl --output many.out 2>err
is "$(cat err)" "tokmill jsonl: 3000 in, 3000 out, 0 dropped, 0 bad" "--verbose"
done_testing
