"""A reader of native token shards written from docs/SHARD.md alone, sharing nothing with tokmill."""
import json
import struct

import numpy as np
import xxhash
import zstd

MAGIC, SEEK_MAGIC, SEEK_END, EXCEPTION = 0x184D2A57, 0x184D2A5E, 0x8F92EAB1, 65535
ENTRY = np.dtype([("at", "<u8"), ("token", "<u8"), ("doc", "<u8"), ("hash", "<u8"), ("size", "<u4"), ("ranks", "<u4")])
RANKS = np.dtype([("at", "<u8"), ("name", "<u8"), ("size", "<u4"), ("zero", "<u4")])


class Shard:
    def __init__(self, path):
        self.data = data = open(path, "rb").read()
        frames, zero, magic = struct.unpack("<IBI", data[-9:])
        assert magic == SEEK_END and zero == 0
        seek = len(data) - (8 + 8 * frames + 9)
        assert struct.unpack_from("<II", data, seek) == (SEEK_MAGIC, 8 * frames + 9)
        foot = self._frame(seek - 112, b"TMSFOOT\0")
        self.tokens, self.documents, self.blocks, index, docs = struct.unpack_from("<5Q", foot, 16)
        self.max_seen, = struct.unpack_from("<I", foot, 56)
        head = self._frame(0, b"TMSHARD\0")
        assert (le64(head, -8), le64(self._frame(index, b"TMINDEX\0"), -8),
                le64(self._frame(docs, b"TMDOCS\0\0"), -8)) == struct.unpack_from("<3Q", foot, 80)
        version, block, self.max_id, eod, self.eod_id, m = struct.unpack_from("<6I", head, 16)
        assert version == 1 and block == 65536 and len(head) == 48 + m
        self.eod = ("none", "last", "first")[eod]
        self.about = json.loads(head[40:40 + m])
        n, r = struct.unpack_from("<QI", data, index + 16)
        assert n == self.blocks and frames == 2 * n + r + 4
        ranks = np.frombuffer(data, RANKS, r, index + 32)
        self.names = ranks["name"]
        self.ranks = [self._ranks(int(e["at"]), int(e["name"])) for e in ranks]
        self.index = np.frombuffer(data, ENTRY, n + 1, index + 32 + 24 * r)
        assert (self.index[n]["token"], self.index[n]["doc"]) == (self.tokens, self.documents)
        self.ids = np.concatenate([np.empty(0, "<u4")] + [self.block(b) for b in range(n)])
        low, high = struct.unpack_from("<2Q", foot, 64)
        assert xxhash.xxh3_128_intdigest(self.ids.tobytes()) == high << 64 | low
        table = np.frombuffer(data, "<u2", self.documents, docs + 24)
        self.ends = np.repeat(self.index["token"][:-1], np.diff(self.index["doc"]).astype(int)) + table

    def _frame(self, at, mark):
        magic, n = struct.unpack_from("<II", self.data, at)
        frame = self.data[at:at + 8 + n]
        assert magic == MAGIC and frame[8:16] == mark, (at, frame[:16])
        assert xxhash.xxh3_64_intdigest(frame[:-8]) == le64(frame, -8)
        return frame

    def _ranks(self, at, name):
        frame = self._frame(at, b"TMRANKS\0")
        assert le64(frame, -8) == name
        k, max_id, z = struct.unpack_from("<3I", frame, 16)
        assert max_id == self.max_id
        planes = np.frombuffer(zstd.decompress(frame[28:28 + z]) if k else b"", np.uint8)
        listed = np.cumsum(planes.reshape(4, k).T.copy().view("<u4")[:, 0], dtype="<u4")
        rest = np.setdiff1d(np.arange(min(max_id, 65534) + 1, dtype="<u4"), listed)
        return np.concatenate([listed, rest])[:65535]

    def block(self, b):
        e, after = self.index[b], self.index[b + 1]
        n, d, at = int(after["token"] - e["token"]), int(after["doc"] - e["doc"]), int(e["at"])
        head = self._frame(at, b"TMBLOCK\0")
        n_, d_, x, c, ranks, hashed, packed_hash = struct.unpack_from("<4I3Q", head, 16)
        assert (n_, d_, hashed) == (n, d, e["hash"]) and len(head) == 64 + 4 * x + 2 * d
        assert ranks == self.names[e["ranks"]] and len(head) + c == e["size"]
        packed = self.data[at + len(head):at + int(e["size"])]
        assert xxhash.xxh3_64_intdigest(packed) == packed_hash
        stored = np.frombuffer(zstd.decompress(packed) if n else b"", "<u2")
        ids = np.append(self.ranks[e["ranks"]], np.zeros(65536, "<u4"))[stored]
        ids[stored == EXCEPTION] = np.frombuffer(head, "<u4", x, 56)
        assert len(ids) == n and xxhash.xxh3_64_intdigest(ids.tobytes()) == hashed
        return ids

    def __len__(self):
        return self.documents

    def __getitem__(self, i):
        return self.ids[int(self.ends[i - 1]) if i else 0:int(self.ends[i])]


def le64(p, at):
    return struct.unpack_from("<Q", p, at if at >= 0 else len(p) + at)[0]
