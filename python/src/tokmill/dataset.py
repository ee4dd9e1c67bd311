"""Samples for training: windows of a stream in some order, and mixes of several.

    Windows   samples of one stream: seq + 1 tokens, `seq` apart, so that every token is once an
              input and once a target; in stored order, shuffled globally, or in blocks
    Mix       samples of several Windows by weight

Both answer batch(positions): position p is the p-th sample of the run, through all epochs, on every
rank and worker the same (order.py). Nothing is remembered from one call to the next, so there is
nothing to replay. describe() and fingerprint() are what a checkpoint compares.
"""
import numpy as np

from . import order as orders

SPAN = 524288       # tokens: a sample that begins in it and ends behind it costs another block
CHUNK = 4096        # positions whose order is computed at once


class Windows:
    """len() is the number of samples of an epoch; positions beyond are the next epochs.

    data      Shards
    seq       tokens of a sample, less one
    shuffle   None; "global": any sample anywhere; "blocks": what lies together is read together
    span, buffer    of "blocks": samples that stay together in storage, and spans that are shuffled
              among each other; by default about 524,288 tokens and 64 spans (33.6M tokens)
    epochs    a number of epochs after which it ends; None: never
    """

    def __init__(self, data, seq, shuffle="global", seed=0, span=None, buffer=64, epochs=None):
        self.data, self.seq, self.epochs = data, int(seq), epochs
        if self.seq < 1:
            raise ValueError("seq is at least 1")
        self.per_epoch = max(data.tokens - 1, 0) // self.seq
        if not self.per_epoch:
            raise ValueError(f"{data.tokens} tokens do not make one sample of {seq} + 1")
        self.left_over = max(data.tokens - 1, 0) % self.seq
        self.order = self._order(shuffle, seed, span or max(SPAN // self.seq, 1), buffer)
        self._chunk = None

    def _order(self, shuffle, seed, span, buffer):
        if shuffle in (None, "none"):
            return orders.Stored(self.per_epoch)
        if shuffle == "global":
            return orders.Global(self.per_epoch, seed)
        if shuffle == "blocks":
            return orders.Blocks(self.per_epoch, seed, span, buffer)
        raise ValueError(f"shuffle is None, 'global' or 'blocks', not {shuffle!r}")

    def __len__(self):
        return self.per_epoch

    @property
    def end(self):
        """The position at which it ends, or None."""
        return None if self.epochs is None else self.per_epoch * self.epochs

    def numbers(self, positions):
        """Which windows of the data stand at these positions (an array)."""
        chunk = self._chunk         # one look: another thread may replace it
        first, last = positions.min(), positions.max()
        if chunk is None or first < chunk[0] or last >= chunk[0] + len(chunk[1]):
            if last - first >= CHUNK:
                return self.order.at(positions)
            at = int(first) // CHUNK * CHUNK
            chunk = at, self.order.at(np.arange(at, at + 2 * CHUNK))
            self._chunk = chunk
        return chunk[1][positions - chunk[0]]

    def starts(self, positions):
        """First tokens of the samples at these positions."""
        return self.numbers(positions) * self.seq

    def batch(self, positions, dtype=np.int64, out=None):
        """The samples at these positions: an array of rows of seq + 1 tokens."""
        positions = np.asarray(positions, np.int64)
        if out is None:
            out = np.empty((len(positions), self.seq + 1), dtype)
        return self.data.fill(self.starts(positions), out) if len(positions) else out

    def borders(self, positions):
        """For the samples at these positions, the number of the document that each token is of,
        counted from 0 at the sample's first token: what masks attention between documents."""
        ends, out = self.data.ends, []
        for start in self.starts(np.asarray(positions, np.int64)).tolist():
            inside = np.searchsorted(ends, np.arange(start, start + self.seq + 1), side="right")
            out.append(inside - inside[0])
        return np.array(out, np.int32).reshape(-1, self.seq + 1)

    def describe(self):
        return {"seq": self.seq, "samples": self.per_epoch, **self.order.describe()}

    def fingerprint(self):
        return self.data.fingerprint()


class Mix:
    """Samples of several sources by weight: a share is that of tokens, since samples are equally
    long. `sources` names each: {"web": (windows, 0.8), "code": (windows, 0.2)}.

    A source that is used up goes on with its next epoch; where `epochs` is given to its Windows it
    is a limit, and the mix ends before the first sample that would pass one.

    `consumed` are samples already taken of each source, by an earlier mix: reweighted() makes the
    mix that goes on from a position with other weights, losing and repeating nothing.
    """

    def __init__(self, sources, consumed=None):
        self.names = list(sources)
        self.sources = [sources[n][0] for n in self.names]
        self.weights = [float(sources[n][1]) for n in self.names]
        if not self.names or min(self.weights) <= 0:
            raise ValueError("a mix has sources, with weights above 0")
        if len({w.seq for w in self.sources}) > 1:
            raise ValueError("the sources of a mix have samples of one length")
        self.seq = self.sources[0].seq
        self.before = np.array([(consumed or {}).get(n, 0) for n in self.names], np.int64)
        self.table, self.counts = orders.schedule(self.weights)
        self._rank = np.empty(len(self.table), np.int64)
        for i in range(len(self.names)):
            here = self.table == i
            self._rank[here] = np.arange(np.count_nonzero(here))
        self.end = self._end()

    def _end(self):
        ends = [self._position(i, w.end - int(self.before[i]))
                for i, w in enumerate(self.sources) if w.end is not None]
        return min(ends) if ends else None

    def _position(self, i, k):
        """The position of source i's sample number k of this mix."""
        periods, rest = divmod(max(k, 0), int(self.counts[i]))
        return periods * len(self.table) + int(np.flatnonzero(self.table == i)[rest])

    def __len__(self):
        if self.end is None:
            raise TypeError("a mix whose sources have no limit of epochs has no length")
        return self.end

    def locate(self, positions):
        """For each position, its source and which sample of that source it is."""
        periods, slot = np.divmod(positions, len(self.table))
        source = self.table[slot]
        return source, self.before[source] + periods * self.counts[source] + self._rank[slot]

    def batch(self, positions, dtype=np.int64, out=None):
        positions = np.asarray(positions, np.int64)
        if out is None:
            out = np.empty((len(positions), self.seq + 1), dtype)
        source, sample = self.locate(positions)
        for i in np.unique(source):
            rows = np.flatnonzero(source == i)
            out[rows] = self.sources[i].batch(sample[rows], out.dtype)
        return out

    def borders(self, positions):
        source, sample = self.locate(np.asarray(positions, np.int64))
        out = np.empty((len(positions), self.seq + 1), np.int32)
        for i in np.unique(source):
            rows = np.flatnonzero(source == i)
            out[rows] = self.sources[i].borders(sample[rows])
        return out

    def consumed(self, position):
        """How many samples of each source come before a position."""
        periods, slot = divmod(position, len(self.table))
        here = np.bincount(self.table[:slot], minlength=len(self.names))
        return {n: int(b + periods * c + h) for n, b, c, h in
                zip(self.names, self.before, self.counts, here)}

    def epochs(self, position):
        """How often each source has been gone through before a position."""
        return {n: k / len(w) for (n, k), w in
                zip(self.consumed(position).items(), self.sources)}

    def reweighted(self, weights, position):
        """The mix that goes on from a position of this one; its own positions begin at 0."""
        return Mix({n: (w, weights[n]) for n, w in zip(self.names, self.sources)},
                   self.consumed(position))

    def describe(self):
        return {"mix": [{"name": n, "weight": w, "after": int(b), **s.describe()} for n, w, b, s in
                        zip(self.names, self.weights, self.before, self.sources)]}

    def fingerprint(self):
        return [f for s in self.sources for f in s.fingerprint()]


# ---- weights

def temperature(sizes, t):
    """Shares in proportion to size ** (1 / t): 1 as they are, larger flattens."""
    w = np.asarray(sizes, np.float64) ** (1.0 / t)
    return (w / w.sum()).tolist()


def unimax(sizes, budget, epochs):
    """UniMax (arXiv 2304.09151): shares of a budget of tokens as equal as they can be, no source
    being gone through more than `epochs` times. Smallest first, each takes an equal part of what is
    left of the budget, or all it may give."""
    sizes = [float(s) for s in sizes]
    share, left = [0.0] * len(sizes), float(budget)
    for done, i in enumerate(sorted(range(len(sizes)), key=lambda i: sizes[i])):
        share[i] = min(left / (len(sizes) - done), sizes[i] * epochs)
        left -= share[i]
    total = sum(share)
    return [s / total for s in share]
