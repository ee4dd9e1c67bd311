#!/bin/sh
# text: files and lines.
. "$TOKMILL_SRC/tests/lib.sh"

mkdir d
printf '\357\273\277one\r\ntwo\n\nend' > d/a.txt
printf 'x\377y' > d/b.txt
: > d/c.txt
is "$("$TOKMILL" text --input-root d d | jq -c '[.id,.text]')" \
    '["a.txt","one\r\ntwo\n\nend"]
["b.txt","x�y"]
["c.txt",""]' "a document a file"
is "$("$TOKMILL" text --lines --input-root d d/a.txt | jq -c '[.id,.text,.metadata.origin.record]')" \
    '["a.txt:1","one",1]
["a.txt:2","two",2]
["a.txt:3","",3]
["a.txt:4","end",4]' "a document a line"
is "$("$TOKMILL" text --lines d/c.txt | wc -l | tr -d ' ')" 0 "no line, no document"
printf 'a\nb\n' | gzip > z.txt.gz
is "$("$TOKMILL" text --lines z.txt.gz | jq -r .id | tr '\n' ' ')" "z.txt:1 z.txt:2 " \
    "compressed files are read under their plain name"
done_testing
