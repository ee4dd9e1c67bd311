"""For PyTorch: what Loader gives, as tensors.

    Loader          tokmill.Loader that gives LongTensors, its threads or torch's worker processes
                    reading ahead; rank and world are those of torch.distributed where it is in use
    TokenDataset    map-style: item p is the sample at position p of the run, so that torch's own
                    DataLoader and samplers can be used with shuffle=False
    TokenIterable   IterableDataset of a Loader's batches, for DataLoader(..., batch_size=None)

Worker processes each take every n-th step, so they change no order, and the state is counted in the
process that trains. (A DataLoader's workers run ahead of it: their own states say nothing.)
"""
import numpy as np
import torch
import torch.distributed
import torch.utils.data

from . import loader as _loader


def _place(rank, world):
    """Given, or torch.distributed's, or alone."""
    if rank is None and torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank(), torch.distributed.get_world_size()
    return rank or 0, world or 1


def _tensors(batch):
    return tuple(map(torch.from_numpy, batch)) if isinstance(batch, tuple) else torch.from_numpy(batch)


class Loader(_loader.Loader):
    """As tokmill.Loader. `workers` processes read ahead instead of threads if above 0; `options`
    then go to torch's DataLoader (pin_memory, prefetch_factor, multiprocessing_context)."""

    def __init__(self, source, batch, rank=None, world=None, workers=0, options=None, **more):
        rank, world = _place(rank, world)
        super().__init__(source, batch, rank, world, **more)
        self.workers, self.options = workers, options or {}

    def load(self, position):
        return _tensors(super().load(position))

    def _read_ahead(self, starts):
        if not self.workers:
            return super()._read_ahead(starts)
        return iter(torch.utils.data.DataLoader(_Steps(self, starts), batch_size=None,
                                                num_workers=self.workers, **self.options))


class _Steps(torch.utils.data.IterableDataset):
    """The batches of steps; a worker process gives its share of them, in torch's order of workers."""

    def __init__(self, loader, starts):
        self.loader, self.starts = loader, starts

    def __iter__(self):
        info = torch.utils.data.get_worker_info()
        mine = self.starts[info.id::info.num_workers] if info else self.starts
        return map(self.loader.load, mine)


class TokenIterable(torch.utils.data.IterableDataset):
    """The batches of a tokmill.torch.Loader from its position on. After a DataLoader has given n
    batches, loader.advance(n) makes the loader's state theirs."""

    def __init__(self, loader):
        self.loader = loader

    def __iter__(self):
        at = self.loader
        return iter(_Steps(at, range(at.position, at.samples, at.batch_size)))

    def __len__(self):
        return len(self.loader)


class TokenDataset(torch.utils.data.Dataset):
    """Item p is the sample at position p. len() is where the source ends, or an epoch."""

    def __init__(self, source, samples=None):
        self.source = source
        self.samples = samples if samples is not None else _loader.default_end(source)

    def __len__(self):
        return self.samples

    def __getitems__(self, positions):
        if not all(0 <= p < self.samples for p in positions):
            raise IndexError(f"a position of {positions} is not in 0 to {self.samples - 1}")
        return list(torch.from_numpy(self.source.batch(np.asarray(positions, np.int64))))

    def __getitem__(self, position):
        return self.__getitems__([position])[0]
