#!/bin/sh
# lib.sh - TAP for shell tests. Source it, call the checks, end with done_testing.
# Environment of a test: TOKMILL the program, TOKMILL_SRC the source tree, TOKMILL_DATA real inputs.
tap_n=0
tap_failed=0

ok() { tap_n=$((tap_n + 1)); echo "ok $tap_n - $1"; }
not_ok() { tap_n=$((tap_n + 1)); tap_failed=1; echo "not ok $tap_n - $1"; }
diag() { printf '%s\n' "$1" | sed 's/^/# /' | head -n "${2:-20}"; }

# is ACTUAL EXPECTED NAME
is() {
    if [ "$1" = "$2" ]; then ok "$3"; else
        not_ok "$3"
        diag "got:      $1"
        diag "expected: $2"
    fi
}

# ok_cmd NAME COMMAND...: the command succeeds
ok_cmd() {
    tap_name=$1
    shift
    if tap_out=$("$@" 2>&1); then ok "$tap_name"; else
        not_ok "$tap_name"
        diag "status $?: $*"
        diag "$tap_out"
    fi
}

# status_is N NAME COMMAND...: the command ends with status N
status_is() {
    tap_want=$1
    tap_name=$2
    shift 2
    tap_out=$("$@" 2>&1)
    tap_got=$?
    if [ "$tap_got" -eq "$tap_want" ]; then ok "$tap_name"; else
        not_ok "$tap_name"
        diag "status $tap_got, expected $tap_want: $*"
        diag "$tap_out"
    fi
}

# skip NAME WHY: counts as passed, said aloud; REQUIRE=data,... makes it a failure
skip() {
    case ",${REQUIRE-}," in
    *,data,*) case $2 in *data*) not_ok "$1 (required, but: $2)"; return ;; esac ;;
    esac
    tap_n=$((tap_n + 1))
    echo "ok $tap_n - $1 # SKIP $2"
}

done_testing() {
    echo "1..$tap_n"
    exit "$tap_failed"
}
