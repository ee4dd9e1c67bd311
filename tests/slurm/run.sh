#!/bin/sh
# run.sh - the recipes' Slurm engine on a real Slurm of four nodes on this machine (README.md).
# Needs the packages of `tools/install-deps.sh slurm`: installs them in CI (CI=true), elsewhere skips
# without them, saying so (REQUIRE=slurm: fails). Prints TAP. About a minute.
# Environment: TOKMILL the program (./tokmill).
# shellcheck disable=SC1091,SC2317,SC2154
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export LC_ALL=C TOKMILL="${TOKMILL:-$root/tokmill}" PIPELINES="$root/pipelines"
. "$root/tests/lib.sh"
PATH=$PATH:/usr/sbin:/sbin

missing() { ! command -v slurmctld || ! command -v slurmd || ! command -v munged || ! command -v sbatch; }
if missing >/dev/null; then
    [ "${CI-}" != true ] || sh "$root/tools/install-deps.sh" slurm
fi
if missing >/dev/null; then
    case ",${REQUIRE-}," in
    *,slurm,*) not_ok "Slurm (required, but not installed)" ;;
    *) skip "Slurm" "not installed; tools/install-deps.sh slurm" ;;
    esac
    done_testing
fi

if [ ! -r /proc/self/stat ] || [ ! -e /etc/hosts ]; then     # a bare chroot is no machine
    skip "Slurm" "needs /proc and /etc/hosts"
    done_testing
fi

work=$(mktemp -d)
export SLURMLAB="$work/lab" SLURMLAB_MAXARRAY=6 SLURMLAB_PORT=$((18000 + $$ % 2000 * 6))
if [ "$(id -u)" = 0 ] && unshare --pid --fork --mount-proc --uts true 2>/dev/null; then
    export SLURMLAB_ISOLATE=1
fi
. "$here/lab.sh"
finish() {
    sh "$here/stop.sh" --purge
    cd / || exit
    if [ "$tap_failed" = 0 ]; then rm -rf "$work"; else diag "see $work"; fi
}
trap finish EXIT
trap 'exit 130' INT TERM
sh "$here/start.sh" >/dev/null || { not_ok "Slurm starts"; done_testing; }
cd "$work" || exit 1

cat >recipe.sh <<'RECIPE'
#!/bin/sh
. "$PIPELINES/lib.sh"
begin "$@"
each docs inputs -- jsonl then pii then norm
all unique docs -- dedup-exact
each copy unique -- jsonl
once one.jsonl.zst copy -- jsonl
finish
RECIPE
recipe() { sh recipe.sh --unit-size 1 --memory 256M --once-memory 256M "$@"; }
slurm() { POLL=0.2 recipe --slurm "$@" 2>messages; }
status() { sh "$PIPELINES/status" "$@"; }
same() { diff -r -x '*.tmp.*' -x steps -x stats "$1" "$2"; }
cmp_docs() { [ "$(zstd -dcq "$1/one.jsonl.zst" | cksum)" = "$(zstd -dcq "$2/one.jsonl.zst" | cksum)" ]; }
units() { find "$1/.tokmill" -name 'part-*.json' 2>/dev/null | wc -l; }
# until_so SECONDS COMMAND...: waits until it succeeds
until_so() {
    tenths=$(($1 * 10))
    shift
    until "$@"; do
        tenths=$((tenths - 1))
        [ $tenths -gt 0 ] || { diag "waited in vain: $*"; return 1; }
        sleep 0.1
    done
}
# Names and inodes of the outputs of the units given; one that was killed between the renaming of its
# output and its mark is not finished.
finished() { (cd "$1/.tokmill" && for mark in part-*.json; do echo "${mark%.json}"; done); }
outputs() { while read -r unit; do stat -c '%n %i' "$1/$unit.jsonl.zst"; done; }
begun() { [ "$(units "$1")" -ge "$2" ]; }
queue_is_empty() { [ -z "$(squeue -h)" ]; }
running_on() { squeue -h -t R -o '%N %j' | grep -q "^$1 tokmill-docs"; }

# 24 units of documents that keep a rank busy for a while.
mkdir in
awk 'BEGIN { for (u = 0; u < 24; u++) { f = sprintf("in/%02d.jsonl", u)
    for (i = 0; i < 12000; i++) {
        printf "{\"id\":\"%d-%d\",\"text\":\"", u, i >f
        for (k = 0; k < 20; k++) printf "a%d.b%d@example.com wrote %d words. ", i % 9000, k, u * k >f
        print "\"}" >f } } }'
status_is 0 "one process on this machine, to compare with" recipe --jobs 1 in local

# A node dies while its ranks run: they run again elsewhere, the rest waits for them.
slurm --tasks 8 --wait in node &
driver=$!
if until_so 60 begun node/docs 1 && until_so 60 running_on n2; then
    sh "$here/node.sh" kill n2          # at once: its rank must not have ended by itself
    before=$(units node/docs)
    scontrol update NodeName=n2 State=DOWN Reason=killed
    is "$([ "$before" -lt 24 ] && echo yes)" yes "a node dies on the way ($before of 24 units done)"
    status node >out
    is "$?" 4 "status: work is left"
    # The ranks of the dead node wait; whether others run at this moment is the scheduler's affair.
    is "$(grep -cE '^docs +(running|queued) ' out)" 1 "status: under way"
else
    not_ok "the array started"
fi
status_is 2 "a second submission of the same run is refused" recipe --slurm in node
wait $driver
is "$?" 0 "the run ends well"
ok_cmd "the same bytes as on one machine" same local node
is "$(grep -l 'restart 1' node/steps/docs/log/*.log | wc -l | sed 's/[^0].*/some/')" some "ranks were requeued"
status_is 0 "status: all done" status node
is "$(cd node/steps/docs/log && echo task.*) " "task.00000.log task.00001.log task.00002.log task.00003.log \
task.00004.log task.00005.log task.6+00000.log task.6+00001.log " "more tasks than MaxArraySize: two arrays"
sh "$here/node.sh" start n2
sh "$here/start.sh" >/dev/null

slurm --tasks 1000 --unit-size 1G --wait in wide
is "$(sed -n 's/.* \([0-9]*\) ranks.*/\1/p' messages | tr '\n' ' ')" "1 1 " "no more ranks than there can be units"
ok_cmd "units of another size hold the same documents" cmp_docs local wide

# Everything cancelled midway; the rest with another number of tasks.
slurm --tasks 4 in cancelled
until_so 60 begun cancelled/docs 2
scancel "$(tr , ' ' <cancelled/steps/jobs)" 2>/dev/null || scancel -u "$(id -un)"
until_so 30 queue_is_empty
done_units=$(units cancelled/docs)
is "$([ "$done_units" -ge 2 ] && [ "$done_units" -lt 24 ] && echo yes)" yes "cancelled midway ($done_units of 24)"
finished cancelled/docs >finished_units
outputs cancelled/docs <finished_units >before
status_is 0 "the rest with another number of tasks" slurm --tasks 3 --wait in cancelled
ok_cmd "the same bytes" same local cancelled
outputs cancelled/docs <finished_units >after
ok_cmd "finished units are not run again" cmp before after

# The warning before the time limit: the rank goes back into the queue and continues.
slurm --tasks 1 --wait in warned &
driver=$!
until_so 60 begun warned/docs 2
scancel --batch --signal=USR1 "$(cut -d, -f1 warned/steps/jobs)"
wait $driver
is "$?" 0 "a rank warned of its time limit is requeued and ends well"
is "$(grep -c 'ended with status 75' warned/steps/docs/log/task.00000.log)" 1 "it stopped when warned"
ok_cmd "the same bytes" same local warned

# A rank that fails takes what depends on it out of the queue.
mkdir bad
cp in/0[0-3].jsonl bad
echo '{"id":"x","text":3}' >>bad/02.jsonl
status_is 1 "bad data: the run fails" slurm --tasks 2 --wait bad failed
status failed >out
is "$?" 1 "status: failed"
is "$(grep -c 'docs rank 0: status 1; failed/steps/docs/log/task.00000.log' out)" 1 "status names the log"
is "$([ -e failed/unique ] || echo no)" no "what depends on it did not start"
is "$(squeue -h)" "" "nothing is left in the queue"

# Near-duplicates by parts, any number of tasks.
cat >near.sh <<'RECIPE'
#!/bin/sh
. "$PIPELINES/lib.sh"
begin "$@"
near alike inputs -- --words 3
finish
RECIPE
status_is 0 "near-duplicates by parts, on this machine" sh near.sh --unit-size 1 --memory 256M --once-memory 256M in near-local
status_is 0 "and on the cluster" env POLL=0.2 sh near.sh --slurm --tasks 3 --wait --unit-size 1 --memory 256M --once-memory 256M in near-slurm
for part in alike-sign alike-verdicts alike; do
    ok_cmd "the same bytes: $part" diff -r -x '*.tmp.*' "near-local/$part" "near-slurm/$part"
done
done_testing
