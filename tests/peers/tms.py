"""A reader of native token shards written from docs/SHARD.md alone, sharing nothing with tokmill."""
import json
import struct

import numpy as np
import xxhash
import zstd

SKIPPABLE, SEEK_TABLE, SEEKABLE = 0x184D2A57, 0x184D2A5E, 0x8F92EAB1


class Shard:
    def __init__(self, path):
        self.data = data = open(path, "rb").read()
        frames, zero, magic = struct.unpack("<IBI", data[-9:])
        assert magic == SEEKABLE and zero == 0 and frames >= 4
        seek = len(data) - (8 + 8 * frames + 9)
        assert struct.unpack_from("<II", data, seek) == (SEEK_TABLE, 8 * frames + 9)
        foot = self._frame(seek - 120, 112)
        assert foot[:8] == b"TMSFOOT\0" and xxhash.xxh3_64_intdigest(foot[:104]) == le64(foot, 104)
        self.tokens, self.documents, self.blocks, table, docs = struct.unpack_from("<5Q", foot, 8)
        assert self.blocks == frames - 4 == -(-self.tokens // 65536)
        size, = struct.unpack_from("<I", data, 4)
        for i, (at, n) in enumerate(((0, size), (table, 24 * self.blocks), (docs, 8 * self.documents))):
            whole = data[at:at + 8 + n]
            assert xxhash.xxh3_64_intdigest(whole) == le64(foot, 48 + 8 * i)
        head = self._frame(0, size)
        assert head[:8] == b"TMSHARD\0"
        version, self.width, block, m = struct.unpack_from("<4I", head, 8)
        assert version == 1 and block == 65536 and len(head) == 56 + m
        assert struct.unpack_from("<2Q", head, 24) == (self.tokens, self.documents)
        self.about = json.loads(head[56:])
        self.table = self._frame(table, 24 * self.blocks)
        self.ends = np.frombuffer(self._frame(docs, 8 * self.documents), "<u8")
        flat = b"".join(self.block(i) for i in range(self.blocks))
        low, high = struct.unpack_from("<2Q", foot, 72)
        assert xxhash.xxh3_128_intdigest(flat) == high << 64 | low
        self.ids = np.frombuffer(flat, f"<u{self.width}")

    def _frame(self, at, n):
        assert struct.unpack_from("<II", self.data, at) == (SKIPPABLE, n), at
        return self.data[at + 8:at + 8 + n]

    def block(self, i):
        at, size, _, hashed = struct.unpack_from("<QIIQ", self.table, 24 * i)
        out = zstd.decompress(self.data[at:at + size])
        assert len(out) == self.width * min(65536, self.tokens - 65536 * i)
        assert xxhash.xxh3_64_intdigest(out) == hashed
        return out

    def __len__(self):
        return self.documents

    def __getitem__(self, i):
        return self.ids[int(self.ends[i - 1]) if i else 0:int(self.ends[i])]


def le64(p, at):
    return struct.unpack_from("<Q", p, at)[0]
