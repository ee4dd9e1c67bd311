#!/usr/bin/env python3
"""Token shards of 20 MB of English, cl100k: writing .bin and .idx beside Megatron's own builder, and
the native shard's size and decoding beside blocks of 65,536 raw 32-bit ids under zstd level 3.
Peers have ids in memory; tokmill reads JSONL, and verify compares every checksum as well."""
import json
import os
import tempfile

from bench import BENCH, MODELS, compare, family, have, head, run, timed, TOKMILL

IDS, NATIVE = BENCH + "/ids.jsonl", BENCH + "/native/shard.tms"
BLOCK = 65536


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


def raw_zstd(path):
    import numpy
    import zstd
    flat = numpy.concatenate([numpy.array(d + [100257], "<u4") for d in ids(path)])
    blocks = [zstd.compress(flat[i:i + BLOCK].tobytes(), 3) for i in range(0, len(flat), BLOCK)]

    def work():
        for b in blocks:
            zstd.decompress(b)
        return {"file_bytes": sum(map(len, blocks))}
    return timed(work, "zstd")


def main():
    """shards written and decoded"""
    vocab = MODELS + "cl100k_base.tiktoken"
    if not have(vocab):
        return
    run([TOKMILL, "-q", "encode", "-t", vocab, "--drop-text", head("en", 20), "-o", IDS], 1)
    run([TOKMILL, "-q", "shard", IDS, "-o", os.path.dirname(NATIVE) + "/"], 1)
    n = 4 * json.load(open(os.path.dirname(NATIVE) + "/manifest.json"))["tokens"]
    compare("shard-write", "en cl100k", n, ["shard", "--format", "megatron", IDS, "-o", BENCH + "/m/"],
            [("megatron", "shard", (IDS,))])
    compare("shard-decode", "en cl100k", n, ["verify", NATIVE], [("raw zstd", "shard", (IDS,))],
            result=lambda stages: {"file_bytes": os.path.getsize(NATIVE)})


family(main, {"megatron": megatron, "raw zstd": raw_zstd})
