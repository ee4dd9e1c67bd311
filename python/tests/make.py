"""Shards for the tests: bare ones by the layouts of docs/SHARD.md, others by tokmill itself."""
import json
import os
import struct
import subprocess
import tempfile
import unittest

import numpy as np

TOKMILL = os.environ.get("TOKMILL")
needs_tokmill = unittest.skipUnless(TOKMILL, "TOKMILL does not name the program")


class Case(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tokmill-py-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, *parts):
        with open(self.path(name), "wb") as f:
            for p in parts:
                f.write(p if isinstance(p, bytes) else np.ascontiguousarray(p).tobytes())
        return self.path(name)


def documents(n, vocab, seed=0, longest=300, eod=0):
    """Documents of ids as in text: a few frequent ones, all of the vocabulary, some empty. `eod` is
    none of them."""
    rng = np.random.default_rng(seed)
    docs = []
    for _ in range(n):
        size = int(rng.integers(0, longest))
        ids = np.where(rng.random(size) < 0.8, rng.zipf(1.4, size) % vocab, rng.integers(0, vocab, size))
        docs.append(np.where(ids == eod, vocab - 1, ids).astype(np.int64))
    return docs


def flat(docs, eod=0):
    return np.concatenate([np.append(d, eod) for d in docs])


def index(lengths, width_code=8, width=2):
    """A Megatron .idx."""
    lengths = np.asarray(lengths, "<i4")
    starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)[:-1]]) * width
    return b"".join([b"MMIDIDX\0\0", struct.pack("<QBQQ", 1, width_code, len(lengths), len(lengths) + 1),
                     lengths.tobytes(), starts.astype("<i8").tobytes(),
                     np.arange(len(lengths) + 1, dtype="<i8").tobytes()])


def tokmill(*args, stdin=b""):
    p = subprocess.run([TOKMILL, *args], input=stdin, capture_output=True)
    if p.returncode:
        raise RuntimeError(f"tokmill {' '.join(args)}: {p.stderr.decode()}")
    return p.stdout


def shard(folder, docs, vocab, *options, eod=0):
    """Documents through `tokmill shard` into a folder."""
    lines = b"".join(json.dumps({"id": str(i), "text": "", "input_ids": d.tolist()}).encode() + b"\n"
                     for i, d in enumerate(docs))
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    tokmill("shard", "--vocab-size", str(vocab), "--eod-id", str(eod), *options, "-o", folder + "/",
            stdin=lines)
    return folder
