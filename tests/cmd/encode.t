#!/bin/sh
# encode: ids of real vocabularies equal those of their own libraries; options and refusals.
. "$TOKMILL_SRC/tests/lib.sh"

vocabs="gpt2.json gpt_neox.json cl100k_base.tiktoken o200k_base.tiktoken llama2.json mistral03.json llama2.model"
T="${TOKMILL_DATA:-/nonexistent}/tokenizers"
if [ -d "$T/models" ]; then
    for s in small mixed; do
        jq -Rc '{text: (gsub("\\\\n"; "\n") | gsub("\\\\s"; " "))}' "$T/${s}_input.txt" > $s.jsonl
    done
    jq -Rsc '{text: .}' "$T/utf8_input.txt" > utf8.jsonl
    for v in $vocabs; do
        for s in small mixed utf8; do
            "$TOKMILL" encode -t "$T/models/$v" --special parse $s.jsonl |
                jq -r '.input_ids | map(tostring) | join(", ")' > got
            sed -e '$a\' "$T/expected/${s}_${v%%.*}.txt" > want
            ok_cmd "$v: $s as the reference" cmp got want
        done
    done
    # a text that begins with a space: SentencePiece puts one more in front, this tokenizer.json not
    jq -c 'select(.text | startswith(" ") | not)' small.jsonl mixed.jsonl utf8.jsonl > unspaced.jsonl
    "$TOKMILL" encode -t "$T/models/mistral03.model" unspaced.jsonl | jq -c .input_ids > got
    "$TOKMILL" encode -t "$T/models/mistral03.json" unspaced.jsonl | jq -c .input_ids > want
    ok_cmd "a SentencePiece model as its tokenizer.json" cmp got want
    head -c 100000 "$T/models/llama2.model" > cut.model
    status_is 1 "a cut SentencePiece model is refused" "$TOKMILL" encode -t cut.model small.jsonl
    one="$TOKMILL encode -t $T/models/llama2.json"
    is "$(echo '{"text":"a"}' | $one --add-special | jq -c '[.input_ids[0], .metadata.tokenizer.bos]')" \
        "[1,1]" "--add-special puts the template's id in front"
    small="$TOKMILL encode -t $T/models/gpt2.json"
    is "$(echo '{"text":"<|endoftext|>"}' | $small | jq '.input_ids | length')" 7 \
        "a special token's spelling is ordinary text"
    is "$(echo '{"text":"<|endoftext|>"}' | $small --special parse | jq -c .input_ids)" "[50256]" \
        "--special parse gives its id"
    echo '{"text":"<|endoftext|>"}' > special.jsonl
    status_is 1 "--special forbid refuses it" $small --special forbid special.jsonl
    is "$(echo '{"text":"x"}' | $small | jq -c '.metadata.tokenizer | [.max_id, .bos, .eos]')" \
        "[50256,null,50256]" "metadata.tokenizer"
    $small -j1 mixed.jsonl > one.jsonl
    $small -j3 mixed.jsonl > three.jsonl
    ok_cmd "same bytes with any -j" cmp one.jsonl three.jsonl
    cp "$T/models/cl100k_base.tiktoken" other.tiktoken
    status_is 2 "a rank file of unknown name needs --pattern" \
        "$TOKMILL" encode -t other.tiktoken mixed.jsonl
    "$TOKMILL" encode -t other.tiktoken --pattern cl100k mixed.jsonl | jq -c .input_ids > a
    "$TOKMILL" encode -t "$T/models/cl100k_base.tiktoken" mixed.jsonl | jq -c .input_ids > b
    ok_cmd "--pattern by name" cmp a b
    jq -n '{text: ("a" * 1000000)}' -c > long.jsonl
    ok_cmd "a megabyte of one letter" timeout 20 $small long.jsonl
else
    skip "real vocabularies" "no data"
fi

# tekken.json: ranks behind the special tokens
jq -nc '{text: "the cat 12 the mat 12 that <s>"}' > docs.jsonl
"$TOKMILL" bpe-train docs.jsonl -n 265 -p tekken -o ranks.tiktoken
jq -Rnc --arg p "$("$TOKMILL" bpe-train docs.jsonl -n 256 -p tekken | jq -r '.pre_tokenizer.pretokenizers[0].pattern.Regex')" \
    '[inputs / " " | {rank: .[1] | tonumber, token_bytes: .[0]}] | {config: {pattern: $p,
    num_vocab_tokens: length, default_vocab_size: (length + 5), default_num_special_tokens: 5},
    vocab: ., special_tokens: [{rank: 4, token_str: "[X]"}]}' ranks.tiktoken > tekken.json
is "$("$TOKMILL" encode -t tekken.json docs.jsonl | jq -c '[.input_ids[] - 5]')" \
    "$("$TOKMILL" encode -t ranks.tiktoken --pattern tekken docs.jsonl | jq -c .input_ids)" "tekken.json"
is "$(echo '{"text":"[X]</s>"}' | "$TOKMILL" encode -t tekken.json --special parse | jq -c .input_ids)" \
    "[4,2]" "its special tokens"
jq 'del(.config.pattern)' tekken.json > bad.json
status_is 1 "tekken.json without a pattern" "$TOKMILL" encode -t bad.json docs.jsonl

# several pretokenizers in turn: digits one by one, then GPT-2's pattern
"$TOKMILL" bpe-train docs.jsonl -n 275 -p gpt2 -o plain.json
is "$("$TOKMILL" encode -t plain.json docs.jsonl then decode -t plain.json | jq -r .text)" \
    "$(jq -r .text docs.jsonl)" "one pattern"
jq '.pre_tokenizer = {type: "Sequence", pretokenizers: [{type: "Digits", individual_digits: true},
    .pre_tokenizer]}' plain.json > digits.json
ids() { jq -nc --arg t "$2" '{text: $t}' | "$TOKMILL" encode -t "$1" | jq -c .input_ids; }
is "$(ids plain.json " 12" | jq length)" 1 "a number is one token"
is "$(ids digits.json " 12")" "$(jq -nc "$(ids plain.json " ") + $(ids plain.json 1) + $(ids plain.json 2)")" \
    "Digits cuts it, and the space from it"
jq '.pre_tokenizer.pretokenizers |= [.[1], .[0]]' digits.json > order.json
is "$(ids order.json " 12")" "$(jq -nc "$(ids plain.json " ") + $(ids plain.json 1) + $(ids plain.json 2)")" \
    "behind ByteLevel, too"

# a vocabulary of our own: all bytes would be long, so characters with an unknown token
cat > tiny.json <<'J'
{"version":"1.0","added_tokens":[{"id":0,"content":"<u>","special":true,"normalized":false,
"single_word":false,"lstrip":false,"rstrip":false}],"normalizer":null,"pre_tokenizer":null,
"model":{"type":"BPE","unk_token":"<u>","fuse_unk":true,"vocab":{"<u>":0,"a":1,"b":2,"ab":3,
"aba":4},"merges":[["a","b"],["ab","a"]]}}
J
is "$(echo '{"text":"ababaxyb"}' | "$TOKMILL" encode -t tiny.json | jq -c .input_ids)" \
    "[3,4,0,2]" "merges in order of rank, leftmost first; unknown fused"
is "$(echo '{"text":""}' | "$TOKMILL" encode -t tiny.json | jq -c .input_ids)" "[]" "empty text"
sed 's/"BPE"/"Unigram"/' tiny.json > unigram.json
echo '{"text":"a"}' > a.jsonl
status_is 2 "another model is refused" "$TOKMILL" encode -t unigram.json a.jsonl
head -c 100 tiny.json > cut.json
status_is 1 "a cut vocabulary is refused" "$TOKMILL" encode -t cut.json a.jsonl
status_is 2 "no vocabulary" "$TOKMILL" encode a.jsonl

# around and in each document
cat > byte.jsonl <<'J'
{"id":"1","text":"the cat <|endoftext|>"}
{"id":"2","text":"é the"}
J
"$TOKMILL" bpe-train byte.jsonl -p gpt2 -n 268 --special '<|endoftext|>' --special '<|x|>' -o b.json
b() { "$TOKMILL" encode -t b.json "$@" byte.jsonl | jq -c "${show:-.input_ids}"; }
is "$(b --end auto | sed -n 2p | jq -c '.[-1]')" 266 "--end auto: the vocabulary's eos"
is "$(b --begin '<|x|>' | sed -n 2p | jq -c '.[0]')" 267 "--begin by name"
status_is 2 "a token that is none" "$TOKMILL" encode -t b.json --begin '<|y|>' byte.jsonl
status_is 2 "no bos" "$TOKMILL" encode -t b.json --begin auto byte.jsonl
is "$(b --allow-special '<|endoftext|>' | head -n 1 | jq '.[-1]')" 266 "--allow-special"
is "$(b --allow-special '<|x|>')" "$(b)" "... of that token alone"
is "$(b --special forbid --allow-special '<|endoftext|>' | head -n 1 | jq '.[-1]')" 266 "... where others are forbidden"
status_is 2 "--allow-special of no special token" "$TOKMILL" encode -t b.json --allow-special the byte.jsonl
is "$(b --max-tokens 3 | jq -c length | tr '\n' ' ')" "3 3 " "--max-tokens cuts"
is "$(b --max-tokens 4 --over drop | wc -l)" 1 "--over drop"
status_is 1 "--over bad" "$TOKMILL" encode -t b.json --max-tokens 3 --over bad byte.jsonl
is "$(b --min-tokens 6 | wc -l)" 1 "--min-tokens"
is "$(show='[.text as $t | .offsets[] as [$a, $b] | $t[$a:$b]] | add' b --offsets chars | jq -rs '.[0]')" \
    "$(jq -rs '.[0].text' byte.jsonl)" "--offsets chars cover the text"
is "$(show=.offsets b --offsets bytes | sed -n 2p)" "[[0,1],[1,2],[2,3],[3,6]]" "--offsets bytes"
is "$(show=.offsets b --offsets chars --end auto | sed -n 2p)" "[[0,1],[0,1],[1,2],[2,5],[5,5]]" "of added ids, too"
status_is 2 "not with --raw" "$TOKMILL" encode -t b.json --raw u16 --offsets bytes byte.jsonl
# U+11F04 is a letter since Unicode 15
printf '{"text":"a\360\221\274\204b"}\n' > new.jsonl
"$TOKMILL" -q bpe-train new.jsonl -n 300 -p gpt2 -o new.json
is "$("$TOKMILL" encode -t new.json new.jsonl | jq '.input_ids | length')" 1 "Unicode 16"
is "$("$TOKMILL" encode -t new.json --unicode 14 new.jsonl | jq '.input_ids | length')" 4 "--unicode 14"
printf '%s\n' '{"text":"abab"}' '{"text":""}' '{"text":"ba"}' >three.jsonl
is "$("$TOKMILL" encode -t tiny.json --raw u16 three.jsonl | od -An -v -tu2 | tr -s ' \n' ' ')" " 3 3 2 1 " \
    "bare ids of 16 bits"
is "$("$TOKMILL" encode -t tiny.json --raw u32 three.jsonl | od -An -v -tu4 | tr -s ' \n' ' ')" " 3 3 2 1 " \
    "bare ids of 32 bits"
is "$("$TOKMILL" encode -t tiny.json three.jsonl then encode -t tiny.json --raw u16 | wc -c)" 8 "at the end of a chain"
sed 's/"aba":4/"aba":70000/' tiny.json >wide.json
status_is 2 "ids that do not fit are refused" "$TOKMILL" encode -t wide.json --raw u16 three.jsonl
is "$("$TOKMILL" encode -t tiny.json --drop-text three.jsonl | jq -c '[.text,.input_ids]' | head -n 1)" '["",[3,3]]' \
    "--drop-text"
done_testing
