#!/bin/sh
# decontaminate: items verbatim, re-wrapped and embedded are found; near misses are not.
. "$TOKMILL_SRC/tests/lib.sh"

cat > quiz.jsonl <<'X'
{"id":"q1","question":"Which river did the retired surveyor cross with 3 mules before the bridge at Halden was built?","choices":["the Glomma","the Tista"],"answer":1}
{"id":"q2","question":"Name the capital.","choices":["Oslo"]}

{"question":"Please answer the following question as well as you can. Why do copper roofs turn green after some years in the rain?"}
X
cat > docs.jsonl <<'X'
{"id":"verbatim","text":"Which river did the retired surveyor cross with 3 mules before the bridge at Halden was built?\nThe Glomma\nThe Tista"}
{"id":"wrapped","text":"WHICH RIVER\ndid the retired\nsurveyor cross -- with 5\nmules -- before the bridge\nat Halden was built"}
{"id":"embedded","text":"I found this one hard. Which river did the retired surveyor cross with 3 mules before the bridge at Halden was built? Nobody in our class knew, and the teacher had forgotten too. We went home."}
{"id":"partly","text":"They say that the retired surveyor cross with 3 mules went out of print long ago."}
{"id":"capital","text":"Name the capital. Oslo"}
{"id":"phrase","text":"Please answer the following question as well as you can. How many legs does a spider have?"}
{"id":"clean","text":"Rivers in Norway were crossed by ferry before the bridges were built."}
{"id":"short","text":"built"}
X
d() { "$TOKMILL" decontaminate --against quiz.jsonl:question "$@" docs.jsonl 2> err; }
ids() { d "$@" | jq -r .id | tr '\n' ' '; }

is "$(ids) $(cat err)" \
    "partly capital phrase clean short  decontaminate: 1 of 3 items are too short or too common to be searched for" \
    "verbatim, wrapped and embedded items are found; short ones are listed"
d --rejects dropped > kept
is "$(jq -c '[.id, .metadata, ._drop]' dropped | head -n 1)" \
    '["verbatim",{"tokmill":{"decontaminate":{"set":"quiz","item":"q1"}}},{"stage":"decontaminate","rule":"contaminated","value":1,"threshold":0.5}]' \
    "rejects name set, item and share"
ok_cmd "what is kept passes byte for byte" sh -c 'grep -vE "verbatim|wrapped|embedded" docs.jsonl | cmp - kept'
is "$(d --annotate | jq -c '[.id, .metadata.tokmill.decontaminate.item]' | sed -n '3,4p')" '["embedded","q1"]
["partly",null]' "--annotate drops nothing"
d --stats s.json > kept
is "$(jq -c '.stages[0].keys' s.json)" '{"found_in_set":{"quiz":3},"found_item":{"quiz/q1":3}}' \
    "statistics by set and item"
is "$(ids --share 0)" "partly capital clean short " "--share 0: any n-gram"
is "$(ids --share 0 --words 6)" "capital clean short " "--words: shorter n-grams find more"
is "$(ids --min-words 3)" "partly phrase clean short " "--min-words: short items as a whole"
yes '{"text":"Please answer the following question as well as you can. And so on."}' | head -n 5 > sample.jsonl
is "$(ids --share 0 --ordinary sample.jsonl --common 4)" "partly capital phrase clean short " \
    "--ordinary: n-grams of many documents do not count"
is "$(ids --share 0 --ordinary sample.jsonl --common 5)" "partly capital clean short " \
    "--common: how many are many"
is "$("$TOKMILL" -q decontaminate --against name=quiz.jsonl --fields question,choices docs.jsonl --annotate |
    jq -r '.metadata.tokmill.decontaminate | "\(.set) \(.drop.value)"' | sed -n '1p;3p')" "name 1
name 0.7142857142857143" "--fields: several fields make one item; a set has a name"
is "$("$TOKMILL" -q decontaminate --against quiz.jsonl --fields question docs.jsonl --annotate |
    jq -r '.metadata.tokmill.decontaminate.item' | sed -n 3p)" q1 "--fields: one"
zstd -q -f quiz.jsonl
"$TOKMILL" -q decontaminate --against quiz.jsonl.zst:question docs.jsonl > other
ok_cmd "a compressed set is the same" cmp kept other
is "$(printf '%s\n' '{"question":"Why do copper roofs turn green after some years in the rain?"}' > b.jsonl
    "$TOKMILL" -q decontaminate --against b.jsonl:question --against quiz.jsonl:question docs.jsonl | wc -l)" 5 \
    "several sets"

# 300 items; each planted verbatim, re-wrapped and embedded; the rest shares half-sentences only
awk 'function rnd() { s = (s * 16807) % 2147483647; return s }
function word(  w, v, k) { v = rnd(); w = ""; for (k = 0; k < 4; k++) { w = w sprintf("%c", 97 + v % 26); v = int(v / 26) } return w }
function fresh(n, sep,  k, o) { o = word(); for (k = 1; k < n; k++) o = o sep word(); return o }
BEGIN { s = 3
    for (i = 0; i < 300; i++) { item = fresh(12 + i % 40, " ")
        printf "{\"id\":\"%d\",\"text\":\"%s\"}\n", i, item > "items.jsonl"
        w = item; gsub(/ /, (i % 2 ? "\\n" : "  "), w)
        n = split(item, p, " "); half = p[1]; for (k = 2; k <= 7; k++) half = half " " p[k]
        printf "{\"id\":\"bad%dv\",\"text\":\"%s\"}\n", i, item
        printf "{\"id\":\"bad%dw\",\"text\":\"%s\"}\n", i, toupper(substr(w, 1, 4)) substr(w, 5)
        printf "{\"id\":\"bad%de\",\"text\":\"%s. %s? %s\"}\n", i, fresh(100 + i, " "), item, fresh(50, " ")
        printf "{\"id\":\"good%d\",\"text\":\"%s %s %s\"}\n", i, fresh(20, " "), half, fresh(80, " ")
    } }' > planted.jsonl
"$TOKMILL" -j1 decontaminate --against items.jsonl planted.jsonl --rejects r1 > k1
is "$(jq -r .id k1 | grep -c good) $(jq -r .id r1 | grep -c bad)" "300 900" "all that is planted, nothing else"
is "$(jq -r 'select((.id | gsub("[a-z]"; "")) == .metadata.tokmill.decontaminate.item) | .id' r1 | wc -l)" 900 \
    "each by its own item"
"$TOKMILL" -j8 decontaminate --against items.jsonl planted.jsonl --rejects r2 > k2
ok_cmd "the same with eight threads" sh -c 'cmp k1 k2 && cmp r1 r2'

# what was found, with both texts
"$TOKMILL" -q decontaminate --against quiz.jsonl:question --matches docs.jsonl --rejects r1 > k1
is "$(jq -r 'select(.id == "embedded").metadata.tokmill.decontaminate.matches[] | .set, .item, .share, .item_text, .text' r1)" \
    "quiz
q1
1
Which river did the retired surveyor cross with 3 mules before the bridge at Halden was built?
Which river did the retired surveyor cross with 3 mules before the bridge at Halden was built?" "--matches: both texts"
is "$("$TOKMILL" -q decontaminate --against quiz.jsonl:question --matches --annotate docs.jsonl |
    jq -c 'select(.id == "wrapped").metadata.tokmill.decontaminate.matches | length')" 1 "noted with --annotate"
"$TOKMILL" -q decontaminate --against quiz.jsonl:question --unsearched short.jsonl docs.jsonl > k1
is "$(cat short.jsonl)" '{"set":"quiz","item":"q2","why":"short","text":"Name the capital."}' "--unsearched lists short items"
"$TOKMILL" -q decontaminate --against quiz.jsonl:question --ordinary sample.jsonl --common 0 --words 3 --share 0.9 \
    --unsearched short.jsonl docs.jsonl --stats s.json > k1
is "$("$TOKMILL" decontaminate --against quiz.jsonl:question --words 3 --clean s.json | tr '\n' ' ')" \
    '{"set":"quiz","item":"4"} ' "--clean: items that no document held"

# cut: the embedded item goes with a margin; pieces that are too short go
c() { "$TOKMILL" -q decontaminate --against quiz.jsonl:question --action cut "$@" docs.jsonl; }
is "$(c --margin 0 --min-piece 1 | jq -r 'select(.id == "embedded").text')" \
    "I found this one hard. 
 Nobody in our class knew, and the teacher had forgotten too. We went home." "--action cut"
is "$(c --margin 8 --min-piece 1 | jq -r 'select(.id == "embedded").text')" \
    "I found this on
in our class knew, and the teacher had forgotten too. We went home." "--margin: characters around it"
is "$(c --margin 0 --min-piece 40 | jq -r 'select(.id == "embedded") | .text, .metadata.tokmill.decontaminate.cuts')" \
    " Nobody in our class knew, and the teacher had forgotten too. We went home.
1" "--min-piece: shorter pieces go"
c --margin 0 --min-piece 1 --rejects r1 > k1
is "$(jq -r '[.id, ._drop.rule] | join(" ")' r1)" "wrapped contaminated" \
    "what is nothing but an item is dropped"
c --max-cuts 0 --rejects r1 > k1
is "$(jq -r 'select(.id == "embedded")._drop | "\(.rule) \(.value) \(.threshold)"' r1)" "many-cuts 1 0" "--max-cuts"
printf '%s\n' '{"id":"zh","text":"新的一天，我们在河边看见了一座旧桥。没有人知道。"}' > zh.jsonl
printf '%s\n' '{"text":"我们在河边看见了一座旧桥"}' > zhset.jsonl
is "$("$TOKMILL" -q decontaminate --against zhset.jsonl --action cut --margin 0 --min-piece 1 zh.jsonl | jq -r .text)" \
    "$(printf '\346\226\260\347\232\204\344\270\200\345\244\251\357\274\214\n\343\200\202\346\262\241\346\234\211\344\272\272\347\237\245\351\201\223\343\200\202')" \
    "cuts between characters where there are no spaces"

# sets described in a file
mkdir -p sets
cp b.jsonl sets/
printf 'Which river did the retired surveyor cross with 3 mules before the bridge at Halden was built?\n\nName the capital.\n' > sets/l.txt
cat > sets/spec.json <<'X'
{"sets":[{"name":"copper","file":"b.jsonl","template":"Tell me: {question} Because"},{"file":"l.txt","format":"lines"}]}
X
"$TOKMILL" -q decontaminate --spec sets/spec.json --annotate --matches docs.jsonl > k1
is "$(jq -c '.metadata.tokmill.decontaminate | select(.matches) | [.set, .item, .matches[0].item_text[:9]]' k1 | sort -u)" \
    '["l","1","Which riv"]' "--spec: lines of a file"
printf '%s\n' '{"id":"c","text":"Tell me: why do copper roofs turn green after some years in the rain? Because of the air."}' > copper.jsonl
is "$("$TOKMILL" -q decontaminate --spec sets/spec.json --share 1 copper.jsonl | wc -l)" 0 "--spec: a template"
is "$("$TOKMILL" -q decontaminate --against sets/b.jsonl:question --share 1 copper.jsonl --annotate |
    jq -r .metadata.tokmill.decontaminate.set)" b "the fields alone are there, too"
echo '{"sets":[{"name":"x"}]}' > bad.json
status_is 1 "a set without a file" "$TOKMILL" decontaminate --spec bad.json docs.jsonl
echo '[]' > bad.json
status_is 1 "no description" "$TOKMILL" decontaminate --spec bad.json docs.jsonl
"$TOKMILL" -q decontaminate --spec sets/spec.json docs.jsonl -o o1/
sed -i 's/Tell me/Tell us/' sets/spec.json
status_is 2 "the description is part of a run's record" "$TOKMILL" decontaminate --spec sets/spec.json docs.jsonl -o o1/
status_is 2 "no set is refused" "$TOKMILL" decontaminate docs.jsonl
status_is 3 "a set that is not there" "$TOKMILL" decontaminate --against nowhere.jsonl docs.jsonl
is "$("$TOKMILL" decontaminate --against quiz.jsonl:prompt docs.jsonl 2>&1)" \
    "tokmill: quiz.jsonl: record 1: line 1 has none of the fields prompt" "a set without the field"
status_is 2 "--words 0 is refused" "$TOKMILL" decontaminate --against quiz.jsonl --words 0 docs.jsonl
status_is 2 "--share 2 is refused" "$TOKMILL" decontaminate --against quiz.jsonl --share 2 docs.jsonl
status_is 2 "--min-words above --words is refused" \
    "$TOKMILL" decontaminate --against quiz.jsonl --min-words 9 docs.jsonl
done_testing
