#!/bin/sh
# minhash-sets: the keep policy, and no comparing, are those of dedup-near; the documents have to be
# those that were signed.
. "$TOKMILL_SRC/tests/lib.sh"
. "$TOKMILL_SRC/tests/near.sh"

near_units --keep longest
sets="--keep longest"
ok_cmd "--keep longest" near_parts 3 longest
ok_cmd "is that of dedup-near" same_units whole longest/unique
"$TOKMILL" -q minhash-sets --keep longest --memory 2M --clusters longest/clusters --plan plan.json -o little/
ok_cmd "little memory, the same bytes" diff -r longest/sets little
near_units --keep min-id
sets="--keep min-id"
ok_cmd "--keep min-id" near_parts 3 min
ok_cmd "likewise" same_units whole min/unique
near_units --verify none
sets="--verify none"
ok_cmd "--verify none" near_parts 3 none
ok_cmd "likewise " same_units whole none/unique

status_is 2 "no --clusters" "$TOKMILL" minhash-sets --plan plan.json -o s/
status_is 2 "--keep worst is refused" "$TOKMILL" minhash-sets --keep worst --clusters none/clusters --plan plan.json -o s/
"$TOKMILL" plan in-*.jsonl -o wide.json
status_is 1 "another plan is refused" "$TOKMILL" minhash-sets --clusters none/clusters --plan wide.json -o s2/
sed -i 's/"id":"d/"id":"e/' in-2.jsonl
rm -rf s
"$TOKMILL" minhash-sets --clusters none/clusters --plan plan.json -o s/ 2> err
is "$? $(grep -c 'not the documents that were signed' err)" "1 1" "other documents under the same name, too"
done_testing
