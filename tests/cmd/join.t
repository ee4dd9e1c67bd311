#!/bin/sh
# join, and --attributes of all stages: values apart from documents, and back by id.
. "$TOKMILL_SRC/tests/lib.sh"

cat > d.jsonl <<'J'
{"id":"a","text":"This is an English text of a few words.","metadata": { "n":1 } }
{"id":7,"text":"Dies ist ein deutscher Text mit einigen Worten.","metadata":{"x":{"y":1}}}
{"id":"c \"é\"","text":"Ceci est un texte en français, tout simple."}
J
cat > s.jsonl <<'J'
{"id":"a","score":0.5,"deep":{"er":[1]}}
{"id":7,"score":1,"text":"passed over","metadata":{"x":{"z":2}}}

{"id":"c \"\u00e9\"","score":2.5}
J

# --attributes
"$TOKMILL" lang --keep en --shares --attributes lang.a d.jsonl > out
ok_cmd "--attributes: documents pass byte for byte, none is dropped" cmp out d.jsonl
is "$(jq -c .id lang.a | tr '\n' ' ')" '"a" "7" "c \"é\"" ' "a line a document, in order"
is "$(jq -c .metadata.tokmill.lang lang.a | tail -n 1)" \
    '{"lang":"fr","score":0.97,"shares":{"fr":1},"drop":{"stage":"lang","rule":"keep"}}' "its values"
"$TOKMILL" filter --rules c4 --attributes c4.a d.jsonl > out
ok_cmd "edits are not made" cmp out d.jsonl
is "$(jq -r .metadata.tokmill.filter.drop.rule c4.a | sort -u)" too_few_sentences "the rule that drops"
"$TOKMILL" lang --attributes one.zst d.jsonl then filter --rules c4 --attributes two.gz > out
is "$(zstd -dcq one.zst | wc -l) $(gzip -dc two.gz | wc -l)" "3 3" "several steps, compressed"
status_is 2 "--attributes or --annotate" "$TOKMILL" lang --attributes x --annotate d.jsonl
status_is 2 "a reader has none" "$TOKMILL" text --attributes x d.jsonl
is "$("$TOKMILL" lang --by line --annotate --annotate-as lines d.jsonl then lang --annotate | jq -c '.metadata.tokmill | keys' | sort -u)" \
    '["lang","lines"]' "--annotate-as"
"$TOKMILL" lang --attributes l1.a --annotate-as one d.jsonl then lang --attributes l2.a > out
is "$("$TOKMILL" join --with l1.a --with l2.a d.jsonl | jq -c '.metadata.tokmill | keys' | sort -u)" '["lang","one"]' \
    "so files of one stage do not collide"
status_is 2 "a name that is none" "$TOKMILL" lang --annotate --annotate-as a.b d.jsonl
mkdir in
for i in 1 2 3; do
    jq -c --arg i $i '.id = "\($i)\(.id)"' d.jsonl > in/$i.jsonl
done
"$TOKMILL" lang in/*.jsonl --input-root in -o units/ --attributes attr/ 2> err
is "$(ls attr | tr '\n' ' ')" "1.jsonl.jsonl.zst 2.jsonl.jsonl.zst 3.jsonl.jsonl.zst " "a folder of units"
"$TOKMILL" lang in/*.jsonl --input-root in --attributes all.a > /dev/null
zstd -dcq attr/*.zst > units.a
ok_cmd "the same lines" cmp all.a units.a
for i in 1 2 3 4 5 6 7 8 9; do jq -c --arg i $i '.id = "\($i)\(.id)"' d.jsonl; done > many.jsonl
for j in 1 8; do "$TOKMILL" -j$j lang many.jsonl --attributes many.$j > /dev/null; done
ok_cmd "the same with any -j" cmp many.1 many.8

# back again
"$TOKMILL" lang --keep en --annotate d.jsonl | jq -c .metadata.tokmill > want
"$TOKMILL" lang --keep en --attributes l.a d.jsonl > /dev/null
"$TOKMILL" join --with l.a d.jsonl | jq -c .metadata.tokmill > got
ok_cmd "join gives what --annotate writes" cmp got want
is "$("$TOKMILL" join --with lang.a d.jsonl then select --where 'lang.lang == "de"' | jq .id)" 7 \
    "select finds a stage's values"
"$TOKMILL" join -w s.jsonl d.jsonl > out
is "$(head -n 1 out)" '{"id":"a","text":"This is an English text of a few words.","metadata": { "n":1 ,"score":0.5,"deep":{"er":[1]}} }' \
    "anybody's JSONL: members under metadata, the rest as it was spelled"
is "$(jq -c '.metadata' out | tail -n 2 | tr '\n' ' ')" '{"x":{"y":1,"z":2},"score":1} {"score":2.5} ' \
    "metadata is merged, the document's own members are not touched"
is "$("$TOKMILL" join -w s.jsonl --with-id id --under q d.jsonl | jq -c .metadata.q.score | tr '\n' ' ')" \
    "0.5 1 2.5 " "--under"
is "$("$TOKMILL" join -w s.jsonl --fields score d.jsonl | jq -c .metadata | tr '\n' ' ')" \
    '{"n":1,"score":0.5} {"x":{"y":1},"score":1} {"score":2.5} ' "--fields"
status_is 1 "--fields that a record does not have" "$TOKMILL" join -w s.jsonl --fields deep.er d.jsonl
jq -c '{key:{id:.id},score:.score}' s.jsonl > other.jsonl
is "$("$TOKMILL" join -w other.jsonl --with-id key.id --fields score d.jsonl)" \
    "$("$TOKMILL" join -w s.jsonl --fields score d.jsonl)" "--with-id"
tac s.jsonl > r.jsonl
ok_cmd "any order" test "$("$TOKMILL" join -w r.jsonl d.jsonl)" = "$(cat out)"
is "$("$TOKMILL" -j8 join -w r.jsonl d.jsonl | cksum)" "$(cksum < out)" "any number of threads"

# what has no partner is named
fails() {       # fails NAME WORDS ARGUMENTS...
    name=$1 words=$2
    shift 2
    "$TOKMILL" "$@" > out.f 2> err
    is "$? $(grep -c -- "$words" err)" "1 1" "$name"
    [ "$(grep -c -- "$words" err)" = 1 ] || diag "$(cat err)"
}
grep -v '"id":7' s.jsonl > less.jsonl
fails "a missing id" "no record for the document with id '7'" join -w less.jsonl d.jsonl
is "$("$TOKMILL" join -w less.jsonl --missing keep d.jsonl | jq -c .metadata.score | tr '\n' ' ')" \
    "0.5 null 2.5 " "--missing keep"
is "$("$TOKMILL" join -w less.jsonl --missing drop --rejects rej d.jsonl | wc -l) $(jq -r ._drop.rule rej)" \
    "2 missing" "--missing drop"
{ echo '{"id":"zz","score":1}'; cat s.jsonl; } > more.jsonl
fails "an id too many" "record 1: no document with id 'zz'" join -w more.jsonl d.jsonl
fails "another at the end" "no document with id 'c" join -w s.jsonl --limit 2 d.jsonl
ok_cmd "--extra ignore" "$TOKMILL" join -w more.jsonl --extra ignore d.jsonl
{ head -n 1 s.jsonl; cat s.jsonl; } > twice.jsonl
fails "a doubled id" "record 2: id 'a' is doubled: record 1 has it too" join -w twice.jsonl d.jsonl
{ tac s.jsonl; tail -n 1 s.jsonl; } > twice2.jsonl
fails "a doubled id that waits" "is doubled" join -w twice2.jsonl d.jsonl
{ cat d.jsonl; head -n 1 d.jsonl; } > dd.jsonl
fails "a doubled document" "id 'a' is doubled: more documents have it" join -w s.jsonl dd.jsonl
printf '{"id":"a","n":2}\n{"id":7,"n":1}\n{"id":"c \\"é\\"","x":{"a":1}}\n' > n.jsonl
fails "another value" "has another metadata.n already" join -w n.jsonl d.jsonl
is "$("$TOKMILL" join -w n.jsonl --replace d.jsonl | jq -c .metadata.n | head -n 1)" 2 "--replace"
printf '{"id":"a","n":{"m":2}}\n' > o.jsonl
fails "a member below a number" "has another metadata.n already" join -w o.jsonl --missing keep d.jsonl
fails "no JSON" "record 2: no JSON" join -w "$(printf '{"id":"a"}\n{"id"\n' > bad.jsonl; echo bad.jsonl)" d.jsonl
fails "no id" "no member 'id'" join -w "$(echo '{"di":"a"}' > bad.jsonl; echo bad.jsonl)" d.jsonl
status_is 2 "no --with" "$TOKMILL" join d.jsonl
status_is 3 "no such file" "$TOKMILL" join -w nowhere d.jsonl
seq 1 60000 | sed 's/.*/{"id":"&","text":"t"}/' > big.jsonl
seq 60000 -1 1 | sed 's/.*/{"id":"&","v":&}/' > rev.jsonl
is "$("$TOKMILL" join -w rev.jsonl big.jsonl | jq -r 'select(.id != "\(.metadata.v)") | .id' | wc -l)" 0 \
    "many records that wait"
"$TOKMILL" --memory 4M join -w rev.jsonl big.jsonl > out.f 2> err
is "$? $(grep -c 'raise --memory' err)" "3 1" "they may take no more than --memory"
ok_cmd "in the same order they take none" "$TOKMILL" --memory 4M join -w big.jsonl --fields id big.jsonl -o o.out
done_testing
