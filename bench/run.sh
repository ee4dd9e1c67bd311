#!/bin/sh
# tokmill beside its peers on the same input, in one run; bench/README.md says what figures mean.
# Usage: bench/run.sh [FAMILY...]     (names of bench/*.py; default all)
# Environment: TOKMILL_DATA labelled pages and vocabularies, TOKMILL_PEERS environments of peers.
set -eu
cd "$(dirname "$0")/.."
families="encode train read extract filter lang sign whole shard loader"
[ $# -gt 0 ] || set -- $families
for f in "$@"; do
    case " $families " in *" $f "*) ;; *) echo "no family $f: $families" >&2; exit 2 ;; esac
done
make -s -j"$(nproc 2>/dev/null || echo 2)" tokmill build/bench-encode_memory build/bench-shard_native
if [ -z "${TOKMILL_DATA-}" ] && [ -d ../shared/data ]; then
    TOKMILL_DATA=$(cd ../shared/data && pwd)
fi
export TOKMILL_DATA="${TOKMILL_DATA:-/nonexistent}" PYTHONDONTWRITEBYTECODE=1
mkdir -p build/bench
"$(tests/peers/venv.sh web)/bin/python" bench/inputs.py "$PWD/build/bench/inputs" "$PWD/build/bench/debian"
for f in "$@"; do
    python3 "bench/$f.py"
done
echo
echo "written to build/bench/results.jsonl"
