#!/bin/sh
# wiki: pages of a small dump, then of the real one.
. "$TOKMILL_SRC/tests/lib.sh"

cat > dump.xml <<'X'
<mediawiki xml:lang="de"><siteinfo><dbname>dewiki</dbname>
<base>https://de.wikipedia.org/wiki/Wikipedia:Hauptseite</base>
<namespaces><namespace key="6">Datei</namespace><namespace key="14">Kategorie</namespace></namespaces>
</siteinfo>
<page><title>A &amp; B</title><ns>0</ns><id>7</id><revision><id>9</id>
<timestamp>2020-01-02T03:04:05Z</timestamp><model>wikitext</model>
<text xml:space="preserve">'''A''' ist {{convert|5|km|mi}} [[Ort|lang]].[[Datei:x.jpg|thumb|y]]

== Leer ==
{{Navi}}
== Mehr ==
b&lt;ref&gt;c&lt;/ref&gt;
[[Kategorie:K]]</text></revision></page>
<page><title>R</title><ns>0</ns><id>8</id><redirect title="A" /><revision><id>10</id>
<text>#WEITERLEITUNG [[A]]</text></revision></page>
<page><title>Diskussion:A</title><ns>1</ns><id>11</id><revision><id>12</id>
<text>Rede</text></revision></page>
</mediawiki>
X
"$TOKMILL" wiki --stats s.json dump.xml > out.jsonl
is "$(jq -c 'del(.text)' out.jsonl)" \
    '{"id":"dewiki-7-9","source":"dewiki","metadata":{"url":"https://de.wikipedia.org/wiki/A_%26_B","title":"A & B","date":"2020-01-02T03:04:05Z","lang":"de","origin":{"name":"dump.xml","record":1}}}' \
    "identity and metadata"
is "$(jq -r .text out.jsonl)" "A ist 5 km lang.

Mehr

b" "text"
is "$(jq -cS '.stages[0].records.passed' s.json)" '{"namespace":1,"redirect":1}' \
    "pages passed over are counted by reason"
is "$("$TOKMILL" wiki --namespaces 0,1 dump.xml | jq -c .metadata.origin.record | tr '\n' ' ')" "1 3 " \
    "other namespaces on request; the record is the number of the page in the dump"
is "$("$TOKMILL" wiki --headings markdown dump.xml | jq -r .text | grep -c '^## Mehr$')" 1 \
    "headings as markdown"
is "$("$TOKMILL" wiki --drop-section mehr dump.xml | jq -r .text)" "A ist 5 km lang." \
    "sections left out by title"
is "$("$TOKMILL" wiki --markup dump.xml | jq -r .text | grep -c '{{Navi}}')" 1 "markup kept"
gzip -c dump.xml > dump.xml.gz
is "$("$TOKMILL" wiki dump.xml.gz | cksum)" "$(cksum < out.jsonl)" "compressed input, same bytes"
head -c 700 dump.xml > cut.xml
status_is 1 "a dump that ends inside a page is an error" "$TOKMILL" wiki cut.xml
echo nothing > none.xml
status_is 1 "an input that is no dump is an error" "$TOKMILL" wiki none.xml

real=${TOKMILL_DATA:-/nonexistent}/wiki/enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2
if [ -r "$real" ]; then
    "$TOKMILL" -j1 wiki "$real" > one.jsonl
    "$TOKMILL" -j4 wiki "$real" > four.jsonl
    is "$(wc -l < one.jsonl | tr -d ' ')" 106 "articles of the real dump"
    is "$(cksum < four.jsonl)" "$(cksum < one.jsonl)" "any number of threads, same bytes"
    is "$(jq -r .text one.jsonl | grep -c '\[\[\|{|\|<ref')" 0 "no markup is left"
else
    skip "articles of the real dump" "no data"
    skip "any number of threads, same bytes" "no data"
    skip "no markup is left" "no data"
fi
done_testing
