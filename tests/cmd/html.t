#!/bin/sh
# html: small pages, then the reviewed ones.
. "$TOKMILL_SRC/tests/lib.sh"

mkdir site
cat > site/a.html <<'X'
<!doctype html><html lang="en"><head><title>A &amp;
 B</title><link rel="canonical" href="http://x.test/a"></head><body>
<nav><a href="/">Home</a></nav><main><h1>A &amp; B</h1>
<p>Twelve words of running text make a paragraph that a reader would want to keep.</p>
<ul><li>one<li>two</ul></main><footer>Imprint</footer></body></html>
X
printf '<title>\303\251</title><p>caf\351 cr\350me' > site/b.html

is "$("$TOKMILL" html site/a.html | jq -c 'del(.text)')" \
    '{"id":"site/a.html","source":"site/a.html","metadata":{"url":"http://x.test/a","title":"A & B","lang":"en","charset":"utf-8","origin":{"name":"site/a.html","record":1}}}' \
    "identity and metadata"
is "$("$TOKMILL" html --no-title site/a.html | jq -c .metadata.title)" null "title left out on request"
is "$("$TOKMILL" html site/a.html | jq -r .text)" "A & B

Twelve words of running text make a paragraph that a reader would want to keep.
- one
- two" "main content"
is "$("$TOKMILL" html --markdown site/a.html | jq -r .text | head -1)" "# A & B" "Markdown"
printf '<meta name=author content="N. N."><meta property=og:site_name content=S><p>a' > m.html
is "$("$TOKMILL" html m.html | jq -c '[.metadata.author,.metadata.site]')" '["N. N.","S"]' \
    "author and site"
# JSON-LD: the page's own object among the site's, in a graph, an array, or what is no JSON
mkdir ld
ld() { printf '<title>T</title><script type="application/ld+json">%s</script><p>x' "$1"; }
ld '{"@type":"WebSite"}' > ld/a.html
ld '{"@graph":[{"@type":"WebPage"},{"@type":["NewsArticle","X"],"author":[{"name":"A \u00e9"}],"datePublished":"2020-01-02"}]}' > ld/b.html
ld '[{"@type":"BreadcrumbList"},{"@type":"http://schema.org/Product","author":"B"}]' > ld/c.html
{ ld '{"@type":"Broken",}'; ld '{"@type":"Recipe"}'; } > ld/d.html
is "$("$TOKMILL" html ld | jq -c '[.metadata.schema, .metadata.author, .metadata.published]')" \
    '[null,null,null]
["NewsArticle","A é","2020-01-02"]
["Product","B",null]
["Recipe",null,null]' "JSON-LD"
"$TOKMILL" html --mode source site/a.html | jq -j .text | cmp - site/a.html
is $? 0 "--mode source is the page itself"
is "$("$TOKMILL" html --mode all site/a.html | jq -r .text | sed -n '1p;$p')" "Home
Imprint" "all visible text"
is "$("$TOKMILL" html site/b.html | jq -r .text)" "café crème" "a charset that nobody declared"
is "$("$TOKMILL" html --charset koi8-r site/b.html | jq -r .metadata.charset)" koi8-r \
    "a declared charset"
is "$("$TOKMILL" html site | jq -r .id)" "site/a.html
site/b.html" "a folder, in the order of names"
tar cf site.tar site
is "$("$TOKMILL" html site.tar | jq -c .text | sort)" "$("$TOKMILL" html site | jq -c .text | sort)" \
    "an archive gives what the folder gives"
zstd -q site.tar
is "$("$TOKMILL" html site.tar.zst | jq -c .text | sort)" "$("$TOKMILL" html site | jq -c .text | sort)" \
    "a compressed one too"
"$TOKMILL" html < site/a.html > piped.jsonl
is "$(jq -r .text piped.jsonl)" "$("$TOKMILL" html site/a.html | jq -r .text)" "standard input"
: > empty.html
is "$("$TOKMILL" html empty.html | jq -c .text)" '""' "an empty page is an empty document"
printf 'a\000b<p>\377\376' > bad.html
"$TOKMILL" html --charset utf-8 --stats s.json bad.html > bad.jsonl
is "$(jq -r .text bad.jsonl | wc -l | tr -d ' ')" 3 "NUL and broken UTF-8"

# what no page may do: hang, crash, or grow without bound
python_free_repeat() { yes "$1" | tr -d '\n' | head -c "$2"; }
for unit in '<div>' '<ul><li>' '<b n><i n>' '{' '<a b=' '<!--' '&' '<table><tr><td>' '<p class=share>'; do
    python_free_repeat "$unit" 2000000 > deep.html
    ok_cmd "two million bytes of $unit" timeout 20 "$TOKMILL" html deep.html
done
{ printf '<p '; python_free_repeat 'x="yyyyyyyy" ' 2000000; printf '>text'; } > attributes.html
is "$(timeout 20 "$TOKMILL" html attributes.html | jq -r .text)" text "150,000 attributes"

pages=${TOKMILL_DATA:-/nonexistent}/html/wcxb-dev.tar.zst
if [ -r "$pages" ]; then
    "$TOKMILL" -j1 html "$pages" > one.jsonl
    "$TOKMILL" -j8 html "$pages" > eight.jsonl
    ok_cmd "the same with eight threads" cmp one.jsonl eight.jsonl
    if command -v python3 >/dev/null 2>&1; then
        ok_cmd "word F1 of reviewed pages" \
            python3 "$TOKMILL_SRC/tools/extract_f1.py" --at-least 0.895 "$pages"
        ok_cmd "and by rules" \
            python3 "$TOKMILL_SRC/tools/extract_f1.py" --mode rules --at-least 0.84 "$pages"
    else
        skip "word F1 of reviewed pages" "no python3"
        skip "and by rules" "no python3"
    fi
    bytes() { "$TOKMILL" html --mode "$1" "$pages" | jq -r .text | wc -c; }
    ok_cmd "precision < main < recall < all" test "$(bytes precision)" -lt "$(bytes main)" -a \
        "$(bytes main)" -lt "$(bytes recall)" -a "$(bytes recall)" -lt "$(bytes all)"
else
    skip "the same with eight threads" "no data"
    skip "word F1 of reviewed pages" "no data"
    skip "and by rules" "no data"
    skip "precision < main < recall < all" "no data"
fi
done_testing
