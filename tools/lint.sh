#!/bin/sh
# The dependency law (docs/ARCHITECTURE.md) and what else a machine can check. Silent when all is well.
set -u
cd "$(dirname "$0")/.."
failed=0
complain() { echo "lint: $1"; printf '%s\n' "$2" | sed 's/^/    /' | head -n 20; failed=1; }
check() { [ -z "$2" ] || complain "$1" "$2"; }

domains="read filter dedup tokenize shard stats"
# core <- text <- domains <- cmd
check "core includes only core" "$(grep -nE '^#include "' core/*.[ch] | grep -v '"core/')"
[ ! -d text ] || check "text includes only core and text" \
    "$(grep -nE '^#include "' text/* | grep -vE '"(core|text)/')"
for d in $domains; do
    [ -d "$d" ] || continue
    check "$d includes only core, text and itself" \
        "$(grep -nE '^#include "' "$d"/* | grep -vE "\"(core|text|$d)/")"
    check "$d prints or exits" \
        "$(grep -nE '(^|[^a-z_])(printf|fprintf|puts|putchar|perror|exit|_exit|abort) ?\(' "$d"/*.[ch])"
done
check "core prints or exits outside cli and help" "$(grep -nE '(^|[^a-z_])(printf|puts|putchar|perror|exit|_exit) ?\(' \
    core/*.c | grep -vE '^core/(cli|help)\.c')"
check "banned functions" \
    "$(grep -nE '(^|[^a-z_])(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atof|strtok) ?\(' ./*/*.[ch])"
check "lines over 100 columns" "$(awk 'length($0) > 100 { print FILENAME ":" FNR }' \
    core/*.[ch] cmd/*.c $(for d in text $domains; do ls $d/*.[ch] 2>/dev/null; done))"
if [ -d build ] && command -v nm >/dev/null 2>&1; then
    for d in text $domains; do
        for o in build/"$d"/*.o; do
            [ -f "$o" ] || continue
            check "writable global in $o" "$(nm "$o" | grep -E ' [bBdD] ' | grep -vE ' [dD] \.?(data\.rel|DW\.|_ZTI|__)')"
        done
    done
fi
if command -v ctags >/dev/null 2>&1; then
    check "functions over 80 lines" "$(git ls-files '*.c' | ctags -L - --c-kinds=f --fields=+ne -f - 2>/dev/null |
        awk -F'\t' '{ for (i = 4; i <= NF; i++) { if ($i ~ /^line:/) s = substr($i, 6)
            if ($i ~ /^end:/) e = substr($i, 5) } if (e - s >= 80) print $2 ":" s " " $1 " " e - s + 1 }')"
fi
[ ! -x "$(command -v shellcheck)" ] || check "shellcheck" \
    "$(git ls-files '*.sh' | xargs -r shellcheck -S error -f gcc 2>&1)"
exit $failed
