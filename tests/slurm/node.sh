#!/bin/sh
# node.sh kill nK   abrupt death (SIGKILL to the process we started for that node)
# node.sh stop nK   orderly stop (SIGTERM)
# node.sh start nK  brings it back
# With SLURMLAB_ISOLATE=1 (as given to start.sh) "kill" takes the job steps along;
# without it the steps live on as orphans, as when only the daemon crashes.
set -eu
# shellcheck disable=SC1091
. "$(dirname "$0")/lab.sh"
case $2 in n[1-9]|n[1-9][0-9]) ;; *) echo "node.sh: no such node: $2" >&2; exit 2;; esac
case $1 in
kill)  lab_kill "$2" KILL ;;
stop)  lab_kill "$2" TERM ;;
start) lab_alive "$SLURMLAB/run/$2.pid" || lab_node "$2" ;;
*) echo "usage: node.sh kill|stop|start nK" >&2; exit 2 ;;
esac
