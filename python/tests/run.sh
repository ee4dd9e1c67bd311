#!/bin/sh
# The Python package's tests, with the first Python that has NumPy; without one they are skipped,
# which is said. Usage: python/tests/run.sh [TEST...]     (names of test_*.py without test_ and .py)
# Environment: PYTHON the Python to use, TOKMILL the program (default build/tokmill, built if missing),
# REQUIRE=python turns a skip into a failure. With root, or NO_INSTALL unset, NumPy is installed.
set -eu
cd "$(dirname "$0")/../.."
root=$PWD
if [ -z "${NO_INSTALL-}" ]; then sh tools/install-deps.sh python 2>/dev/null || true; fi
[ -n "${TOKMILL-}" ] || { make -s -j"$(nproc 2>/dev/null || echo 2)" build/tokmill; TOKMILL=$root/build/tokmill; }

for p in ${PYTHON:+"$PYTHON"} python3 /usr/bin/python3; do
    if "$p" -c 'import numpy' 2>/dev/null; then python=$p; break; fi
done
if [ -z "${python-}" ]; then
    echo "skipped: 1"
    echo "python: no Python with NumPy: the Python package was not tested"
    case ",${REQUIRE-}," in *,python,*) exit 1 ;; esac
    exit 0
fi
export TOKMILL PYTHONPATH="$root/python/src:$root/python/tests" PYTHONDONTWRITEBYTECODE=1

log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
[ $# -gt 0 ] || set -- $(ls python/tests/test_*.py | sed 's|.*/test_||; s/\.py$//')
skips=0
for name in "$@"; do
    if "$python" -m unittest -q "python/tests/test_$name.py" >"$log" 2>&1; then
        n=$(sed -n 's/^OK (.*skipped=\([0-9]*\).*/\1/p' "$log")
        skips=$((skips + ${n:-0}))
        echo "ok python $name ($(sed -n 's/^Ran \([0-9]*\) test.*/\1/p' "$log")${n:+, $n skipped})"
    else
        echo "FAILED python $name"
        tail -n 40 "$log" | sed 's/^/    /'
        failed=1
    fi
done
echo "skipped: $skips"
[ $failed -eq 0 ] && echo "the Python package passes, with $("$python" -V)" || echo "SOME TESTS FAILED"
exit $failed
