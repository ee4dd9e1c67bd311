#!/bin/sh
# decode: round trips, foreign vocabularies, ids that are none, cut characters.
. "$TOKMILL_SRC/tests/lib.sh"

T="${TOKMILL_DATA:-/nonexistent}/tokenizers"
if [ -d "$T/models" ]; then
    jq -Rc '{text: .}' "$T/mixed_input.txt" > mixed.jsonl
    jq -Rsc '{text: .}' "$T/utf8_input.txt" > utf8.jsonl
    for v in gpt2.json cl100k_base.tiktoken o200k_base.tiktoken; do
        for s in mixed utf8; do
            "$TOKMILL" encode -t "$T/models/$v" $s.jsonl > ids.jsonl
            "$TOKMILL" decode -t "$T/models/$v" ids.jsonl | jq -c .text > got
            jq -c .text $s.jsonl > want
            ok_cmd "$v: $s comes back" cmp got want
        done
    done
    status_is 1 "ids of another vocabulary" "$TOKMILL" decode -t "$T/models/gpt2.json" ids.jsonl
    jq -c '.metadata.tokenizer.hash = "0"' ids.jsonl > foreign.jsonl
    status_is 0 "... unless asked for" \
        "$TOKMILL" decode --any-tokenizer -t "$T/models/o200k_base.tiktoken" foreign.jsonl
    # U+1F600 is four bytes; its first id alone is no character
    echo '{"text":"x \ud83d\ude00"}' | "$TOKMILL" encode -t "$T/models/gpt2.json" |
        jq -c '.input_ids |= .[0:2]' > cut.jsonl
    is "$("$TOKMILL" decode -t "$T/models/gpt2.json" cut.jsonl | jq -c .text)" '"x �"' \
        "a cut character is repaired"
    is "$("$TOKMILL" decode --raw -t "$T/models/gpt2.json" cut.jsonl cut.jsonl | od -An -tx1)" \
        " 78 20 f0 9f 98 78 20 f0 9f 98" "--raw gives its bytes"
    echo '{"text":"x","input_ids":[1,243,162,4]}' > cut.jsonl
    is "$("$TOKMILL" decode -t "$T/models/llama2.json" cut.jsonl | jq -r .text)" '<s>���' "a U+FFFD for each byte token"
else
    skip "real vocabularies" "no data"
fi
cat > tiny.json <<'J'
{"added_tokens":[{"id":0,"content":"<u>","special":true}],"model":{"type":"BPE",
"vocab":{"<u>":0,"a":1,"b":2},"merges":[]}}
J
echo '{"id":"1","text":"","input_ids":[1,0,2]}' > tiny.jsonl
is "$("$TOKMILL" decode -t tiny.json tiny.jsonl | jq -c .text)" '"a<u>b"' "special tokens stay"
is "$("$TOKMILL" decode -t tiny.json --skip-special tiny.jsonl | jq -c .text)" '"ab"' \
    "--skip-special"
is "$("$TOKMILL" decode -t tiny.json --keep-ids tiny.jsonl | jq -c .input_ids)" '[1,0,2]' \
    "--keep-ids"
echo '{"id":"1","text":"","input_ids":[7]}' > bad.jsonl
status_is 1 "an id that the vocabulary lacks" "$TOKMILL" decode -t tiny.json bad.jsonl
echo '{"id":"1","text":"x"}' > none.jsonl
status_is 1 "no ids" "$TOKMILL" decode -t tiny.json none.jsonl
done_testing
