# shellcheck shell=sh disable=SC2154,SC2034
# slurm.sh - engine: job arrays with dependencies. Sourced by lib.sh.
#
# A step is an array of ranks (a single job for `once`), submitted at once with the steps after it;
# a step whose inputs do not exist yet gets its plan from a small job between. What fails takes
# what depends on it out of the queue; the same command then submits what is missing.
#
# - The world is what the plan is dealt to, never SLURM_ARRAY_TASK_COUNT: that counts the tasks
#   submitted, fewer when only some ranks are left.
# - Nodes that die, preemption and time limits put a rank back into the queue (--requeue; USR1
#   comes before the limit and task.sh asks for the requeue); its finished units stay finished.
#   Slurm lets a requeued job wait (two minutes by default): it says BeginTime.
# - Two processes of one rank may run at a time, when Slurm wrongly took a node for dead: outputs
#   are renamed into place and equal, so the last one wins and nothing is lost.
# - Exit statuses of sbatch --wait do not tell that a job was cancelled: the folder tells.

engine_begin() {
    : "${opt_cpus:=1}" "${opt_once_cpus:=$opt_cpus}"
    command -v sbatch >/dev/null 2>&1 || die 3 "no sbatch here; is Slurm installed?"
    if [ -s "$out/steps/jobs" ] && in_queue "$(cat "$out/steps/jobs")"; then
        die 2 "jobs of an earlier command are still queued: $(cat "$out/steps/jobs")
wait for them, or: scancel $(tr , ' ' <"$out/steps/jobs")"
    fi
    : >"$out/steps/jobs"
    submitted=
    max_array=$(scontrol show config | sed -n 's/^MaxArraySize *= *//p')
    : "${max_array:=1001}"
}

# in_queue JOB,JOB...: true if any is waiting or running; jobs long gone are "invalid" to squeue
in_queue() {
    [ -n "$1" ] || return 1
    queue=$(squeue -h -o '%i %T %r' -j "$1" 2>&1) || {
        case $queue in *'Invalid job id'*) return 1 ;; *) return 0 ;; esac
    }
    [ -n "$queue" ]
}

remember() { echo "$(cat "$out/steps/jobs")${1:+$(sed -n 's/..*/,/p' "$out/steps/jobs")$1}" >"$out/steps/jobs"; }

# The jobs of this launch that the step has to wait for: the option for sbatch, or nothing.
dependency() {
    after=
    for n in $deps; do
        case " $submitted " in *" $n "*) after="$after:$(cat "$out/steps/$n/job")" ;; esac
    done
    [ -z "$after" ] || echo "--dependency=afterok$after"
}

# submit LABEL LOG SBATCH-OPTIONS... : a job that runs $dir/$label.sbatch; sets job to its id
submit() {
    label=$1 log=$2
    shift 2
    set -- --parsable --job-name="tokmill-$name" --chdir="$out" --output="$dir/log/$log" \
        --open-mode=append --requeue --signal=B:USR1@120 --kill-on-invalid-dep=yes \
        --ntasks=1 --cpus-per-task="$cpus" --mem="$(mebibytes "$memory")M" "$@"
    [ -z "$opt_time" ] || set -- "$@" --time="$opt_time"
    [ -z "$opt_partition" ] || set -- "$@" --partition="$opt_partition"
    # shellcheck disable=SC2086
    [ -z "$opt_sbatch" ] || eval "set -- \"\$@\" $opt_sbatch"
    set -- "$@" "$dir/$label.sbatch"
    quoted sbatch "$@" >"$dir/$label.submit"
    job=$(sbatch "$@") || die 3 "$name: sbatch failed"
    job=${job%%;*}
    remember "$job"
}

# What a process may take: --memory, 64 MiB and its models (256 MiB are meant for those).
mebibytes() {
    case $1 in
    *[Kk]) echo $((${1%?} / 1024 + 320)) ;;
    *[Mm]) echo $((${1%?} + 320)) ;;
    *[Gg]) echo $((${1%?} * 1024 + 320)) ;;
    *[Tt]) echo $((${1%?} * 1048576 + 320)) ;;
    *) echo $(($1 / 1048576 + 320)) ;;
    esac
}

script() {                          # script FILE WORDS...: a batch script that becomes the words
    file=$1
    shift
    { echo '#!/bin/sh'; echo "exec $*"; } >"$file"
}

# submit_ranks INDEXES: the array, in parts where the site's MaxArraySize is smaller
submit_ranks() {
    job_ids=
    script "$dir/ranks.sbatch" "sh $(quoted "$pipelines/task.sh" "$dir")" \
        "\$((SLURM_ARRAY_TASK_ID + \${OFFSET:-0})) $world"
    first=0
    while [ "$first" -lt "$world" ]; do
        part=$(printf '%s\n' "$1" | awk -v a="$first" -v n="$max_array" \
            '$1 >= a && $1 < a + n { print $1 - a }' | ranges)
        log=task.%5a.log
        [ "$first" = 0 ] || log="task.$first+%5a.log"
        if [ -n "$part" ]; then
            # shellcheck disable=SC2046
            OFFSET=$first submit ranks "$log" $(dependency) ${plan_job:+--dependency=afterok:$plan_job} \
                --array="$part${opt_at_once:+%$opt_at_once}"
            job_ids="$job_ids${job_ids:+:}$job"
        fi
        first=$((first + max_array))
    done
}

# How many units a step can have at most: no more than files that it reads, and those are no more
# than the units of the steps that make them. Spares ranks that would find nothing to do.
bound() {
    for f in $from; do
        f=${f##*:}
        if [ -e "$dir/given-$f" ]; then wc -l <"$dir/given-$f"
        elif [ -e "$out/steps/$f/bound" ]; then cat "$out/steps/$f/bound"
        else echo "$opt_tasks"; fi
    done | awk '{ n += $1 } END { print n }'
}

engine_step() {
    plan_job=
    case $kind in
    once) echo 1 ;;
    parts) echo "$parts_units" ;;
    *) bound ;;
    esac >"$dir/bound"
    waits=$(dependency)
    rm -f "$dir"/ranks/*
    if [ "$kind" = parts ]; then
        world=$(at_most "$opt_tasks" "$parts_units")
        submit_ranks "$(seq 0 $((world - 1)))"
    elif [ "$kind" != each ]; then
        world=1
        script "$dir/ranks.sbatch" "sh $(quoted "$pipelines/task.sh" "$dir") 0 1"
        # shellcheck disable=SC2086
        submit ranks task.00000.log $waits
        job_ids=$job
    elif [ -z "$waits" ]; then
        sh "$pipelines/task.sh" "$dir" plan || die 3 "$name: cannot list its inputs"
        units >"$dir/bound"
        world=$(at_most "$opt_tasks" "$(cat "$dir/bound")")
        submit_ranks "$(unfinished_ranks)"
    else
        world=$(at_most "$opt_tasks" "$(cat "$dir/bound")")
        script "$dir/plan.sbatch" "sh $(quoted "$pipelines/task.sh" "$dir") plan"
        # shellcheck disable=SC2086
        submit plan plan.log $waits
        plan_job=$job
        submit_ranks "$(seq 0 $((world - 1)))"
    fi
    echo "$job_ids" >"$dir/job"
    submitted="$submitted $name"
    say "$name: $(describe), job $(echo "$job_ids" | tr : ' ')"
}

engine_finish() {
    ids=$(cat "$out/steps/jobs")
    [ -n "$ids" ] || { say "done: $out"; return; }
    say "submitted; see pipelines/status $out"
    [ -n "$wait_for_jobs" ] || return 0
    while in_queue "$ids"; do
        # Jobs that Slurm gave up starting wait for a person; nothing else would ever come.
        if ! printf '%s\n' "$queue" | grep -qv held; then
            die 3 "held by Slurm, see squeue: $ids"
        fi
        sleep "${POLL:-5}"
    done
    for n in $steps; do
        [ -e "$out/steps/$n/done" ] || die 1 "$n is not complete; see pipelines/status $out"
    done
    say "done: $out"
}
