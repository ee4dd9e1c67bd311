"""The README's examples run, in their order, on shards that tokmill wrote."""
import os
import re
import textwrap
import unittest

import tokmill
from make import Case, documents, needs_tokmill, shard

README = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "README.md")


@needs_tokmill
class Readme(Case):
    def test_examples(self):
        shard(self.path("shards"), documents(200, 50257, longest=800), 50257)
        with open(README) as f:
            blocks = re.findall(r"```python\n(.*?)```", f.read(), re.S)
        self.assertGreater(len(blocks), 4)
        here, scope = os.getcwd(), {}
        os.chdir(self.folder)
        try:
            for block in blocks:
                try:
                    exec(block, scope)
                except ImportError as e:
                    self.assertIn("torch", str(e))
        finally:
            os.chdir(here)
        self.assertEqual(scope["tokens"].shape[1], 1025)
        self.assertEqual(scope["mix"].consumed(1000), {"web": 800, "code": 200})
        self.assertEqual(scope["again"].position, scope["state"]["position"])

    def test_tour(self):
        """The lines of Python in the tour of the project's README."""
        root = os.path.join(os.path.dirname(README), "..")
        with open(os.path.join(root, "README.md")) as f:
            lines = re.search(r"((?:    .*\n)*    import tokmill.*\n(?:    .*\n)*)", f.read())[1]
        try:
            import torch    # noqa: F401
        except ImportError:
            self.skipTest("no PyTorch")
        shard(self.path("tour/shards"), documents(50, 4096, longest=800), 4096)
        here, scope = os.getcwd(), {}
        os.chdir(self.folder)
        try:
            exec(textwrap.dedent(lines), scope)
        finally:
            os.chdir(here)
        self.assertEqual(scope["inputs"].shape[1], 256)


if __name__ == "__main__":
    unittest.main()
