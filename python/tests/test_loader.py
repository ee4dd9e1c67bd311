"""Loaders: the same steps for any ranks and threads, exact resume, mixes, checkpoints that notice."""
import json
import unittest

import numpy as np

import tokmill
from make import Case

SHUFFLES = [None, "global", "blocks"]


class Loading(Case):
    def data(self, name="n", tokens=10_001, cut=3_333, first=0):
        """Tokens that are their own numbers (modulo 2**16), in two files."""
        ids = (np.arange(tokens) + first).astype("<u2")
        return tokmill.open([self.write(f"{name}0.bin", ids[:cut]), self.write(f"{name}1.bin", ids[cut:])])

    def windows(self, shuffle="global", seq=10, **more):
        more.setdefault("span", 20), more.setdefault("buffer", 6)
        return tokmill.Windows(self.data(), seq, shuffle, **more)


def run(source, batch, world, steps=None, start=None, threads=0, **more):
    """The global batches of a run of so many ranks, put together from the ranks' parts; its state."""
    ranks = [tokmill.Loader(source, batch, r, world, threads=threads, **more) for r in range(world)]
    if start:
        for r in ranks:
            r.load_state_dict(start)
    out = []
    for parts in zip(*ranks):
        out.append(np.concatenate(parts))
        if steps and len(out) == steps:
            break
    return out, ranks[0].state_dict()


class Order(Loading):
    def test_every_token_is_an_input_once_and_a_target_once(self):
        for shuffle in SHUFFLES:
            w = self.windows(shuffle, seq=10)
            steps, _ = run(w, 8, 1)
            rows = np.concatenate(steps)
            self.assertTrue(np.array_equal(rows, rows[:, :1] + np.arange(11)))
            self.assertTrue(np.array_equal(np.sort(rows[:, :-1].ravel()), np.arange(10_000)))
            self.assertTrue(np.array_equal(np.sort(rows[:, 1:].ravel()), np.arange(1, 10_001)))
            self.assertEqual((w.left_over, len(w)), (0, 1000))

    def test_same_steps_for_any_ranks_and_threads(self):
        for shuffle in SHUFFLES:
            w = self.windows(shuffle, epochs=2)
            want, _ = run(w, 12, 1)
            for world, threads in [(2, 0), (3, 2), (12, 0), (4, 1)]:
                got, _ = run(w, 12, world, threads=threads)
                self.assertEqual(len(got), len(want))
                self.assertTrue(all(map(np.array_equal, got, want)), (shuffle, world, threads))

    def test_resume_with_other_ranks(self):
        for shuffle in SHUFFLES:
            w = self.windows(shuffle, epochs=2)
            want, _ = run(w, 12, 1)
            got, state = run(w, 12, 3, steps=5, threads=2)
            more, state = run(self.windows(shuffle, epochs=2), 12, 4, steps=80, start=state)
            rest, state = run(self.windows(shuffle, epochs=2), 12, 1, start=json.loads(json.dumps(state)))
            self.assertTrue(all(map(np.array_equal, got + more + rest, want)))
            self.assertEqual((len(got + more + rest), state["position"]), (len(want), 2000))

    def test_resume_with_another_batch(self):
        want, _ = run(self.windows(), 12, 1)
        got, state = run(self.windows(), 12, 3, steps=7)
        rest, _ = run(self.windows(), 10, 2, start=state)
        self.assertTrue(np.array_equal(np.concatenate(got + rest), np.concatenate(want)))

    def test_last_step(self):
        steps, _ = run(self.windows(), 12, 2)
        self.assertEqual([len(steps), len(steps[-1])], [84, 4])
        steps, _ = run(self.windows(), 12, 2, drop_last=True)
        self.assertEqual([len(steps), len(steps[-1])], [83, 12])
        l = tokmill.Loader(self.windows(), 12, samples=60)
        self.assertEqual([len(l), len(list(l)), len(l)], [5, 5, 0])

    def test_a_step_does_not_depend_on_those_before(self):
        w = self.windows(epochs=5)
        loader = tokmill.Loader(w, 8)
        late = loader.load(4 * 1000 + 16)
        list(loader)
        self.assertTrue(np.array_equal(late, loader.load(4 * 1000 + 16)))

    def test_batches_that_are_kept_stay_as_they_are(self):
        """Arrays are used again, but never while anything still looks at them."""
        w = self.windows(None, epochs=1)
        want = [w.batch(np.arange(p, p + 8)) for p in range(0, 1000, 8)]
        for threads in (0, 2):
            kept, addresses = [], set()
            for i, b in enumerate(tokmill.Loader(w, 8, threads=threads)):
                addresses.add(b.ctypes.data)
                kept.append((i, b[2:, 1:]) if i % 3 else (i, None))
                del b
            self.assertLess(len(addresses), 125)
            for i, view in kept:
                if view is not None:
                    self.assertTrue(np.array_equal(view, want[i][2:, 1:]), i)

    def test_types(self):
        for dtype in (np.uint16, np.int32, np.uint32, np.int64):
            l = tokmill.Loader(self.windows(), 4, dtype=dtype)
            self.assertEqual(next(iter(l)).dtype, dtype)

    def test_refused(self):
        for bad in (dict(batch=5, world=2), dict(batch=4, world=2, rank=2), dict(batch=0),
                    dict(batch=4, samples=10 ** 9)):
            with self.assertRaises(ValueError):
                tokmill.Loader(self.windows(epochs=1), **bad)
        for bad in (dict(seq=0), dict(seq=10_001), dict(shuffle="x")):
            with self.assertRaises(ValueError):
                self.windows(**bad)

    def test_errors_of_threads_come_at_their_step(self):
        w = self.windows(None)
        fill = w.data.fill

        def broken(starts, out):
            if 500 in starts:
                raise tokmill.ShardError("x", "damaged")
            return fill(starts, out)
        w.data.fill = broken
        seen = 0
        with self.assertRaisesRegex(tokmill.ShardError, "damaged"):
            for _ in tokmill.Loader(w, 10, threads=2):
                seen += 1
        self.assertEqual(seen, 5)

    def test_borders(self):
        ids = np.array([1, 1, 0, 2, 0, 0, 3, 3, 3, 0, 4], "<u2")
        data = tokmill.open(self.write("b.bin", ids), eod=0)
        w = tokmill.Windows(data, 5, None)
        want = [[0, 0, 0, 1, 1, 2], [0, 1, 1, 1, 1, 2]]
        self.assertEqual(w.borders([0, 1]).tolist(), want)
        tokens, borders = next(iter(tokmill.Loader(w, 2, borders=True)))
        self.assertEqual((tokens[0].tolist(), borders.tolist()), (ids[:6].tolist(), want))


class Checkpoints(Loading):
    def refused(self, why, state, loader, **more):
        with self.assertRaisesRegex(tokmill.StateError, why):
            loader.load_state_dict(state, **more)

    def test_changed_data(self):
        loader = tokmill.Loader(self.windows(), 4)
        state = loader.state_dict()
        same = tokmill.Loader(self.windows(), 4)
        same.load_state_dict(state)
        ids = np.arange(3333, dtype="<u2")
        ids[17] = 1             # one id, nothing else
        self.write("n0.bin", ids)
        other = tokmill.open([self.path("n0.bin"), self.path("n1.bin")])
        changed = tokmill.Loader(tokmill.Windows(other, 10, span=20, buffer=6), 4)
        self.refused("n0.bin: sampled was", state, changed)
        changed.load_state_dict(state, changed_data=True)
        fewer = tokmill.Loader(tokmill.Windows(tokmill.open(self.path("n1.bin")), 10), 4)
        self.refused("2 items then, 1 now", state, fewer)
        self.refused("samples was 1000, is 666", state, fewer, changed_data=True)

    def test_another_order(self):
        state = tokmill.Loader(self.windows(), 4).state_dict()
        for why, more in [("seed was 0, is 1", dict(seed=1)), ("seq was 10, is 20", dict(seq=20)),
                          ("shuffle was 'global', is 'blocks'", dict(shuffle="blocks"))]:
            self.refused(why, state, tokmill.Loader(self.windows(**more), 4))

    def test_other_states(self):
        loader = tokmill.Loader(self.windows(epochs=1), 4)
        for bad in ({}, dict(loader.state_dict(), tokmill=99), dict(loader.state_dict(), position=10**6),
                    dict(loader.state_dict(), position=-1)):
            self.refused("does not fit", bad, loader)


class Mixes(Loading):
    def mix(self, weights=(3, 1), epochs=None, **more):
        a = tokmill.Windows(self.data("a", 3001), 10, seed=1, epochs=epochs)
        b = tokmill.Windows(self.data("b", 2001, 999, first=30_000), 10, seed=2, epochs=epochs)
        return tokmill.Mix({"a": (a, weights[0]), "b": (b, weights[1])}, **more)

    @staticmethod
    def of_b(rows):
        return rows[:, 0] >= 30_000

    def test_shares_and_epochs(self):
        rows = self.mix().batch(np.arange(4000))
        self.assertEqual(np.count_nonzero(self.of_b(rows)), 1000)
        a, b = rows[~self.of_b(rows)], rows[self.of_b(rows)]
        for part, n, first in [(a, 300, 0), (b, 200, 30_000)]:
            for at in range(0, 3 * n, n):       # each epoch of each source is whole
                self.assertEqual(np.sort(part[at:at + n, 0]).tolist(),
                                 (first + 10 * np.arange(n)).tolist())
        self.assertFalse(np.array_equal(a[:300], a[300:600]))

    def test_same_steps_and_resume(self):
        want, _ = run(self.mix(), 12, 1, samples=1200)
        got, state = run(self.mix(), 12, 3, steps=31, samples=1200, threads=2)
        rest, _ = run(self.mix(), 12, 4, start=state, samples=1200)
        self.assertTrue(all(map(np.array_equal, got + rest, want)))
        self.assertEqual(len(got + rest), len(want))

    def test_consumed(self):
        m = self.mix((0.7, 0.4))
        for p in (0, 1, 7, 1000):
            rows = m.batch(np.arange(p))
            b = np.count_nonzero(self.of_b(rows))
            self.assertEqual(m.consumed(p), {"a": p - b, "b": b})
        self.assertEqual(m.consumed(3 * len(m.table) + 1)["a"], 3 * int(m.counts[0]) + 1)
        self.assertAlmostEqual(self.mix().epochs(400)["a"], 1)

    def test_limit_of_epochs(self):
        m = self.mix((1, 1), epochs=2)          # b has 200 samples an epoch, a 300
        self.assertTrue(800 <= len(m) <= 801)
        self.assertEqual(m.consumed(len(m))["b"], 400)
        self.assertEqual(len(tokmill.Loader(m, 10)), -(-len(m) // 10))
        with self.assertRaises(ValueError):
            tokmill.Loader(m, 10, samples=802)
        with self.assertRaises(TypeError):
            len(self.mix())

    def test_new_weights_lose_and_repeat_nothing(self):
        m = self.mix((3, 1))
        first = m.batch(np.arange(100))
        n = m.reweighted({"a": 1, "b": 5}, 100)
        self.assertEqual(n.consumed(0), m.consumed(100))
        second = n.batch(np.arange(300))
        rows = np.concatenate([first, second])
        for mask, count in [(~self.of_b(rows), 300), (self.of_b(rows), 200)]:
            here = rows[mask][:count]
            self.assertEqual(len(np.unique(here[:, 0])), len(here))
        self.assertGreater(self.of_b(second).mean(), 0.8)
        with self.assertRaisesRegex(tokmill.StateError, "weight was 3.0, is 1.0"):
            tokmill.Loader(n, 4, samples=9).load_state_dict(tokmill.Loader(m, 4, samples=9).state_dict())

    def test_borders(self):
        a = tokmill.open(self.write("x.bin", np.array([1, 0, 1, 0, 1], "<u2")), eod=0)
        b = tokmill.open(self.write("y.bin", np.array([7, 7, 7, 7, 0], "<u2")), eod=0)
        m = tokmill.Mix({"a": (tokmill.Windows(a, 4, None), 1), "b": (tokmill.Windows(b, 4, None), 1)})
        self.assertEqual(sorted(m.borders(np.arange(2)).tolist()), [[0] * 5, [0, 0, 1, 1, 2]])

    def test_refused(self):
        a = tokmill.Windows(self.data("a", 3001), 10)
        for bad in ({}, {"a": (a, 0)}, {"a": (a, 1), "b": (tokmill.Windows(a.data, 20), 1)}):
            with self.assertRaises(ValueError):
                tokmill.Mix(bad)

    def test_weights(self):
        np.testing.assert_allclose(tokmill.temperature([1, 4], 1), [0.2, 0.8])
        np.testing.assert_allclose(tokmill.temperature([1, 4], 2), [1 / 3, 2 / 3])
        np.testing.assert_allclose(tokmill.unimax([100, 10, 1000], 300, 4), [130 / 300, 40 / 300, 130 / 300])
        np.testing.assert_allclose(tokmill.unimax([1, 1], 1000, 1), [0.5, 0.5])


if __name__ == "__main__":
    unittest.main()
