#!/bin/sh
# bpe-train: what is written, every option, the same vocabulary with any threads and memory.
. "$TOKMILL_SRC/tests/lib.sh"

# Sums up a tokenizer.json: "a b" merges on one line.
merges() { jq -r '.model.merges | join("|")' "$1"; }

echo '{"text":"low low low lower lower newest newest newest widest"}' > small.jsonl
train="$TOKMILL bpe-train small.jsonl -p gpt2"
# l-o, o-w and w-e occur 5 times each: the smaller left id first; HF's BpeTrainer gives the same
ok_cmd "trains" $train -n 262 -o tok.json
is "$(merges tok.json)" "l o|w e|s t|Ġ lo|e we|n ewe" "the merges, most frequent first"
is "$(jq '[.model.vocab["!"], .model.vocab["Ġ"], .model.vocab["lo"], (.model.vocab | length)] | tostring' -r tok.json)" \
    "[0,220,256,262]" "bytes in the order of their spelling, then merges"
is "$("$TOKMILL" encode -t tok.json small.jsonl | jq -c '.input_ids[0:5]')" "[256,86,259,86,259]" \
    "encode reads it"
is "$("$TOKMILL" encode -t tok.json --drop-text small.jsonl then decode -t tok.json | jq -r .text)" \
    "$(jq -r .text small.jsonl)" "and decodes to the text"
$train -n 262 > piped.json
ok_cmd "without -o to standard output" cmp tok.json piped.json
"$TOKMILL" bpe-train -n 262 -p gpt2 -o stdin.json < small.jsonl
ok_cmd "standard input" cmp tok.json stdin.json

ok_cmd "a rank file by suffix" $train -n 262 -o tok.tiktoken
is "$(sed -n '1p;257p;262p' tok.tiktoken | tr '\n' '|')" "IQ== 0|bG8= 256|bmV3ZQ== 261|" \
    "tokens in base64 with their ranks"
is "$("$TOKMILL" encode -t tok.tiktoken --pattern gpt2 small.jsonl | jq -c .input_ids)" \
    "$("$TOKMILL" encode -t tok.json small.jsonl | jq -c .input_ids)" "both files give the same ids"
$train -n 262 --format tiktoken -o named.txt
ok_cmd "--format" cmp tok.tiktoken named.txt

$train -n 262 --special '<|end|>' --special '<|x|>' --reserved 2 -o special.json
is "$(merges special.json)" "l o|w e" "special tokens and slots count in --vocab-size"
is "$(jq -c '[.added_tokens[] | [.id, .content]]' special.json)" \
    '[[258,"<|end|>"],[259,"<|x|>"],[260,"<|reserved_0|>"],[261,"<|reserved_1|>"]]' \
    "they get the last ids"
is "$(echo '{"text":"low<|end|>"}' | "$TOKMILL" encode -t special.json --special parse | jq -c .input_ids)" \
    "[256,86,258]" "encode knows them"
$train -n 262 --special '<|end|>' --special-first -o first.json
is "$(jq -c '[.added_tokens[0].id, .model.vocab["<|end|>"], .model.vocab["!"], .model.vocab["we"]]' first.json)" \
    "[0,0,1,258]" "--special-first gives them the first"
is "$(echo '{"text":"low<|end|>"}' | "$TOKMILL" encode -t first.json --special parse | jq -c .input_ids)" \
    "[257,87,0]" "and encode follows"

is "$($train -n 300 --min-frequency 4 | jq -r '.model.merges | join("|")')" "l o|w e|s t|Ġ lo" \
    "--min-frequency"
is "$($train -n 300 --max-token-bytes 2 | jq -r '[.model.merges[] | length] | max')" "3" \
    "--max-token-bytes"
echo '{"text":"ab ab ba cab"}' > tie.jsonl
is "$("$TOKMILL" bpe-train tie.jsonl -p '\S+' -n 257 | jq -r '.model.merges[0]')" "a b" "--pattern by expression"
printf '{"text":"a\\ta!a\\ta!"}\n' > tie.jsonl
is "$("$TOKMILL" bpe-train tie.jsonl -p '[^!]+!' -n 257 | jq -r '.model.merges[0]')" "a !" \
    "of equals the pair of smaller ids: a! before a-tab"
is "$("$TOKMILL" bpe-train tie.jsonl -p '[^!]+!' -n 257 --tie raw | jq -r '.model.merges[0]')" "ĉ a" \
    "--tie raw: by values of bytes"
is "$("$TOKMILL" bpe-train tie.jsonl -p '[^!]+!' -n 256 | jq '.model.merges | length')" "0" "no merges"
is "$(jq -r '.pre_tokenizer.pretokenizers[0].pattern.Regex' first.json 2>/dev/null)" "null" "gpt2 by ByteLevel"
is "$("$TOKMILL" bpe-train tie.jsonl -p '[^!]+!' -n 256 | jq -r '.pre_tokenizer.pretokenizers[0].pattern.Regex')" \
    '[^!]+!' "other patterns by Split"
is "$(: | "$TOKMILL" bpe-train -n 300 -p o200k | jq '.model.vocab | length')" "256" "no documents: bytes"

status_is 2 "a vocabulary smaller than bytes and special tokens" $train -n 257 --reserved 2
status_is 2 "a special token twice" $train --special a --special a
status_is 2 "an empty special token" $train --special ''
status_is 2 "a broken pattern" "$TOKMILL" bpe-train small.jsonl -p '('
status_is 2 "--max-token-bytes 1" $train --max-token-bytes 1
echo '{"no":"text"}' > none.jsonl
status_is 1 "a document without text" "$TOKMILL" bpe-train none.jsonl -o none.json
[ ! -e none.json ] && ok "leaves no file" || not_ok "leaves no file"
is "$($train -n 300 2>&1 >/dev/null)" \
    "tokmill: bpe-train: no pair is left: the vocabulary has 273 entries, not 300" \
    "fewer entries than asked for are reported"

# counts: written, put together again, weighed
cat small.jsonl tie.jsonl > two.jsonl
"$TOKMILL" bpe-train two.jsonl -p gpt2 -n 270 -o direct.json 2>/dev/null
"$TOKMILL" bpe-train small.jsonl -p gpt2 --counts-out one.counts
"$TOKMILL" bpe-train tie.jsonl -p gpt2 --counts-out two.counts
is "$(sed -n 1p one.counts)" '{"text":" low","metadata":{"count":2}}' "--counts-out"
is "$(jq -r .text one.counts | LC_ALL=C sort -c && echo sorted)" sorted "in byte order"
"$TOKMILL" bpe-train one.counts two.counts -p gpt2 -n 270 --words --weight-field metadata.count \
    -o merged.json 2>/dev/null
ok_cmd "--words --weight-field trains on them" cmp direct.json merged.json
"$TOKMILL" bpe-train two.jsonl -p gpt2 -n 270 --counts-out both.counts -o both.json 2>/dev/null
ok_cmd "--counts-out beside -o" cmp direct.json both.json
is "$(jq -s 'map(.metadata.count) | add' one.counts two.counts)" \
    "$(jq -s 'map(.metadata.count) | add' both.counts)" "the counts add up"
printf '%s\n' '{"text":"ab","w":3}' '{"text":"cd","w":5}' '{"text":"ef","w":0}' > w.jsonl
is "$("$TOKMILL" -q bpe-train w.jsonl -p gpt2 -n 300 --weight-field w | jq -r '.model.merges | join("|")')" \
    "c d|a b" "documents by weight"
echo '{"text":"ab","w":"x"}' > w.jsonl
status_is 1 "a weight that is no number" "$TOKMILL" bpe-train w.jsonl --weight-field w

is "$("$TOKMILL" bpe-train one.counts two.counts -p gpt2 -n 270 --counts-in 2>/dev/null | cksum)" \
    "$(cksum < direct.json)" "--counts-in says the same shorter"

# weights and samples by a field
printf '%s\n' '{"text":"ab","l":"x"}' '{"text":"cd","l":"y"}' '{"text":"ab","l":"x"}' > l.jsonl
first() { "$TOKMILL" -q bpe-train l.jsonl -p gpt2 -n 257 "$@" | jq -r '.model.merges[0]'; }
is "$(first)" "a b" "by count"
is "$(first --weight l=y:3)" "c d" "--weight by the value of a field"
is "$(first --weight l=x:0)" "c d" "--weight 0 leaves documents out"
is "$(first --weight l=y:2 --sample l=x:2)" "c d" "--sample takes so many bytes"
is "$(first --weight l=y:2 --sample l=x:3)" "c d" "... the last document in part"
is "$(first --sample l=x:1K)" "a b" "... or all there are"
is "$("$TOKMILL" -j8 bpe-train l.jsonl -p gpt2 -n 257 --sample l=x:3 | cksum)" \
    "$("$TOKMILL" -j1 bpe-train l.jsonl -p gpt2 -n 257 --sample l=x:3 | cksum)" "for any -j"
for bad in l=x x:3 l=x:y =x:3; do
    status_is 2 "--weight $bad" "$TOKMILL" bpe-train l.jsonl --weight "$bad"
done
status_is 2 "--sample by rank" "$TOKMILL" bpe-train l.jsonl --sample l=x:3 --rank 0 --world 2 \
    --counts-out c -o c

# vetoes, alphabet, sizes, resuming, folders
is "$($train -n 300 2>/dev/null | jq -r '.model.vocab | has("st")')" true "est is made of st"
is "$($train -n 300 --veto st 2>/dev/null | jq -r '.model.vocab | keys[] | select(contains("st"))')" "" "--veto"
is "$($train -n 300 --veto '^.{3,}$' --veto '^w' 2>/dev/null | jq -r '[.model.merges[] | gsub(" "; "")] | join(",")')" \
    "lo,es,ew,Ġn,er,id,Ġw" "several vetoes"
status_is 2 "--alphabet seen still counts 256 at least" \
    $train -n 30 --alphabet seen
$train -q -n 300 --alphabet seen --special '<|end|>' -o seen.json
is "$(jq -c '[.model.vocab["Ġ"], (.model.vocab | length), .added_tokens[0].id]' seen.json)" \
    "$(jq -nc --argjson n "$(jq '.model.merges | length' seen.json)" '[10, 10 + 1 + $n, 10 + 1 + $n]')" \
    "--alphabet seen: ids without gaps"
is "$("$TOKMILL" encode -t seen.json small.jsonl then decode -t seen.json | jq -r .text)" \
    "$(jq -r .text small.jsonl)" "and they encode"
status_is 2 "no rank file of it" $train --alphabet seen -o x.tiktoken
$train -n 264 --special '<|end|>' -o full.json --also-size 260 --also-size 262
for n in 260 262; do
    $train -n $n --special '<|end|>' -o want.json
    ok_cmd "--also-size $n" cmp want.json full-$n.json
done
status_is 2 "--also-size above --vocab-size" $train -n 264 -o full.json --also-size 264
status_is 2 "--also-size without -o" $train -n 264 --also-size 260
$train -n 264 -o direct.json
$train -n 260 -o part.json
$train -n 264 --resume part.json -o resumed.json
ok_cmd "--resume gives what one run gives" cmp direct.json resumed.json
cp part.json check.json
$train -n 264 --checkpoint check.json -o resumed.json
ok_cmd "--checkpoint goes on from it" cmp direct.json resumed.json
[ ! -e check.json ] && ok "and takes it away at the end" || not_ok "and takes it away at the end"
"$TOKMILL" bpe-train tie.jsonl -p gpt2 -n 260 --resume part.json -o other.json
is "$(jq -c .model.merges other.json)" "$(jq -c .model.merges part.json)" "merges of other texts come first"
status_is 2 "--resume with another pattern" "$TOKMILL" bpe-train small.jsonl -p cl100k -n 264 --resume part.json
is "$(jq -c .model.tokmill direct.json)" '{"tie":"hf"}' "the tie rule is recorded"
is "$($train -n 260 --tie raw | jq -c .model.tokmill)" '{"tie":"raw"}' "whichever it is"
$train -n 262 --special '<|endoftext|>' --hf-dir hf
is "$(ls hf | tr '\n' ' ')" "tokenizer.json tokenizer_config.json " "--hf-dir"
is "$(jq -r .eos_token hf/tokenizer_config.json)" '<|endoftext|>' "with its end"
is "$("$TOKMILL" encode -t hf small.jsonl | jq -c .input_ids)" \
    "$("$TOKMILL" encode -t hf/tokenizer.json small.jsonl | jq -c .input_ids)" "encode takes the folder"

# SuperBPE: first within words, then across them
printf '{"text":"in the end of the day in the end of the night in the end"}\n' > super.jsonl
super="$TOKMILL bpe-train super.jsonl -p cl100k -n 280 -q"
$super --super super4 --transition 268 -o super.json
"$TOKMILL" bpe-train super.jsonl -p cl100k -n 268 -o stage.json
is "$(jq -c '.model.merges[0:12]' super.json)" "$(jq -c .model.merges stage.json)" "--transition: the first stage's merges"
is "$(jq -r '[.model.vocab | keys[] | select(test("^Ġ?[a-z]+Ġ"))] | length > 0' super.json)" true "--super: tokens of several words"
is "$($super | jq -r '[.model.vocab | keys[] | select(test("^Ġ?[a-z]+Ġ"))] | length')" 0 "never without"
is "$("$TOKMILL" encode -t super.json super.jsonl then decode -t super.json | jq -r .text)" "$(jq -r .text super.jsonl)" "it encodes"
[ "$("$TOKMILL" encode -t super.json super.jsonl | jq '.input_ids | length')" -lt \
    "$($super -o plain.json; "$TOKMILL" encode -t plain.json super.jsonl | jq '.input_ids | length')" ] &&
    ok "in fewer tokens" || not_ok "in fewer tokens"
is "$("$TOKMILL" -j4 bpe-train super.jsonl super.jsonl -p cl100k -n 280 -q --super super4 --transition 268 | jq -c .model.merges)" \
    "$(jq -c .model.merges super.json)" "whatever the threads"
status_is 2 "--transition alone" $super --transition 268
status_is 2 "--transition above the size" $super --super super4 --transition 280
status_is 2 "--super with counts" $super --super super4 --counts-in

# real text, spilled and not
if [ -f "${TOKMILL_DATA:-/nonexistent}/books/pg2701.txt" ]; then
    "$TOKMILL" book "$TOKMILL_DATA/books/pg2701.txt" | jq -c '.text / "\n\n" | .[] | {text: .}' > moby.jsonl
    for p in gpt2 cl100k o200k; do
        "$TOKMILL" -j1 bpe-train moby.jsonl -p $p -n 3000 -o one.json
        for j in 2 8; do
            "$TOKMILL" -j$j bpe-train moby.jsonl -p $p -n 3000 -o many.json
            ok_cmd "$p: same bytes with -j$j" cmp one.json many.json
        done
    done
    "$TOKMILL" -j3 bpe-train moby.jsonl -p o200k -n 3000 --memory 600K --max-record 1M -o spilled.json
    ok_cmd "same bytes with words spilled" cmp one.json spilled.json
    status_is 3 "--tmp-max" "$TOKMILL" bpe-train moby.jsonl -n 3000 --memory 600K --max-record 1M \
        --tmp-max 1K -o x.json
    "$TOKMILL" jsonl moby.jsonl then bpe-train -p o200k -n 3000 -o chained.json
    ok_cmd "at the end of a chain" cmp one.json chained.json
    "$TOKMILL" encode -t one.json moby.jsonl | "$TOKMILL" decode -t one.json | jq -r .text > back
    jq -r .text moby.jsonl > text
    ok_cmd "a book comes back" cmp text back
else
    skip "real text" "no data"
fi
done_testing
