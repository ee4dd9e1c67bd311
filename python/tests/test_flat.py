"""Bare formats: ids, documents, and everything that can be wrong with a file."""
import csv
import gzip
import io
import os
import unittest

import numpy as np

import tokmill
from make import Case, documents, flat, index, needs_tokmill, shard

VOCABS = [300, 50257, 65536, 200019]


def llmc(ids, version=1, magic=20240520, count=None):
    head = np.zeros(256, "<i4")
    head[:3] = magic, version, len(ids) if count is None else count
    return head


class Formats(Case):
    """Each format, laid out by hand."""

    def same(self, data, docs, eod=0):
        self.assertEqual(data.documents, len(docs))
        for i, d in enumerate(docs):
            self.assertTrue(np.array_equal(data.document(i), np.append(d, eod)), i)
        self.assertTrue(np.array_equal(data.read(0, data.tokens), flat(docs, eod)))

    def test_megatron(self):
        for vocab, code, dtype in [(300, 8, "<u2"), (200019, 4, "<i4")]:
            docs = documents(30, vocab)
            self.write("m.idx", index([len(d) + 1 for d in docs], code, np.dtype(dtype).itemsize))
            self.write("m.bin", flat(docs).astype(dtype))
            for name in ("m.bin", "m.idx"):
                self.same(tokmill.open(self.path(name)), docs)

    def test_megatron_with_several_sequences_a_document(self):
        head = index([3, 2, 4])[:-32]
        borders = np.array([0, 2, 2, 3], "<i8")     # the second document is empty
        self.write("m.idx", head[:26] + (4).to_bytes(8, "little") + head[34:], borders)
        self.write("m.bin", np.arange(9, dtype="<u2"))
        self.assertEqual(tokmill.open(self.path("m.bin")).ends.tolist(), [5, 5, 9])

    def test_llmc(self):
        for vocab, dtype, kind in [(300, "<u2", (1, 20240520)), (200019, "<u4", (7, 20240801))]:
            ids = flat(documents(30, vocab)).astype(dtype)
            path = self.write("l.bin", llmc(ids, *kind), ids)
            data = tokmill.open(path)
            self.assertTrue(np.array_equal(data.read(0, len(ids)), ids))
            with self.assertRaisesRegex(tokmill.ShardError, "give eod="):
                data.ends

    def test_borders_by_id(self):
        ids = np.array([9, 1, 2, 9, 9, 3], "<u2")
        path = self.write("l.bin", llmc(ids), ids)
        data = tokmill.open(path, eod=9)        # llm.c: the id begins documents
        self.assertEqual(data.ends.tolist(), [3, 4, 6])
        path = self.write("n.bin", ids[1:])
        data = tokmill.open(path, eod=9)        # nanoGPT: it ends them
        self.assertEqual(data.ends.tolist(), [3, 4, 5])

    def test_datatrove(self):
        docs = documents(30, 200019)
        path = self.write("d.ds", flat(docs).astype("<u4"))
        self.write("d.ds.index", np.cumsum([len(d) + 1 for d in docs]).astype("<u8"))
        self.write("d.ds.metadata", b"tok|4\n1\n1 T")
        self.same(tokmill.open(path), docs)
        os.remove(self.path("d.ds.metadata"))
        with self.assertRaisesRegex(tokmill.ShardError, "give dtype="):
            tokmill.open(path)
        self.same(tokmill.open(path, dtype=np.uint32), docs)

    def test_olmo_and_npy(self):
        docs = documents(30, 200019)
        path = self.write("o.npy", flat(docs).astype("<u4"))
        ends, rows = np.cumsum([len(d) + 1 for d in docs]), io.StringIO()
        csv.writer(rows).writerows([[e - len(d) - 1, e, 'a,"b', "s", 1] for d, e in zip(docs, ends)])
        self.write("o.csv.gz", gzip.compress(rows.getvalue().encode()))
        self.same(tokmill.open(path, dtype=np.uint32), docs)
        np.save(self.path("n.npy"), flat(docs).astype(np.int64))
        self.assertTrue(np.array_equal(tokmill.open(self.path("n.npy")).read(0, 50), flat(docs)[:50]))

    def test_mmap_is_the_same(self):
        ids = flat(documents(30, 300)).astype("<u2")
        path = self.write("n.bin", ids)
        self.assertTrue(np.array_equal(tokmill.open(path, access="mmap").read(5, 70), ids[5:75]))
        with self.assertRaises(ValueError):
            tokmill.open(path, access="other")


class Stream(Case):
    """Several files are one stream."""

    def test_windows_straddle_files(self):
        ids = np.arange(1000, dtype="<u2")
        cuts = [0, 10, 10, 11, 400, 1000]       # one of them empty
        paths = [self.write(f"{i}.bin", ids[a:b]) for i, (a, b) in enumerate(zip(cuts, cuts[1:]))]
        data = tokmill.open(paths)
        self.assertEqual(data.tokens, 1000)
        starts = np.array([395, 0, 9, 980, 5])
        got = data.fill(starts, np.empty((5, 20), np.int64))
        self.assertTrue(np.array_equal(got, starts[:, None] + np.arange(20)))
        for start, n in [(-1, 2), (990, 11), (1001, 1)]:
            with self.assertRaises(IndexError):
                data.read(start, n)
        self.assertTrue(np.array_equal(data.read(0, 1000), ids))
        self.assertEqual(len(data.read(1000, 0)), 0)

    def test_many_files_need_few_descriptors(self):
        import resource
        paths = [self.write(f"{i:04}.bin", np.full(9, i, "<u2")) for i in range(300)]
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (160 + len(os.listdir("/proc/self/fd"))
                                                    if os.path.isdir("/proc/self/fd") else 256, hard))
        try:
            for access in ("pread", "mmap"):
                data = tokmill.open(paths, access=access)
                for _ in range(2):
                    self.assertTrue(np.array_equal(data.read(0, 2700), np.repeat(np.arange(300), 9)))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Damage(Case):
    def refused(self, why, *paths, **options):
        with self.assertRaisesRegex(tokmill.ShardError, why) as caught:
            data = tokmill.open([self.path(p) for p in paths], **options)
            data.read(0, data.tokens)
            data.ends
        self.assertIn(self.folder, str(caught.exception))       # it names the file

    def test_missing_and_short(self):
        self.refused("No such file", "none.bin")
        self.write("odd.bin", b"abc")
        self.refused("within an id", "odd.bin")
        self.write("l.bin", llmc([1, 2, 3], count=4), np.array([1, 2, 3], "<u2"))
        self.refused("4 ids by its index or header, 3 by its size", "l.bin")
        self.write("l.bin", llmc([])[:100])
        self.refused("llm.c", "l.bin")

    def test_megatron(self):
        good = index([3, 4])
        self.write("m.bin", np.arange(7, dtype="<u2"))
        self.write("m.idx", good)
        self.assertEqual(tokmill.open(self.path("m.bin")).tokens, 7)
        for why, bad in [("not a Megatron index", b"X" + good[1:]),
                         ("not a Megatron index", good[:20]),
                         ("contradict its size", good[:-1]),
                         ("contradict its size", good + b"\0"),
                         ("not one of whole numbers", good[:17] + b"\7" + good[18:])]:
            self.write("m.idx", bad)
            self.refused(why, "m.bin")
        self.write("m.idx", index([3, 5]))
        self.refused("8 ids by its index or header, 7", "m.bin")
        marks = np.array([0, 2, 1], "<i8").tobytes()
        self.write("m.idx", good[:-24] + marks)
        self.refused("contradict", "m.bin")
        self.write("m.idx", index([-3, 10])[:38] + good[38:])
        self.refused("contradict", "m.bin")

    def test_ends_of_documents(self):
        self.write("d.ds", np.arange(7, dtype="<u2"))
        self.write("d.ds.metadata", b"tok|2\n7\n7 T")
        for ends in ([3, 8], [5, 3, 7], [], [3]):
            self.write("d.ds.index", np.array(ends, "<u8"))
            self.refused("contradict", "d.ds")

    def test_npy_of_another_kind(self):
        np.save(self.path("f.npy"), np.zeros(5))
        self.refused("whole numbers", "f.npy")
        np.save(self.path("t.npy"), np.zeros((5, 5), np.int32))
        self.refused("one-dimensional", "t.npy")
        self.write("z.npy", b"\x93NUMPY\1\0\xff\xff{")
        self.refused("not a .npy", "z.npy")

    def test_changed_while_in_use(self):
        path = self.write("n.bin", np.arange(7, dtype="<u2"))
        data = tokmill.open(path)
        data.read(0, 7)
        os.truncate(path, 6)
        with self.assertRaisesRegex(tokmill.ShardError, "cut short"):
            data.read(0, 7)
        os.remove(path)
        self.write("n.bin", np.arange(7, dtype="<u2"))
        from tokmill import files
        files._open.cache_clear()       # as when other files push it out of the pool
        with self.assertRaisesRegex(tokmill.ShardError, "changed while it was in use"):
            data.read(0, 7)

    def test_folders(self):
        self.refused("no manifest.json", "")
        for text in (b"{}", b"[", b'{"kind":"shards","files":[{"name":"../x"}]}', b'{"kind":"other"}'):
            self.write("manifest.json", text)
            self.refused("not a manifest", "")
        self.write("n.bin", np.arange(7, dtype="<u2"))
        self.write("manifest.json", b'{"kind":"shards","format":"nanogpt","id_bytes":2,"files":'
                                    b'[{"name":"n.bin","tokens":8}]}')
        self.refused("7 tokens, 8 by the manifest", "")
        self.write("manifest.json", b'{"kind":"shards","format":"x","files":[{"name":"n.bin"}]}')
        self.refused("format x", "n.bin")


@needs_tokmill
class Written(Case):
    """What tokmill writes: every format it shares with us, every width, several files, a manifest."""

    def test_all_formats(self):
        for vocab in VOCABS:
            docs = documents(60, vocab, vocab)
            for form in ("megatron", "llmc", "nanogpt", "datatrove", "olmo", "native"):
                if form == "nanogpt" and vocab > 65536:
                    continue
                folder = shard(self.path(f"{form}-{vocab}"), docs, vocab, "--format", form,
                               "--size", "4K")
                data = tokmill.open(folder)
                self.assertGreater(len(data.shards), 1)
                whole = [np.append(0, d) for d in docs] if form == "llmc" else \
                    [np.append(d, 0) for d in docs]
                self.assertTrue(np.array_equal(data.read(0, data.tokens), np.concatenate(whole)))
                self.assertEqual(data.ends.tolist(), np.cumsum([len(d) for d in whole]).tolist())
                by_file = tokmill.open([s.path for s in data.shards])      # manifests found beside
                self.assertEqual(by_file.ends.tolist(), data.ends.tolist(), form)


if __name__ == "__main__":
    unittest.main()
