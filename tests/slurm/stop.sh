#!/bin/sh
# Cancels all jobs of the lab and ends only the daemons whose pidfiles it holds.
# stop.sh --purge also removes the lab folder.
set -u
# shellcheck disable=SC1091
. "$(dirname "$0")/lab.sh"
[ -d "$SLURMLAB/run" ] || exit 0
if lab_alive "$SLURMLAB/run/slurmctld.pid"; then
    scancel -u "$(id -un)" 2>/dev/null
    n=0                           # let the nodes end the job steps they own
    while [ -n "$(squeue -h -t R,CG 2>/dev/null)" ] && [ "$n" -lt 60 ]; do
        n=$((n + 1)); sleep 0.1
    done
fi
rc=0
# shellcheck disable=SC2046,SC2012
set -- "${1-}" $(cd "$SLURMLAB/run" && ls | sed -n 's/^\(n[0-9]*\)\.pid$/\1/p') slurmctld
purge=$1; shift
for d in "$@"; do lab_signal "$d" TERM; done      # all at once, then wait
for d in "$@"; do lab_reap "$d" || rc=1; done
lab_kill munged KILL || rc=1      # holds no state; its own shutdown takes 2 s
for p in $(lab_strays); do kill -KILL "$p" 2>/dev/null; done
[ "$purge" = --purge ] && [ "$rc" = 0 ] && rm -rf -- "$SLURMLAB"
exit "$rc"
