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
ok_cmd "and back" cmp back.json want.json
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
jq '.post_processor = {type: "TemplateProcessing", single: [{SpecialToken: {id: "<|end|>", type_id: 0}}, {Sequence: {id: "A", type_id: 0}}], pair: [], special_tokens: {}}' tok.json > template.json
status_is 2 "a template" "$TOKMILL" vocab convert template.json -o x.json
status_is 2 "no verb" "$TOKMILL" vocab tok.json
status_is 2 "another verb" "$TOKMILL" vocab eat tok.json
status_is 3 "no file" "$TOKMILL" vocab info none.json
status_is 2 "a rank file without a pattern" "$TOKMILL" vocab info tok.tiktoken

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
