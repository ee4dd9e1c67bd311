"""Shards on a web server, by ranges, and on what fsspec knows."""
import functools
import http.server
import os
import re
import threading
import unittest

import numpy as np

import tokmill
from make import Case, documents, flat, needs_tokmill, shard


class Ranges(http.server.SimpleHTTPRequestHandler):
    """Serves ranges, and what a test wants to go wrong."""

    flaw = None

    def log_message(self, *args):
        pass

    def do_GET(self):
        path = self.translate_path(self.path)
        if not os.path.isfile(path):
            return self.send_error(404)
        with open(path, "rb") as f:
            data = f.read()
        wish = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        self.server.requests += 1
        if self.flaw == "busy" and self.server.requests % 2:
            return self.send_error(503)
        if self.flaw == "no ranges":
            self.send_response(200)
            part = data
        else:
            first, last = int(wish[1]), min(int(wish[2]), len(data) - 1)
            part = data[first:last + 1]
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        self.send_header("ETag", '"new"' if self.flaw == "changed" and len(part) > 1 else '"old"')
        if self.flaw == "short" and len(part) > 1:
            part = part[:-1]
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        self.wfile.write(part)


class Http(Case):
    def setUp(self):
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Ranges, directory=self.folder))
        self.server.requests = 0
        thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(lambda: (self.server.shutdown(), self.server.server_close(), thread.join()))
        self.addCleanup(lambda: setattr(Ranges, "flaw", None))
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        os.environ["no_proxy"] = "127.0.0.1"

    @needs_tokmill
    def test_native_folder(self):
        docs = documents(30, 50257, 1, 20_000)
        shard(self.path("n"), docs, 50257, "--size", "200K")
        data, want = tokmill.open(self.url + "n/"), flat(docs)
        self.assertGreater(len(data.shards), 1)
        opening, self.server.requests = self.server.requests, 0
        self.assertLessEqual(opening, 2 + 5 * len(data.shards))
        self.assertTrue(np.array_equal(data.read(70_000, 2049), want[70_000:72_049]))
        self.assertLessEqual(self.server.requests, 4)       # a rank table and a block, or two
        self.assertTrue(np.array_equal(data.read(0, len(want)), want))
        self.assertEqual(data.fingerprint(), tokmill.open(self.path("n")).fingerprint())

    def test_bare_file(self):
        ids = flat(documents(30, 300)).astype("<u2")
        self.write("x.bin", ids)
        data = tokmill.open(self.url + "x.bin")
        self.assertTrue(np.array_equal(data.read(3, 1000), ids[3:1003]))

    def test_a_busy_server_is_asked_again(self):
        self.write("x.bin", np.arange(9, dtype="<u2"))
        Ranges.flaw = "busy"
        self.assertEqual(tokmill.open(self.url + "x.bin").read(0, 9).tolist(), list(range(9)))

    def test_errors(self):
        self.write("x.bin", np.arange(9, dtype="<u2"))
        for flaw, why in [("no ranges", "does not serve ranges"), ("short", "bytes of"),
                          ("changed", "changed while it was in use")]:
            Ranges.flaw = flaw
            with self.assertRaisesRegex(tokmill.ShardError, why):
                tokmill.open(self.url + "x.bin").read(0, 9)
        Ranges.flaw = None
        with self.assertRaisesRegex(tokmill.ShardError, "status 404"):
            tokmill.open(self.url + "none.bin")
        with self.assertRaisesRegex(tokmill.ShardError, "no manifest.json"):
            tokmill.open(self.url + "none/")


class Fsspec(Case):
    def test_memory(self):
        try:
            import fsspec
        except ImportError:
            self.skipTest("no fsspec")
        ids = np.arange(500, dtype="<u2")
        with fsspec.open("memory://d/x.bin", "wb") as f:
            f.write(ids.tobytes())
        data = tokmill.open("memory://d/x.bin")
        self.assertTrue(np.array_equal(data.read(7, 300), ids[7:307]))
        with self.assertRaises(tokmill.ShardError):
            tokmill.open("memory://d/none.bin")


if __name__ == "__main__":
    unittest.main()
