#!/bin/bash
# README.md: every command of the tour runs, in its order.
. "$TOKMILL_SRC/tests/lib.sh"

for f in core cmd read filter; do cp -R "$TOKMILL_SRC/$f" .; done
ln -s "$TOKMILL" tokmill
awk '/^<!-- tour -->/ { on = 1; next } on && /^    / { print substr($0, 5); seen = 1; next }
    on && seen { on = seen = 0 }' "$TOKMILL_SRC/README.md" > tour.sh
is "$(grep -c tokmill tour.sh)" 8 "the tour has its commands"
ok_cmd "they run" bash -e tour.sh
is "$(tail -c 200 tour/report.html | grep -c '</html>')" 1 "and end with a report"
is "$("$TOKMILL" unshard tour/shards/ then decode -t tour/tok.json | jq -r .text | sed 's/<|endoftext|>$//' | cksum)" \
    "$(zstd -dqc tour/kept.jsonl.zst | jq -r .text | cksum)" "the shards hold the kept documents"
sed -n 's/.*](\([A-Za-z/.]*\)).*/\1/p' "$TOKMILL_SRC/README.md" | while read -r link; do
    [ -e "$TOKMILL_SRC/$link" ] || echo "$link"
done > dead
is "$(cat dead)" "" "links lead somewhere"
for s in $("$TOKMILL" --help | awk '/^  [a-z][a-z0-9-]*  / { print $1 }'); do
    [ -r "$TOKMILL_SRC/docs/man/$s.md" ] && [ -r "$TOKMILL_SRC/tests/cmd/$s.t" ] || echo "$s"
done > lacking
is "$(cat lacking)" "" "every stage has a manual and a test"
done_testing
