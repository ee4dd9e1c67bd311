#!/bin/sh
# minhash-match: the ranges do not show in the result; damaged signatures are found.
. "$TOKMILL_SRC/tests/lib.sh"
. "$TOKMILL_SRC/tests/near.sh"

near_units
match="--ranges 1"
ok_cmd "one range" near_parts 2 few
is "$(ls few/match)" "manifest.json
range-000.match" "is one unit"
match="--ranges 256"
ok_cmd "256 ranges" near_parts 2 many
is "$(ls many/match | wc -l)" 257 "are 256 units"
ok_cmd "the same documents" same_units few/unique many/unique
ok_cmd "those of dedup-near" same_units whole few/unique
"$TOKMILL" -q minhash-match --ranges 1 --memory 2M few/sign -o little/
ok_cmd "little memory, the same bytes" diff -r few/match little
for r in 0 3 512; do status_is 2 "--ranges $r is refused" "$TOKMILL" minhash-match --ranges $r few/sign -o m/; done
status_is 2 "no -o" "$TOKMILL" minhash-match few/sign
status_is 2 "a plan is none of its business" "$TOKMILL" minhash-match --plan plan.json few/sign -o m/
status_is 2 "another folder than that of minhash-sign" "$TOKMILL" minhash-match few/match -o m/

cp -R few/sign part && rm part/manifest.json part/part-00002.sign
status_is 2 "signatures that are not complete" "$TOKMILL" minhash-match part -o m/
is "$("$TOKMILL" minhash-match part -o m/ 2>&1 | grep -c 'run the ranks that are missing')" 1 "and says what to do"
# A bit anywhere in a file: an error that names it, or the same result.
size=$(stat -c %s few/sign/part-00004.sign)
bad=0
for i in 0 7 9 16 5000 40000 $((size / 2)) $((size - 9000)) $((size - 300)) $((size - 40)) $((size - 1)); do
    rm -rf flipped m
    cp -R few/sign flipped
    printf '\377' | dd of=flipped/part-00004.sign bs=1 seek="$i" conv=notrunc status=none
    cmp -s flipped/part-00004.sign few/sign/part-00004.sign && continue
    "$TOKMILL" minhash-match flipped -o m/ 2> err && bad=$i
    grep -q 'part-00004.sign' err || bad=$i
done
is "$bad" 0 "a damaged file is refused by name"
truncate -s -100 flipped/part-00004.sign
status_is 1 "a truncated one, too" "$TOKMILL" minhash-match flipped -o m/
is "$(ls m)" "" "and nothing is left"
done_testing
