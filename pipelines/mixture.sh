#!/bin/sh
# mixture.sh - encyclopedia, books and code in one mix: dumps in, blended token shards out.
#
#   pipelines/mixture.sh [options] wiki=DUMP.xml.bz2 books=FOLDER code=FOLDER OUT/
#
# Each of the three may be given more than once or left out; files, folders and .paths lists.
#
#   --wiki-weight X, --books-weight X, --code-weight X
#                      shares of the mix, in tokens (4.5 each)
#   --epochs-max N     give a source at most N times over (3)
#   --tokenizer FILE   take this vocabulary instead of training one
#   --vocab-size N     entries of the one trained, with cl100k's pattern (50304)
#   --format NAME      of the shards: native, megatron, llmc, nanogpt (native)
#
# Shares are LLaMA-1's (Table 1: Wikipedia 4.5 %, books 4.5 %, GitHub 4.5 % of tokens, at 2.45, 2.23
# and 0.64 epochs) among these three sources. Wikipedia without markup, reference sections and
# tables of links; Gutenberg books without header and licence; code without binaries, vendored,
# generated, minified and lock files, at most 1 MiB a file. Each source is deduplicated by itself,
# exactly and nearly (Jaccard 0.75; code 0.7, as The Stack), the first kept. The mix ends with the
# source that is used up first.
#
# shellcheck disable=SC1091,SC1010,SC2154,SC2034,SC2086
recipe_options="wiki-weight=4.5 books-weight=4.5 code-weight=4.5 epochs-max=3 tokenizer=
    vocab-size=50304 format=native"
. "${PIPELINES:-$(dirname "$0")}/lib.sh"
begin "$@"

kept='' sources=''
source_steps() {                    # source_steps NAME WEIGHT JACCARD READER...
    has_inputs "$1" || return 0
    name=$1 weight=$2 jaccard=$3
    shift 3
    source=$name
    each "$source-docs" "$source" -- "$@" then norm
    all "$source-exact" "$source-docs" -- dedup-exact
    near "$source-unique" "$source-exact" -- $jaccard
    kept="$kept $source-unique"
    sources="$sources $source=$weight:$source-ids"
}
source_steps wiki "$opt_wiki_weight" '' wiki --drop-section References --drop-section 'External links'
source_steps books "$opt_books_weight" '' book
source_steps code "$opt_code_weight" '--jaccard 0.7' code --max-file 1M
[ -n "$kept" ] || die 2 "give wiki=, books= or code="

vocab=$(absolute_name "$opt_tokenizer")
if [ -z "$vocab" ]; then
    vocab=tokenizer.json
    once tokenizer.json $kept -- bpe-train --vocab-size "$opt_vocab_size" --pattern cl100k \
        --special '<|endoftext|>'
fi
for s in $kept; do
    each "${s%-unique}-ids" "$s" -- encode -t "$vocab"
done
once shards/ $sources -- mix --unit tokens --epochs-max "$opt_epochs_max" \
    then shard --format "$opt_format"
once report.html stats -- report
finish
