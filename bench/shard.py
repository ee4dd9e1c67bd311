#!/usr/bin/env python3
"""Token shards of 20 MB of English, cl100k: writing .bin and .idx beside Megatron's own builder, and
the native shard's size and decoding beside blocks of 65,536 raw 32-bit ids under zstd level 3, in one
process (bench/shard_native.c), random windows, opening of 1,000 shards, and what writing adds to encode."""
import json
import subprocess
import tempfile

from bench import BENCH, MODELS, TOKMILL, TOOL, compare, family, have, head, run, say, timed, write

IDS = BENCH + "/ids.jsonl"


def ids(path):
    with open(path, "rb") as f:
        return [json.loads(line)["input_ids"] for line in f]


def megatron(path):
    import numpy
    import torch
    from megatron.core.datasets.indexed_dataset import IndexedDatasetBuilder
    docs = [torch.tensor(d, dtype=torch.int32) for d in ids(path)]
    with tempfile.TemporaryDirectory() as tmp:
        def work():
            b = IndexedDatasetBuilder(tmp + "/x.bin", dtype=numpy.int32)
            for d in docs:
                b.add_document(d, [len(d)])
            b.finalize(tmp + "/x.idx")
            return {"documents": len(docs)}
        return timed(work, "megatron-core")


def native(*args):
    """What bench/shard_native.c says; written down as a result of its own."""
    out = subprocess.run([TOOL + "shard_native", *args], stdout=subprocess.PIPE, check=True).stdout
    say("    " + out.decode().strip())
    write("shard-native-" + args[0], "cl100k", "tokmill", 1, 0,
          {"version": "", "seconds": 0, "rss": 0, "result": json.loads(out)})


def native_shard(text, vocab):
    folder = f"{BENCH}/native-{text}/"
    run([TOKMILL, "-q", "encode", "-t", vocab, "--drop-text", head(text, 20), "then", "shard", "--eod",
         "none", "-o", folder], 1)
    return folder + "shard.tms"


def writing(vocab):
    """CPU seconds of encode, and of encode then shard."""
    encode = [TOKMILL, "-q", "-j1", "encode", "-t", vocab, "--drop-text", head("en", 20)]
    alone = sorted(run([*encode, "-o", IDS], 1)[1]["cpu"] for _ in range(3))[1]
    both = sorted(run([*encode, "then", "shard", "--eod", "none", "-o", BENCH + "/w/"], 1)[1]["cpu"]
                  for _ in range(3))[1]
    say(f"    encode {alone:.3f} s, then shard {both:.3f} s: writing adds {both / alone - 1:.0%}")


def main():
    """shards written and decoded"""
    vocab = MODELS + "cl100k_base.tiktoken"
    if not have(vocab):
        return
    run([TOKMILL, "-q", "encode", "-t", vocab, "--drop-text", head("en", 20), "-o", IDS], 1)
    run([TOKMILL, "-q", "shard", IDS, "-o", BENCH + "/native/"], 1)
    n = 4 * json.load(open(BENCH + "/native/manifest.json"))["tokens"]
    compare("shard-write", "en cl100k", n, ["shard", "--format", "megatron", IDS, "-o", BENCH + "/m/"],
            [("megatron", "shard", (IDS,))])
    for text in ("en", "code", "euro", "cjk"):
        say(f"  native shard beside raw ids, {text} cl100k")
        native("decode", native_shard(text, vocab))
    native("windows", native_shard("en", vocab), "10000")
    native("open", *[BENCH + "/native-en/shard.tms"] * 1000)
    writing(vocab)


family(main, {"megatron": megatron})
