#!/bin/sh
# Man pages, help and completion: all from the table of options and docs/man.
. "$TOKMILL_SRC/tests/lib.sh"

b=$(basename "$(dirname "$TOKMILL")")
ok_cmd "make man" make -s -C "$TOKMILL_SRC" B="$b" man
man=$TOKMILL_SRC/$b/man
for s in $("$TOKMILL" --help | awk '/^  [a-z][a-z0-9-]*  / { print $1 }'); do
    [ -s "$man/tokmill-$s.1" ] || { echo "$s: no page"; continue; }
    awk -v s="$s" '/^\.SH / { n[$0] = NR } END {
        if (!n[".SH NAME"] || !n[".SH SYNOPSIS"] || !n[".SH OPTIONS"]) print s ": a section is missing"
        if (n[".SH EXAMPLES"] && n[".SH EXAMPLES"] < n[".SH OPTIONS"]) print s ": examples before options" }' \
        "$man/tokmill-$s.1"
    # every option of --help has its entry
    "$TOKMILL" "$s" --help | sed -n 's/^ *\(-.,\)\{0,1\} *--\([a-z0-9-]*\).*/\2/p' | while read -r o; do
        grep -qF "\\-\\-$o\\fR" "$man/tokmill-$s.1" || echo "$s: --$o is not in the page"
    done
done > wrong
is "$(cat wrong)" "" "a page for every stage, with every option"
if command -v groff > /dev/null; then
    is "$(cat "$man"/*.1 | groff -man -Tutf8 -ww 2>&1 > /dev/null | grep -v 'cannot adjust\|cannot break' | head -3)" "" \
        "groff has nothing to say"
else
    skip "groff has nothing to say" "no groff"
fi
if command -v bash > /dev/null; then
    "$TOKMILL" completion bash > c.sh
    cat > try.sh <<'X'
. ./c.sh
complete_words() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _tokmill; echo "${COMPREPLY[*]}"; }
complete_words tokmill dedup-e
complete_words tokmill text --lin
complete_words tokmill text x then nor
complete_words tokmill norm --stat
X
    is "$(bash try.sh | head -n 2)" "dedup-exact
--lines" "bash completes stages and options"
fi
"$TOKMILL" completion zsh > _tokmill
is "$(head -n 1 _tokmill)" "#compdef tokmill" "zsh's is marked as such"
status_is 2 "no other shell" "$TOKMILL" completion fish
done_testing
