#!/bin/sh
# Holds tokmill against the real thing: other people's libraries on the same input.
# Usage: tests/peers/run.sh [NAME...]     (names of tests/peers/*_peer.py or .sh without _peer)
#
# A test is NAME_peer.py or NAME_peer.sh with "# venv: ENV" among its first five lines. It runs in
# an empty folder with the Python of that environment (venv.sh makes it), prints TAP with a plan,
# and gets TOKMILL, TOKMILL_SRC, TOKMILL_DATA, and in TOKMILL_VENV the environment's folder.
# Environment: TOKMILL_PEERS, NO_INSTALL, TOKMILL_DATA; REQUIRE=peers,data turns skips into failures.
set -eu
cd "$(dirname "$0")/../.."
root=$PWD
[ -n "${NO_INSTALL-}" ] || sh tools/install-deps.sh build test
make -s -j"$(nproc 2>/dev/null || echo 2)" tokmill
TOKMILL=$root/build/tokmill
TOKMILL_SRC=$root
if [ -z "${TOKMILL_DATA-}" ] && [ -d "$root/../shared/data" ]; then
    TOKMILL_DATA=$(cd "$root/../shared/data" && pwd)
fi
PYTHONPATH=$root/tests/peers
export TOKMILL TOKMILL_SRC TOKMILL_DATA="${TOKMILL_DATA:-/nonexistent}" PYTHONPATH
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

failed=0
skips=0
run() {     # run FILE
    t=$1
    name=$(basename "$t" | sed 's/_peer\..*//')
    env=$(sed -n '1,5s/^# venv: *//p' "$t")
    if ! TOKMILL_VENV=$(tests/peers/venv.sh "$env" 2>"$scratch/$name.err"); then
        echo "skipped $name: no environment '$env'"
        tail -n 3 "$scratch/$name.err" | sed 's/^/    /'
        skips=$((skips + 1))
        case ",${REQUIRE-}," in *,peers,*) failed=1 ;; esac
        return
    fi
    export TOKMILL_VENV
    case $t in *.py) with=$TOKMILL_VENV/bin/python ;; *) with=sh ;; esac
    mkdir -p "$scratch/$name"
    (cd "$scratch/$name" && PATH=$TOKMILL_VENV/bin:$PATH $with "$root/$t" \
        >"$scratch/$name.tap" 2>"$scratch/$name.err") && rc=0 || rc=$?
    done_n=$(grep -cE '^(not )?ok ' "$scratch/$name.tap" || true)
    plan=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$scratch/$name.tap" | head -n 1)
    skips=$((skips + $(grep -c '# SKIP' "$scratch/$name.tap" || true)))
    grep '# SKIP' "$scratch/$name.tap" | sed 's/^/    /' || true
    if [ $rc -eq 0 ] && [ "$done_n" = "${plan:-none}" ] && ! grep -q '^not ok' "$scratch/$name.tap"; then
        echo "ok peer $name ($done_n)"
    else
        echo "FAILED peer $name (status $rc, $done_n of ${plan:-no plan})"
        grep -A 12 '^not ok' "$scratch/$name.tap" | head -n 60 | sed 's/^/    /'
        tail -n 15 "$scratch/$name.err" | sed 's/^/    /'
        failed=1
    fi
}

[ $# -gt 0 ] || set -- $(ls tests/peers/*_peer.py tests/peers/*_peer.sh 2>/dev/null |
    sed 's|.*/||; s/_peer\..*//')
for n in "$@"; do
    f=$(ls "tests/peers/${n}"_peer.* 2>/dev/null | head -n 1)
    [ -n "$f" ] || { echo "no test $n" >&2; exit 2; }
    run "$f"
done
echo "skipped: $skips"
[ $failed -eq 0 ] && echo "all peers agree" || echo "SOME TESTS FAILED"
exit $failed
