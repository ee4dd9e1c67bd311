#!/bin/sh
# book: a small Gutenberg file, then real ones.
. "$TOKMILL_SRC/tests/lib.sh"

cat > b.txt <<'X'
The Project Gutenberg EBook of X, by Y

Title: X

Author: Y

Language: French

*** START OF THIS PROJECT GUTENBERG EBOOK X ***

Produced by Somebody

CHAPTER I

This is a line of prose that was broken at the usual column by a
person with a typewriter.

*** END OF THIS PROJECT GUTENBERG EBOOK X ***

Licence.
X
is "$("$TOKMILL" book b.txt | jq -r .text)" "CHAPTER I

This is a line of prose that was broken at the usual column by a person with a typewriter." \
    "notices go, paragraphs are joined"
is "$("$TOKMILL" book b.txt | jq -c '[.id,.metadata]')" \
    '["b.txt",{"title":"X","author":"Y","lang":"fr","origin":{"name":"b.txt","record":1}}]' "metadata from the header"
is "$("$TOKMILL" book --keep-lines b.txt | jq -r .text | wc -l | tr -d ' ')" 4 "lines kept"
is "$("$TOKMILL" book --keep-notices b.txt | jq -r .text | tail -1)" "Licence." "notices kept"
printf 'caf\351' > latin.txt
is "$("$TOKMILL" book latin.txt | jq -r .text)" "café" "Latin-1"
printf 'PK\003\004' > not.epub
head -c 300 /dev/zero | tr '\0' 'x' > plain.txt
is "$("$TOKMILL" book plain.txt | wc -l | tr -d ' ')" 1 "a file without notices is a book"

books=${TOKMILL_DATA:-/nonexistent}/books
if [ -r "$books/pg11.epub" ]; then
    "$TOKMILL" book "$books/pg11.epub" "$books/pg2701.txt" > out.jsonl
    is "$(jq -r .metadata.title out.jsonl)" "Alice's Adventures in Wonderland
Moby Dick; or The Whale" "titles"
    is "$(jq -r .text out.jsonl | grep -c 'gutenberg.org\|Gutenberg-tm\|START OF')" 0 "nothing of the licence is left"
    is "$(jq -r .text out.jsonl | tail -1 | tail -c 16)" "another orphan." "the end is there"
    is "$(head -1 out.jsonl | jq -r .text | grep -c '^CHAPTER I\.')" 2 "EPUB: contents and chapter"
    status_is 1 "--max-book bounds what an EPUB may expand to" "$TOKMILL" book --max-book 10K "$books/pg11.epub"
else
    for t in titles licence end EPUB max-book; do skip "$t" "no data"; done
fi
done_testing
