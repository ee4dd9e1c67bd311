#!/bin/bash
# merge: several native shards into one, without recoding.
. "$TOKMILL_SRC/tests/lib.sh"

# docs FIRST COUNT TOKENS STEP: documents of that many tokens each
docs() {
    awk -v f="$1" -v n="$2" -v t="$3" -v s="$4" 'BEGIN { for (i = f; i < f + n; i++) {
        printf "{\"id\":\"d%d\",\"text\":\"\",\"metadata\":{\"tokenizer\":{\"hash\":\"abc\",\"max_id\":70000,\"eos\":500}},\"input_ids\":[1", i
        for (k = 1; k < t; k++) printf ",%d", (i * k * s) % 499; print "]}" } }'
}
ids() { "$TOKMILL" unshard "$@" | jq -c .input_ids; }
docs 0 90 900 1 > a.jsonl
docs 90 1 70000 7 > b.jsonl
docs 91 3 5 140 > c.jsonl
for x in a b c; do "$TOKMILL" shard $x.jsonl -o $x/; done
is "$("$TOKMILL" merge a/ b/shard.tms c/ -o all.tms)" \
    "all.tms: shards=3 tokens=151109 documents=94" "what it says"
ok_cmd "the merged shard verifies" "$TOKMILL" verify all.tms
is "$(ids all.tms | cksum)" "$(ids a/ b/ c/ | cksum)" "all documents, in order"
is "$("$TOKMILL" verify all.tms | sed -n 's/.*documents_xxh3_128=//p' | tail -n 1)" \
    "$("$TOKMILL" verify a/ b/ c/ | sed -n 's/.*documents_xxh3_128=//p' | tail -n 1)" "one hash of the content"
is "$(zstd -dc all.docs.jsonl.zst | jq -r .id | tr '\n' ' ' | cut -c1-12)$(zstd -dc all.docs.jsonl.zst | wc -l | tr -d ' ')" \
    "d0 d1 d2 d3 94" "names come along"
if command -v zstd > /dev/null; then
    is "$(zstd -qdc all.tms | cksum)" "$( (zstd -qdc a/shard.tms; zstd -qdc b/shard.tms; zstd -qdc c/shard.tms) | cksum)" \
        "the blocks are those of the inputs"
else
    skip "the blocks are those of the inputs" "no zstd"
fi
"$TOKMILL" -q merge a/ -o same.tms
ok_cmd "one shard: the same bytes" cmp same.tms a/shard.tms
cp a/shard.tms grow.tms
"$TOKMILL" -q merge grow.tms b/ -o grow.tms > said
"$TOKMILL" -q merge grow.tms c/ -o grow.tms
is "$(cat said)" "" "-q says nothing"
ok_cmd "appending: the same bytes as all at once" cmp grow.tms all.tms
status_is 1 "without the names of all inputs there are none" test -e grow.docs.jsonl.zst
"$TOKMILL" shard /dev/null --vocab-size 70001 -o none/ --eod none
sed 's/abc/abd/' c.jsonl > other.jsonl && "$TOKMILL" shard other.jsonl -o other/
status_is 1 "another tokenizer is refused" "$TOKMILL" merge a/ other/ -o x.tms
"$TOKMILL" shard c.jsonl --eod none -o plain/
status_is 1 "another end-of-document rule is refused" "$TOKMILL" merge a/ plain/ -o x.tms
cp b/shard.tms bad.tms && printf '\252' | dd of=bad.tms bs=1 seek=30000 conv=notrunc 2> /dev/null
status_is 1 "a damaged input is refused" "$TOKMILL" merge a/ bad.tms -o x.tms
status_is 1 "and nothing is left" test -e x.tms
"$TOKMILL" shard c.jsonl --format megatron -o m/
status_is 2 "only native shards" "$TOKMILL" merge a/ m/ -o x.tms
status_is 2 "-o is needed" "$TOKMILL" merge a/ b/
status_is 2 "a file, no folder" "$TOKMILL" merge a/ -o x/
status_is 2 "operands are needed" "$TOKMILL" merge -o x.tms
status_is 3 "a missing input" "$TOKMILL" merge a/ nothing.tms -o x.tms
done_testing
