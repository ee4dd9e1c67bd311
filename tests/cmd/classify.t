#!/bin/sh
# classify: models of every loss, made here by fastText, give what fastText prints; scores, rules.
. "$TOKMILL_SRC/tests/lib.sh"

status_is 2 "no model" "$TOKMILL" classify /dev/null
if ! command -v fasttext > /dev/null; then
    skip "classify" "no fasttext program"
    done_testing
fi

# 300 labels, each with words of its own and some shared; three texts a label
awk 'BEGIN { srand(7); for (i = 0; i < 900; i++) {
    l = i % 300; printf "__label__c%d", l
    for (j = 0; j < 12; j++) printf " %s%d", (j % 3 ? "wort" : "слово"), (rand() < .6 ? l : int(rand() * 300))
    print "" } }' > train.txt
sed 's/^[^ ]* //' train.txt | awk 'NR % 3 == 0 { print; print $1 " unseen " $2 " __label__c1 " $3
    print "WORT" NR " 你好世界 naïve" }' > text.txt
jq -Rc '{text: .}' text.txt > docs.jsonl
train() { fasttext supervised -input train.txt -thread 1 -verbose 0 -lr 0.5 -epoch 5 "$@" 2> /dev/null; }

# same MODEL: labels, order, probabilities of the five best
same() {
    fasttext predict-prob "$1" text.txt 5 > want
    "$TOKMILL" classify -m "$1" --top 5 docs.jsonl |
        jq -r '.metadata.class_labels | to_entries | map("__label__\(.key) \(.value)") | join(" ")' > got
    ok_cmd "$1 as fastText" diff want got
}
for loss in hs softmax ns ova; do
    train -output $loss -loss $loss -dim 12 -minn 2 -maxn 4 -bucket 3000 -wordNgrams 2
    same $loss.bin
    fasttext quantize -input train.txt -output $loss -verbose 0 2> /dev/null
    mv $loss.ftz $loss-q.ftz
    same $loss-q.ftz
    fasttext quantize -input train.txt -output $loss -qnorm -qout -cutoff 1000 -dsub 5 -verbose 0 2> /dev/null
    mv $loss.ftz $loss-small.ftz
    same $loss-small.ftz
done
train -output words -dim 7 -loss softmax -minn 0 -maxn 0 -wordNgrams 1
same words.bin
train -output tri -dim 16 -loss softmax -minn 0 -maxn 0 -wordNgrams 3 -bucket 5000
same tri.bin
# large enough for rows to be asked for ahead
train -output wide -dim 5 -loss hs -minn 2 -maxn 3 -bucket 100000 -epoch 1
same wide.bin

# two labels
cat > two.txt <<'E2'
__label__hq the theorem follows from the lemma above
__label__hq we prove that the series converges
__label__cc click here to buy cheap shoes now
__label__cc best price free shipping buy now
E2
fasttext supervised -input two.txt -output two -thread 1 -verbose 0 -epoch 200 -lr 1 -dim 8 2> /dev/null
cat > some.jsonl <<'J'
{"id":"good","text":"the series follows\nfrom the theorem"}
{"id":"bad","text":"buy cheap shoes"}
{"id":"mid","text":"the price now"}
{"id":"blank","text":" \n"}
J
run() { "$TOKMILL" classify -m two.bin "$@" some.jsonl; }
ids() { jq -r .id | paste -sd' ' -; }
is "$(run | jq -r .metadata.class | paste -sd' ' -)" "hq cc cc " "best labels; none for a blank text"
is "$(run | jq -c '.metadata | keys_unsorted' | sort -u)" '["class","class_score"]' "what is written"
is "$(run --name q --top 1 | jq -c '.metadata | keys_unsorted' | sort -u)" \
    '["q","q_score","q_labels"]' "--name"
is "$(run --keep hq | ids)" "good" "--keep by best label"
is "$(run --keep __label__hq,cc | ids)" "good bad mid" "--keep, several, full names"
is "$(run --drop cc | ids)" "good blank" "--drop"
is "$(run --keep hq=0.01 | ids)" "good mid" "--keep with a probability"
is "$(run --drop cc=0.99 | ids)" "good mid blank" "--drop with a probability"
p=$(run --top 2 | jq -r 'select(.id == "mid") | .metadata.class_labels.hq')
is "$(run --label hq | jq -r 'select(.id == "mid") | .metadata.class_score')" "$p" "--label"
is "$(run --label hq --two-way --top 2 | jq -r 'select(.id == "mid") | .metadata |
    .class_score - (1 - .class_labels.cc) | fabs < 1e-6')" true "--two-way"
is "$(run --label hq --min-score "$p" | ids)" "good mid" "--min-score: equal passes"
is "$(run --label hq --max-score "$p" | ids)" "bad mid blank" "--max-score: equal passes"
is "$(run --weights hq=10,cc=-1 --top 2 | jq -r 'select(.id == "mid") | .metadata |
    .class_score - (10 * .class_labels.hq - .class_labels.cc) | fabs < 1e-4')" true "--weights"
run --keep hq=0.5 --rejects rejects > /dev/null
is "$(jq -r ._drop.rule rejects | sort | uniq -c | sed 's/ *//')" "3 keep" "the rule keep"
run --drop cc=0.9 --rejects rejects > /dev/null
is "$(jq -c '._drop | [.rule, .threshold, .value > 0.9]' rejects)" '["drop",0.9,true]' \
    "the rule drop, with value and threshold"
printf '%s\n' '{"text":"the\nprice"}' '{"text":"the price"}' '{"text":"theprice"}' \
    '{"text":"the\u2028price"}' > nl.jsonl
scores() { "$TOKMILL" classify -m two.bin "$@" nl.jsonl | jq .metadata.class_score | uniq -c | awk '{ print $1 }' | paste -sd' ' -; }
is "$(scores)" "2 2" "a newline is a space; U+2028 is none"
is "$(scores --newlines delete)" "1 1 2" "--newlines delete"
is "$(scores --newlines splitlines)" "2 1 1" "--newlines splitlines"
run -q --stats stats.json > /dev/null
is "$(jq -c '.stages[-1].keys.label' stats.json)" '{"(none)":1,"cc":2,"hq":1}' "documents by label"
for bad in "--label xx" "--keep xx" "--drop xx" "--weights hq" "--weights hq=x" "--two-way" \
    "--label hq,cc" "--label hq --weights hq=1" "--min-score x" "--max-score x" "--name a.b"; do
    status_is 2 "refused: $bad" run $bad
done
cat docs.jsonl docs.jsonl docs.jsonl some.jsonl > many.jsonl
"$TOKMILL" -j1 classify -m hs-small.ftz --top 3 many.jsonl > one
"$TOKMILL" -j8 classify -m hs-small.ftz --top 3 many.jsonl > eight
ok_cmd "same bytes with any -j" cmp one eight
fasttext skipgram -input text.txt -output vectors -thread 1 -verbose 0 -dim 4 -bucket 100 2> /dev/null
status_is 1 "word vectors are refused" "$TOKMILL" classify -m vectors.bin docs.jsonl
rm -f ./*.bin ./*.ftz ./*.vec
done_testing
