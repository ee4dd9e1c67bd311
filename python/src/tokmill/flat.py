"""Shards whose ids lie bare in a file: Megatron, llm.c, nanoGPT, datatrove, OLMo and NumPy's .npy.

A FlatShard is a run of ids of one width at an offset of a file. What the formats differ in is where
the width, the number of tokens and the ends of documents are written, if anywhere:

    megatron    NAME.bin; NAME.idx has type, lengths and documents
    llmc        1,024 bytes of header with a magic number that tells the width; no documents
    nanogpt     16 bits; no documents
    datatrove   NAME.ds; NAME.ds.index has ends, NAME.ds.metadata the width
    olmo        NAME.npy without NumPy's header; NAME.csv.gz has documents; the width is told
    npy         one-dimensional array of whole numbers as numpy.save() writes it

The manifest of tokmill beside a file tells width and end-of-document id where the file does not.
docs/SHARD.md has the layouts. These formats carry no checksums: size and counts are checked, and
fingerprint() samples the bytes.
"""
import csv
import functools
import gzip
import hashlib
import io
import struct

import numpy as np

from .errors import ShardError
from .files import exists, is_url, open_file, whole

SAMPLES, PAGE = 64, 4096    # of a fingerprint; of a remote file
REMOTE_SAMPLES = 4
SCAN = 1 << 22              # tokens searched at a time for an end-of-document id


class FlatShard:
    """`ends` is a function of the shard that gives the ends of documents in tokens, or None. (It is
    a partial() of one in this file, so that shards can be sent to other processes.)"""

    compressed = False

    def __init__(self, file, form, dtype, offset=0, tokens=None, ends=None):
        self.file, self.format, self.offset = file, form, offset
        self.dtype = np.dtype(dtype).newbyteorder("<")
        room, rest = divmod(file.size - offset, self.dtype.itemsize)
        if rest:
            raise ShardError(file.path, "the file ends within an id")
        if tokens is not None and tokens != room:
            raise ShardError(file.path, f"{tokens} ids by its index or header, {room} by its size")
        self.tokens, self._ends, self._table = room, ends, None
        self.path, self.name = file.path, file.name

    def read(self, start, n):
        """n ids from a token on, as stored."""
        if start < 0 or n < 0 or start + n > self.tokens:
            raise IndexError(f"tokens {start} to {start + n} of {self.tokens}")
        w = self.dtype.itemsize
        return self.file.read(self.offset + start * w, n * w).view(self.dtype)

    def copy(self, start, out, cache=None):
        out[:] = self.read(start, len(out))

    def rows(self, starts, out, numbers, cache=None):
        """out[numbers[k]] becomes the ids from starts[k] on."""
        for start, row in zip(starts, numbers):
            out[row] = self.read(start, out.shape[1])

    @property
    def ends(self):
        """Ends of documents in tokens, from the start of the shard."""
        if self._table is None:
            if self._ends is None:
                raise ShardError(self.path, "nothing tells where documents end: give eod=")
            table = np.asarray(self._ends(self), np.int64)
            if len(table) and (table[0] < 0 or np.any(table[1:] < table[:-1])
                               or table[-1] != self.tokens) or not len(table) and self.tokens:
                raise ShardError(self.path, "the documents' ends contradict the number of ids")
            self._table = table
        return self._table

    def fingerprint(self):
        """Size and a hash of pages spread over the file, first and last among them."""
        h = hashlib.blake2b(digest_size=16)
        pages = np.linspace(0, max(self.file.size - PAGE, 0),
                            REMOTE_SAMPLES if is_url(self.path) else SAMPLES).astype(np.int64)
        for at in np.unique(pages):
            h.update(self.file.read(int(at), min(PAGE, self.file.size)))
        return {"name": self.name, "tokens": self.tokens, "bytes": self.file.size,
                "sampled": h.hexdigest()}


# ---- ends of documents

def _scan(shard, eod, first):
    """Ends by looking for an id: behind it, or before it where it begins documents."""
    found = [np.zeros(0, np.int64)]
    for at in range(0, shard.tokens, SCAN):
        ids = shard.read(at, min(SCAN, shard.tokens - at))
        found.append(np.flatnonzero(ids == eod) + at + (0 if first else 1))
    ends = np.concatenate(found)
    ends = ends[ends > 0]
    if shard.tokens and (not len(ends) or ends[-1] != shard.tokens):
        ends = np.append(ends, shard.tokens)
    return ends


def _scanner(about, eod, first=False):
    """By the id that is given, else by the manifest's; None if neither is."""
    first = about.get("eod") == "first" if about.get("eod") in ("first", "last") else first
    if eod is None and about.get("eod") in ("first", "last"):
        eod = about["eod_id"]
    return None if eod is None else functools.partial(_scan, eod=eod, first=first)


def _from_index(shard, index, sequences, borders):
    """Megatron's: sequence lengths, and the first sequence of each document."""
    lengths = index.read(34, 4 * sequences).view("<i4")
    marks = index.read(34 + 12 * sequences, 8 * borders).view("<i8")
    if borders < 1 or marks[0] != 0 or marks[-1] != sequences or np.any(lengths < 0) \
            or np.any(marks[1:] < marks[:-1]):
        raise ShardError(index.path, "its documents contradict its sequences")
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])[marks[1:]]


def _from_u64(shard, path):
    return np.frombuffer(whole(path), "<u8").astype(np.int64)


def _from_csv(shard, path):
    rows = csv.reader(io.StringIO(gzip.decompress(whole(path)).decode()))
    return np.fromiter((int(row[1]) for row in rows), np.int64)


# ---- formats: each opens a file, `about` being the manifest beside it or {}

TYPES = {1: np.uint8, 2: np.int8, 3: np.int16, 4: np.int32, 5: np.int64, 8: np.uint16}


def open_megatron(path, about, access, dtype, eod):
    stem = path[:-4] if path.endswith((".bin", ".idx")) else path
    index = open_file(stem + ".idx", access)
    head = index.read(0, 34).tobytes() if index.size >= 34 else b""
    if head[:9] != b"MMIDIDX\0\0" or head[9:17] != struct.pack("<Q", 1):
        raise ShardError(index.path, "not a Megatron index")
    code, sequences, borders = struct.unpack_from("<BQQ", head, 17)
    if code not in TYPES:
        raise ShardError(index.path, f"type {code} is not one of whole numbers")
    if index.size not in (34 + 12 * sequences + 8 * borders, 34 + 13 * sequences + 8 * borders):
        raise ShardError(index.path, "its counts contradict its size")
    width = np.dtype(TYPES[code]).itemsize
    tokens = 0
    if sequences:
        last = 34 + 4 * sequences - 4
        length, = struct.unpack("<i", index.read(last, 4))
        start, = struct.unpack("<q", index.read(34 + 12 * sequences - 8, 8))
        tokens = start // width + length
    ends = functools.partial(_from_index, index=index, sequences=sequences, borders=borders)
    return FlatShard(open_file(stem + ".bin", access), "megatron", TYPES[code], 0, tokens, ends)


def open_llmc(path, about, access, dtype, eod):
    f = open_file(path, access)
    magic, version, tokens = (int(x) for x in f.read(0, 12).view("<i4"))
    width = {(20240520, 1): np.uint16, (20240801, 7): np.uint32}.get((magic, version))
    if width is None or f.size < 1024:
        raise ShardError(f.path, "not an llm.c shard")
    return FlatShard(f, "llmc", width, 1024, tokens, _scanner(about, eod, first=True))


def open_nanogpt(path, about, access, dtype, eod):
    return FlatShard(open_file(path, access), "nanogpt", dtype or np.uint16, 0, None,
                     _scanner(about, eod))


def open_datatrove(path, about, access, dtype, eod):
    ends = None
    if exists(path + ".index"):
        ends = functools.partial(_from_u64, path=path + ".index")
    if dtype is None and exists(path + ".metadata"):
        size = whole(path + ".metadata").split(b"\n")[0].rpartition(b"|")[2]
        dtype = {b"2": np.uint16, b"4": np.uint32}.get(size)
    dtype = dtype or _told(path, about)
    return FlatShard(open_file(path, access), "datatrove", dtype, 0, None,
                     ends or _scanner(about, eod))


def _told(path, about):
    if "id_bytes" not in about:
        raise ShardError(path, "nothing tells the width of its ids: give dtype=")
    return {2: np.uint16, 4: np.uint32}[about["id_bytes"]]


def open_npy(path, about, access, dtype, eod):
    """NumPy's container if it has its magic number, else OLMo's bare ids."""
    f = open_file(path, access)
    if f.size >= 10 and f.read(0, 6).tobytes() == b"\x93NUMPY":
        return _container(f, _scanner(about, eod))
    csv_path, ends = path[:-4] + ".csv.gz", None
    if exists(csv_path):
        ends = functools.partial(_from_csv, path=csv_path)
    return FlatShard(f, "olmo", dtype or _told(path, about), 0, None, ends or _scanner(about, eod))


def _container(f, ends):
    head = io.BytesIO(f.read(0, min(f.size, 1 << 16)).tobytes())
    try:
        version = np.lib.format.read_magic(head)
        read = {(1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0}[version]
        shape, _, dtype = read(head)
    except (ValueError, KeyError) as e:
        raise ShardError(f.path, f"not a .npy: {e}") from e
    if len(shape) != 1 or dtype.kind not in "ui" or dtype.byteorder == ">":
        raise ShardError(f.path, "not a one-dimensional array of little-endian whole numbers")
    return FlatShard(f, "npy", dtype, head.tell(), shape[0], ends)
