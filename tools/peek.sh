#!/bin/sh
# The first 4 KiB of a file, decompressed by its magic number: enough to tell its format.
case $(head -c 3 "$1" | od -An -tx1 | tr -d ' \n') in
1f8b*) gzip -dcq "$1" 2>/dev/null ;;
28b52f) zstd -dcq --long=31 "$1" 2>/dev/null ;;
425a68) bzip2 -dcq "$1" 2>/dev/null ;;
fd377a) xz -dcq "$1" 2>/dev/null ;;
*) cat "$1" ;;
esac | head -c 4096
