#!/bin/sh
# select: names, kinds of values, what is missing.
. "$TOKMILL_SRC/tests/lib.sh"

cat > d.jsonl <<'J'
{"id":"1","text":"a b","source":"web","metadata":{"lang":"en","score":0.5,"ok":true,"n":null}}
{"id":"2","text":"","source":"wiki","metadata":{"lang":"d\u0065","url":"http://x.org/","tokmill":{"filter":{"dt_words":7}}}}
{"id":3,"text":"c","extra":{"deep":{"er":1e3}}}
J
# sel_is EXPR IDS: the ids kept
sel_is() {
    is "$("$TOKMILL" select --where "$1" d.jsonl | jq -r .id | tr '\n' ' ')" "$2" "$1"
}
sel_is 'lang == "en"' "1 "
sel_is 'metadata.lang == "de"' "2 "
sel_is 'lang != "en"' "2 "
sel_is 'not lang == "en"' "2 3 "
sel_is 'score >= 0.5 and score < 0.6' "1 "
sel_is 'ok' "1 "
sel_is 'n == 0 or n != 0' ""
sel_is 'dt_words == 7' "2 "
sel_is 'extra.deep.er == 1000' "3 "
sel_is 'source == "web" or extra.deep.er > 1' "1 3 "
sel_is 'text == ""' "2 "
sel_is 'id == "3"' "3 "
sel_is 'metadata.url' "2 "
sel_is 'score * 2 == 1' "1 "
sel_is 'lang < "e"' "2 "
is "$("$TOKMILL" select --where 'lang == "en"' --invert d.jsonl | jq -r .id | tr '\n' ' ')" "2 3 " "--invert"
is "$("$TOKMILL" select --where 'lang == "en"' d.jsonl)" "$(head -n 1 d.jsonl)" "documents pass byte for byte"
"$TOKMILL" select --where 'lang == "en"' d.jsonl --rejects r.jsonl > /dev/null
is "$(jq -c ._drop r.jsonl | sort -u)" '{"stage":"select","rule":"where"}' "its reason"
status_is 2 "no expression" "$TOKMILL" select d.jsonl
status_is 2 "a bad one" "$TOKMILL" select --where 'lang ==' d.jsonl
status_is 2 "a name too long" "$TOKMILL" select --where "$(printf '%0200d' 0 | tr 0 a)" d.jsonl
for i in 1 2 3 4 5 6 7 8 9; do cat d.jsonl; done > many.jsonl
"$TOKMILL" select -j1 --where 'lang == "en"' many.jsonl > one
"$TOKMILL" select -j8 --where 'lang == "en"' many.jsonl > eight
ok_cmd "same bytes with any -j" cmp one eight
done_testing
