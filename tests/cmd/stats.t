#!/bin/sh
# stats: merging files gives the same bytes in any order and grouping.
. "$TOKMILL_SRC/tests/lib.sh"

one() { # DOCS RULE LANG SUM
    printf '{"tokmill":"0.1.0","stages":[{"name":"lang","step":1,"in":{"docs":%s,"bytes":10},' "$1"
    printf '"out":{"docs":1,"bytes":4},"dropped":{"%s":{"docs":1,"bytes":6}},' "$2"
    printf '"keys":{"lang":{"%s":2}},"histograms":{"h":{"bins":[[3,1],[-100000,1]],' "$3"
    printf '"count":2,"sum":%s}}}],"run":{"seconds":%s,"cpu_seconds":1,' "$4" "$4"
    printf '"peak_rss":5,"threads":1,"host":"h"}}\n'
}
one 2 no-en de 0.1 > a.json
one 3 no-en en 0.2 > b.json
one 4 score de 0.3 > c.json

"$TOKMILL" stats a.json b.json c.json -o all.json
is "$?" 0 "three files merge"
"$TOKMILL" stats c.json a.json b.json > other.json
ok_cmd "another order gives the same bytes" cmp all.json other.json
"$TOKMILL" stats b.json c.json -o bc.json
"$TOKMILL" stats a.json bc.json -o nested.json
ok_cmd "another grouping gives the same bytes" cmp all.json nested.json
is "$(jq -c '.stages[0].in.docs' all.json)" 9 "counts add"
is "$(jq -c '.stages[0].histograms.h.sum' all.json)" 0.6 "sums add exactly"
is "$(jq -c '.stages[0].keys.lang.de' all.json)" 4 "keys add"
is "$(jq -c '.run.files' all.json)" 3 "runs are counted"
is "$("$TOKMILL" stats all.json --table | grep -c 'no-en')" 1 "the table names the reason"
echo '{"id":"1","text":"x"}' > doc.json
status_is 1 "a document is not a statistics file" "$TOKMILL" stats a.json doc.json -o bad.json
ok_cmd "nothing is written then" test ! -e bad.json
status_is 2 "no operand is a usage error" "$TOKMILL" stats
done_testing
