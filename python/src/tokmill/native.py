"""The native compressed shard (.tms), written from docs/SHARD.md.

    NativeShard     opening reads and checks footer, header and block table; the table of documents
                    and the rank tables are read when first asked for
    Block           a decoded block

What was stored is checked before it is used: each block's head by
its seal, each zstd frame by its hash; a rank or id out of range is refused. verify() compares the
hashes of the decoded ids as well.
"""
import bisect
import json
import struct

import numpy as np

from .codecs import xxh3_64, zstd_decode
from .errors import ShardError

MAGIC, SEEK_MAGIC, SEEKABLE = 0x184D2A57, 0x184D2A5E, 0x8F92EAB1
HEAD_MARK, FOOT_MARK = b"TMSHARD\0", b"TMSFOOT\0"
RANKS_MARK, BLOCK_MARK = b"TMRANKS\0", b"TMBLOCK\0"
INDEX_MARK, DOCS_MARK = b"TMINDEX\0", b"TMDOCS\0\0"
VERSION, FOOT, HEAD_GUESS, TAIL_GUESS = 1, 112, 4096, 16384
EXCEPTION = 65535           # the rank of an id that has none
BLOCK_MAX = 65536
BLOCK_HEAD = 64             # without exceptions and ends of documents
ENTRY = np.dtype([("offset", "<u8"), ("token", "<u8"), ("document", "<u8"), ("hash", "<u8"),
                  ("size", "<u4"), ("table", "<u4")])
TABLE = np.dtype([("offset", "<u8"), ("name", "<u8"), ("size", "<u4"), ("zero", "<u4")])


_NONE = np.zeros(0, np.int64)


class Block:
    """A decoded block: ranks at first, which is what a single window needs; ids once it is asked for
    much or again."""

    def __init__(self, ranks, at, exceptions, table):
        self.n, self.nbytes = len(ranks), 4 * len(ranks)
        self._ranks, self._at, self._exceptions, self._table = ranks, at, exceptions, table
        self._ids, self._asked = None, False

    def ids(self):
        """All ids, as 32-bit numbers."""
        ranks = self._ranks
        if self._ids is None:       # two threads may both do it, to the same end
            out = np.take(self._table.of(np.dtype(np.uint32)), ranks, mode="wrap")
            if len(self._at):
                out[self._at] = self._exceptions
            self._ids, self._ranks = out, None
        return self._ids

    def wanted(self, n):
        """ids() if the block is asked for so many or again; else None: copy() them."""
        if self._asked or 4 * n > self.n:
            return self.ids()
        self._asked = True
        return None

    def copy(self, start, out):
        """The ids from token `start` of the block on, without those of the whole block."""
        ranks = self._ranks
        if ranks is None:           # another thread has just made ids of them
            out[:] = self._ids[start:start + len(out)]
            return
        np.take(self._table.of(out.dtype), ranks[start:start + len(out)], out=out, mode="wrap")
        if len(self._at):
            a, b = np.searchsorted(self._at, (start, start + len(out)))
            out[self._at[a:b] - start] = self._exceptions[a:b]


class RankTable:
    """Ids by rank, in an array for each type that is asked for. `n` ranks have an id."""

    def __init__(self, ids):
        self.n = len(ids)
        self._ids = np.zeros(BLOCK_MAX, np.uint32)
        self._ids[:self.n] = ids
        self._types = {}

    def of(self, dtype):
        table = self._types.get(dtype)
        if table is None:
            table = self._types[dtype] = self._ids.astype(dtype)
        return table


def _step(numbers):
    """From each of the numbers to the next, if it is the same for all and rises; else 0."""
    step = numbers[1] - numbers[0] if len(numbers) > 2 else 0
    return step if step > 0 and numbers == list(range(numbers[0], numbers[-1] + 1, step)) else 0


def _copy_rows(ids, starts, out, numbers):
    """out[numbers[k]] becomes ids from starts[k] on: at once where all is as in the order of the data."""
    n, width, step = len(starts), out.shape[1], _step(starts)
    if step and _step(numbers) == 1:
        out[numbers[0]:numbers[0] + n] = np.ndarray((n, width), ids.dtype, ids, 4 * starts[0], (4 * step, 4))
        return
    for start, row in zip(starts, numbers):
        out[row] = ids[start:start + width]


class NativeShard:
    format, compressed = "native", True

    def __init__(self, file):
        self.file, self.path, self.name = file, file.path, file.name
        try:
            foot = self._footer()
            self._header(foot)
            self._index(foot)
        except (struct.error, IndexError) as e:
            raise self._flaw("its tables are cut short") from e
        self._tables, self._ends = {}, None

    def _flaw(self, why):
        return ShardError(self.path, why)

    # ---- opening

    def _frame(self, data, mark, what):
        """Checks magic number, size, mark and seal of a frame of ours."""
        if len(data) < 24 or struct.unpack_from("<II", data) != (MAGIC, len(data) - 8) \
                or data[8:16].tobytes() != mark:
            raise self._flaw(f"no {what} where it has to be")
        if xxh3_64(data[:-8]) != struct.unpack_from("<Q", data, len(data) - 8)[0]:
            raise self._flaw(f"the {what} is damaged: its seal is another")
        return data

    def _footer(self):
        size = self.file.size
        self._tail_at = max(size - TAIL_GUESS, 0)
        self._tail = self.file.read(self._tail_at, size - self._tail_at)
        if size < FOOT + 17 or struct.unpack_from("<BI", self._tail, len(self._tail) - 5) != (0, SEEKABLE):
            raise self._flaw("no native shard, or one that was cut short")
        frames, = struct.unpack_from("<I", self._tail, len(self._tail) - 9)
        seek = size - (17 + 8 * frames)
        if seek < FOOT or struct.unpack_from("<II", self._near_end(seek, 8)) != (SEEK_MAGIC, 8 * frames + 9):
            raise self._flaw("its seek table is damaged")
        foot = self._frame(self._near_end(seek - FOOT, FOOT), FOOT_MARK, "footer")
        (self.tokens, self.documents, self.blocks, self._index_at, self._docs_at, self.largest, _,
         low, high, *seals) = struct.unpack_from("<5QII5Q", foot, 16)
        self.hash = f"{high:016x}{low:016x}"
        if (self._docs_at + 32 + 2 * self.documents != seek - FOOT or self._index_at > self._docs_at
                or 40 * self.blocks > self._docs_at - self._index_at):
            raise self._flaw("the footer contradicts the size of the file")
        return seals

    def _near_end(self, at, n):
        if at >= self._tail_at:
            return self._tail[at - self._tail_at:at - self._tail_at + n]
        return self.file.read(at, n)

    def _header(self, seals):
        data = self.file.read(0, min(HEAD_GUESS, self._index_at))
        size = 8 + struct.unpack_from("<I", data, 4)[0]
        if size > self._index_at:
            raise self._flaw("no header where it has to be")
        head = self._frame(data[:size] if size <= len(data) else self.file.read(0, size), HEAD_MARK,
                           "header")
        version, most, self.max_id, eod, eod_id, m = struct.unpack_from("<6I", head, 16)
        if version != VERSION:
            raise self._flaw(f"version {version} of the native shard; this package reads {VERSION}")
        if m != size - 48 or most != BLOCK_MAX or eod > 2 or self.largest > self.max_id \
                or seals[0] != struct.unpack_from("<Q", head, size - 8)[0]:
            raise self._flaw("header and footer contradict each other")
        try:
            self.about = json.loads(head[40:40 + m].tobytes())
        except ValueError as e:
            raise self._flaw("the header's JSON cannot be read") from e
        self.eod, self.eod_id = ("none", "last", "first")[eod], eod_id if eod else None

    def _index(self, seals):
        data = self._frame(self._near_end(self._index_at, self._docs_at - self._index_at), INDEX_MARK,
                           "block table")
        blocks, tables = struct.unpack_from("<QI", data, 16)
        if blocks != self.blocks or len(data) != 80 + 24 * tables + 40 * blocks \
                or seals[1] != struct.unpack_from("<Q", data, len(data) - 8)[0]:
            raise self._flaw("block table and footer contradict each other")
        self._seal_of_docs = seals[2]
        self._rank = np.frombuffer(data, TABLE, tables, 32)
        entries = np.frombuffer(data, ENTRY, blocks + 1, 32 + 24 * tables)
        self._hash, self._table = entries["hash"].copy(), entries["table"].copy()
        self._offset = entries["offset"].astype(np.int64)
        self._size = entries["size"].astype(np.int64)
        self._token = entries["token"].astype(np.int64)
        self._document = entries["document"].astype(np.int64)
        self._check_entries(tables)
        del self._tail

    def _check_entries(self, tables):
        offset, size = self._offset, self._size
        tokens, documents = np.diff(self._token), np.diff(self._document)
        if ((self._token[0], self._document[0], self._token[-1], self._document[-1], offset[-1])
                != (0, 0, self.tokens, self.documents, self._index_at)
                or np.any(tokens < 0) or np.any(tokens > BLOCK_MAX) or np.any(documents < 0)
                or np.any(offset < 0) or np.any(size[:-1] < BLOCK_HEAD + 2 * documents)
                or np.any(offset[:-1] + size[:-1] > offset[1:])
                or np.any(self._table[:-1] >= tables)):
            raise self._flaw("the block table contradicts itself")

    # ---- ids

    def _rank_table(self, i):
        table = self._tables.get(i)
        if table is None:
            table = self._tables[i] = RankTable(self._rank_ids(self._rank[i]))
        return table

    def _rank_ids(self, entry):
        """The ids of all ranks: those that are listed, then the others in rising order."""
        at, size = int(entry["offset"]), int(entry["size"])
        if at + size > self._index_at:
            raise self._flaw("a rank table lies outside of the file")
        data = self._frame(self.file.read(at, size), RANKS_MARK, "rank table")
        k, max_id, z = struct.unpack_from("<3I", data, 16)
        if k > EXCEPTION or max_id != self.max_id or z != size - 36 \
                or int(entry["name"]) != struct.unpack_from("<Q", data, size - 8)[0]:
            raise self._flaw("a rank table contradicts the file")
        planes = self._zstd(data[28:28 + z], 4 * k, "a rank table")
        steps = planes.reshape(4, k).T.copy().view("<u4").reshape(k)
        ids = np.cumsum(steps, dtype=np.uint32)
        rest = np.ones(min(max_id + 1, EXCEPTION), bool)    # larger ones are not reached
        low = ids[ids < len(rest)]
        rest[low] = False
        high = np.unique(ids[ids >= len(rest)])
        if len(high) + len(rest) - np.count_nonzero(rest) < k or k and ids.max() > max_id:
            raise self._flaw("a rank table lists an id twice or one above the largest")
        return np.concatenate([ids, np.flatnonzero(rest)[:EXCEPTION - k]])

    def _zstd(self, frame, n, what):
        try:
            return zstd_decode(frame, n)
        except ValueError as e:
            raise self._flaw(f"{what} does not decode: {e}") from e

    def block(self, i):
        """Block i, decoded. Both hashes of the head are compared, so is its place in the table."""
        what, number = f"block {i}", int(self._table[i])
        n = int(self._token[i + 1] - self._token[i])
        d = int(self._document[i + 1] - self._document[i])
        data = self.file.read(int(self._offset[i]), int(self._size[i]))
        x = min(n, struct.unpack_from("<I", data, 24)[0])
        size = BLOCK_HEAD + 4 * x + 2 * d
        head = self._frame(data[:size], BLOCK_MARK, f"head of {what}")
        tokens, documents, x, c, table, ids_hash, hashed = struct.unpack_from("<4I3Q", head, 16)
        frame = data[size:]
        if (tokens, documents, c, table, ids_hash) != (n, d, len(frame), int(self._rank[number]["name"]),
                                                       int(self._hash[i])):
            raise self._flaw(f"{what} contradicts the block table")
        if xxh3_64(frame) != hashed:
            raise self._flaw(f"{what} is damaged: its hash is another")
        ranks, ids = self._zstd(frame, 2 * n, what).view("<u2"), head[56:56 + 4 * x].view("<u4")
        return self._ranks(ranks, ids, self._rank_table(number), what)

    def _ranks(self, ranks, ids, table, what):
        """No rank without an id, as many exceptions as were announced, none above the largest id."""
        at = _NONE
        if len(ids) == 0:
            good = len(ranks) == 0 or ranks.max() < table.n
        else:
            at = np.flatnonzero(ranks >= table.n)
            good = (len(at) == len(ids) and ids.max() <= self.max_id
                    and (table.n == EXCEPTION or np.all(ranks[at] == EXCEPTION)))
        if not good:
            raise self._flaw(f"{what} has an id out of range")
        return Block(ranks, at, ids, table)

    def copy(self, start, out, cache=None):
        """out[:] becomes the ids from token `start` on; blocks come from the cache if there is one."""
        self.rows([start], out[None], [0], cache)

    def rows(self, starts, out, numbers, cache=None):
        """out[numbers[k]] becomes the ids from starts[k] on; starts rise, so a block is got once."""
        width, k = out.shape[1], 0
        while k < len(starts):
            i = self._block_of(starts[k])
            first, end = int(self._token[i]), int(self._token[i + 1])
            inside = bisect.bisect_right(starts, end - width, k)    # rows that end in this block, too
            if inside == k:
                self._over(starts[k], out[numbers[k]], cache)
                k += 1
                continue
            block = self._got(i, cache)
            ids = block.ids() if inside - k > 2 else block.wanted(width)
            if ids is None:
                block.copy(starts[k] - first, out[numbers[k]])
                k += 1
            else:
                at = [start - first for start in starts[k:inside]]
                _copy_rows(ids, at, out, numbers[k:inside])
                k = inside

    def _got(self, i, cache):
        return cache.get((self, i), self.block, i) if cache else self.block(i)

    def _over(self, start, row, cache):
        """One row that does not end in the block in which it begins."""
        done = 0
        while done < len(row):
            at = start + done
            i = self._block_of(at)
            n = min(len(row) - done, int(self._token[i + 1]) - at)
            block, inside = self._got(i, cache), at - int(self._token[i])
            ids = block.wanted(n)
            if ids is not None:
                row[done:done + n] = ids[inside:inside + n]
            else:
                block.copy(inside, row[done:done + n])
            done += n

    def _block_of(self, token):
        i = token >> 16     # so it is unless shards were merged or mended
        if i < self.blocks and self._token[i] <= token < self._token[i + 1]:
            return i
        return int(np.searchsorted(self._token, token, side="right")) - 1

    def read(self, start, n, dtype=np.uint32):
        if start < 0 or n < 0 or start + n > self.tokens:
            raise IndexError(f"tokens {start} to {start + n} of {self.tokens}")
        out = np.empty(n, dtype)
        self.copy(start, out)
        return out

    # ---- documents, checks

    @property
    def ends(self):
        """Ends of documents in tokens, from the start of the shard."""
        if self._ends is None:
            data = self._frame(self.file.read(self._docs_at, 32 + 2 * self.documents), DOCS_MARK,
                               "document table")
            if struct.unpack_from("<Q", data, 16)[0] != self.documents \
                    or struct.unpack_from("<Q", data, len(data) - 8)[0] != self._seal_of_docs:
                raise self._flaw("document table and footer contradict each other")
            ends = np.repeat(self._token[:-1], np.diff(self._document))
            ends += data[24:-8].view("<u2")
            if np.any(ends[1:] < ends[:-1]) or (ends[-1] if len(ends) else 0) != self.tokens:
                raise self._flaw("the documents' ends contradict the number of tokens")
            self._ends = ends
        return self._ends

    def verify(self):
        """Decodes everything and compares the hashes of the ids; raises ShardError at the first flaw."""
        for i in range(self.blocks):
            ids = self.block(i).ids()
            if xxh3_64(ids.view(np.uint8)) != int(self._hash[i]):
                raise self._flaw(f"block {i}: the hash of its ids is another")
        self.ends

    def fingerprint(self):
        return {"name": self.name, "tokens": self.tokens, "documents": self.documents,
                "xxh3_128": self.hash}
