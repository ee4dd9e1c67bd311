#!/bin/sh
# The recipes' driver on one machine: killed and resumed with other numbers of processes it gives
# the same bytes, does nothing twice, and refuses to mix two commands in one folder.
. "$TOKMILL_SRC/tests/lib.sh"
# shellcheck disable=SC2317     # functions called by name
PIPELINES=$TOKMILL_SRC/pipelines
export PIPELINES
status() { sh "$PIPELINES/status" "$@"; }

cat >recipe.sh <<'RECIPE'
#!/bin/sh
recipe_options="min=0"
. "$PIPELINES/lib.sh"
begin "$@"
each docs inputs -- jsonl ${LIMIT:+--limit $LIMIT}
all unique docs -- dedup-exact
each copy unique -- jsonl
once one.jsonl.zst copy -- jsonl
once report.html stats -- report
finish
RECIPE
recipe() { sh recipe.sh "$@"; }

# 24 inputs of 300 documents; every third text occurs twice.
mkdir in
awk 'BEGIN { for (i = 0; i < 7200; i++) {
    f = sprintf("in/%02d.jsonl", int(i / 300))
    printf "{\"id\":\"%d\",\"text\":\"words of document %d\"}\n", i, i % 3 ? i : i % 3600 >f } }'

status_is 0 "one process" recipe --jobs 1 --unit-size 1 in one
is "$(zstd -dc one/one.jsonl.zst | wc -l)" 6000 "equal documents are gone"
is "$(find one/docs one/unique one/copy -name 'part-*.zst' | wc -l)" 72 "one output a unit"
is "$(ls one/copy/manifest.json one/report.html)" "one/copy/manifest.json
one/report.html" "manifest and report"
status_is 0 "three processes" recipe --jobs 3 --unit-size 1 in three
# Temporary files of a killed process go once the system has buried it: not counted here.
same() { diff -r -x '*.tmp.*' -x steps -x stats -x report.html "$1" "$2"; }
ok_cmd "the same bytes" same one three
status_is 0 "status: all done" status one
is "$(status one | sed -n 's/^docs  *//p' | awk '{ print $1, $2, $5, $6, $7 }')" "done 24/24 7200 > 7200" \
    "status counts units and documents"

# Killed for good in the middle: processes of the group, no chance to clean up.
setsid sh recipe.sh --jobs 2 --unit-size 1 in killed 2>/dev/null &
driver=$!
n=0
until [ "$(find killed/docs -name 'part-*.zst' 2>/dev/null | wc -l)" -ge 5 ] || [ $n -gt 3000 ]; do
    n=$((n + 1))
    sleep 0.01
done
kill -KILL "-$driver"
wait "$driver" 2>/dev/null
finished() { find killed/docs/.tokmill -name 'part-*.json' -exec basename {} .json \; | sort; }
finished >before
inodes() { while read -r unit; do stat -c '%i %Y %n' "killed/docs/$unit.jsonl.zst"; done <before; }
inodes >inodes.before
is "$([ "$(wc -l <before)" -lt 24 ] && [ "$(wc -l <before)" -gt 0 ] && echo yes)" yes "killed midway"
status killed >out
rc=$?
is "$([ $rc = 1 ] || [ $rc = 4 ] && echo yes)" yes "status after a kill: not done"
is "$(sed -n 's/^docs  *//p' out | awk '{ print $2 }')" "$(wc -l <before)/24" "status counts what is finished"
status_is 0 "the rest, with another number of processes" recipe --jobs 5 --unit-size 1 in killed
ok_cmd "the same bytes after all" same one killed
is "$(inodes)" "$(cat inodes.before)" "finished units are not run again"
status_is 0 "once more: nothing to do" recipe --jobs 2 --unit-size 1 in killed
is "$(recipe --jobs 2 --unit-size 1 in killed 2>&1 | grep -c 'done before')" 5 "every step says so"

LIMIT=5
export LIMIT
status_is 2 "another command is refused" recipe --unit-size 1 in killed
is "$(recipe in killed 2>&1 | grep '^[<>]')" "< jsonl 
> jsonl --limit 5 " "and shown"
status_is 0 "--force throws away" recipe --force --unit-size 1 in killed
is "$(zstd -dc killed/one.jsonl.zst | wc -l)" 96 "and what follows from it"
unset LIMIT
status_is 2 "other inputs are refused" recipe in/00.jsonl one

# Ranks that start at the same moment all find the folder theirs.
"$TOKMILL" plan --unit-size 1 in/0[0-7].jsonl -o plan.json
n=0
for round in 1 2 3 4 5 6 7 8 9 10 11 12; do
    for r in 0 1 2 3 4 5; do
        "$TOKMILL" -q -j1 --plan plan.json --rank $r --world 6 jsonl -o "fresh$round/" 2>>refused &
    done
    wait
    [ -e "fresh$round/manifest.json" ] && n=$((n + 1))
done
is "$n $(cat refused)" "12 " "ranks that start together"

# A rank that fails: the others finish, nothing that depends on it starts, the log is named.
mkdir bad
cp in/0[0-5].jsonl bad
echo '{"id":"x","text":3}' >>bad/03.jsonl
status_is 1 "bad data" recipe --jobs 2 --unit-size 1 bad failed
is "$([ -e failed/unique ] || echo no)" no "the next step did not start"
status failed >out
is "$?" 1 "status: failed"
is "$(grep -c 'docs rank 1: status 1; failed/steps/docs/log/task.00001.log' out)" 1 "status names the log"
is "$(grep -c '1 tokmill: N.jsonl' out)" 1 "status shows the message"
is "$(find failed/docs -name 'part-*.zst' | wc -l)" 4 "units before the bad one and those of the other rank"

# Inputs as lists and single files, options, refusals.
ls in/0*.jsonl >some.paths
status_is 0 "a list of names" recipe --jobs=2 some.paths listed
is "$(zstd -dc listed/one.jsonl.zst | wc -l)" 3000 "all of them"
is "$(grep -c '"name":"00.jsonl"' listed/docs/manifest.json)" 1 "names below what all have in common"
is "$(recipe --dry-run in dry | head -n 1)" "each docs inputs: tokmill jsonl " "--dry-run"
for wrong in "--nonsense 1 in x" "--jobs many in x" "in" "none x"; do
    # shellcheck disable=SC2086
    status_is 2 "refused: $wrong" recipe $wrong
done
for f in "$PIPELINES"/*.sh; do
    case $f in */lib.sh | */local.sh | */slurm.sh | */task.sh | */demo.sh | */reader-of.sh) continue ;; esac
    is "$(sh "$f" --help | grep -c '^  --slurm')" 1 "$(basename "$f") --help"
done
done_testing
