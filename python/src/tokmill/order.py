"""Which sample comes at which place: orders that are computed, never stored.

An order maps positions 0, 1, 2, ... of a training run to samples, any position at once and without
those before it. So a run goes on at position p as if it had never stopped, and every rank and worker
computes the same order for itself. Memory does not grow with the data.

    permute     a keyed permutation of [0, n): a Feistel network over a rectangle
    Stored      the order of the data
    Global      every epoch another permutation of all samples
    Blocks      a permutation of spans (runs of neighbours), then one within each buffer of spans:
                what is read together lies together, as a compressed shard or an object store wants
    schedule    which source each position of a mix comes from

Positions run on through epochs: position n is the first sample of the second epoch.

The arithmetic is that of unsigned 64-bit integers. docs/ORDER.md specifies it for other languages.
"""
import numpy as np

ROUNDS = 8
_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_M1, _M2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def mix64(x):
    """The finalizer of splitmix64, of a Python int."""
    x = (x ^ x >> 30) * _M1 & _MASK
    x = (x ^ x >> 27) * _M2 & _MASK
    return x ^ x >> 31


def derive(seed, *numbers):
    """A key from a seed and what it is for."""
    key = mix64((seed + _GOLDEN) & _MASK)
    for n in numbers:
        key = mix64((key ^ n) + _GOLDEN & _MASK)
    return key


def _mix64_array(x):
    x = (x ^ x >> np.uint64(30)) * np.uint64(_M1)
    x = (x ^ x >> np.uint64(27)) * np.uint64(_M2)
    return x ^ x >> np.uint64(31)


def permute(i, n, key):
    """Where the permutation of [0, n) by this key sends the numbers of the array i.

    A number is a place (x, y) in a rectangle of a columns and b rows, a * b >= n. Rounds add to x a
    hash of y and to y a hash of x, in turn, each modulo its side: each round can be undone, so all of
    them are a permutation of the rectangle. What falls outside of [0, n) goes through again until it
    does not; the rectangle is less than 1 / sqrt(n) too large, so that hardly happens.

    `key` may be an array beside i. n is below 2**62.
    """
    i = np.atleast_1d(np.asarray(i, np.uint64))
    key = np.broadcast_to(np.asarray(key, np.uint64), i.shape)
    out = _rounds(i, n, key)
    again = np.flatnonzero(out >= np.uint64(n))
    while again.size:
        out[again] = _rounds(out[again], n, key[again])
        again = again[out[again] >= np.uint64(n)]
    return out.astype(np.int64)


def _sides(n):
    """a = ceil(sqrt(n)), b = ceil(n / a), in exact arithmetic."""
    a = int(n ** 0.5)
    while a * a < n:
        a += 1
    while a > 1 and (a - 1) * (a - 1) >= n:
        a -= 1
    a = max(a, 1)
    return a, max(-(-n // a), 1)


def _rounds(i, n, key):
    a, b = _sides(n)
    a, b, low = np.uint64(a), np.uint64(b), np.uint64(32)
    y, x = i // a, i % a
    for r in range(ROUNDS):
        k = key + np.uint64(_GOLDEN * (r + 1) & _MASK)
        if r % 2 == 0:
            x = (x + ((_mix64_array(y ^ k) >> low) * a >> low)) % a
        else:
            y = (y + ((_mix64_array(x ^ k) >> low) * b >> low)) % b
    return y * a + x


def _keys(seed, epochs, purpose):
    """derive(seed, purpose, epoch) for an array of epochs, most of which are equal."""
    first, last = int(epochs.min()), int(epochs.max())
    if first == last:
        return np.uint64(derive(seed, purpose, first))
    table = np.array([derive(seed, purpose, e) for e in range(first, last + 1)], np.uint64)
    return table[epochs - first]


class Stored:
    """The order of the data, epoch after epoch."""

    def __init__(self, n):
        self.n = n

    def at(self, positions):
        return positions % self.n

    def describe(self):
        return {"shuffle": "none"}


class Global:
    """Each epoch is a permutation of all samples by a key of seed and epoch."""

    def __init__(self, n, seed):
        self.n, self.seed = n, seed

    def at(self, positions):
        return permute(positions % self.n, self.n, _keys(self.seed, positions // self.n, 0))

    def describe(self):
        return {"shuffle": "global", "seed": self.seed}


class Blocks:
    """Spans of `span` neighbouring samples come in a permuted order; `buffer` spans at a time make
    a buffer, whose samples are permuted. A last span that is not whole comes last; where spans begin
    is shifted by a number of the epoch's, so that it is another one each time."""

    def __init__(self, n, seed, span, buffer):
        self.n, self.seed, self.span, self.buffer = n, seed, span, buffer

    def at(self, positions):
        epochs, within = positions // self.n, positions % self.n
        out = np.empty_like(positions)
        for e in np.unique(epochs):
            here = epochs == e
            out[here] = self._epoch(int(e), within[here])
        return out

    def _epoch(self, e, p):
        whole = self.n // self.span
        slot, inside = self._within_buffer(e, p)
        span = slot // self.span
        full = span < whole
        if full.any():
            span[full] = permute(span[full], whole, derive(self.seed, 1, e))
        shift = derive(self.seed, 3, e) % max(whole, 1) * self.span
        return (span * self.span + inside + shift) % self.n

    def _within_buffer(self, e, p):
        """The permutation of each buffer: a place in the sequence of spans, and that in its span."""
        size = self.span * self.buffer
        slot = np.empty_like(p)
        for b in np.unique(p // size):
            here = p // size == b
            n = min(size, self.n - int(b) * size)
            slot[here] = b * size + permute(p[here] - b * size, n, derive(self.seed, 2, e, int(b)))
        return slot, slot % self.span

    def describe(self):
        return {"shuffle": "blocks", "seed": self.seed, "span": self.span, "buffer": self.buffer}


PERIOD = 1 << 20    # places after which a mix repeats its schedule of sources


def schedule(weights):
    """(source of each place, counts): a mix's sources over one period.

    Weights become whole counts of places, so that a share is exact to half a place in 1,048,576
    (largest remainders; at least one place each). The k-th of a source's c places wants to be at
    (k + 1/2) / c of the period; sorting by that spreads each source evenly.
    """
    w = np.asarray(weights, np.float64)
    w = w / w.sum()
    counts = np.maximum(np.floor(w * PERIOD).astype(np.int64), 1)
    rest = np.argsort(-(w * PERIOD - counts), kind="stable")
    for k in range(PERIOD - int(counts.sum())):
        counts[rest[k % len(rest)]] += 1
    while counts.sum() > PERIOD:
        counts[np.argmax(counts)] -= 1
    wish = np.concatenate([(np.arange(c) + 0.5) / c for c in counts])
    source = np.repeat(np.arange(len(counts)), counts)
    return source[np.argsort(wish, kind="stable")].astype(np.int32), counts
