#!/bin/sh
# Starts a real Slurm (munged, slurmctld, N x slurmd) on loopback. Idempotent.
# Needs packages slurmctld slurmd slurm-client munge. Root only for ISOLATE=1.
set -eu
# shellcheck disable=SC1091
. "$(dirname "$0")/lab.sh"
umask 022
mkdir -p "$SLURMLAB/etc" "$SLURMLAB/run" "$SLURMLAB/log" "$SLURMLAB/state" "$SLURMLAB/spool"
chmod 755 "$SLURMLAB" "$SLURMLAB"/*
[ -d "$SLURMLAB/munge" ] || mkdir -m 700 "$SLURMLAB/munge"
user=$(id -un)
host=$(uname -n)                  # `hostname -s` asks a name server, which may not know us
host=${host%%.*}

if [ ! -s "$SLURMLAB/munge/key" ]; then
    (umask 077; dd if=/dev/urandom of="$SLURMLAB/munge/key" bs=128 count=1 2>/dev/null)
fi

{
    cat <<CONF
ClusterName=lab
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$SLURMLAB_PORT
SlurmUser=$user
SlurmdUser=$user
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
AuthInfo=socket=$SLURMLAB/run/munge.sock,cred_expire=$SLURMLAB_REQUEUE
CredType=cred/munge
MpiDefault=none
PlugStackConfig=$SLURMLAB/etc/plugstack.conf
StateSaveLocation=$SLURMLAB/state
SlurmdSpoolDir=$SLURMLAB/spool/%n
SlurmctldPidFile=$SLURMLAB/run/slurmctld.own
SlurmdPidFile=$SLURMLAB/run/%n.own
SlurmctldLogFile=$SLURMLAB/log/slurmctld.log
SlurmdLogFile=$SLURMLAB/log/%n.log
SlurmctldDebug=info
SlurmdDebug=info
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=5
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$SLURMLAB/log/jobcomp.txt
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000,bf_interval=1
JobRequeue=1
RequeueExit=75
ReturnToService=2
SlurmdTimeout=$SLURMLAB_TIMEOUT
SlurmctldTimeout=10
MessageTimeout=5
BatchStartTimeout=10
InactiveLimit=0
KillWait=2
MinJobAge=600
MaxArraySize=$SLURMLAB_MAXARRAY
SwitchType=switch/none
CONF
    k=1
    while [ "$k" -le "$SLURMLAB_NODES" ]; do
        echo "NodeName=n$k NodeHostname=$host NodeAddr=127.0.0.1 Port=$((SLURMLAB_PORT + k)) CPUs=$SLURMLAB_CPUS RealMemory=$SLURMLAB_MEM State=UNKNOWN"
        k=$((k + 1))
    done
    echo "PartitionName=main Nodes=n[1-$SLURMLAB_NODES] Default=YES MaxTime=INFINITE State=UP"
} > "$SLURM_CONF.new"
if cmp -s "$SLURM_CONF.new" "$SLURM_CONF" 2>/dev/null; then rm -f "$SLURM_CONF.new"
else mv "$SLURM_CONF.new" "$SLURM_CONF"; fi
: > "$SLURMLAB/etc/plugstack.conf"
{ cat /etc/hosts; k=1; while [ "$k" -le "$SLURMLAB_NODES" ]; do echo "127.0.0.1 n$k"; k=$((k + 1)); done; } > "$SLURMLAB/etc/hosts"
echo 'CgroupPlugin=cgroup/v1' > "$SLURMLAB/etc/cgroup.conf"

lab_alive "$SLURMLAB/run/munged.pid" || {
    rm -f "$SLURMLAB/run/munge.sock" "$SLURMLAB/run/munge.sock.lock"
    lab_spawn munged munged -F --socket="$SLURMLAB/run/munge.sock" \
        --key-file="$SLURMLAB/munge/key" --pid-file="$SLURMLAB/munge/pid" \
        --seed-file="$SLURMLAB/munge/seed" --log-file="$SLURMLAB/munge/log" --force
    n=0
    until [ -S "$SLURMLAB/run/munge.sock" ]; do
        n=$((n + 1)); [ "$n" -lt 50 ] || { cat "$SLURMLAB/log/munged.out" >&2; exit 1; }
        sleep 0.05
    done
}
lab_alive "$SLURMLAB/run/slurmctld.pid" ||
    lab_spawn slurmctld slurmctld -D -f "$SLURM_CONF"
k=1
while [ "$k" -le "$SLURMLAB_NODES" ]; do
    mkdir -p "$SLURMLAB/spool/n$k"
    lab_alive "$SLURMLAB/run/n$k.pid" || lab_node "n$k"
    k=$((k + 1))
done

# Nodes that an earlier run left DOWN or DRAINED come back.
n=0
until sick=$(sinfo -h -N -o '%N %T' 2>/dev/null); do
    n=$((n + 1)); [ "$n" -lt 100 ] || exit 1
    sleep 0.05
done
echo "$sick" | while read -r node state; do
    case $state in down|drain*) scontrol update NodeName="$node" State=RESUME || : ;; esac
done

# Up means: every node has registered and is idle or working.
n=0
until up=$(sinfo -h -N -o '%T' 2>/dev/null | grep -cE '^(idle|mixed|allocated|completing)$') &&
      [ "$up" -eq "$SLURMLAB_NODES" ]; do
    n=$((n + 1))
    [ "$n" -lt 300 ] || { sinfo -N >&2; tail -n 5 "$SLURMLAB"/log/*.log >&2; exit 1; }
    sleep 0.1
done
echo "SLURM_CONF=$SLURM_CONF"
