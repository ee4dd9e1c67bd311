#!/bin/sh
# minhash-cluster: partitions do not show in the result; memory is bounded and said.
. "$TOKMILL_SRC/tests/lib.sh"
. "$TOKMILL_SRC/tests/near.sh"

near_units
cluster="--partitions 1"
ok_cmd "one partition" near_parts 2 few
cluster="--partitions 90"
ok_cmd "90 partitions" near_parts 2 many
is "$(ls many/verdicts/*.verdicts | wc -l)" 90 "are 90 units of minhash-verify"
ok_cmd "the same documents" same_units few/unique many/unique
ok_cmd "those of dedup-near" same_units whole few/unique
"$TOKMILL" -q minhash-cluster --partitions 1 --memory 2M few/match -o little/
ok_cmd "little memory, the same bytes" diff -r few/clusters little
status_is 2 "--partitions 0 is refused" "$TOKMILL" minhash-cluster --partitions 0 few/match -o c/
status_is 2 "another folder than that of minhash-match" "$TOKMILL" minhash-cluster few/sign -o c/
status_is 3 "too little memory" "$TOKMILL" minhash-cluster --memory 400 few/match -o c2/
is "$("$TOKMILL" minhash-cluster --memory 400 few/match -o c2/ 2>&1 | grep -c 'give --memory')" 1 "and how much it takes"
done_testing
