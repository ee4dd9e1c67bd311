"""A training loop is killed at random moments and goes on with other numbers of ranks and threads:
what it has trained on in the end is what an uninterrupted run trains on, in the same order."""
import json
import os
import random
import shutil
import subprocess
import sys
import time
import unittest

import numpy as np

import tokmill
from make import Case, documents, flat, needs_tokmill, shard

LOOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "train_loop.py")
BATCH, SEQ, EPOCHS = 24, 64, 2


class Killed(Case):
    def start(self, shards, shuffle, world, threads):
        return [subprocess.Popen([sys.executable, LOOP, shards, self.folder, shuffle, str(r), str(world),
                                  str(threads)]) for r in range(world)]

    def size(self, name):
        return os.path.getsize(self.path(name)) if os.path.exists(self.path(name)) else 0

    def logged(self, rank):
        """A rank's log: rows by step. A last line may be cut off."""
        steps, path = {}, self.path(f"log-{rank}")
        if os.path.exists(path):
            with open(path) as f:
                for line in f:
                    if line.endswith("\n"):
                        step, *ids = json.loads(line)
                        steps.setdefault(step, []).append(ids)
        return steps

    def steps_of_logs(self, world, before):
        """Rows by step of all ranks, those before a step only."""
        steps = {}
        for r in range(world):
            for step, rows in self.logged(r).items():
                if step < before:
                    steps.setdefault(step, []).extend(rows)
        return steps

    def run_with_kills(self, shards, shuffle, seed):
        """Rows of the run that counts: of each life, what its last checkpoint covers."""
        dice, trained, kills = random.Random(seed), {}, 0
        while True:
            world, threads = dice.choice([1, 2, 3, 4]), dice.choice([0, 1, 3])
            for r in range(4):
                if os.path.exists(self.path(f"log-{r}")):
                    os.remove(self.path(f"log-{r}"))
            if os.path.exists(self.path("checkpoint.json")):
                shutil.copy(self.path("checkpoint.json"), self.path("start.json"))
            ranks = self.start(shards, shuffle, world, threads)
            life = dice.randint(1, 40)      # steps of rank 0 that it may live, and a moment more
            while self.size("log-0") < life * 24 // world * 300 and any(p.poll() is None for p in ranks):
                time.sleep(0.01)
            time.sleep(dice.uniform(0, 0.1))
            finished = all(os.path.exists(self.path(f"done-{r}")) for r in range(world))
            for p in ranks:
                p.kill()
                p.wait()
            if finished:
                trained.update(self.steps_of_logs(world, 10 ** 9))
                return trained, kills
            kills += 1
            for r in range(4):      # a rank may have been done while others were not
                if os.path.exists(self.path(f"done-{r}")):
                    os.remove(self.path(f"done-{r}"))
            trained.update(self.steps_of_logs(world, self.covered(world)))

    def covered(self, world):
        """Steps before the last checkpoint. Ranks keep step in a real loop; here one may be behind the
        rank that keeps checkpoints, so the checkpoint is set back to what all have done."""
        path = self.path("checkpoint.json")
        if not os.path.exists(path):
            return 0
        with open(path) as f:
            state = json.load(f)
        done = state["position"] // BATCH
        for r in range(world):
            done = min(done, max(self.logged(r), default=self.first))
        done = max(done, self.first)
        self.first, state["position"] = done, done * BATCH
        with open(path, "w") as f:
            json.dump(state, f)
        return done

    def check(self, shards, shuffle, seed):
        self.first = 0
        trained, kills = self.run_with_kills(shards, shuffle, seed)
        windows = tokmill.Windows(tokmill.open(shards), SEQ, shuffle, seed=5, span=8, buffer=8, epochs=EPOCHS)
        want = list(tokmill.Loader(windows, BATCH))
        self.assertGreater(kills, 0)
        self.assertEqual(sorted(trained), list(range(len(want))))
        for step, rows in enumerate(want):
            self.assertEqual(trained[step], rows.tolist(), f"step {step}, {kills} kills")

    def test_bare_shards(self):
        ids = flat(documents(250, 50257, longest=500)).astype("<u2")
        self.check(self.write("n.bin", ids), "global", 1)

    @needs_tokmill
    def test_native_shards(self):
        docs = documents(250, 200019, longest=500)
        self.check(shard(self.path("native"), docs, 200019, "--format", "native"), "blocks", 2)


if __name__ == "__main__":
    unittest.main()
