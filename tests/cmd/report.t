#!/bin/sh
# report: one page that stands alone, with everything from data escaped.
. "$TOKMILL_SRC/tests/lib.sh"

cat > a.json <<'END'
{"tokmill":"0.1.0","stages":[{"name":"lang","step":0,"in":{"docs":1234,"bytes":99},
"out":{"docs":1000,"bytes":80},"dropped":{"<img src=x onerror=alert(1)>":{"docs":234,"bytes":19}},
"keys":{"lang":{"en":900,"de":100}},"counters":{"tokens":20,"bytes":80},"bad":{"charset":3},
"histograms":{"score":{"bins":[[-8,700],[-1,534]],"count":1234,"sum":900,"threshold":0.65},
"cluster-size":{"bins":[[8,30],[16,4]],"count":34,"sum":90}},
"samples":{"dropped":[{"key":"01","id":"x\"y","rule":"r","text":"</p><script>alert(2)</script>"}]}}],
"run":{"seconds":2,"cpu_seconds":3,"peak_rss":1000000,"threads":2,"host":"h"}}
END
"$TOKMILL" report a.json --title 'A & B' -o report.html
is "$?" 0 "a page is made"
has() { ok_cmd "$1" grep -qF "$2" report.html; }
lacks() { is "$(grep -cE "$2" report.html)" 0 "$1"; }
has "title is escaped" '<h1>A &amp; B</h1>'
lacks "no script" '<script'
lacks "no element from a rule" '<img'
lacks "nothing is loaded" '(src|href)="|url\(|@import'
has "rule is escaped" '&lt;img src=x onerror=alert(1)&gt;'
has "id is escaped" 'x&quot;y'
has "threshold is drawn" 'threshold 0.65'
has "documents are counted" '1,234'
has "clusters are drawn" 'class="dot"'
has "bytes a token" '<b>4.00</b>'
has "bad records by kind" 'charset'
has "the page is whole" '</html>'
"$TOKMILL" report a.json --title 'A & B' > other.html
ok_cmd "standard output gives the same page" cmp report.html other.html
# Stages in the order of the files, each chain once.
part() { printf '{"stages":[{"name":"%s","step":0,"in":{"docs":%d,"bytes":9},"out":{"docs":%d,"bytes":9}}]}' "$@"; }
part warc 500 500 >1.json
part encode 7 7 >2.json
part book 70 70 >3.json
part warc 12 12 >4.json
is "$("$TOKMILL" report 1.json 2.json 3.json 4.json | sed 's/<[^>]*>/\n/g' |
    grep -E '^(warc|encode|book|512)$' | uniq | head -n 5 | tr '\n' ' ')" "512 warc 512 encode book " \
    "stages stand in the order of the files, tasks merged"
printf '{"stages":[]}' > empty.json
ok_cmd "no stages is no error" "$TOKMILL" report empty.json -o empty.html
echo '[]' > bad.json
status_is 1 "a foreign file is refused" "$TOKMILL" report bad.json -o bad.html
ok_cmd "nothing is written then" test ! -e bad.html
done_testing
