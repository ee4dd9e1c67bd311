#!/bin/sh
# Runs every test: installs what is missing, builds, unit tests, whole-program tests.
# Usage: tests/run.sh [NAME...]   (tests/cmd files without .t, and slurm; default all)
# Environment: TOKMILL_DATA real inputs, REQUIRE=data,... turns skips into failures, SAN= as in make,
# NO_INSTALL=1 installs nothing.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
[ -n "${NO_INSTALL-}" ] || sh tools/install-deps.sh build test
jobs=$(nproc 2>/dev/null || echo 2)
B=${B:-build}
make -s -j"$jobs" B="$B" ${SAN:+SAN=$SAN} "$B/tokmill" unit

TOKMILL=$root/$B/tokmill
TOKMILL_SRC=$root
if [ -z "${TOKMILL_DATA-}" ] && [ -d "$root/../shared/data" ]; then
    TOKMILL_DATA=$(cd "$root/../shared/data" && pwd)
fi
export TOKMILL TOKMILL_SRC TOKMILL_DATA="${TOKMILL_DATA:-/nonexistent}"
export LC_ALL=C
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

failed=0
skips=0
# Unit programs speak cmocka's own language; their status tells.
run_unit() {
    for t in "$B"/unit/*_test; do
        [ -x "$t" ] || continue
        name=$(basename "$t")
        mkdir -p "$scratch/$name"
        if (cd "$scratch/$name" && "$root/$t" >"$scratch/$name.log" 2>&1); then
            echo "ok unit $name"
        else
            echo "FAILED unit $name"
            tail -n 30 "$scratch/$name.log" | sed 's/^/    /'
            failed=1
        fi
        n=$(grep -c SKIPPED "$scratch/$name.log" || true)
        skips=$((skips + n / 2))
    done
}

# run_tap LABEL FILE: a test that speaks TAP, in a folder of its own
run_tap() {
    name=$(basename "$2" .t)
    mkdir -p "$scratch/cmd-$name"
    shell=sh
    head -n 1 "$2" | grep -q bash && shell=bash
    (cd "$scratch/cmd-$name" && $shell "$root/$2" >"$scratch/$name.tap" 2>"$scratch/$name.err") && rc=0 || rc=$?
    done_n=$(grep -cE '^(not )?ok ' "$scratch/$name.tap" || true)
    plan=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$scratch/$name.tap" | head -n 1)
    skips=$((skips + $(grep -c '# SKIP' "$scratch/$name.tap" || true)))
    if [ $rc -eq 0 ] && [ "$done_n" = "${plan:-none}" ] && ! grep -q '^not ok' "$scratch/$name.tap"; then
        echo "ok $1 ($done_n)"
    else
        echo "FAILED $1 (status $rc, $done_n of ${plan:-no plan})"
        grep -A 12 '^not ok' "$scratch/$name.tap" | head -n 60 | sed 's/^/    /'
        head -n 10 "$scratch/$name.err" | sed 's/^/    /'
        failed=1
    fi
}

wanted() { [ -z "$names" ] || case " $names " in *" $1 "*) ;; *) return 1 ;; esac; }

run_cmd() {
    for t in tests/cmd/*.t; do
        name=$(basename "$t" .t)
        ! wanted "$name" || run_tap "cmd $name" "$t"
    done
}

# A minute on four nodes: not under sanitizers, and not in the quick runs of NO_INSTALL=1.
run_slurm() {
    wanted slurm || return 0
    if [ -z "$names" ] && { [ -n "${NO_INSTALL-}" ] || [ -n "${SAN-}" ]; }; then
        echo "skipped slurm (tests/run.sh slurm)"
        return
    fi
    run_tap slurm tests/slurm/run.sh
    grep '# SKIP' "$scratch/run.sh.tap" || true
}

if [ $# -gt 0 ]; then
    for n in "$@"; do [ "$n" = slurm ] || [ -f "tests/cmd/$n.t" ] || { echo "no test $n" >&2; exit 2; }; done
fi
names=$*
run_unit
run_cmd
run_slurm
echo "skipped: $skips"
[ $failed -eq 0 ] && echo "all tests passed" || echo "SOME TESTS FAILED"
exit $failed
