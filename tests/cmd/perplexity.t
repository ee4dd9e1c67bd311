#!/bin/sh
# perplexity: a model worked out by hand, normalisations, buckets, damaged models.
. "$TOKMILL_SRC/tests/lib.sh"

# the trigram "a b c" is there, its ending "b c" is not: backing off fills it in
golden=$TOKMILL_SRC/tests/golden/kenlm
cp "$golden/tiny.arpa" m.arpa
log10() { jq -nc --arg t "$1" '{text: $t}' | "$TOKMILL" perplexity -m m.arpa --score |
    jq -c .metadata.perplexity_log10; }
# <s> a: -0.5; a b: -0.25; b c: -0.1875; c </s>: -0.625
is "$(log10 'a b c')" "-1.5625" "the longest n-grams"
is "$(log10 "a 	b  c ")" "-1.5625" "any white space"
# <s> c: -0.5 + -1.5; c c: 0 + -1.5; c </s>: -0.625
is "$(log10 'c c')" "-4.125" "backing off"
# <s> b: -0.5 - 1.25; b c is filled in: -0.125 - 1.5; c </s>
is "$(log10 'b c')" "-4" "a filled-in ending"
# <s> unknown: -0.5 - 2; a behind it: -0.75; a </s>: -0.25 - 1
is "$(log10 'zzz a')" "-4.5" "an unknown word"
is "$(log10 '')" "-1.5" "an empty text is one line: -0.5 - 1"
is "$(log10 'a b c
a b c')" "-3.125" "line by line"
is "$(echo '{"text":"a b c"}' | "$TOKMILL" perplexity -m m.arpa | jq -c .metadata)" \
    '{"perplexity":2.45824}' "10 ^ (1.5625 / 4)"

printf '%s\n' 'a b c' 'c c' 'b c' 'zzz a' '' 'c a b c a a b c b a b' | jq -Rc '{text: .}' > some.jsonl
want=$("$TOKMILL" perplexity -m m.arpa --score some.jsonl | md5sum)
for f in "$golden"/*.bin; do
    is "$("$TOKMILL" perplexity -m "$f" --score some.jsonl | md5sum)" "$want" "KenLM's $(basename "$f")"
done

printf '%s\n' '{"id":"low","text":"a b c","metadata":{"lang":"en"}}' \
    '{"id":"mid","text":"b c","metadata":{"lang":"en"}}' \
    '{"id":"high","text":"zzz zzz","metadata":{"lang":"de"}}' > docs.jsonl
run() { "$TOKMILL" perplexity -m m.arpa "$@" docs.jsonl; }
ids() { jq -r .id | paste -sd' ' -; }
buckets() { jq -r .metadata.bucket | paste -sd' ' -; }
is "$(run --max 21.5443 | ids)" "low mid" "--max: equal passes"
is "$(run --max 21.5442 | ids)" "low" "--max"
is "$(run --min 3 | ids)" "mid high" "--min"
is "$(run --head 3 --middle 30 | buckets)" "head middle tail" "buckets"
is "$(run --head 3 --middle 30 --keep head,tail | ids)" "low high" "--keep"
printf '%s\n' ',en,fr' '30,3,1' '50,2,1' '60,30,1' '70,2.5,9' > cutoff.csv
is "$(run --cutoffs cutoff.csv | buckets)" "head middle all" "--cutoffs by language"
is "$(run --cutoffs cutoff.csv --head-percentile 50 --middle-percentile 70 | buckets)" \
    "middle tail all" "other percentiles"
is "$(run --cutoffs cutoff.csv --lang-field id | buckets)" "all all all" "--lang-field"
is "$(run --head 3 --middle 30 --keep head --rejects r | wc -l; jq -r ._drop.rule r | sort -u)" \
    "1
keep" "the rule keep"
run --max 3 --rejects r > /dev/null
is "$(jq -r '._drop | "\(.rule) \(.threshold)"' r | sort -u)" "max 3" "the rule max"
run --min 30 --rejects r > /dev/null
is "$(jq -r '._drop | "\(.rule) \(.threshold)"' r | sort -u)" "min 30" "the rule min"
run -q --stats stats.json > /dev/null
is "$(jq -c '.stages[-1].counters | [.words, .unknown_words]' stats.json)" "[10,2]" "counters"
for bad in "--keep head" "--head 3" "--middle 3" "--head x --middle 3" "--max x" "--min x" \
    "--head 3 --middle 4 --keep best" "--head 3 --middle 4 --cutoffs cutoff.csv"; do
    status_is 2 "refused: $bad" run $bad
done
status_is 1 "a table without the percentile" run --cutoffs cutoff.csv --head-percentile 31
status_is 3 "a table that is not there" run --cutoffs absent.csv

# normalisation: the model knows only the forms that it makes
printf '%s\n' '\data\' 'ngram 1=5' 'ngram 2=1' '' '\1-grams:' '-2	<unk>' '-99	<s>' '-1	</s>' \
    '-1	ete0"a...' '-1	Été0"A...' '' '\2-grams:' '-1	<s> </s>' '' '\end\' > n.arpa
jq -nc '{text: "\u00a0Ét\u00e97“\u0007A…\n"}' > n.jsonl
unknown() { "$TOKMILL" perplexity -q --stats s.json -m n.arpa --normalize "$1" n.jsonl > /dev/null
    jq -c '.stages[-1].counters | [.words, .unknown_words // 0]' s.json; }
is "$(unknown ccnet)" "[2,0]" "--normalize ccnet"
is "$(unknown edugp)" "[2,0]" "--normalize edugp"
is "$(unknown none)" "[3,1]" "--normalize none"
jq -nc '{text: "x 1.5 Ét\u00e97"}' > n.jsonl
sed 's/Été0"A.../0/; s/ete0"a.../ete0/; s/ngram 1=5/ngram 1=6/; s/^-1	0$/&\n-1	x/' n.arpa > d.arpa
"$TOKMILL" perplexity -q --stats s.json -m d.arpa --normalize datatrove n.jsonl > /dev/null
is "$(jq -c '.stages[-1].counters | [.words, .unknown_words // 0]' s.json)" "[4,0]" "--normalize datatrove"

# pieces of a SentencePiece model; tests/peers/lang_peer.py holds many more against the library
printf '%s\n' '\data\' 'ngram 1=8' 'ngram 2=1' '' '\1-grams:' '-2	<unk>' '-99	<s>' '-1	</s>' \
    '-0.5	▁the' '-0.25	▁t' '-0.25	h' '-0.25	e' '-0.125	▁mill' '' '\2-grams:' '-1	<s> </s>' '' '\end\' > p.arpa
pieces() { jq -nc --arg t "$1" '{text: $t}' |
    "$TOKMILL" perplexity --score -m p.arpa --pieces "$TOKMILL_SRC/tests/golden/sentencepiece/tiny.model" |
    jq -c .metadata.perplexity_log10; }
is "$(pieces 'the mill')" "-1.875" "--pieces"
is "$(pieces 'The   mill')" "-5.625" "pieces that the model of the language does not have"
status_is 1 "no such model" run --pieces m.arpa
status_is 3 "no such file" run --pieces absent.model

for i in 1 2 3 4 5 6 7 8 9; do cat docs.jsonl docs.jsonl; done > many.jsonl
"$TOKMILL" -j1 perplexity -m m.arpa many.jsonl > one
"$TOKMILL" -j8 perplexity -m m.arpa many.jsonl > eight
ok_cmd "same bytes with any -j" cmp one eight
zstd -q m.arpa -o m.zst
is "$("$TOKMILL" perplexity -m m.zst docs.jsonl | md5sum)" "$(run | md5sum)" "a compressed model"
sed '/-0.625/d' m.arpa > short.arpa
status_is 1 "fewer n-grams than announced" "$TOKMILL" perplexity -m short.arpa docs.jsonl
is "$(echo "$tap_out" | head -n 1)" \
    "tokmill: short.arpa: ARPA model: line 19: fewer n-grams than were announced" "with the line"
sed 's/a b c/a b d/' m.arpa > word.arpa
status_is 1 "a word that is no 1-gram" "$TOKMILL" perplexity -m word.arpa docs.jsonl
sed 's/-1.125/x/' m.arpa > number.arpa
status_is 1 "no number" "$TOKMILL" perplexity -m number.arpa docs.jsonl
sed 's/-1.125/1/' m.arpa > positive.arpa
status_is 1 "a positive log10" "$TOKMILL" perplexity -m positive.arpa docs.jsonl
sed 's/<s>/<t>/' m.arpa > start.arpa
status_is 1 "without <s>" "$TOKMILL" perplexity -m start.arpa docs.jsonl
status_is 1 "no model at all" "$TOKMILL" perplexity -m docs.jsonl docs.jsonl
status_is 2 "no model given" "$TOKMILL" perplexity docs.jsonl
done_testing
