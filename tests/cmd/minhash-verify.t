#!/bin/sh
# minhash-verify: the threshold may change without signing again; sets of other clusters are refused.
. "$TOKMILL_SRC/tests/lib.sh"
. "$TOKMILL_SRC/tests/near.sh"

near_units --jaccard 0.9 --bands 14 --rows 8
verify="--jaccard 0.9"
ok_cmd "--jaccard 0.9" near_parts 3 high
ok_cmd "is that of dedup-near with these bands" same_units whole high/unique
is "$(zstd -dcq high/unique/*.zst | wc -l)" "$(zstd -dcq whole/*.zst | wc -l)" "so many"
"$TOKMILL" -q minhash-verify --jaccard 0.9 --memory 2M --clusters high/clusters high/sets -o little/
ok_cmd "little memory, the same bytes" diff -r high/verdicts little
"$TOKMILL" -q minhash-verify --clusters high/clusters high/sets -o low/
"$TOKMILL" -q apply --verdicts low --plan plan.json -o unique/
ok_cmd "another threshold on the same sets drops more" test \
    "$(zstd -dcq unique/*.zst | wc -l)" -lt "$(zstd -dcq high/unique/*.zst | wc -l)"
status_is 2 "no --clusters" "$TOKMILL" minhash-verify high/sets -o v/
status_is 2 "no sets" "$TOKMILL" minhash-verify --clusters high/clusters high/match -o v/
status_is 2 "--jaccard 2 is refused" "$TOKMILL" minhash-verify --jaccard 2 --clusters high/clusters high/sets -o v/
"$TOKMILL" -q minhash-cluster --partitions 3 high/match -o others/
status_is 2 "sets for other clusters" "$TOKMILL" minhash-verify --clusters others high/sets -o v/
done_testing
