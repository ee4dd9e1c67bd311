# shellcheck shell=sh disable=SC2154,SC2034
# local.sh - engine: a pool of processes on this machine. Sourced by lib.sh.
#
# Each rank of a step is a process; the step is over when all have ended. A rank that failed does
# not stop the others. I/O errors and killed processes are tried again.

engine_begin() {
    command -v flock >/dev/null 2>&1 || die 3 "needs flock (util-linux)"
    exec 9>"$out/steps/lock"
    flock -n 9 || die 2 "another run is at work in $out"
    children=
    trap 'end_children; exit 130' INT
    trap 'end_children; exit 143' TERM
}

end_children() {
    for p in $children; do kill -TERM "$p" 2>/dev/null || true; done
    wait
}

# The ranks share the machine.
threads() { at_most $(($(nproc 2>/dev/null || echo 1) / $1)) 65536; }

# run_ranks RANK...: sets failed to those that did not end well, and worst to a status of theirs
run_ranks() {
    children='' failed='' worst=0
    for r in "$@"; do
        sh "$pipelines/task.sh" "$dir" "$r" "$world" >>"$dir/log/$(log_name "$r")" 2>&1 9>&- &
        children="$children $!"
        eval "pid_$r=\$!"
    done
    for r in "$@"; do
        status=0
        eval "wait \$pid_$r" || status=$?
        [ $status -eq 0 ] || { failed="$failed $r"; worst=$status; }
        # What a retry cannot mend decides.
        case $status in 0 | 3) ;; *) [ $status -ge 128 ] || final=$status ;; esac
    done
    children=
}

engine_step() {
    sh "$pipelines/task.sh" "$dir" plan || die 3 "$name: cannot list its inputs"
    world=1
    case $kind in
    each) world=$(at_most "$opt_jobs" "$(units)") ;;
    parts) world=$(at_most "$opt_jobs" "$parts_units") ;;
    esac
    [ -n "$cpus" ] || echo "cpus=$(threads "$world")" >>"$dir/settings"
    say "$name: $(describe)"
    rm -f "$dir"/ranks/*
    ranks=$(seq 0 $((world - 1)))
    final='' try=0
    while :; do
        # shellcheck disable=SC2086
        run_ranks $ranks
        [ -n "$failed" ] || break
        if [ -n "$final" ] || [ $try -ge "$opt_retries" ]; then
            for r in $failed; do
                echo "$name: rank $r failed: $dir/log/$(log_name "$r")" >&2
                grep -v '^[=$]' "$dir/log/$(log_name "$r")" | tail -n 2 | sed 's/^/    /' >&2
            done
            exit "${final:-$worst}"
        fi
        try=$((try + 1)) ranks=$failed
        say "$name: again:$failed"
    done
    [ -e "$dir/done" ] || die 3 "$name: all ranks ended, but $out/$name is not complete"
}

engine_finish() { say "done: $out"; }
