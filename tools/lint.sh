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
! ls text/*.[ch] >/dev/null 2>&1 || check "text includes only core and text" \
    "$(grep -nE '^#include "' text/* | grep -vE '"(core|text)/')"
for d in $domains; do
    ls "$d"/*.[ch] >/dev/null 2>&1 || continue
    check "$d includes only core, text and itself" \
        "$(grep -nE '^#include "' "$d"/* | grep -vE "\"(core|text|$d)/")"
    check "$d prints or exits" \
        "$(grep -nE '(^|[^a-z_>.])(printf|fprintf|puts|putchar|perror|exit|_exit|abort) ?\(' "$d"/*.[ch])"
done
check "core prints or exits outside cli and help" "$(grep -nE '(^|[^a-z_])(printf|puts|putchar|perror|exit|_exit) ?\(' \
    core/*.c | grep -vE '^core/(cli|help)\.c')"
check "banned functions" \
    "$(grep -nE '(^|[^a-z_])(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atof|strtok) ?\(' $(git ls-files '*.[ch]'))"
check "lines over 100 columns" "$(awk 'length($0) > 100 { print FILENAME ":" FNR }' \
    $(git ls-files '*.[ch]'))"
if [ -d build ] && command -v objdump >/dev/null 2>&1; then
    for d in text $domains; do
        for o in build/"$d"/*.o; do
            [ -f "$o" ] || continue
            # .data and .bss exactly: .data.rel.ro holds constants with pointers in them
            check "writable global in $o" "$(objdump -t "$o" |
                awk '$3 == "O" && ($4 == ".data" || $4 == ".bss") || $2 == "O" && ($3 == ".data" || $3 == ".bss")')"
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
