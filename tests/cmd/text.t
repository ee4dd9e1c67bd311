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

# Lines are read in stretches: a file may be larger than any record, in a folder or an archive too.
awk 'BEGIN { for (i = 1; i <= 300000; i++) printf "line %d of a file that is larger than --max-record\n", i }' > d/long.txt
tar -cf long.tar -C d long.txt
"$TOKMILL" text --lines --max-record 1M --input-root d d/long.txt | jq -r .text | cmp - d/long.txt
is $? 0 "lines of a file larger than --max-record"
"$TOKMILL" text --lines --max-record 1M --input-root d d/long.txt > whole.jsonl
for j in 1 8; do
    "$TOKMILL" -j $j text --lines --max-record 1M long.tar > packed.jsonl
    sed 's,"long/long.txt,"long.txt,g' packed.jsonl | cmp -s - whole.jsonl
    is $? 0 "the same from an archive, -j $j"
done
is "$(sed -n '200001p' whole.jsonl | jq -c '[.id,.metadata.origin.record]')" \
    '["long.txt:200001",200001]' "numbers go on from stretch to stretch"
{ echo first; head -c 3000000 /dev/zero | tr '\0' x; echo; echo last; } > d/wide.txt
is "$("$TOKMILL" text --lines --max-record 1M --on-bad skip --bad bad.jsonl --input-root d d/wide.txt 2> log | jq -c '[.id,.text]')" \
    '["wide.txt:1","first"]
["wide.txt:3","last"]' "a line larger than --max-record is bad, the next is not lost"
is "$(jq -c '[.kind,.record,.offset]' bad.jsonl)" '["oversize",2,6]' "and is named by record and offset"
done_testing
