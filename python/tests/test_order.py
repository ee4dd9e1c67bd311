"""Orders are permutations, computed from any position, and stay what docs/ORDER.md says."""
import collections
import unittest

import numpy as np

from tokmill import order


def permute_by_specification(i, n, key):
    """docs/ORDER.md, step by step."""
    a = 1
    while a * a < n:
        a += 1
    b = -(-n // a)
    while True:
        y, x = divmod(i, a)
        for r in range(8):
            k = (key + 0x9E3779B97F4A7C15 * (r + 1)) % 2**64
            if r % 2 == 0:
                x = (x + (order.mix64(y ^ k) // 2**32) * a // 2**32) % a
            else:
                y = (y + (order.mix64(x ^ k) // 2**32) * b // 2**32) % b
        i = y * a + x
        if i < n:
            return i


class Permute(unittest.TestCase):
    def test_is_a_permutation(self):
        for n in [*range(1, 70), 255, 256, 257, 1000, 65536, 100003]:
            p = order.permute(np.arange(n), n, order.derive(7, n))
            self.assertTrue(np.array_equal(np.sort(p), np.arange(n)), n)

    def test_one_at_a_time_is_the_same(self):
        n, key = 1009, order.derive(3)
        p = order.permute(np.arange(n), n, key)
        self.assertEqual([int(order.permute(np.array([i]), n, key)[0]) for i in range(0, n, 97)],
                         p[::97].tolist())

    def test_large(self):
        n = (1 << 61) + 12345
        p = order.permute(np.arange(1000) + n - 1000, n, order.derive(1))
        self.assertEqual(len(set(p.tolist())), 1000)
        self.assertTrue(0 <= p.min() and p.max() < n)

    def test_all_permutations_of_four_come(self):
        seen = collections.Counter(tuple(order.permute(np.arange(4), 4, order.derive(s)).tolist())
                                   for s in range(4800))
        self.assertEqual(len(seen), 24)
        self.assertLess(sum((c - 200) ** 2 / 200 for c in seen.values()), 60)   # chi2, 23 degrees

    def test_places_are_uniform(self):
        n, keys = 64, 2000
        seen = np.zeros((n, n))
        for s in range(keys):
            seen[np.arange(n), order.permute(np.arange(n), n, order.derive(s, 1))] += 1
        chi2 = ((seen - keys / n) ** 2 / (keys / n)).sum()
        self.assertLess(abs(chi2 / (n - 1) ** 2 - 1), 0.1)

    def test_examples_of_the_specification(self):
        self.assertEqual(order.mix64(1), 0x5692161D100B05E5)
        self.assertEqual(order.derive(42, 0, 1), 0xB682EE25CE24109E)
        self.assertEqual(order.permute(np.arange(10), 10, order.derive(42, 0, 0)).tolist(),
                         [5, 0, 8, 1, 4, 6, 3, 9, 2, 7])

    def test_specification_in_whole_numbers(self):
        for n in (2, 11, 1009, 123456789):
            some = np.arange(0, n, max(n // 7, 1))
            self.assertEqual(order.permute(some, n, 0xABCDEF).tolist(),
                             [permute_by_specification(int(i), n, 0xABCDEF) for i in some])


class Orders(unittest.TestCase):
    def each(self):
        yield order.Stored(1003)
        yield order.Global(1003, 5)
        for n, span, buffer in [(1003, 10, 7), (1000, 10, 7), (7, 10, 3), (64, 8, 4), (1, 1, 1)]:
            yield order.Blocks(n, 5, span, buffer)

    def test_each_epoch_has_every_sample_once(self):
        for o in self.each():
            at = o.at(np.arange(3 * o.n)).reshape(3, o.n)
            self.assertTrue(np.array_equal(np.sort(at, axis=1), [np.arange(o.n)] * 3), o.describe())

    def test_any_positions_in_any_order(self):
        for o in self.each():
            all_ = o.at(np.arange(3 * o.n))
            some = np.random.default_rng(1).integers(0, 3 * o.n, 50)
            self.assertTrue(np.array_equal(o.at(some), all_[some]), o.describe())

    def test_epochs_and_seeds_differ(self):
        for make in (lambda s: order.Global(500, s), lambda s: order.Blocks(500, s, 10, 5)):
            one, two = make(1).at(np.arange(1000)), make(2).at(np.arange(1000))
            self.assertLess(np.mean(one[:500] == one[500:]), 0.05)
            self.assertLess(np.mean(one == two), 0.05)

    def test_a_buffer_reads_few_spans(self):
        o = order.Blocks(100_000, 1, 100, 8)
        at = o.at(np.arange(8000)).reshape(10, 800)
        for buffer in at:
            self.assertLessEqual(len(np.unique(buffer // 100)), 8 + 1)
            self.assertGreater(np.abs(np.diff(buffer)).mean(), 1000)


class Schedule(unittest.TestCase):
    def test_counts_follow_weights(self):
        table, counts = order.schedule([0.7, 0.2, 0.0999, 0.0001])
        self.assertEqual(counts.sum(), len(table))
        self.assertTrue(np.array_equal(np.bincount(table), counts))
        self.assertLess(np.abs(counts / len(table) - [0.7, 0.2, 0.0999, 0.0001]).max(), 1e-6)

    def test_shares_hold_all_the_way(self):
        table, counts = order.schedule([5, 3, 1])
        for i, w in enumerate([5 / 9, 3 / 9, 1 / 9]):
            off = np.cumsum(table == i) - w * np.arange(1, len(table) + 1)
            self.assertLess(np.abs(off).max(), 2)

    def test_smallest_weight_gets_a_place(self):
        _, counts = order.schedule([1, 1e-12])
        self.assertEqual(counts[1], 1)


if __name__ == "__main__":
    unittest.main()
