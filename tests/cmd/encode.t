#!/bin/sh
# encode: ids of real vocabularies equal those of their own libraries; options and refusals.
. "$TOKMILL_SRC/tests/lib.sh"

vocabs="gpt2.json gpt_neox.json cl100k_base.tiktoken o200k_base.tiktoken llama2.json mistral03.json"
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
done_testing
