#!/bin/sh
# Near-deduplication by parts in a recipe: what dedup-near gives in one process, for any number of
# processes, killed or not.
. "$TOKMILL_SRC/tests/lib.sh"
. "$TOKMILL_SRC/tests/near.sh"
PIPELINES=$TOKMILL_SRC/pipelines
export PIPELINES

cat >recipe.sh <<'RECIPE'
#!/bin/sh
. "$PIPELINES/lib.sh"
begin "$@"
each docs inputs -- jsonl
all whole docs -- dedup-near --jaccard 0.8 --bands 14 --keep longest --weights 1:1,2:1.5
near unique docs -- --jaccard 0.8 --bands 14 --keep longest --weights 1:1,2:1.5
once report.html stats -- report
finish
RECIPE
mkdir in
near_docs 2000 | split -l 200 -d -a 1 --additional-suffix=.jsonl - in/
status_is 0 "one process" sh recipe.sh --jobs 1 --unit-size 1 in one
ok_cmd "the parts give what dedup-near gives" same_units one/whole one/unique
ok_cmd "documents were dropped" test "$(zstd -dcq one/unique/*.zst | wc -l)" -lt 1500
status_is 0 "three processes" sh recipe.sh --jobs 3 --unit-size 1 in three
for d in sign match clusters sets verdicts; do
    ok_cmd "the same bytes: $d" diff -r "one/unique-$d" "three/unique-$d"
done
ok_cmd "the same documents" diff -r one/unique three/unique
is "$(sh "$PIPELINES/status" one | grep -c ' done ')" 9 "status: every step is done"

# Killed in the middle of each part, then finished by other numbers of processes.
for part in unique-sign unique-match unique-sets unique-verdicts unique; do
    setsid sh recipe.sh --jobs 2 --unit-size 1 in killed 2>/dev/null &
    driver=$!
    n=0
    until [ "$(find killed/$part -type f ! -name '*.tmp.*' 2>/dev/null | wc -l)" -ge 3 ] || [ $n -gt 3000 ]; do
        n=$((n + 1))
        sleep 0.01
    done
    kill -KILL "-$driver" 2>/dev/null
    wait "$driver" 2>/dev/null
done
status_is 0 "killed five times, then finished" sh recipe.sh --jobs 4 --unit-size 1 in killed
ok_cmd "the same bytes" diff -r -x '*.tmp.*' one/unique killed/unique
ok_cmd "of every part" diff -r -x '*.tmp.*' one/unique-verdicts killed/unique-verdicts
done_testing
