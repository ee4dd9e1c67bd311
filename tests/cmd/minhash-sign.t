#!/bin/sh
# The parts of dedup-near by ranks give what it gives on the whole, with any number of ranks; and what
# minhash-sign writes depends on its documents and options alone.
. "$TOKMILL_SRC/tests/lib.sh"
. "$TOKMILL_SRC/tests/near.sh"

near_units
ok_cmd "one rank" near_parts 1 one
ok_cmd "seven ranks" near_parts 7 seven
ok_cmd "fifty ranks, more than units" near_parts 50 fifty
ok_cmd "the parts give what dedup-near gives" same_units whole one/unique
ok_cmd "every file of every part is the same with 7 ranks" diff -r one seven
ok_cmd "and with 50" diff -r one fifty
ok_cmd "something was dropped" test "$(zstd -dcq whole/*.zst | wc -l)" -lt 1500

"$TOKMILL" -q minhash-sign -j8 --memory 4M --plan plan.json -o again/
ok_cmd "other threads and memory, the same signatures" diff -r one/sign again
rm again/part-00003.sign
"$TOKMILL" -q minhash-sign --plan plan.json -o again/
ok_cmd "a rerun makes what is missing" diff -r one/sign again
status_is 2 "other options in the same folder are refused" "$TOKMILL" minhash-sign --bands 7 --plan plan.json -o again/
status_is 2 "no folder, no units" "$TOKMILL" minhash-sign all.jsonl -o signatures
status_is 2 "not behind a stage that sees everything" "$TOKMILL" dedup-exact in-0.jsonl then minhash-sign -o s/
zstd -qk in-*.jsonl
"$TOKMILL" -q minhash-sign in-*.jsonl.zst -o plain/
is "$(ls plain | head -n 2 | tr '\n' ' ')" "in-0.jsonl.sign in-1.jsonl.sign " "without a plan, an input is a unit"
is "$("$TOKMILL" minhash-sign --jaccard 0.8 in-0.jsonl -o s1/ 2>&1 | cut -d: -f1-2)" \
    "minhash-sign: 13 bands of 7 rows find pairs of similarity 0.5" "--jaccard chooses bands and rows and says so"
# Each option makes other signatures.
for o in "--bands 13" "--rows 7" "--words 4" "--shingles chars" "--preset nemo" "--jaccard 0.7" "--seed 3"; do
    # shellcheck disable=SC2086
    "$TOKMILL" -q minhash-sign $o in-1.jsonl -o "s$o/"
    ok_cmd "$o matters" test "$(cmp -s "s$o/in-1.jsonl.sign" plain/in-1.jsonl.sign; echo $?)" = 1
done
sign="--preset slimpajama --jaccard 0.6 --bands 16 --rows 8"
# shellcheck disable=SC2086
near_units $sign
ok_cmd "with options" near_parts 3 other
ok_cmd "they are those of dedup-near" same_units whole other/unique
status_is 2 "too many permutations are refused" "$TOKMILL" minhash-sign --bands 1000 --rows 1000 in-0.jsonl -o s2/
done_testing
