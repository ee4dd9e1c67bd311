"""The README's examples run, in their order, on shards that tokmill wrote."""
import os
import re
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


if __name__ == "__main__":
    unittest.main()
