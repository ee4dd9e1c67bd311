#!/bin/sh
# vocab: what a file is; conversions that are exact or refused.
. "$TOKMILL_SRC/tests/lib.sh"

jq -nc '{text: "the cat sat on the mat, the hat; that is that and then 12 12 12 cats"}' > docs.jsonl
"$TOKMILL" bpe-train docs.jsonl -n 270 -p cl100k --special '<|end|>' -o tok.json
is "$("$TOKMILL" vocab info --json tok.json | jq -c '[.format, .ids, .tokens, .added, .special, .merges, .unreachable, .pattern_name]')" \
    '["tokenizer.json",270,269,1,1,13,0,"cl100k"]' "info as JSON"
is "$("$TOKMILL" vocab info tok.json | sed -n '1p;4p')" "format: tokenizer.json
tokens: 269" "info as lines"
is "$("$TOKMILL" vocab info --json tok.json | jq -r .unicode | grep -c '^1[0-9]\.')" 1 "the Unicode version"

"$TOKMILL" vocab convert tok.json -o tok.tiktoken
"$TOKMILL" bpe-train docs.jsonl -n 269 -p cl100k -o want.tiktoken
ok_cmd "to ranks, as bpe-train writes them" cmp tok.tiktoken want.tiktoken
"$TOKMILL" vocab convert tok.tiktoken --pattern cl100k -o back.json
"$TOKMILL" bpe-train docs.jsonl -n 269 -p cl100k -o want.json
is "$(jq -S . back.json)" "$(jq -S "del(.model.tokmill)" want.json)" "and back"
"$TOKMILL" vocab convert tok.json --to tiktoken > piped
ok_cmd "--to, standard output" cmp piped tok.tiktoken

jq '.model.merges |= ([.[1], .[0]] + .[2:])' tok.json > swapped.json
status_is 2 "ids not in the order of merges have no rank file" \
    "$TOKMILL" vocab convert swapped.json -o x.tiktoken
[ ! -e x.tiktoken ] && ok "and leave none" || not_ok "and leave none"
"$TOKMILL" vocab convert swapped.json -o again.json
ok_cmd "but a tokenizer.json" test "$(jq -c .model.merges again.json)" = "$(jq -c .model.merges swapped.json)"
jq '.normalizer = {type: "NFC"}' tok.json > nfc.json
"$TOKMILL" vocab convert nfc.json -o nfc2.json
is "$(jq -c .normalizer nfc2.json)" '{"type":"NFC"}' "NFC is kept"
status_is 2 "a rank file cannot normalize" "$TOKMILL" vocab convert nfc.json -o x.tiktoken
jq '.pre_tokenizer.pretokenizers |= ([{type: "Digits", individual_digits: true}] + .)' tok.json > chain.json
status_is 2 "several patterns" "$TOKMILL" vocab convert chain.json -o x.json
jq '.post_processor = {type: "TemplateProcessing", single: [{SpecialToken: {id: "<|end|>", type_id: 0}}, {Sequence: {id: "A", type_id: 0}}], pair: [], special_tokens: {"<|end|>": {id: "<|end|>", ids: [269], tokens: ["<|end|>"]}}}' tok.json > template.json
"$TOKMILL" vocab convert template.json -o again.json
is "$("$TOKMILL" encode -t again.json --add-special docs.jsonl | jq -c .input_ids)" \
    "$("$TOKMILL" encode -t template.json --add-special docs.jsonl | jq -c .input_ids)" "a template is kept"
is "$(jq -c .post_processor.special_tokens again.json)" "$(jq -c .post_processor.special_tokens template.json)" "as it was"
"$TOKMILL" vocab convert template.json -o again.tiktoken
ok_cmd "a rank file has none, as it has no special tokens" cmp again.tiktoken tok.tiktoken
status_is 2 "no verb" "$TOKMILL" vocab tok.json
status_is 2 "another verb" "$TOKMILL" vocab eat tok.json
status_is 3 "no file" "$TOKMILL" vocab info none.json
status_is 2 "a rank file without a pattern" "$TOKMILL" vocab info tok.tiktoken

# folders
"$TOKMILL" bpe-train docs.jsonl -n 270 -p gpt2 --special '<|endoftext|>' -o g.json
"$TOKMILL" vocab convert g.json --to vocab.json -o pair
is "$(ls pair | tr '\n' ' ')" "merges.txt tokenizer_config.json vocab.json " "vocab.json and merges.txt"
is "$(head -n 2 pair/merges.txt | tr '\n' '|')" "#version: 0.2|a t|" "merges as GPT-2 has them"
jq -c '{text: (.text + "<|endoftext|>")}' docs.jsonl > end.jsonl
for v in pair pair/vocab.json; do
    is "$("$TOKMILL" encode -t $v --special parse end.jsonl | jq -c .input_ids)" \
        "$("$TOKMILL" encode -t g.json --special parse end.jsonl | jq -c .input_ids)" "$v is read"
done
is "$("$TOKMILL" vocab info --json pair | jq -r .format)" "vocab.json and merges.txt" "and described"
"$TOKMILL" vocab convert pair -o again.json
is "$(jq -c .model.merges again.json)" "$(jq -c .model.merges g.json)" "and converted back"
status_is 2 "a pattern that no class has" "$TOKMILL" vocab convert tok.json --to vocab.json -o x
status_is 2 "a folder must be named" "$TOKMILL" vocab convert g.json --to hf-dir
"$TOKMILL" vocab convert tok.json --to hf-dir -o hf
is "$(jq -r .tokenizer_class hf/tokenizer_config.json)" PreTrainedTokenizerFast "--to hf-dir"
rm pair/merges.txt
status_is 2 "vocab.json alone" "$TOKMILL" vocab info pair
jq -c '.tokenizer_class = "MarianTokenizer"' pair/tokenizer_config.json > c && mv c pair/tokenizer_config.json
echo "#version: 0.2" > pair/merges.txt
status_is 2 "a class that is not known" "$TOKMILL" vocab info pair
# special tokens of rank files
"$TOKMILL" bpe-train docs.jsonl -n 269 -p gpt2 -o ranks.tiktoken
echo '{"<|endoftext|>": 300, "<|pad|>": 301}' > names.json
is "$(echo '{"text":"<|pad|><|endoftext|>"}' | "$TOKMILL" encode -t ranks.tiktoken --pattern gpt2 --special parse \
    --specials names.json | jq -c .input_ids)" "[301,300]" "--specials by name"
is "$(echo '{"input_ids":[301,300],"text":""}' | "$TOKMILL" decode -t ranks.tiktoken --specials names.json | jq -r .text)" \
    "<|pad|><|endoftext|>" "decode, too"
mkdir k && cp ranks.tiktoken k/tiktoken.model
echo '{"added_tokens_decoder": {"300": {"content": "[BOS]", "special": true}}}' > k/tokenizer_config.json
is "$(echo '{"text":"[BOS]the"}' | "$TOKMILL" encode -t k --pattern kimi --special parse | jq -c '.input_ids[0]')" 300 \
    "tiktoken.model with its tokenizer_config.json"
status_is 2 "--specials with a tokenizer.json" "$TOKMILL" encode -t tok.json --specials names.json docs.jsonl
echo '{"a": "b"}' > bad.json
status_is 1 "a token without an id" "$TOKMILL" encode -t ranks.tiktoken --pattern gpt2 --specials bad.json docs.jsonl

# side by side
printf '%s\n' '{"text":"the cat","l":"x"}' '{"text":"zz zz","l":"y"}' '{"text":"the hat","l":"x"}' > c.jsonl
"$TOKMILL" bpe-train docs.jsonl -n 256 -p gpt2 -o bytes.json
"$TOKMILL" vocab compare bytes.json g.json --corpus c.jsonl --by l --json > cmp.json
is "$(jq -c '[.corpus | .documents, .bytes, .words]' cmp.json)" "[3,19,6]" "compare: the corpus"
is "$(jq -c '.vocabularies[0] | [.name, .tokens, .bytes_per_token, .one_byte_share, .tokens_per_word]' cmp.json)" \
    '["bytes.json",19,1,1,3.1667]' "bytes alone"
is "$(jq '.vocabularies[1].tokens' cmp.json)" \
    "$("$TOKMILL" encode -t g.json c.jsonl | jq -s 'map(.input_ids | length) | add')" "tokens as encode gives them"
is "$(jq -c '[.vocabularies[0].groups[] | .name, .parity]' cmp.json)" '["x",1,"y",1]' "--by: parity of bytes"
is "$(jq '.vocabularies[1] | .groups[0].parity == 1 and .groups[1].parity > 1 and .gini > 0' cmp.json)" true \
    "another language costs more"
is "$(jq '.vocabularies[1] | .used + .unused == .vocabulary' cmp.json)" true "used and unused"
# 11 kinds of bytes: by hand from the counts 3 3 2 2 1 2 2 4 .. of order 2.5
is "$(jq '.vocabularies[0].renyi_efficiency' cmp.json)" "$("$TOKMILL" encode -t bytes.json c.jsonl | jq -s '
    [.[].input_ids[]] | group_by(.) | map(length / 19 | pow(.; 2.5)) | add | (0 - log) / 1.5 / (256 | log) * 1e4 | round / 1e4')" \
    "Renyi efficiency as defined"
is "$("$TOKMILL" vocab compare bytes.json g.json --corpus c.jsonl | sed -n '1p;2p' | awk '{print $1, $2, $3}')" \
    "vocabulary tokens bytes_per_token
bytes.json 19 1" "as a table"
status_is 2 "compare without a corpus" "$TOKMILL" vocab compare bytes.json
"$TOKMILL" report --vocab cmp.json -o r.html
is "$(grep -c '<h2>Vocabularies</h2>' r.html)" 1 "a section of the report"
is "$(grep -o '<td>g.json</td>' r.html | wc -l)" 2 "with each vocabulary, and its groups"
status_is 1 "report of what is no comparison" "$TOKMILL" report --vocab names.json

M="${TOKMILL_DATA:-/nonexistent}/tokenizers/models"
if [ -d "$M" ]; then
    jq -Rsc '{text: .}' "$TOKMILL_DATA/tokenizers/utf8_input.txt" > utf8.jsonl
    for f in cl100k_base.tiktoken o200k_base.tiktoken gpt2.json gpt_neox.json; do
        "$TOKMILL" vocab convert "$M/$f" -o conv.json
        ok_cmd "$f converts to the same ids" test \
            "$("$TOKMILL" encode -t "$M/$f" --special parse utf8.jsonl | jq -c .input_ids)" = \
            "$("$TOKMILL" encode -t conv.json --special parse utf8.jsonl | jq -c .input_ids)"
    done
    for f in cl100k_base.tiktoken o200k_base.tiktoken; do
        "$TOKMILL" vocab convert "$M/$f" -o conv.json
        "$TOKMILL" vocab convert conv.json -o conv.tiktoken
        ok_cmd "$f comes back" cmp conv.tiktoken "$M/$f"
    done
    is "$("$TOKMILL" vocab info --json "$M/llama2.model" | jq -c '[.format, .ids, .bos, .eos, .symbols]')" \
        '["SentencePiece",32000,1,2,"characters"]' "a SentencePiece model"
    status_is 2 "which does not convert" "$TOKMILL" vocab convert "$M/llama2.model" -o x.json
else
    skip "real vocabularies" "no data"
fi
done_testing
