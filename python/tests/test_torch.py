"""tokmill.torch: tensors, worker processes, torch's own DataLoader; the same order by all of them."""
import unittest

import numpy as np

import tokmill
from make import Case

try:
    import torch
    from torch.utils.data import DataLoader

    import tokmill.torch as tt
except ImportError:
    torch = None


@unittest.skipUnless(torch, "no PyTorch")
class Torch(Case):
    def setUp(self):
        super().setUp()
        self.file = self.write("n.bin", np.arange(4001, dtype="<u2"))
        self.source = tokmill.Windows(tokmill.open(self.file), 10, seed=3, epochs=1)
        self.want = list(tokmill.Loader(self.source, 8, threads=0))

    def same(self, batches):
        batches = [b.numpy() for b in batches]
        self.assertTrue(len(batches) == len(self.want) and all(map(np.array_equal, batches, self.want)))

    def test_threads(self):
        first = next(iter(tt.Loader(self.source, 8)))
        self.assertEqual((first.dtype, tuple(first.shape)), (torch.int64, (8, 11)))
        self.same(list(tt.Loader(self.source, 8, threads=2)))

    def test_worker_processes(self):
        for workers, context in [(1, None), (3, None), (2, "spawn")]:
            loader = tt.Loader(self.source, 8, workers=workers,
                               options={"multiprocessing_context": context} if context else None)
            self.same(list(loader))

    def test_resume_with_other_ranks_and_workers(self):
        got, loaders = [], [tt.Loader(self.source, 8, r, 2, workers=2) for r in range(2)]
        for parts in zip(*loaders):
            got.append(torch.cat(parts))
            if len(got) == 7:
                break
        state = loaders[0].state_dict()
        self.assertEqual(state, loaders[1].state_dict())
        again = [tt.Loader(self.source, 8, r, 4, workers=r % 3) for r in range(4)]
        for loader in again:
            loader.load_state_dict(state)
        self.same(got + [torch.cat(parts) for parts in zip(*again)])

    def test_iterable_in_torchs_loader(self):
        loader = tt.Loader(self.source, 8)
        for workers in (0, 3):
            self.same(list(DataLoader(tt.TokenIterable(loader), batch_size=None, num_workers=workers)))
        some = DataLoader(tt.TokenIterable(loader), batch_size=None, num_workers=2)
        seen = [b for b, _ in zip(some, range(4))]
        loader.advance(4)
        self.same(seen + list(DataLoader(tt.TokenIterable(loader), batch_size=None)))

    def test_map_style_in_torchs_loader(self):
        items = tt.TokenDataset(self.source)
        for workers in (0, 2):
            self.same(list(DataLoader(items, batch_size=8, num_workers=workers)))
        with self.assertRaises(IndexError):
            items[len(items)]

    def test_ranks_of_torch_distributed(self):
        torch.distributed.init_process_group("gloo", f"file://{self.path('group')}", rank=0, world_size=1)
        try:
            loader = tt.Loader(self.source, 8)
            self.assertEqual((loader.rank, loader.world), (0, 1))
        finally:
            torch.distributed.destroy_process_group()

    def test_borders(self):
        data = tokmill.open(self.write("b.bin", np.array([1, 0, 2, 0, 3], "<u2")), eod=0)
        tokens, borders = next(iter(tt.Loader(tokmill.Windows(data, 4, None), 1, borders=True)))
        self.assertEqual((tokens.tolist(), borders.tolist()), ([[1, 0, 2, 0, 3]], [[0, 0, 1, 1, 2]]))


if __name__ == "__main__":
    unittest.main()
