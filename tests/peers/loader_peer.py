#!/usr/bin/env python3
# venv: shard
"""The Python package against others on real text: Megatron's IndexedDataset and GPTDataset, files that
Megatron's builder and NumPy wrote, the independent reader of native shards; its wheel; its example."""
import json
import os
import re
import subprocess
import sys

import numpy as np
import torch
from megatron.core.datasets import gpt_dataset as gpt
from megatron.core.datasets.indexed_dataset import IndexedDataset, IndexedDatasetBuilder
from megatron.core.datasets.utils import Split

import tms
from tap import DATA, check, documents, done, jsonl, run, skip

ROOT = os.environ["TOKMILL_SRC"]
sys.path.insert(0, ROOT + "/python/src")
import tokmill
import tokmill.torch

MODELS = DATA + "/tokenizers/models/"
VOCABS = ["gpt2.json", "cl100k_base.tiktoken", "o200k_base.tiktoken", "llama2.json"]


def texts():
    """Real pages in many languages, code, and documents of no text."""
    pages = documents(run("html", DATA + "/html/wcxb-dev.tar.zst", "--limit", "150"))
    code = documents(run("code", ROOT + "/core", ROOT + "/shard", "--input-root", ROOT))
    all_texts = ["", "Жили-были старик со старухой.", ""] + [d["text"] for d in pages + code] + [""]
    return [{"id": str(i), "text": t} for i, t in enumerate(all_texts)]


def readers(vocab, encoded):
    """The same ids from every format, by us and by others."""
    want = [np.array(d["input_ids"], np.int64) for d in documents(encoded)]
    eod = documents(encoded)[0]["metadata"]["tokenizer"]["eos"]
    own, eod = ([], eod) if eod is not None else (["--eod-id", "2"], 2)
    flat = np.concatenate([np.append(d, eod) for d in want])
    for form in ("native", "megatron", "datatrove", "olmo"):
        run("shard", "--format", form, "-o", form + "/", *own, stdin=encoded)
        data = tokmill.open(form)
        check(np.array_equal(data.read(0, data.tokens), flat) and data.documents == len(want) and
              all(np.array_equal(data.document(i)[:-1], d) for i, d in enumerate(want)),
              f"{vocab}: {form}: ids and documents are the encoder's")
    theirs = tms.Shard("native/shard.tms")
    ours = tokmill.open("native").shards[0]
    ours.verify()
    check(np.array_equal(theirs.ids, ours.read(0, ours.tokens)) and np.array_equal(theirs.ends, ours.ends),
          f"{vocab}: native: two readers written apart agree")
    set_ = IndexedDataset("megatron/shard")
    data = tokmill.open("megatron")
    check(all(np.array_equal(set_[i], data.document(i)) for i in range(len(set_))),
          f"{vocab}: Megatron's IndexedDataset gives the same documents")


def their_files():
    docs = [np.arange(5), np.arange(0), np.arange(70000) % 50000, np.array([7])]
    builder = IndexedDatasetBuilder("theirs.bin", dtype=np.int32)
    for d in docs:
        if len(d):
            builder.add_document(torch.tensor(d), [len(d)])
        else:
            builder.end_document()      # an empty one: no sequence
    builder.finalize("theirs.idx")
    data = tokmill.open("theirs.bin")
    check([data.document(i).tolist() for i in range(data.documents)] == [d.tolist() for d in docs],
          "a .bin and .idx of Megatron's own builder, an empty document in it")
    np.save("own.npy", np.concatenate(docs).astype(np.uint16))
    check(tokmill.open("own.npy").read(0, 70006).tolist() == np.concatenate(docs).tolist(), "NumPy's .npy")


class Tokenizer:
    eod, unique_identifiers = 0, {"class": "none"}


def samples(seq):
    """Megatron's samples, its shuffles replaced by the identity, are ours in stored order."""
    config = gpt.GPTDatasetConfig(
        random_seed=1, sequence_length=seq, blend=(["megatron/shard"], None), split="1",
        tokenizer=Tokenizer(), reset_position_ids=False, reset_attention_mask=False, eod_mask_loss=False,
        create_attention_mask=False, path_to_cache=os.path.abspath("cache"))
    gpt._build_document_index = lambda documents, epochs, *_: np.tile(documents, epochs).astype(np.int32)
    gpt._build_shuffle_index = lambda n, total, *_: np.arange(total, dtype=np.int64)
    ids = gpt.GPTDataset.build_low_level_dataset("megatron/shard", config)
    theirs = gpt.GPTDataset(ids, "megatron/shard", np.arange(len(ids), dtype=np.int32), None, Split.train,
                            config)
    for form in ("native", "megatron"):
        ours = tokmill.torch.TokenDataset(tokmill.Windows(tokmill.open(form), seq, None))
        check(len(ours) == len(theirs) and all(
            torch.equal(ours[i][:-1], theirs[i]["tokens"]) and torch.equal(ours[i][1:], theirs[i]["labels"])
            for i in range(len(ours))), f"{form}: {len(ours)} samples are GPTDataset's")


def wheel():
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    built = subprocess.run([*pip, "wheel", "--no-deps", "-w", "wheels", ROOT + "/python"],
                           capture_output=True, text=True)
    if not check(built.returncode == 0, "pip wheel python/", built.stderr):
        return
    files = os.listdir("wheels")
    subprocess.run([*pip, "install", "--no-deps", "--target", "site", "wheels/" + files[0]], check=True)
    out = subprocess.run([sys.executable, "-c", "import tokmill; print(tokmill.__file__, "
                          "tokmill.open('native').documents)"], capture_output=True, text=True,
                         env=dict(os.environ, PYTHONPATH="site"))
    check(len(files) == 1 and "/site/tokmill/" in out.stdout and out.stdout.split()[1].isdigit(),
          f"{files} installs and reads", out.stderr)


def example():
    """Fewer steps than the example's, a smaller vocabulary: the model learns, a stopped run goes on."""
    argv = [sys.executable, ROOT + "/python/examples/train.py", "small/", "--seq", "64", "--batch", "16",
            "--rate", "5e-3"]

    def train(*more):
        p = subprocess.run(argv + list(more), capture_output=True, text=True)
        return p.stdout + p.stderr
    whole = train("--steps", "150", "--checkpoint", "c.pt")
    found = re.search(r"loss ([0-9.]+) nats .*; unigram entropy ([0-9.]+)", whole)
    loss, entropy = map(float, found.groups()) if found else (9e9, 0)
    check(loss < entropy - 0.5, f"example: loss {loss} after 150 steps, unigram entropy {entropy}", whole)
    check("goes on at sample 2,400" in train("--steps", "150", "--checkpoint", "c.pt"),
          "example: a checkpoint is gone on from")


def main():
    their_files()
    if not os.path.isdir(MODELS):
        skip("loaders on real vocabularies", "no data")
        done()
    docs = texts()
    for vocab in VOCABS:
        readers(vocab, run("encode", "-t", MODELS + vocab, stdin=jsonl(docs)))
    samples(256)
    wheel()
    with open("docs.jsonl", "wb") as f:
        f.write(jsonl(docs))
    run("bpe-train", "docs.jsonl", "--vocab-size", "2048", "--pattern", "cl100k", "--special",
        "<|endoftext|>", "-o", "tok.json")
    run("encode", "-t", "tok.json", "docs.jsonl", "then", "shard", "-o", "small/")
    example()
    done()


main()
