"""Batches for one rank, with threads that read ahead, and a state to go on from.

A step is the next `batch` samples of the order, whoever trains: rank r of `world` takes the r-th
equal part of its rows. So steps are the same for any number of ranks and threads, and the state is
one number, the samples that the run has had, beside what tells whether order and data are still
the same. Ranks keep equal states; any one's will do.
"""
import collections
import concurrent.futures

import numpy as np

from .buffers import Buffers
from .errors import StateError

STATE = 1       # version of state_dict()


class Loader:
    """Iterates over arrays of (batch / world) rows of seq + 1 tokens.

    source    Windows or Mix
    batch     samples of a step, of all ranks together; a multiple of world
    samples   the position to end at; default where the source ends, one epoch if it never does
    threads   that read ahead; 0: the caller's own. Decoding and copying run outside of Python's lock
    ahead     batches that may wait; default 2 a thread
    dtype     of the arrays
    drop_last leaves out a last step of fewer samples
    borders   gives pairs: the tokens, and for each the number of its document in the row
    """

    def __init__(self, source, batch, rank=0, world=1, samples=None, threads=1, ahead=None,
                 dtype=np.int64, drop_last=False, borders=False):
        if not 0 <= rank < world:
            raise ValueError(f"rank {rank} of {world}")
        if batch < 1 or batch % world:
            raise ValueError(f"a batch of {batch} samples cannot be shared by {world} ranks equally")
        self.source, self.batch_size, self.rank, self.world = source, batch, rank, world
        self.threads, self.ahead, self.dtype = threads, ahead or max(2 * threads, 1), dtype
        self.borders, self._buffers = borders, Buffers(self.ahead + threads + 3)
        self.samples = samples if samples is not None else default_end(source)
        if source.end is not None and self.samples > source.end:
            raise ValueError(f"{self.samples} samples, but the source ends after {source.end}")
        if drop_last:
            self.samples -= self.samples % batch
        self.position = 0       # samples that the run has had, of all ranks

    def __len__(self):
        """Steps that are left."""
        return -(-max(self.samples - self.position, 0) // self.batch_size)

    def step(self, position):
        """This rank's positions of the step that begins at a position."""
        n = min(self.batch_size, self.samples - position)
        return np.arange(position + n * self.rank // self.world,
                         position + n * (self.rank + 1) // self.world)

    def load(self, position):
        """This rank's batch of the step that begins at a position. Any thread may call it."""
        positions = self.step(position)
        out = self._buffers.take((len(positions), self.source.seq + 1), self.dtype)
        tokens = self.source.batch(positions, out=out)
        return (tokens, self.source.borders(positions)) if self.borders else tokens

    def __iter__(self):
        starts = range(self.position, self.samples, self.batch_size)
        for start, batch in zip(starts, self._read_ahead(starts)):
            self.advance(1)
            yield batch

    def _read_ahead(self, starts):
        """load(start) for each, in order."""
        if not self.threads:
            yield from map(self.load, starts)
            return
        waiting, pool = collections.deque(), concurrent.futures.ThreadPoolExecutor(self.threads)
        try:
            for start in starts:
                waiting.append(pool.submit(self.load, start))
                if len(waiting) > self.ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def advance(self, steps):
        """Counts steps as done that something else has loaded."""
        self.position = min(self.position + steps * self.batch_size, self.samples)

    # ---- checkpoints

    def state_dict(self):
        """What a checkpoint keeps; JSON can hold it. Batches handed out count as trained on."""
        return {"tokmill": STATE, "position": self.position, "order": self.source.describe(),
                "data": self.source.fingerprint()}

    def load_state_dict(self, state, changed_data=False):
        """Goes on where a state was taken, by whatever number of ranks and threads. StateError, which
        lists the differences, if the order is another or the data changed; changed_data=True allows
        the latter, as long as there is as much of it."""
        if state.get("tokmill") != STATE:
            raise StateError([f"version {state.get('tokmill')} instead of {STATE}"])
        flaws = differences("order", state["order"], self.source.describe())
        if not changed_data:
            flaws += differences("data", state["data"], self.source.fingerprint())
        if not 0 <= state["position"] <= self.samples:
            flaws.append(f"position {state['position']} is beyond the end, {self.samples}")
        if flaws:
            raise StateError(flaws)
        self.position = state["position"]


def default_end(source):
    return source.end if source.end is not None else len(source)


def differences(where, was, now):
    """In what two JSON values differ, in words."""
    if isinstance(was, dict) and isinstance(now, dict):
        name = was.get("name") or now.get("name")
        where = f"{where} {name}" if name else where
        return [d for k in {**was, **now} for d in
                differences(f"{where}: {k}", was.get(k), now.get(k))]
    if isinstance(was, list) and isinstance(now, list):
        if len(was) != len(now):
            return [f"{where}: {len(was)} items then, {len(now)} now"]
        return [d for a, b in zip(was, now) for d in differences(where, a, b)]
    return [] if was == now else [f"{where} was {was!r}, is {now!r}"]
