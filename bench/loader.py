#!/usr/bin/env python3
"""Loading samples of 2,049 tokens, in batches of 32 as 64-bit tensors, by tokmill's Python package
and by the loaders of Megatron-Core, MosaicML, LitData and webdataset, from the same ids.

All read from the file system's cache, in one process and one thread; the clock is CPU time of whole
epochs, and begins when the loader has given its first batch. `start` is the time until then, wall and CPU,
imports left out. Each loader has shards in its own format, as its own writer makes them (Megatron's
by tokmill shard); tokmill reads its compressed shard, and Megatron's. Nobody builds what it need not:
Megatron without attention masks and with its index cached, its tokens and labels alone put together.
Shuffled is what each calls so: Megatron's and tokmill's "global" are permutations of the whole epoch,
tokmill's "blocks" and the others' shuffle within what they hold. Of the compressed shard nothing is
left in tokmill's cache from epoch to epoch, since the cache is smaller, except where "cached" is said:
a global shuffle of a shard that fits. "no cache" is one that is far larger: a decoded block a sample."""
import glob
import json
import os
import sys
import time

from bench import BENCH, MODELS, ROOT, TOKMILL, INPUTS, family, have, peer, run, say, table

DIR = BENCH + "/loader/"
SEQ, BATCH, ENOUGH = 2048, 32, 1.0      # CPU seconds that a measurement takes at least


def measured(open_, version, tokens_of=lambda batch: batch):
    """Start-up, then epochs. open_() gives an iterable of an epoch's batches each time it is called;
    a first epoch, outside of the clock, adds up the ids."""
    start, start_cpu = time.perf_counter(), time.process_time()
    first = iter(open_())
    next(first)
    start, start_cpu = time.perf_counter() - start, time.process_time() - start_cpu
    del first
    samples = total = 0
    for batch in open_():
        tokens = tokens_of(batch)
        samples += len(tokens)
        total += int(tokens[:, :SEQ].sum())
    epochs, wall, before = 0, time.perf_counter(), time.process_time()
    while time.process_time() - before < ENOUGH:
        for batch in open_():
            pass
        epochs += 1
    cpu, wall = time.process_time() - before, time.perf_counter() - wall
    return {"version": version, "wall": wall / epochs, "cpu": cpu / epochs,
            "result": {"mtok_s": samples * SEQ / (cpu / epochs) / 1e6, "start_ms": start * 1e3,
                       "start_cpu_ms": start_cpu * 1e3, "samples": samples, "sum": total}}


def package(name):
    import importlib.metadata
    return importlib.metadata.version(name)


# ---- tokmill

def tokmill_loader(folder, shuffle, cache=40 << 20):
    sys.path.insert(0, ROOT + "/python/src")
    import tokmill
    import tokmill.torch
    holder = []

    def open_():
        if not holder:      # opened once, as a training run does
            holder.append(tokmill.Windows(tokmill.open(DIR + folder, int(cache)), SEQ,
                                          shuffle or None, buffer=16))
        return tokmill.torch.Loader(holder[0], BATCH, threads=0)
    return measured(open_, tokmill.__version__)


# ---- peers

def batches(dataset, **more):
    from torch.utils.data import DataLoader
    return DataLoader(dataset, batch_size=BATCH, num_workers=0, **more)


def megatron(shuffle):
    import numpy
    import torch
    from megatron.core.datasets import gpt_dataset as gpt
    from megatron.core.datasets.utils import Split

    class Tokenizer:
        eod, unique_identifiers = 0, {"class": "none"}
    if not shuffle:
        gpt._build_document_index = lambda documents, epochs, *_: numpy.tile(documents, epochs).astype("i4")
        gpt._build_shuffle_index = lambda n, total, *_: numpy.arange(total, dtype=numpy.int64)
    prefix = DIR + "megatron/shard"
    config = gpt.GPTDatasetConfig(
        random_seed=1, sequence_length=SEQ, blend=([prefix], None), split="1", tokenizer=Tokenizer(),
        reset_position_ids=False, reset_attention_mask=False, eod_mask_loss=False,
        create_attention_mask=False, path_to_cache=DIR + f"megatron-cache-{shuffle or 'none'}")

    def collate(samples):
        return [torch.stack([s[k] for s in samples]) for k in ("tokens", "labels")]
    holder = []

    def open_():
        if not holder:
            ids = gpt.GPTDataset.build_low_level_dataset(prefix, config)
            documents = numpy.arange(len(ids), dtype=numpy.int32)
            holder.append(gpt.GPTDataset(ids, prefix, documents, None, Split.train, config))
        return batches(holder[0], collate_fn=collate)
    return measured(open_, package("megatron-core"), lambda b: b[0])


def mosaic(shuffle):
    import torch
    from streaming import StreamingDataset
    from streaming.base.util import clean_stale_shared_memory
    clean_stale_shared_memory()
    holder = []

    def collate(samples):
        return torch.stack([torch.from_numpy(s["tokens"].astype("int64")) for s in samples])

    def open_():
        if not holder:
            holder.append(StreamingDataset(local=DIR + "mds", shuffle=bool(shuffle), batch_size=BATCH))
        return batches(holder[0], collate_fn=collate)
    return measured(open_, package("mosaicml-streaming"))


def lit(shuffle):
    import torch
    from litdata import StreamingDataset, TokensLoader

    def open_():    # its StreamingDataLoader wants a newer torch
        return batches(StreamingDataset(DIR + "litdata", item_loader=TokensLoader(block_size=SEQ + 1),
                                        shuffle=bool(shuffle)),
                       collate_fn=lambda rows: torch.stack([torch.from_numpy(r.astype("int64")) for r in rows]))
    return measured(open_, package("litdata"))


def web(shuffle):
    import numpy
    import torch
    import webdataset

    def open_():
        dataset = webdataset.WebDataset(sorted(glob.glob(DIR + "wds/*.tar")), shardshuffle=100 if shuffle
                                        else False)
        if shuffle:
            dataset = dataset.shuffle(1000)
        dataset = dataset.decode().to_tuple("npy").map(lambda t: torch.from_numpy(t[0].astype(numpy.int64)))
        return batches(dataset, collate_fn=torch.stack)
    return measured(open_, package("webdataset"))


# ---- the peers' shards, by their own writers

def prepare():
    """Writes the samples for those that store samples. One process does it, once."""
    import numpy
    import webdataset
    from litdata.streaming.item_loader import TokensLoader
    from litdata.streaming.writer import BinaryWriter
    from streaming import MDSWriter
    flat = numpy.fromfile(DIR + "megatron/shard.bin", "<i4")
    rows = [flat[i:i + SEQ + 1] for i in range(0, len(flat) - SEQ, SEQ)]
    with MDSWriter(out=DIR + "mds", columns={"tokens": f"ndarray:int32:{SEQ + 1}"}) as out:
        for row in rows:
            out.write({"tokens": row})
    writer = BinaryWriter(DIR + "litdata", chunk_bytes="64MB", item_loader=TokensLoader(block_size=SEQ + 1))
    for i, row in enumerate(rows):
        writer[i] = row     # as a tensor it would be read by a newer torch alone
    writer.done()
    writer.merge(1)
    os.makedirs(DIR + "wds", exist_ok=True)
    with webdataset.ShardWriter(DIR + "wds/%05d.tar", maxcount=8192, verbose=0) as out:
        for i, row in enumerate(rows):
            out.write({"__key__": f"{i:08}", "npy": row})
    open(DIR + "done", "w").close()
    return {"version": "", "wall": 0, "cpu": 0, "result": {}}


def windows(folder):
    """Random windows, one at a time, without a cache; and opening 1,000 shards. CPU time."""
    sys.path.insert(0, ROOT + "/python/src")
    import numpy
    import tokmill
    data = tokmill.open(DIR + folder, cache=0)
    starts = numpy.random.default_rng(1).integers(0, data.tokens - SEQ - 1, 3000)
    out, times = numpy.empty((1, SEQ + 1), numpy.int64), []
    for start in starts:
        begin = time.thread_time()
        data.fill(start[None], out)
        times.append((time.thread_time() - begin) * 1e3)
    begin = time.thread_time()
    many = tokmill.open([data.shards[0].path] * 1000)
    opened = (time.thread_time() - begin) * 1e3
    return {"version": tokmill.__version__, "wall": 0, "cpu": sum(times) / 1e3,
            "result": {"p50_ms": float(numpy.quantile(times, 0.5)), "tokens": many.tokens // 1000,
                       "p99_ms": float(numpy.quantile(times, 0.99)), "open_1000_ms": opened}}


OURS = {    # name, function, arguments
    "sequential": [("tokmill native", "tokmill", ("native", "")),
                   ("tokmill megatron", "tokmill", ("megatron", ""))],
    "shuffled": [("tokmill native blocks", "tokmill", ("native", "blocks")),
                 ("tokmill native global, cached", "tokmill", ("native", "global", 96 << 20)),
                 ("tokmill native global, no cache", "tokmill", ("native", "global", 0)),
                 ("tokmill megatron global", "tokmill", ("megatron", "global"))]}


def main():
    """loading samples"""
    vocab = MODELS + "cl100k_base.tiktoken"
    if not have(vocab):
        return
    if not os.path.exists(DIR + "done"):
        run([TOKMILL, "-q", "encode", "-t", vocab, "--drop-text", INPUTS + "/en.jsonl", "-o",
             DIR[:-1] + "-ids.jsonl"], 1)
        for form in ("native", "megatron"):
            run([TOKMILL, "-q", "shard", "--format", form, DIR[:-1] + "-ids.jsonl", "-o", DIR + form + "/"], 1)
        peer("prepare", "shard", (), 1)
        os.remove(DIR[:-1] + "-ids.jsonl")
    n = 4 * json.load(open(DIR + "native/manifest.json"))["tokens"]
    for shuffle in ("", "shuffled"):
        systems = OURS["shuffled" if shuffle else "sequential"][:]
        systems += [(name, name, (shuffle,)) for name in ("megatron", "mosaic", "lit", "web")]
        table("loader-" + (shuffle or "sequential"), "en cl100k", n,
              [(label, lambda name=name, args=args: peer(name, "shard", args, 1))
               for label, name, args in systems], same=("samples",) if shuffle else ("samples", "sum"))
    say("  random windows from the compressed shard, one by one, no cache; 1,000 shards opened")
    table("loader-windows", "en cl100k", 4 * 3000 * (SEQ + 1),
          [("tokmill native", lambda: peer("windows", "shard", ("native",), 1))])


family(main, {"tokmill": tokmill_loader, "megatron": megatron, "mosaic": mosaic, "lit": lit, "web": web,
              "prepare": prepare, "windows": windows})
