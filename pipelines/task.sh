#!/bin/sh
# task.sh - one rank of one step, under any scheduler.
#
#   task.sh STEPDIR plan             lists what the step reads: files, and for `each` plan.json
#   task.sh STEPDIR RANK WORLD       runs tokmill on the rank's share; its messages are the log
#
# Statuses: 0 done; 75 stopped by the scheduler's warning (USR1) and put back into the queue; else
# tokmill's own. TERM ends tokmill, which leaves nothing half-written. The rank's last state stands
# in STEPDIR/ranks/RANK. lib.sh describes the folder.
#
# shellcheck disable=SC2154,SC1091     # STEPDIR/settings, written by lib.sh, sets these
set -eu
export LC_ALL=C
step=$1
. "$step/settings"
cd "$out"       # names of what was made here are relative: a plan does not tell where OUT lies

stamp() { date -u +%Y-%m-%dT%H:%M:%SZ; }
node=${SLURMD_NODENAME:-$(hostname)}
replace() { cat >"$1.tmp.$node.$$" && mv "$1.tmp.$node.$$" "$1"; }

# ---- what is read ------------------------------------------------------------------------------

files() {
    for f in $from; do
        word=${f%"${f##*:}"}
        f=${f##*:}
        if [ "$f" = stats ]; then
            while read -r n; do         # in the order of steps, which the report shows
                if [ -d "stats/$n" ]; then find "stats/$n" -name '*.json' | sort
                elif [ -e "stats/$n.json" ]; then echo "stats/$n.json"; fi
            done <steps/order
        elif [ -f "$step/given-$f" ]; then
            cat "$step/given-$f"
        elif [ -d "$f" ]; then
            find "$f" -name '*.jsonl*' ! -name '*.tmp.*' | sort
        else
            echo "$f"
        fi | sed "s|^|$word|"
    done
}

# Made once and never changed: every rank of every later launch has to see the same units.
plan() {
    [ ! -e "$step/plan.json" ] && [ "$kind" != parts ] || return 0
    files | replace "$step/files"
    [ "$kind" = once ] ||
        "$tokmill" -q plan --files-from "$step/files" --unit-size "$unit_size" -o "$step/plan.json"
}

# ---- the work ----------------------------------------------------------------------------------

# STATE STATUS TIME NODE PID JOB, for status
state() { echo "$1 ${2:-0} $(date +%s) $node $$ ${job:--}" | replace "$step/ranks/$rank"; }

# run STAGE...: the step's own command, told its share
run() {
    first=$1
    case $kind in
    each)
        set -- --plan "$step/plan.json" --rank "$rank" --world "$world" \
            --stats "stats/$name/" "$@"
        [ -z "$keep_rejects" ] || set -- --rejects "rejected/$name/" "$@" ;;
    all)
        set -- --plan "$step/plan.json" --stats "stats/$name.json" "$@"
        [ -z "$keep_rejects" ] || set -- --rejects "rejected/$name.jsonl.zst" "$@" ;;
    once)
        [ -z "$from" ] || set -- --files-from "$step/files" "$@"
        case $first in stats | report | verify | minhash-*) ;; *) set -- --stats "stats/$name.json" "$@" ;; esac ;;
    parts) set -- --rank "$rank" --world "$world" "$@" ;;
    esac
    [ -z "$input_root" ] || set -- --input-root "$input_root" "$@"
    set -- -j "$cpus" --memory "$memory" --progress never "$@"
    case $first:$kind in
    verify:*) ;;
    *:once) set -- "$@" -o "$target" ;;
    *) set -- "$@" -o "$name/" ;;
    esac
    printf '$ tokmill %s\n' "$*"
    "$tokmill" "$@" &
    child=$!
    wait_for_child
}

# A trapped signal ends `wait` early; only the child's own end counts.
wait_for_child() {
    while :; do
        status=0
        wait "$child" || status=$?
        kill -0 "$child" 2>/dev/null || break
    done
    if [ -n "$stopped" ] && [ "$status" != 0 ]; then status=$stopped; fi
}

stop() {
    stopped=$1
    [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || true
}

# Finished units of this rank
marks() {
    if [ "$kind" = parts ]; then
        find "$name/.tokmill" -name '*.json' ! -name run.json 2>/dev/null | wc -l
        return
    fi
    sed -n 's/^ *{"name":"\([^"]*\)".*/\1/p' "$step/plan.json" |
        awk -v r="$rank" -v w="$world" -v marks="$name/.tokmill/" '
            (NR - 1) % w == r { f = marks $0 ".json"; if ((getline line < f) >= 0) n++; close(f) }
            END { print n + 0 }'
}

# A step's end for good, or another try: the limit of time, and errors that may pass.
failed() {
    state failed "$1"
    [ -n "$job" ] || exit "$1"
    if [ "$1" = 75 ]; then
        if [ "$divided" = no ] || [ "$(marks)" = "$before" ]; then
            echo "task.sh: nothing was finished within the time limit: raise --time" \
                "or lower --unit-size"
            state failed 1
            exit 1
        fi
    else
        tries=$(cat "$step/ranks/$rank.tries" 2>/dev/null || echo 0)
        [ "$1" = 3 ] && [ "$tries" -lt "$retries" ] || exit "$1"
        echo $((tries + 1)) | replace "$step/ranks/$rank.tries"
    fi
    state queued
    scontrol requeue "$job"
    exit 75
}

rank() {
    rank=$2
    world=$3
    child='' stopped='' job=${SLURM_ARRAY_JOB_ID-${SLURM_JOB_ID-}}
    [ -z "${SLURM_ARRAY_TASK_ID-}" ] || job=${job}_$SLURM_ARRAY_TASK_ID
    [ ! -e "$step/done" ] || exit 0
    case $kind in each | parts) divided=yes ;; *) divided=no; plan ;; esac
    trap 'stop 75' USR1
    trap 'stop 143' TERM
    trap 'stop 130' INT
    before=0
    [ "$divided" = no ] || before=$(marks)
    started=$(date +%s)
    echo "== $(stamp) $name rank $rank of $world on $node, job ${job:--}" \
        "restart ${SLURM_RESTART_COUNT:-0}"
    state running
    eval "run $(cat "$step/stages")"
    echo "== $(stamp) $name rank $rank ended with status $status after" \
        "$(($(date +%s) - started)) s"
    [ "$status" = 0 ] || failed "$status"
    if [ "$divided" = no ] || [ -e "$name/manifest.json" ]; then : >"$step/done"; fi
    state ok
}

case $2 in
plan) plan ;;
*) rank "$@" ;;
esac
