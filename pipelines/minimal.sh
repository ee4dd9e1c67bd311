#!/bin/sh
# minimal.sh - the smallest recipe, to copy and change: JSON lines in, token shards out.
#
#   pipelines/minimal.sh [options] DOCS.jsonl.zst... OUT/
#
#   --vocab-size N     entries of the vocabulary trained on the documents (32768)
#
# Documents are brought to one form (NFC, controls, whitespace), equal ones dropped, a vocabulary
# is trained and the documents are encoded and written as compressed shards.
#
# shellcheck disable=SC1091,SC1010,SC2154,SC2034
recipe_options="vocab-size=32768"
. "${PIPELINES:-$(dirname "$0")}/lib.sh"
begin "$@"

each normal inputs -- jsonl then norm
all unique normal -- dedup-exact
once tokenizer.json unique -- bpe-train --vocab-size "$opt_vocab_size" --pattern cl100k \
    --special '<|endoftext|>'
each ids unique -- encode -t tokenizer.json
once shards/ ids -- shard --format native
once report.html stats -- report
finish
