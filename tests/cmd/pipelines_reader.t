#!/bin/sh
# pipelines/reader-of.sh tells every format by content, whatever the name and the compression.
. "$TOKMILL_SRC/tests/lib.sh"
reader() { sh "$TOKMILL_SRC/pipelines/reader-of.sh" "$@"; }

printf 'WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n' >a
printf '<?xml version="1.0"?>\n<mediawiki xml:lang="en">\n</mediawiki>\n' >b
printf '{"text": "one"}\n' >c
printf '<!DOCTYPE HTML>\n<title>x</title><p>y\n' >d
printf 'The Project Gutenberg EBook of Nothing\n' >e
printf '#include <stdio.h>\nint main(void) { return 0; }\n' >f.c
printf 'Nothing but prose.\n' >g
is "$(reader a b c d e f.c g | tr '\n' ' ')" "warc wiki jsonl html book code text " "plain files"
gzip -k a
bzip2 -k b
zstd -q c
xz -k d
is "$(reader a.gz b.bz2 c.zst d.xz | tr '\n' ' ')" "warc wiki jsonl html " "compressed files"

mkdir pages src mixed
cp d pages/1.html
cp d pages/2.htm
printf '\000\001' >pages/p.png
cp f.c src/main.c
tar cf pages.tar pages
tar czf src.tgz src
is "$(reader pages pages.tar src src.tgz | tr '\n' ' ')" "html html code code " "folders and archives"
cp a mixed/1
cp a mixed/2
cp g mixed/3
is "$(reader mixed)" "warc" "a folder is what most of its files are"
if [ -d "$TOKMILL_DATA/books" ]; then
    is "$(reader "$TOKMILL_DATA"/books/pg11.epub)" book "an EPUB is a book, not an archive"
else
    skip "an EPUB is a book, not an archive" "no data"
fi
status_is 2 "a missing file" reader no-such-file
mkdir empty
is "$(reader empty)" "" "an empty folder is nothing"
done_testing
