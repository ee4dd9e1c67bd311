#!/bin/sh
# -o: devices and pipes are written to, links lead to the file that is replaced, leftovers are swept.
. "$TOKMILL_SRC/tests/lib.sh"

echo '{"id":"1","text":"a"}' >in.jsonl
"$TOKMILL" jsonl in.jsonl >want
mkfifo pipe
"$TOKMILL" jsonl in.jsonl -o pipe &
is "$(cat pipe)" "$(cat want)" "a pipe"
wait
is "$(stat -c %F pipe)" "fifo" "stays one"
is "$("$TOKMILL" jsonl in.jsonl -o /dev/stdout | cat)" "$(cat want)" "/dev/stdout"
"$TOKMILL" jsonl in.jsonl -o /dev/null
is "$(stat -c %F /dev/null)" "character special file" "/dev/null stays what it is"
mkdir real && ln -s real/out.jsonl link.jsonl && echo old >real/out.jsonl
"$TOKMILL" jsonl in.jsonl -o link.jsonl
is "$(stat -c %F link.jsonl):$(cat real/out.jsonl)" "symbolic link:$(cat want)" "a link stays one"
sleep 0 & dead=$!
wait "$dead"
touch "real/x.tmp.$(hostname).$dead.0.0" "real/x.tmp.$(hostname).$$.0.0" real/x.tmp.elsewhere.1.0.0
"$TOKMILL" jsonl in.jsonl -o real/x.jsonl
is "$(ls real | tr '\n' ' ')" "out.jsonl x.jsonl x.tmp.elsewhere.1.0.0 x.tmp.$(hostname).$$.0.0 " \
    "leftovers of dead processes of this host are swept"
status_is 3 "a folder that is not there" "$TOKMILL" jsonl in.jsonl -o nowhere/out.jsonl
done_testing
