#!/bin/sh
# lang: CLD2 and fastText labels and scores, codes, thresholds, units, refusals.
. "$TOKMILL_SRC/tests/lib.sh"

cat > docs.jsonl <<'J'
{"id":"en","text":"The quick brown fox jumps over the lazy dog while the sun is shining."}
{"id":"de","text":"Der schnelle braune Fuchs springt über den faulen Hund, während die Sonne scheint."}
{"id":"fr","text":"Le renard brun saute par-dessus le chien paresseux pendant que le soleil brille."}
{"id":"ru","text":"Быстрая коричневая лиса прыгает через ленивую собаку, пока светит солнце."}
{"id":"tw","text":"這是一個用繁體中文寫成的句子，說明語言識別的方法，請大家仔細閱讀。"}
{"id":"he","text":"זהו משפט בעברית שנכתב כדי לבדוק את זיהוי השפה של התוכנית הזאת."}
{"id":"none","text":" \n 12345"}
J
langs() { jq -r '.metadata.lang' | paste -sd' ' -; }
ids() { jq -r .id | paste -sd' ' -; }

is "$("$TOKMILL" lang docs.jsonl | langs)" "en de fr ru zh-Hant he und" "CLD2 names languages"
is "$("$TOKMILL" lang docs.jsonl | jq -c '.metadata | keys_unsorted' | sort -u)" \
    '["lang","lang_score"]' "what is written"
is "$("$TOKMILL" lang --keep en,deu docs.jsonl | ids)" "en de" "--keep by either code"
is "$("$TOKMILL" lang -k fra_Latn -k rus docs.jsonl | ids)" "fr ru" "-k again, with a script"
is "$("$TOKMILL" lang --keep zh docs.jsonl | ids)" "tw" "zh is every script"
is "$("$TOKMILL" lang --keep zh-Hans docs.jsonl | ids)" "" "zh-Hans is not zh-Hant"
is "$("$TOKMILL" lang --keep cmn_Hani docs.jsonl | ids)" "tw" "cmn_Hani is Chinese"
is "$("$TOKMILL" lang --keep iw,und docs.jsonl | ids)" "he none" "a withdrawn code; und"
is "$("$TOKMILL" lang --drop en,und docs.jsonl | ids)" "de fr ru tw he" "--drop"
status_is 2 "an unknown code is refused" "$TOKMILL" lang --keep en,xq docs.jsonl
is "$(echo "$tap_out" | head -n 1)" "tokmill: --keep: 'xq' is no language of CLD2" "and named"
status_is 2 "a word is no code" "$TOKMILL" lang --keep english docs.jsonl
status_is 2 "an unknown code of --drop" "$TOKMILL" lang --drop qq docs.jsonl
status_is 2 "--min-score-of without a number" "$TOKMILL" lang --min-score-of en docs.jsonl
status_is 2 "--min-score-of an unknown code" "$TOKMILL" lang --min-score-of qq=1 docs.jsonl

"$TOKMILL" lang --keep en --min-score 1.5 --rejects rejects docs.jsonl > /dev/null
is "$(jq -r '._drop | "\(.rule) \(.value) \(.threshold)"' rejects | sort | uniq -c | sed 's/^ *//')" \
    "6 keep null null
1 min-score 0.98 1.5" "reasons, values, thresholds"
"$TOKMILL" lang --drop ru --rejects rejects docs.jsonl > /dev/null
is "$(jq -r ._drop.rule rejects)" "drop" "the rule drop"
is "$("$TOKMILL" lang --min-score 0.5 --min-score-of en=2,de=2 --min-score-of fr=2 docs.jsonl | ids)" \
    "ru tw he" "--min-score-of"
is "$("$TOKMILL" lang --keep en --annotate docs.jsonl | jq -c .metadata.tokmill.lang | sed -n 2p)" \
    '{"lang":"de","score":0.98,"drop":{"stage":"lang","rule":"keep"}}' "--annotate drops nothing"

jq -sc '{text: (.[0].text + "\n" + .[1].text + "\n\n" + .[3].text)}' docs.jsonl > mixed.jsonl
is "$("$TOKMILL" lang --by line --shares mixed.jsonl | jq -c '.metadata.lang_shares | keys_unsorted')" \
    '["de","ru","en"]' "shares by line"
is "$("$TOKMILL" lang --by paragraph --shares mixed.jsonl | jq -c '.metadata.lang_shares | keys_unsorted')" \
    '["en","ru"]' "shares by paragraph"
is "$("$TOKMILL" lang --by line --shares mixed.jsonl | jq '.metadata.lang_shares | add | . > 0.99999')" \
    true "shares add up"
is "$("$TOKMILL" lang --by line --min-share 0.5 mixed.jsonl | ids)" "" "--min-share drops"
is "$("$TOKMILL" lang --by line --min-share 0.3 mixed.jsonl | jq -r .metadata.lang)" "de" "or keeps"
jq -sc '{text: ((.[0].text + "\n") * 20 + .[1].text + "\n" + (.[0].text + "\n") * 20)}' \
    docs.jsonl > long.jsonl
is "$("$TOKMILL" lang --by line --shares long.jsonl | jq -c '.metadata.lang_shares | keys')" \
    '["de","en"]' "all of a long text"
is "$("$TOKMILL" lang --by line --shares --sample 500 long.jsonl |
    jq -c '.metadata.lang_shares | keys')" '["en"]' "--sample looks at some places"
status_is 1 "a document without text is bad" sh -c "echo '{\"id\":1}' | '$TOKMILL' lang"
printf '%s\n' '{"text":""}' '{"text":"\u0000\u0001\n\n\r\ufeff"}' '{"text":"😀😀😀"}' > odd.jsonl
is "$("$TOKMILL" lang odd.jsonl | langs)" "und und und" "nothing to go by"

"$TOKMILL" lang -q --stats stats.json docs.jsonl > /dev/null
is "$(jq -c '.stages[-1].keys.lang' stats.json)" \
    '{"de":1,"en":1,"fr":1,"he":1,"ru":1,"und":1,"zh-Hant":1}' "documents by language"
is "$(jq -c '.stages[-1].histograms.lang_score.count' stats.json)" 7 "a histogram of scores"
for i in 1 2 3 4 5 6 7 8; do cat docs.jsonl mixed.jsonl long.jsonl; done > many.jsonl
jq -nc '{text: "This is the first line, in English.\n\né: Ceci est une ligne en français.\nDas hier ist eine deutsche Zeile."}' > units.jsonl
is "$("$TOKMILL" lang --by line --units units.jsonl | jq -c '.metadata.lang_units | map([.[0],.[1],.[2]])')" \
    '[[0,35,"en"],[37,71,"fr"],[72,105,"de"]]' "--units by line, places in characters"
is "$("$TOKMILL" lang --by paragraph --units units.jsonl | jq -c '.metadata.lang_units | map([.[0],.[1]])')" \
    '[[0,35],[37,105]]' "by paragraph"
is "$("$TOKMILL" lang --units units.jsonl | jq -c '.metadata | .lang_units == [[0,105,.lang,.lang_score]]')" true "as a whole"
is "$("$TOKMILL" lang --by line --units --attributes u.a units.jsonl > /dev/null; jq '.metadata.tokmill.lang.units | length' u.a)" 3 \
    "in --attributes, too"
status_is 2 "--units of a sample" "$TOKMILL" lang --units --sample 1K units.jsonl
"$TOKMILL" -j1 lang --by line --shares many.jsonl > one
"$TOKMILL" -j8 lang --by line --shares many.jsonl > eight
ok_cmd "same bytes with any -j" cmp one eight

M="$TOKMILL_DATA/lid/lid.176.ftz"
if [ -f "$M" ]; then
    # labels and scores as fasttext 0.9.2 predict-prob prints them
    is "$("$TOKMILL" lang -m "$M" docs.jsonl | jq -r '"\(.metadata.lang) \(.metadata.lang_score)"')" \
        "en 0.877017
de 0.981958
fr 0.814433
ru 0.959049
zh 0.992719
he 0.999875
en 0.124504" "lid.176: labels and scores"
    is "$("$TOKMILL" lang -m "$M" --keep zh-Hant,rus docs.jsonl | ids)" "ru tw" "codes of a model"
    status_is 2 "a code that the model does not have" "$TOKMILL" lang -m "$M" --keep gaa docs.jsonl
    echo '{"text":"NEWS OF THE WORLD IS ALL OVER TOWN TODAY"}' > capitals.jsonl
    a=$("$TOKMILL" lang -m "$M" capitals.jsonl | jq .metadata.lang_score)
    b=$("$TOKMILL" lang -m "$M" --case auto capitals.jsonl | jq .metadata.lang_score)
    c=$("$TOKMILL" lang -m "$M" --case lower capitals.jsonl | jq .metadata.lang_score)
    d=$(echo '{"text":"news of the world is all over town today"}' | "$TOKMILL" lang -m "$M" |
        jq .metadata.lang_score)
    is "$b $c" "$d $d" "--case lower and auto"
    ok_cmd "as-is differs" test "$a" != "$d"
    is "$("$TOKMILL" lang -m "$M" --case auto docs.jsonl | jq -c .metadata)" \
        "$("$TOKMILL" lang -m "$M" docs.jsonl | jq -c .metadata)" "auto leaves small letters alone"
    printf '%s\n' '{"text":"one\ntwo"}' '{"text":"onetwo"}' '{"text":"one two"}' > nl.jsonl
    is "$("$TOKMILL" lang -m "$M" nl.jsonl | jq .metadata.lang_score | uniq | wc -l)" 3 \
        "a newline is white space"
    is "$("$TOKMILL" lang -m "$M" --newlines delete nl.jsonl | jq .metadata.lang_score | uniq | wc -l)" 2 \
        "--newlines delete joins words"
    printf '%s\n' '{"text":"one\u2028two"}' '{"text":"one two"}' > nl.jsonl
    is "$("$TOKMILL" lang -m "$M" --newlines splitlines nl.jsonl | jq .metadata.lang_score |
        uniq | wc -l)" 1 "--newlines splitlines"
    "$TOKMILL" -j1 lang -m "$M" --by line --shares many.jsonl > one
    "$TOKMILL" -j8 lang -m "$M" --by line --shares many.jsonl > eight
    ok_cmd "same bytes with any -j, lid.176" cmp one eight
    zstd -qc "$M" > model.zst
    is "$("$TOKMILL" lang -m model.zst docs.jsonl | md5sum)" \
        "$("$TOKMILL" lang -m "$M" docs.jsonl | md5sum)" "a compressed model"
    head -c 500000 "$M" > cut.ftz
    status_is 1 "a cut model is refused" "$TOKMILL" lang -m cut.ftz docs.jsonl
else
    skip "lid.176" "no data"
fi
status_is 1 "no model at all" "$TOKMILL" lang -m docs.jsonl docs.jsonl
is "$tap_out" "tokmill: docs.jsonl: not a fastText model (.bin, .ftz)" "says so"
status_is 3 "a missing model" "$TOKMILL" lang -m absent docs.jsonl
done_testing
