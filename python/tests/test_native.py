"""Native shards: equal to what was written and to what tokmill reads; damage is refused, always."""
import json
import os
import struct
import unittest

import numpy as np

import tokmill
from make import Case, documents, flat, needs_tokmill, shard
from make import tokmill as program
from tokmill import codecs, native, shards

VOCABS = [300, 50257, 65536, 200019]


def documents_by_tokmill(folder):
    lines = program("unshard", "--keep-eod", folder + "/").splitlines()
    return [json.loads(line)["input_ids"] for line in lines]


@needs_tokmill
class Read(Case):
    def test_equals_what_was_written_and_what_tokmill_reads(self):
        for vocab in VOCABS:
            docs = documents(40, vocab, vocab, 20_000)
            docs.insert(3, documents(1, vocab, 9, 2)[0][:0])        # no ids at all
            rng = np.random.default_rng(vocab)
            docs.insert(5, rng.integers(1, vocab, 150_000))         # longer than two blocks
            data = tokmill.open(shard(self.path(str(vocab)), docs, vocab))
            want = flat(docs)
            self.assertGreater(data.shards[0].blocks, 4)
            for dtype in (np.uint32, np.int64, np.int32):
                self.assertTrue(np.array_equal(data.read(0, data.tokens, dtype), want), vocab)
            self.assertEqual([data.document(i).tolist() for i in range(data.documents)],
                             documents_by_tokmill(self.path(str(vocab))))
            data.shards[0].verify()

    def test_windows(self):
        for vocab in (300, 200019):
            docs = documents(40, vocab, vocab, 20_000)
            want = flat(docs)
            data = tokmill.open(shard(self.path(str(vocab)), docs, vocab))
            starts = np.random.default_rng(1).integers(0, len(want) - 2049, 200)
            starts[:4] = 0, 65536 - 2048, 65535, len(want) - 2049
            rows = data.fill(starts, np.empty((200, 2049), np.int64))
            self.assertTrue(np.array_equal(rows, want[starts[:, None] + np.arange(2049)]))
            even = np.arange(0, len(want) - 2049, 512)
            for starts in (even, even[::-1], np.repeat(even, 2), np.delete(even, [7, 60, 61])):
                rows = data.fill(starts, np.empty((len(starts), 2049), np.int64))
                self.assertTrue(np.array_equal(rows, want[starts[:, None] + np.arange(2049)]))
            for bad in (-1, len(want) - 2048):
                with self.assertRaises(IndexError):
                    data.fill(np.array([5, bad]), np.empty((2, 2049)))
            for start, n in [(-1, 1), (len(want), 1), (0, len(want) + 1)]:
                with self.assertRaises(IndexError):
                    data.read(start, n)
                with self.assertRaises(IndexError):
                    data.shards[0].read(start, n)

    def test_exceptions_everywhere(self):
        """More ids than there are ranks: many come as exceptions."""
        ids = np.random.default_rng(2).permutation(np.arange(1, 200_000))
        data = tokmill.open(shard(self.path("e"), [ids], 200_000))
        self.assertTrue(np.array_equal(data.read(0, len(ids)), ids))
        self.assertGreater(sum(len(data.shards[0].block(i)._at) for i in range(4)), 50_000)
        self.assertTrue(np.array_equal(data.read(65_000, 2049), ids[65_000:67_049]))

    def test_empty(self):
        for docs in ([], [np.array([], np.int64)] * 3):
            data = tokmill.open(shard(self.path("n"), docs, 300))
            self.assertEqual((data.tokens, data.documents), (len(docs), len(docs)))

    def test_about(self):
        s = tokmill.open(shard(self.path("a"), documents(3, 300), 300)).shards[0]
        self.assertEqual((s.eod, s.eod_id, s.max_id), ("last", 0, 299))
        self.assertEqual(s.fingerprint()["xxh3_128"],
                         json.load(open(self.path("a/manifest.json")))["files"][0]["xxh3_128"])

    def test_cache_is_bounded(self):
        docs = [np.random.default_rng(1).integers(1, 300, 1_000_000)]
        data = tokmill.open(shard(self.path("c"), docs, 300), cache=400_000)
        data.read(0, data.tokens)
        self.assertTrue(0 < data.cache.used <= 400_000)
        calls = []
        data.cache.get("x", lambda: calls.append(1) or np.zeros(1))
        data.cache.get("x", lambda: calls.append(1) or np.zeros(1))
        self.assertEqual(len(calls), 1)

    def test_backends_agree(self):
        path = shard(self.path("b"), documents(40, 50257), 50257)
        want = tokmill.open(path).read(0, 20_000 // 4)
        decoders = {"libzstd": codecs._library("libzstd.so.1", "libzstd.1.dylib")}
        decoders = {n: codecs._LibZstd(lib) for n, lib in decoders.items() if lib}
        for name, make in (("zstandard", codecs._zstandard), ("compression.zstd", codecs._compression_zstd)):
            try:
                decoders[name] = make()
            except ImportError:
                pass
        self.assertTrue(decoders)
        kept = codecs._zstd
        try:
            for codecs._zstd in decoders.values():
                self.assertTrue(np.array_equal(tokmill.open(path).read(0, 5000), want))
                with self.assertRaises(ValueError):
                    codecs.zstd_decode(np.zeros(50, np.uint8), 10)
        finally:
            codecs._zstd = kept

    def test_says_what_is_missing(self):
        path = shard(self.path("m"), documents(3, 300), 300)
        for name in ("_zstd", "_xxh3"):
            kept = getattr(codecs, name)
            try:
                setattr(codecs, name, None)
                with self.assertRaisesRegex(ImportError, "pip install"):
                    tokmill.open(path).read(0, 5)
            finally:
                setattr(codecs, name, kept)


def reseal(data, at):
    """The seal of the frame at `at` fits its bytes again."""
    n = 8 + struct.unpack_from("<I", data, at + 4)[0]
    seal = codecs.xxh3_64(np.frombuffer(bytes(data[at:at + n - 8]), np.uint8))
    struct.pack_into("<Q", data, at + n - 8, seal)
    return seal


@needs_tokmill
class Damage(Case):
    def setUp(self):
        super().setUp()
        self.docs = documents(12, 300, 4, 60)
        self.folder_ = shard(self.path("d"), self.docs, 300)
        with open(self.path("d/shard.tms"), "rb") as f:
            self.good = f.read()
        self.want = flat(self.docs).tolist(), np.cumsum([len(d) + 1 for d in self.docs]).tolist()

    def read(self, data):
        path = self.write("x.tms", bytes(data))
        d = tokmill.open(path)
        out = d.read(0, d.tokens).tolist(), d.ends.tolist()
        d.shards[0].verify()
        return out

    def test_every_byte(self):
        """Each byte of a small shard changed in several ways is refused, or changes nothing: what only
        others read (zstd's seek table)."""
        harmless = set()
        for at in range(len(self.good)):
            for flip in (1, 0x80, 0xFF):
                bad = bytearray(self.good)
                bad[at] ^= flip
                try:
                    self.assertEqual(self.read(bad), self.want, at)
                    harmless.add(at)
                except tokmill.ShardError:
                    pass
        seek = len(self.good) - 17 - 8 * struct.unpack_from("<I", self.good, len(self.good) - 9)[0]
        self.assertTrue(all(seek + 8 <= at < len(self.good) - 9 for at in harmless), harmless)

    def test_every_length(self):
        for n in range(len(self.good)):
            with self.assertRaises(tokmill.ShardError):
                self.read(self.good[:n])
        with self.assertRaises(tokmill.ShardError):
            self.read(self.good + b"\0")

    def frames(self):
        """Offsets of the frames by mark."""
        at, found = 0, {}
        while at < len(self.good):
            magic, n = struct.unpack_from("<II", self.good, at)
            if magic != native.MAGIC:
                break
            found.setdefault(self.good[at + 8:at + 16], at)
            if self.good[at + 8:at + 16] == native.BLOCK_MARK:
                n += struct.unpack_from("<I", self.good, at + 28)[0]
            at += 8 + n
        return found

    def test_lies_with_right_seals(self):
        """What a file claims with a right checksum is not believed either."""
        frames = self.frames()
        foot, index = frames[native.FOOT_MARK], frames[native.INDEX_MARK]
        block = frames[native.BLOCK_MARK]
        for where, at, value in [
                ("<Q", foot + 16, 1 << 60), ("<Q", foot + 24, 1 << 60), ("<Q", foot + 32, 1 << 60),
                ("<Q", foot + 40, 1 << 63), ("<Q", foot + 48, 7), ("<I", foot + 56, 1 << 31),
                ("<Q", index + 16, 1 << 59), ("<I", index + 24, 1 << 31),
                ("<Q", index + 32, 1 << 62), ("<I", index + 48, 1 << 31),      # the rank table's place
                ("<Q", index + 56, 1 << 62), ("<Q", index + 64, 1 << 62), ("<I", index + 88, 1 << 31),
                ("<I", index + 92, 9), ("<Q", index + 104, 1 << 62), ("<Q", index + 112, 1 << 62),
                ("<I", block + 16, 1 << 31), ("<I", block + 20, 1 << 30), ("<I", block + 24, 1 << 31)]:
            bad = bytearray(self.good)
            struct.pack_into(where, bad, at, value)
            if block <= at < index:
                reseal(bad, block)
            if index <= at < foot:
                struct.pack_into("<Q", bad, foot + 88, reseal(bad, index))
            reseal(bad, foot)
            with self.assertRaises(tokmill.ShardError, msg=at):
                self.read(bad)

    def test_ids_out_of_range(self):
        """Ranks without an id, and exceptions above the largest id, with all hashes right."""
        table = native.RankTable(np.arange(300))
        s = tokmill.open(self.folder_).shards[0]
        for ranks, ids in [([1, 300], []), ([1, 65535], [300]), ([65535], []), ([0], [5])]:
            with self.assertRaisesRegex(tokmill.ShardError, "out of range"):
                s._ranks(np.array(ranks, "<u2"), np.array(ids, "<u4"), table, "block 0")
        out = np.zeros(2, np.int64)
        s._ranks(np.array([1, 65535], "<u2"), np.array([299], "<u4"), table, "block 0").copy(0, out)
        self.assertEqual(out.tolist(), [1, 299])

    def test_errors_name_file_and_block(self):
        bad = bytearray(self.good)
        bad[self.frames()[native.INDEX_MARK] - 3] ^= 1
        with self.assertRaisesRegex(tokmill.ShardError, r"x\.tms: block 0 is damaged"):
            self.read(bad)
        with self.assertRaisesRegex(tokmill.ShardError, "cut short"):
            self.read(self.good[:-1])

    def test_merged_shards_have_short_blocks(self):
        """Where blocks are not full, the block table tells where a token is."""
        s = tokmill.open(self.folder_).shards[0]
        s._token = np.array([0, 3, 3, s.tokens])        # as after a merge
        self.assertEqual([s._block_of(t) for t in (0, 2, 3, s.tokens - 1)], [0, 0, 2, 2])


class Cache(unittest.TestCase):
    def test_one_thread_decodes_the_others_wait(self):
        import threading
        import time
        cache, made = shards.BlockCache(1 << 20), []

        def make():
            made.append(1)
            time.sleep(0.05)
            return np.zeros(10)
        threads = [threading.Thread(target=cache.get, args=("k", make)) for _ in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(len(made), 1)

    def test_an_error_is_not_kept(self):
        cache = shards.BlockCache(1 << 20)

        def fail():
            raise tokmill.ShardError("x", "damaged")
        with self.assertRaises(tokmill.ShardError):
            cache.get("k", fail)
        self.assertEqual(cache.get("k", lambda: np.ones(3)).sum(), 3)


if __name__ == "__main__":
    unittest.main()
