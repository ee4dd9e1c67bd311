#!/usr/bin/env python3
# venv: shard
"""mix gives documents in the order of Megatron-Core's own blending helper, and the blend file that it
writes is read by Megatron's reader of such lists."""
import json
import random

import numpy as np
from megatron.core.datasets import helpers
from megatron.core.datasets.indexed_dataset import IndexedDataset
from megatron.core.datasets.utils import get_blend_from_list, normalize

from tap import check, documents, done, jsonl, run


def main():
    r = random.Random(7)
    for case in range(12):
        n = r.randrange(2, 9)
        weights = [r.choice([r.random(), r.randrange(1, 9), 1]) for _ in range(n)]
        total = r.randrange(50, 3000)
        for i in range(n):
            with open(f"s{i}.jsonl", "wb") as f:
                f.write(jsonl([{"id": f"{i} {k}", "text": ""} for k in range(total)]))
        got = documents(run("mix", "--total", str(total), *[f"{i}={w!r}:s{i}.jsonl" for i, w in enumerate(weights)]))
        dataset, sample = np.zeros(total, np.int16), np.zeros(total, np.int64)
        helpers.build_blending_indices(dataset, sample, normalize(weights), n, total, False)
        check([d["id"] for d in got] == [f"{i} {k}" for i, k in zip(dataset, sample)],
              f"{n} sources, {total} documents: Megatron's order", weights)
    for i, n in (0, 30), (1, 70):
        docs = [{"id": str(k), "text": "", "input_ids": [1] * r.randrange(1, 50)} for k in range(n)]
        run("shard", "--vocab-size", "9", "--eod-id", "0", "--docs", "20", "--size", "0", "--format", "megatron",
            "-o", f"m{i}/", stdin=jsonl(docs))
    run("mix", "a=0.8:m0/", "b=0.2:m1/", "--blend-file", "blend")
    prefixes, weights = get_blend_from_list(open("blend").read().split())
    sets = [IndexedDataset(p) for p in prefixes]        # they take their mapping with them when they go
    sizes = [int(s.sequence_lengths.sum()) for s in sets]
    check(len(prefixes) == 2 + 4 and abs(sum(weights) - 1) < 1e-9, "Megatron reads the blend file", prefixes)
    want = [(0.8 if p.startswith("m0") else 0.2) * s / sum(t for q, t in zip(prefixes, sizes) if q[:2] == p[:2])
            for p, s in zip(prefixes, sizes)]
    check(np.allclose(weights, want), "each file has its part of its source's weight, by tokens")


main()
done()
