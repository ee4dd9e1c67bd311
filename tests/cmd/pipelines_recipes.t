#!/bin/sh
# The recipes from end to end on small inputs: what their shards hold is what they kept.
. "$TOKMILL_SRC/tests/lib.sh"
PIPELINES=$TOKMILL_SRC/pipelines
export PIPELINES
# texts_of FILES...: one quoted text a line
texts_of() { zstd -dcq "$@" | jq -c .text; }
texts_in() { "$TOKMILL" -q unshard "$1/shards/" then decode -t "$1/tokenizer.json" | jq -c .text; }

awk 'BEGIN { srand(7); for (i = 0; i < 400; i++) { printf "{\"id\":\"%d\",\"text\":\"", i
    for (k = 0; k < 60; k++) printf "word%d ", int(rand() * 500)
    print "\\u00e9 e\\u0301\"}" } }' >docs.jsonl
head -n 40 docs.jsonl | sed 's/"id":"/"id":"again/' >copies.jsonl
status_is 0 "minimal.sh" sh "$PIPELINES/minimal.sh" --vocab-size 600 --unit-size 1 docs.jsonl copies.jsonl out
is "$(texts_of out/unique/*.zst | wc -l)" 400 "copies are gone"
is "$(texts_in out | cksum)" "$(texts_of out/unique/*.zst | cksum)" "the shards hold the documents kept"
is "$(texts_in out | grep -c 'é é')" 400 "in one form"
is "$(grep -c '<svg' out/report.html | sed 's/[1-9][0-9]*/some/')" some "the report has pictures"
status_is 0 "moved, the run is still known" sh -c "mv out elsewhere && sh '$PIPELINES/minimal.sh' \
    --vocab-size 600 --unit-size 1 docs.jsonl copies.jsonl elsewhere 2>&1 | grep -c 'done before' | grep -qx 6"

mkdir code books
cat >dump.xml <<'XML'
<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.10/" xml:lang="en">
  <page><title>Mill</title><ns>0</ns><id>1</id>
    <revision><id>2</id><text xml:space="preserve">A '''mill''' grinds [[grain]] into flour, slowly.

== References ==
A book that nobody has read.</text></revision></page>
</mediawiki>
XML
printf '*** START OF THE PROJECT GUTENBERG EBOOK X ***\n\nOnce upon a time a miller lived by the river.\n\n*** END OF THE PROJECT GUTENBERG EBOOK X ***\n' >books/1.txt
echo 'int grind(int grain) { return grain / 2; }' >code/a.c
echo '#include "mill.h"' >code/b.c
echo 'def sieve(flour): return [f for f in flour if f.fine]' >code/c.py
status_is 0 "mixture.sh" sh "$PIPELINES/mixture.sh" --vocab-size 300 --epochs-max 9 \
    wiki=dump.xml books=books code=code mixed
texts_in mixed >texts
is "$(grep -c 'nobody has read' texts)" 0 "articles without references"
is "$([ "$(grep -c 'grinds grain' texts)" -gt 1 ] && [ "$(grep -c 'Once upon' texts)" -gt 1 ] && echo yes)" yes \
    "small sources come more than once"
is "$(grep -c 'Gutenberg' texts)" 0 "books without notices"
is "$(sort -u texts | wc -l)" 5 "all sources are there"
status_is 2 "mixture.sh without a source" sh "$PIPELINES/mixture.sh" docs.jsonl nothing
done_testing
