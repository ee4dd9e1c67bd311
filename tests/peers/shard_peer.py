#!/usr/bin/env python3
# venv: shard
"""Shards read back by the trainers' own readers and by plain NumPy: ids, borders and counts equal
the encoder's; decoded text equals the documents."""
import csv
import glob
import gzip
import json
import os
import random
import shutil
import struct
import tempfile

import humanize
import litdata
import numpy as np
import torch
import webdataset
from datatrove.utils.dataset import DatatroveFileDataset
from litdata.streaming import item_loader
from litdata.streaming.writer import BinaryWriter
from megatron.core.datasets.indexed_dataset import IndexedDataset, IndexedDatasetBuilder
from streaming import MDSWriter, StreamingDataset

import tms
from tap import DATA, check, documents, done, jsonl, run, skip

MODELS = DATA + "/tokenizers/models/"
# name of a vocabulary, and how many entries shard is told that it has (0: what encode says)
VOCABS = [("gpt2.json", 0), ("cl100k_base.tiktoken", 0), ("o200k_base.tiktoken", 0), ("llama2.json", 0),
          ("gpt2.json", 65536), ("300.json", 0)]


class TokensLoader(item_loader.TokensLoader):
    """LitData's, under the name that it insists on. For torch types it asks for itemsize, which Debian's
    torch does not have yet: there the same bytes are read as NumPy's type."""

    def setup(self, *args):
        super().setup(*args)
        if not hasattr(self._dtype, "itemsize"):
            self._dtype = {torch.int32: np.dtype(np.int32)}[self._dtype]
            self._serializer_name = "no_header_numpy"


def texts():
    """Five languages, code, documents of no text, one longer than a block of the native shard."""
    pages = documents(run("html", DATA + "/html/wcxb-dev.tar.zst", "--limit", "400"))
    code = documents(run("code", os.environ["TOKMILL_SRC"] + "/core", "--input-root",
                         os.environ["TOKMILL_SRC"]))
    own = ["", "Der Fluß, die Straße.", "Ça coûte très cher à Noël.", "Жили-были старик со старухой.",
           "吾輩は猫である。名前はまだ無い。", "كان يا ما كان", "", "\0\r\n\t \x7f", "🤷🏽‍♀️ e\u0301"]
    long = " ".join(random.Random(1).choice(["tar", "pit", "of", "words", "9"]) for _ in range(90000))
    all_texts = own + [d["text"] for d in pages] + [d["text"] for d in code] + [long, ""]
    return [{"id": str(i), "text": t} for i, t in enumerate(all_texts)]


def by_eod(flat, eod, first):
    """Documents of a bare file: cut at the end-of-document id, which is left out."""
    at = np.flatnonzero(flat == eod)
    if first:
        return np.split(flat, at)[1:] and [x[1:] for x in np.split(flat, at)[1:]]
    return [x[:-1] for x in np.split(flat, at + 1)[:-1]]


def same(got, want):
    return len(got) == len(want) and all(np.array_equal(a, b) for a, b in zip(got, want))


def megatron(vocab, want, eod):
    set_ = IndexedDataset("m/shard")
    check(same([set_[i][:-1] for i in range(len(set_))], want),
          f"{vocab}: Megatron's IndexedDataset gives the documents' ids")
    check(all(set_[i][-1] == eod for i in range(len(set_))), f"{vocab}: each ends with eod")
    check(list(set_.document_indices) == list(range(len(want) + 1)), f"{vocab}: document_indices")
    longest = max(range(len(want)), key=lambda i: len(want[i]))
    check(np.array_equal(set_.get(longest, offset=70000, length=2049),
                         want[longest][70000:72049]), f"{vocab}: a window of the longest")


def megatron_numpy(vocab, want):
    """The index by the layout alone."""
    idx = open("m/shard.idx", "rb").read()
    magic, version, code, n, d = struct.unpack_from("<9sQBQQ", idx)
    lengths = np.frombuffer(idx, "<i4", n, 34)
    starts = np.frombuffer(idx, "<i8", n, 34 + 4 * n)
    borders = np.frombuffer(idx, "<i8", d, 34 + 12 * n)
    ids = np.fromfile("m/shard.bin", {8: "<u2", 4: "<i4"}[code])
    got = [ids[s // ids.itemsize:][:k - 1] for s, k in zip(starts, lengths)]
    check(magic == b"MMIDIDX\0\0" and version == 1 and len(idx) == 42 + 20 * n, f"{vocab}: .idx head")
    check(np.array_equal(borders, np.arange(n + 1)) and same(got, want),
          f"{vocab}: NumPy reads the same from .idx and .bin")
    return ids


def flat_files(vocab, want, eod):
    head = np.fromfile("l/shard_000000.bin", "<i4", 256)
    width = {20240520: "<u2", 20240801: "<u4"}[int(head[0])]
    ids = np.fromfile("l/shard_000000.bin", width, offset=1024)
    check(head[1] == {"<u2": 1, "<u4": 7}[width] and head[2] == len(ids), f"{vocab}: llm.c header")
    check(same(by_eod(ids, eod, True), want), f"{vocab}: llm.c ids, eod first")
    if width == "<u2":
        check(same(by_eod(np.fromfile("n/shard.bin", "<u2"), eod, False), want),
              f"{vocab}: nanoGPT ids, eod last")


def datatrove(vocab, want, flat):
    """datatrove's own dataset (its positions from .index want a newer torch); OLMo's files as OLMo-core
    maps them."""
    size = json.load(open("d/manifest.json"))["id_bytes"]
    set_ = DatatroveFileDataset(os.path.abspath("d/shard.ds"), 512, size)
    check(len(set_) == len(flat) // 513 and all(
        np.array_equal(set_[i]["input_ids"], flat[513 * i:513 * (i + 1)]) for i in range(len(set_))),
        f"{vocab}: datatrove's dataset gives the ids")
    check(np.array_equal(np.fromfile("d/shard.ds.index", "<u8"), np.cumsum([len(d) + 1 for d in want])),
          f"{vocab}: .ds.index holds the documents' ends")
    lines = open("d/shard.ds.metadata").read().split("\n")
    check(lines[0].split("|")[1:] == [str(size)] and int(lines[1]) == len(flat) and
          lines[2] == humanize.metric(len(flat), unit="T"), f"{vocab}: .ds.metadata", lines)
    ids = np.memmap("o/shard.npy", {2: np.uint16, 4: np.uint32}[size], "r")
    with gzip.open("o/shard.csv.gz", "rt") as f:
        rows = list(csv.reader(f))
    check(same([ids[int(r[0]):int(r[1]) - 1] for r in rows], want), f"{vocab}: OLMo .npy by its .csv.gz")
    check([r[2] for r in rows] == [str(i) for i in range(len(want))], f"{vocab}: with the documents' ids")


def mds(vocab, encoded, want, own):
    """MosaicML's dataset, which checks the hashes too, plain and packed."""
    for name, packed in ("mds", []), ("mdsz", ["--compress", "zstd"]):
        run("shard", "--format", "mds", "--size", "60K", *packed, "-o", name + "/", *own, stdin=encoded)
        run("verify", name + "/")
        set_ = StreamingDataset(local=local(name) if packed else name, remote=name if packed else None,
                                validate_hash="xxh3_128", shuffle=False, batch_size=1)
        check(len(set_) == len(want) and same([set_[i]["tokens"][:-1] for i in range(len(set_))], want),
              f"{vocab}: StreamingDataset gives the documents of {name}/")


def local(name):
    return tempfile.mkdtemp(prefix=name, dir=".")


def litdata_chunks(vocab, encoded, flat, own):
    """LitData's dataset with its TokensLoader: blocks of ids, the rest of each chunk dropped. It closes
    its mapping of a chunk under the arrays that it gave, so they are copied."""
    for name, packed in ("lit", []), ("litz", ["--compress", "zstd"]):
        run("shard", "--format", "litdata", "--size", "60K", *packed, "-o", name + "/", *own, stdin=encoded)
        run("verify", name + "/")
        dims = [c["dim"] for c in json.load(open(name + "/index.json"))["chunks"]]
        set_ = litdata.StreamingDataset(os.path.abspath(name), item_loader=TokensLoader(block_size=256))
        blocks, at = [], 0
        for dim in dims:
            blocks += [flat[at + 256 * i:at + 256 * (i + 1)] for i in range(dim // 256)]
            at += dim
        check(len(set_) == len(blocks) and same([np.array(set_[i]) for i in range(len(set_))], blocks),
              f"{vocab}: LitData's blocks of {name}/ are the ids")


def wds(vocab, encoded, want, own):
    run("shard", "--format", "webdataset", "--size", "60K", "-o", "w/", *own, stdin=encoded)
    run("verify", "w/")
    tars = sorted(glob.glob("w/*.tar"))
    got = list(webdataset.WebDataset(tars, shardshuffle=False).decode())
    check(same([s["npy"][:-1] for s in got], want), f"{vocab}: WebDataset gives the documents' ids")
    check([s["json"]["id"] for s in got] == [str(i) for i in range(len(want))] and
          len({s["__key__"] for s in got}) == len(got), f"{vocab}: their names, and keys of their own")


def theirs(vocab, want, eod):
    """The other way: what the trainers' own writers write, read by us."""
    docs = [np.append(d, eod) for d in want]
    wide = max(int(d.max()) for d in docs) >= 65500
    small = np.int32 if wide else np.uint16

    def ours(path, name, *options):
        back = documents(run("unshard", *options, "--eod-id", str(eod), path))
        check(same([np.array(d["input_ids"], np.int64) for d in back], want), f"{vocab}: {name}")

    for dtype in small, np.int64:
        builder = IndexedDatasetBuilder("theirs.bin", dtype=dtype)
        for d in docs:     # a document of two sequences each
            half = len(d) // 2
            for part in d[:half], d[half:]:
                builder.add_item(torch.tensor(part.astype(np.int64)))
            builder.end_document()
        builder.finalize("theirs.idx")
        ours("theirs.bin", f"Megatron's builder, {np.dtype(dtype).name}, two sequences a document")
    for encoding in "ndarray:" + np.dtype(small).name, "ndarray", "bytes":
        for compression in None, "zstd:7":
            shutil.rmtree("tm", ignore_errors=True)
            columns = {"a": "str", "b": "int", "tokens": encoding, "z": "ndarray:float32:2"}
            with MDSWriter(out="tm", columns=columns, compression=compression, size_limit=1 << 17,
                           keep_local=False) as out:
                for i, d in enumerate(docs):
                    ids = d.astype(np.int64 if encoding == "bytes" else small)
                    out.write({"a": "x" * (i % 5), "b": i, "z": np.zeros(2, np.float32),
                               "tokens": ids.tobytes() if encoding == "bytes" else ids})
            ours("tm", f"MDSWriter, {encoding}, {compression}", "--id-bytes", "8")
    for compression in None, "zstd":
        shutil.rmtree("tl", ignore_errors=True)
        writer = BinaryWriter("tl", chunk_bytes=1 << 17, compression=compression, item_loader=TokensLoader())
        for i, d in enumerate(docs):
            writer[i] = torch.tensor(d.astype(np.int32))
        writer.done()
        writer.merge()
        ours("tl", f"LitData's writer, {compression}")
    for name, key in ("t.tar", "npy"), ("t.tar.gz", "ids.npy"):
        with webdataset.TarWriter(name) as out:
            for i, d in enumerate(docs):
                out.write({"__key__": f"a/{i:06d}" + "k" * (i % 7 * 30), key: d.astype(small), "txt": "x"})
        ours(name, f"WebDataset's TarWriter, {name}")


def cut_files(vocab, encoded, want, eod, own):
    """Many files: Megatron's give all documents in order; modded-nanogpt's loader wants each of its
    files to begin with the id that begins documents, and to read 16-bit ids in one call."""
    run("shard", "--format", "megatron", "--size", "60K", "-o", "mc/", *own, stdin=encoded)
    sets = [IndexedDataset(f[:-4]) for f in sorted(glob.glob("mc/*.idx"))]
    check(len(sets) > 3 and same([s[i][:-1] for s in sets for i in range(len(s))], want),
          f"{vocab}: {len(sets)} Megatron files hold all documents in order")
    run("shard", "--format", "llmc", "--size", "60K", "-o", "lc/", *own, stdin=encoded)
    got, whole = [], True
    for path in sorted(glob.glob("lc/*.bin")):
        with open(path, "rb", buffering=0) as f:
            head = np.frombuffer(f.read(1024), "<i4")
            ids = np.empty(head[2], {20240520: "<u2", 20240801: "<u4"}[int(head[0])])
            whole &= f.readinto(ids) == ids.nbytes and ids[0] == eod and not f.read(1)
        got += by_eod(ids, eod, True)
    check(whole, f"{vocab}: each llm.c file begins with a document")
    check(same(got, want), f"{vocab}: llm.c files hold all documents in order")


def native(vocab, want, eod, flat):
    shard = tms.Shard("t/shard.tms")
    check(same([shard[i][:-1] for i in range(len(shard))], want),
          f"{vocab}: native, by docs/SHARD.md alone")
    check(shard.eod == "last" and shard.eod_id == eod, f"{vocab}: native says eod")
    check(np.array_equal(shard.ids, flat), f"{vocab}: native holds the ids of the .bin")


def main():
    if not os.path.isdir(MODELS):
        skip("shards of real vocabularies", "no data")
        done()
    docs = texts()
    run("bpe-train", "-n", "300", "-p", "gpt2", "--special", "<|endoftext|>", "-o", "300.json", stdin=jsonl(docs))
    for vocab, entries in VOCABS:
        model = vocab if os.path.exists(vocab) else MODELS + vocab
        encoded = run("encode", "-t", model, stdin=jsonl(docs))
        want = [np.array(d["input_ids"], np.int64) for d in documents(encoded)]
        eod = documents(encoded)[0]["metadata"]["tokenizer"]["eos"]
        own = [] if eod is not None else ["--eod-id", "2"]
        eod = 2 if eod is None else eod
        own += ["--vocab-size", str(entries)] if entries else []
        vocab += f" of {entries}" if entries else ""
        wide = "200k" in vocab or "100k" in vocab
        for name, form in [("m", "megatron"), ("l", "llmc"), ("t", "native"), ("n", "nanogpt"),
                           ("d", "datatrove"), ("o", "olmo")]:
            if not (wide and form == "nanogpt"):
                run("shard", "--format", form, "-o", name + "/", *own, stdin=encoded)
                run("verify", name + "/")
        megatron(vocab, want, eod)
        flat = megatron_numpy(vocab, want)
        flat_files(vocab, want, eod)
        datatrove(vocab, want, flat)
        cut_files(vocab, encoded, want, eod, own)
        mds(vocab, encoded, want, own)
        litdata_chunks(vocab, encoded, flat, own)
        wds(vocab, encoded, want, own)
        theirs(vocab, want, eod)
        native(vocab, want, eod, flat)
        sums = {run("verify", name + "/").splitlines()[-1] for name in
                ["m", "t", "l", "d", "o", "mc", "lc", "mds", "mdsz", "lit", "litz", "w"] + ([] if wide else ["n"])}
        check(len(sums) == 1, f"{vocab}: one hash for one content in every format", sums)
        for name in ["m", "t", "l", "d", "o", "mds", "mdsz", "lit", "litz", "w"] + ([] if wide else ["n"]):
            back = run("unshard", name + "/", "then", "decode", "-t", model)
            check([d["text"] for d in documents(back)] == [d["text"] for d in docs],
                  f"{vocab}: decoded text of {name}/ equals the documents")
    done()


main()
