# shellcheck shell=sh disable=SC2016,SC2034
# Shared settings of the loopback Slurm lab; source it, do not run it.
# Nothing here is fixed to one machine: every path is under $SLURMLAB.
: "${SLURMLAB:=${TMPDIR:-/tmp}/slurmlab-$(id -u)}"
: "${SLURMLAB_NODES:=4}"          # virtual compute nodes, n1..nN
: "${SLURMLAB_CPUS:=2}"           # CPUs each node claims (<= the machine's)
: "${SLURMLAB_MEM:=2048}"         # MiB each node claims (<= the machine's)
: "${SLURMLAB_PORT:=16817}"       # controller; node k listens on PORT+k
: "${SLURMLAB_ISOLATE:=0}"        # 1: each node in its own PID+UTS namespace (root)
: "${SLURMLAB_TIMEOUT:=6}"        # SlurmdTimeout: seconds until a silent node is DOWN
: "${SLURMLAB_MAXARRAY:=10001}"   # MaxArraySize: array indexes are below it
: "${SLURMLAB_REQUEUE:=5}"        # cred_expire: seconds a requeued job waits (default 120)
export SLURMLAB SLURM_CONF="$SLURMLAB/etc/slurm.conf"
PATH="$PATH:/usr/sbin:/sbin"

lab_stat() {                      # lab_stat PID: its start time; nothing for a dead one
    sed -n 's/.*) //; /^[^ZX]/p' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20
}

lab_alive() {                     # lab_alive PIDFILE: is that very process up?
    [ -s "$1" ] || return 1
    read -r lab_pid lab_start < "$1" || return 1
    # The start time guards against a reused PID.
    [ -n "$lab_start" ] && [ "$(lab_stat "$lab_pid")" = "$lab_start" ]
}

lab_spawn() {                     # lab_spawn NAME CMD...: detached, with pidfile and log
    lab_name=$1; shift
    setsid "$@" </dev/null >>"$SLURMLAB/log/$lab_name.out" 2>&1 &
    lab_pid=$!
    echo "$lab_pid $(lab_stat "$lab_pid")" > "$SLURMLAB/run/$lab_name.pid"
}

lab_signal() {                    # lab_signal NAME SIGNAL: to one daemon we started
    lab_alive "$SLURMLAB/run/$1.pid" || return 1
    lab_to=$lab_pid
    # unshare(1) ignores TERM: an orderly stop goes to the slurmd inside it.
    if [ "$2" != KILL ] && [ "$(cat "/proc/$lab_pid/comm")" = unshare ]; then
        read -r lab_to lab_rest < "/proc/$lab_pid/task/$lab_pid/children"
    fi
    kill "-$2" "${lab_to:-$lab_pid}" 2>/dev/null
}

lab_reap() {                      # lab_reap NAME: waits for its end, forces it after 8 s
    lab_n=0
    while lab_alive "$SLURMLAB/run/$1.pid"; do
        lab_n=$((lab_n + 1))
        [ "$lab_n" = 80 ] && kill -KILL "$lab_pid" 2>/dev/null
        [ "$lab_n" -gt 100 ] && return 1
        sleep 0.1
    done
    rm -f "$SLURMLAB/run/$1.pid"
}

lab_kill() {                      # lab_kill NAME [SIGNAL]
    lab_signal "$1" "${2:-TERM}"
    lab_reap "$1"
}

lab_strays() {                    # PIDs of job steps of THIS lab left by a killed slurmd
    for lab_p in /proc/[0-9]*; do
        tr '\0' '\n' 2>/dev/null < "$lab_p/environ" > "$SLURMLAB/run/.env" || continue
        grep -qxF "SLURM_CONF=$SLURM_CONF" "$SLURMLAB/run/.env" || continue
        if [ "$(cat "$lab_p/comm" 2>/dev/null)" = slurmstepd ] ||
           grep -q '^SLURMD_NODENAME=' "$SLURMLAB/run/.env"; then
            echo "${lab_p#/proc/}"
        fi
    done
    rm -f "$SLURMLAB/run/.env"
}

lab_node() {                      # lab_node NAME: starts the slurmd of one node
    if [ "$SLURMLAB_ISOLATE" = 1 ]; then
        # A PID namespace makes "node death" real: killing its first process
        # takes the job steps with it, as a power cut would. The UTS namespace
        # gives the node its own hostname, the mount namespace a hosts file that
        # resolves it and a node-local disk at $SLURMLAB/scratch.
        mkdir -p "$SLURMLAB/scratch" "$SLURMLAB/spool/$1.scratch"
        lab_spawn "$1" unshare --pid --fork --kill-child --mount-proc --uts sh -c '
            hostname "$1" &&
            mount --bind "$SLURMLAB/etc/hosts" /etc/hosts &&
            mount --bind "$SLURMLAB/spool/$1.scratch" "$SLURMLAB/scratch" &&
            exec slurmd -D -N "$1" -f "$SLURM_CONF"' sh "$1"
    else
        lab_spawn "$1" slurmd -D -N "$1" -f "$SLURM_CONF"
    fi
}
