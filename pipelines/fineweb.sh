#!/bin/sh
# fineweb.sh - English web text as FineWeb cleans it: web archives in, token shards out.
#
#   pipelines/fineweb.sh [options] CRAWL.paths | FILE.warc.gz... OUT/
#   pipelines/fineweb.sh --slurm --tasks 1000 warc.paths out/
#
#   --lid FILE         fastText language model, lid.176.bin as published (built-in CLD2)
#   --min-score X      least score of the language (0.65)
#   --lang CODE        language kept (en); the rules are made for English
#   --max-bad P%       broken records let pass, of each file (1%)
#   --verify text|none compare near-duplicates' texts before dropping, or not, as published (text)
#   --tokenizer FILE   take this vocabulary instead of training one
#   --vocab-size N     entries of the one trained, with GPT-2's pattern (50304)
#   --format NAME      of the shards: native, megatron, llmc, nanogpt (native)
#
# Steps, order and thresholds are those of datatrove's examples/fineweb.py: main text of WARC
# responses; English at 0.65; Gopher repetition (its 13 thresholds), Gopher quality, C4 without the
# rule of terminal punctuation, FineWeb's own (12 % of lines end in punctuation, at most 67 % short
# lines, 1 % of characters in repeated lines, 0.3 newlines a word); MinHash over word 5-grams in 14
# bands of 8, one document kept of each cluster; e-mail addresses and public IPv4 numbers replaced.
# Different here: the extractor is tokmill's, URL lists are not applied, and near-duplicates are
# compared (Jaccard 0.75) unless --verify none. FineWeb deduplicates each crawl by itself: run one
# crawl at a time. Published: 96 crawls, 36 trillion tokens in, 15 trillion kept.
#
# shellcheck disable=SC1091,SC1010,SC2154,SC2034,SC2086
recipe_options="lid= min-score=0.65 lang=en max-bad=1% verify=text tokenizer= vocab-size=50304
    format=native"
. "${PIPELINES:-$(dirname "$0")}/lib.sh"
begin "$@"

lid=$(absolute_name "$opt_lid")
each docs inputs -- warc --on-bad skip --max-bad "$opt_max_bad" \
    then lang ${lid:+-m "$lid"} --keep "$opt_lang" --min-score "$opt_min_score" \
    then filter --rules gopher-repetition --rules gopher-quality --rules c4-fineweb --rules fineweb
near unique docs -- --bands 14 --rows 8 --words 5 --verify "$opt_verify" --seed 1
each clean unique -- pii --kinds email,ipv4

vocab=$(absolute_name "$opt_tokenizer")
if [ -z "$vocab" ]; then
    vocab=tokenizer.json
    once tokenizer.json clean -- bpe-train --vocab-size "$opt_vocab_size" --pattern gpt2 \
        --special '<|endoftext|>'
fi
each ids clean -- encode -t "$vocab"
once shards/ ids -- shard --format "$opt_format"
once report.html stats -- report
finish
