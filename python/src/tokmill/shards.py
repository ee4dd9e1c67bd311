"""Shards as one long stream of tokens.

open() takes a file, a folder with a manifest, a list of either, or URLs; what a file is, is told by
its content and name. Shards is the stream: token t of all, windows that straddle files, documents.
Decoded blocks of compressed shards are kept in a cache of so many bytes, shared by all threads.
"""
import bisect
import collections
import json
import os
import threading

import numpy as np

from . import flat, native
from .errors import ShardError
from .files import exists, is_url, join, open_file, whole

CACHE = 160 << 20


class BlockCache:
    """The blocks used last, up to a number of bytes. A block that one thread is decoding is waited
    for by others instead of decoded twice."""

    def __init__(self, limit):
        self.limit, self.used, self._process = limit, 0, os.getpid()
        self._blocks, self._lock = collections.OrderedDict(), threading.Lock()
        self._coming = {}

    def __getstate__(self):
        return {"limit": self.limit}

    def __setstate__(self, state):
        self.__init__(state["limit"])

    def get(self, key, make, *args):
        """The block of a key, which make(*args) gives if it is not there."""
        if self._process != os.getpid():    # after a fork, locks may be held by nobody
            self.__init__(self.limit)
        with self._lock:
            block = self._blocks.get(key)
            if block is not None:
                self._blocks.move_to_end(key)
                return block
            other = self._coming.get(key)
            if other is None:
                mine = self._coming[key] = threading.Event()
        if other is not None:
            other.wait()
            return self.get(key, make, *args)
        try:
            block = make(*args)
            self._put(key, block)
            return block
        finally:
            with self._lock:
                del self._coming[key]
            mine.set()

    def _put(self, key, block):
        with self._lock:
            self._blocks[key] = block
            self.used += block.nbytes
            while self.used > self.limit and len(self._blocks) > 1:
                self.used -= self._blocks.popitem(last=False)[1].nbytes


class Shards:
    """Shards in a row. `tokens` in all; token and document numbers run through all shards."""

    def __init__(self, shards, cache=CACHE):
        self.shards = list(shards)
        self.starts = np.cumsum([0] + [s.tokens for s in self.shards])
        self._starts = self.starts.tolist()
        self.tokens = self._starts[-1]
        self.cache = BlockCache(cache)
        self._ends = self._print = None

    def __len__(self):
        return self.tokens

    def read(self, start, n, dtype=np.uint32):
        """n tokens from a token on."""
        out = np.empty(n, dtype)
        self._copy(start, out)
        return out

    def fill(self, starts, out):
        """Row i of `out` becomes the tokens from starts[i] on. Rows are read in the order of the
        data, so that a block is decoded once however the rows are shuffled."""
        if len(starts) and (starts.min() < 0 or starts.max() + out.shape[1] > self.tokens):
            raise IndexError(f"a row of {out.shape[1]} tokens is not within {self.tokens}")
        order = np.argsort(starts, kind="stable")
        starts, order, width, a = starts[order], order.tolist(), out.shape[1], 0
        while a < len(order):       # a run of rows that begin in one shard
            i = bisect.bisect_right(self._starts, starts[a]) - 1
            shard, here = self.shards[i], self._starts[i]
            whole, b = (a + int(n) for n in np.searchsorted(
                starts[a:], (here + shard.tokens - width + 1, here + shard.tokens)))
            shard.rows((starts[a:whole] - here).tolist(), out, order[a:whole], self.cache)
            for k in range(whole, b):       # over the end of the shard
                self._copy(int(starts[k]), out[order[k]])
            a = b
        return out

    def _copy(self, start, out):
        if start < 0 or start + len(out) > self.tokens:
            raise IndexError(f"tokens {start} to {start + len(out)} of {self.tokens}")
        i = bisect.bisect_right(self._starts, start) - 1
        at, done = start - self._starts[i], 0
        while done < len(out):
            n = min(len(out) - done, self.shards[i].tokens - at)
            if n:
                self.shards[i].copy(at, out[done:done + n], self.cache)
            done, at, i = done + n, 0, i + 1

    @property
    def ends(self):
        """Where documents end, in tokens of the stream."""
        if self._ends is None:
            ends = [s.ends + start for s, start in zip(self.shards, self.starts)]
            self._ends = np.concatenate(ends) if ends else np.zeros(0, np.int64)
        return self._ends

    @property
    def documents(self):
        return len(self.ends)

    def document(self, i):
        """The ids of a document, with its end-of-document id."""
        if not 0 <= i < self.documents:
            raise IndexError(f"document {i} of {self.documents}")
        start = int(self.ends[i - 1]) if i else 0
        return self.read(start, int(self.ends[i]) - start)

    def fingerprint(self):
        """What a checkpoint remembers of the data: a list, one object a shard. Taken once."""
        if self._print is None:
            self._print = [s.fingerprint() for s in self.shards]
        return self._print


# ---- opening

def open_shards(paths, cache=CACHE, access="pread", dtype=None, eod=None):
    """Opens files, folders or URLs, in their order, as one stream.

    access  "pread" or "mmap", for local files
    dtype   of bare ids where nothing tells it (OLMo's .npy, a .bin of other width than nanoGPT's)
    eod     the end-of-document id, where documents have no other borders
    """
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    shards = []
    for path in paths:
        path = os.fspath(path)
        shards += _folder(path, access, dtype, eod) if _is_folder(path) else \
            [_open(path, _manifest_beside(path), access, dtype, eod)]
    return Shards(shards, cache)


def _is_folder(path):
    return path.endswith("/") if is_url(path) else os.path.isdir(path)


def read_manifest(path):
    try:
        m = json.loads(whole(path))
        if m["kind"] != "shards" or not all("/" not in f["name"] for f in m["files"]):
            raise ValueError
    except (ValueError, KeyError, TypeError) as e:
        raise ShardError(path, "not a manifest of token shards") from e
    return m


def _folder(folder, access, dtype, eod):
    path = join(folder, "manifest.json")
    if not exists(path):
        raise ShardError(folder, "no manifest.json: name its files, or finish writing it")
    manifest = read_manifest(path)
    shards = []
    for f in manifest["files"]:
        if f.get("index"):
            continue
        shard = _open(join(folder, f["name"]), manifest, access, dtype, eod)
        if shard.tokens != f["tokens"]:
            raise ShardError(shard.path, f"{shard.tokens} tokens, {f['tokens']} by the manifest")
        shards.append(shard)
    return shards


def _manifest_beside(path):
    """The manifest of a file's folder, if it lists the file."""
    folder, _, name = path.rpartition("/")
    path = join(folder or ".", "manifest.json")
    if not exists(path):
        return {}
    manifest = read_manifest(path)
    return manifest if any(f["name"] == name for f in manifest["files"]) else {}


def _open(path, about, access, dtype, eod):
    kind = about.get("format") or _kind(path)
    if kind == "native":
        return native.NativeShard(open_file(path, access))
    openers = {"megatron": flat.open_megatron, "llmc": flat.open_llmc, "nanogpt": flat.open_nanogpt,
               "datatrove": flat.open_datatrove, "olmo": flat.open_npy}
    if kind not in openers:
        raise ShardError(path, f"format {kind} is not read here; tokmill unshard reads it")
    return openers[kind](path, about, access, dtype, eod)


def _kind(path):
    stem = path[:-4] if path.endswith((".bin", ".idx")) else path
    if path.endswith(".ds"):
        return "datatrove"
    if path.endswith(".npy"):
        return "olmo"
    if not path.endswith(".tms") and exists(stem + ".idx"):
        return "megatron"
    f = open_file(path)
    head = f.read(0, min(f.size, 16)).tobytes()
    if path.endswith(".tms") or head[8:16] == native.HEAD_MARK:
        return "native"
    return "llmc" if head[:4] in (b"\x88\xd8\x34\x01", b"\xa1\xd9\x34\x01") else "nanogpt"
