#!/usr/bin/env python3
# venv: dedup
"""dedup-near beside datasketch and rensa: similarities, clusters, recall and speed of signing."""
import json
import random
import subprocess
import time

from datasketch import MinHash, MinHashLSH
from rensa import CMinHash
from tap import TOKMILL, check, done

R = random.Random(5)
BANDS, ROWS = 14, 8


def word():
    return "".join(R.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(R.randrange(2, 9)))


VOCABULARY = [word() for _ in range(20000)]


def fresh(n):
    return [VOCABULARY[int(R.random() ** 2 * 20000)] for _ in range(n)]


def replaced(words, m):
    words = list(words)
    for i in R.sample(range(len(words)), m):
        words[i] = word() + word()
    return words


def shingles(text):
    w = text.split()
    return {" ".join(w[i:i + 5]) for i in range(max(1, len(w) - 4))}


def jaccard(a, b):
    return len(a & b) / len(a | b)


def write(name, texts):
    with open(name, "w") as f:
        for i, t in enumerate(texts):
            f.write(json.dumps({"id": str(i), "text": t}) + "\n")


def near(name, *args):
    """id -> (cluster, similarity) of what is dropped."""
    subprocess.run([TOKMILL, "-q", "dedup-near", *args, name, "--rejects", "dropped.jsonl",
                    "-o", "kept.jsonl"], check=True)
    dropped = {}
    for line in open("dropped.jsonl"):
        d = json.loads(line)
        dropped[d["id"]] = (d["metadata"]["tokmill"]["dedup-near"]["cluster"],
                            d["_drop"].get("value"))
    return dropped


# Copies far above the threshold, everything else far below: every LSH must find the same clusters.
texts = []
for _ in range(400):
    base = fresh(R.randrange(150, 400))
    texts.append(" ".join(base))
    for _ in range(R.randrange(0, 4)):
        texts.append(" ".join(replaced(base, R.randrange(0, 2))))
R.shuffle(texts)
write("clear.jsonl", texts)
lsh = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
sets = [shingles(t) for t in texts]
first, theirs = {}, {}
for i, s in enumerate(sets):
    m = MinHash(num_perm=BANDS * ROWS)
    m.update_batch([x.encode() for x in s])
    found = [first[k] for k in lsh.query(m)]
    first[i] = min(found, default=i)
    lsh.insert(i, m)
    if found:
        theirs[str(i)] = str(first[i])
for verify in ("none", "text"):
    ours = {i: c for i, (c, _) in near("clear.jsonl", "--verify", verify).items()}
    check(ours == theirs, f"clusters as datasketch's, --verify {verify}",
          f"{len(ours)} and {len(theirs)} dropped")

# Pairs of every similarity: what is found follows the curve; what is reported is exact.
pairs, texts = [], []
for _ in range(6000):
    base = fresh(204)
    other = replaced(base, R.randrange(1, 26))
    pairs.append((len(texts), len(texts) + 1))
    texts += [" ".join(base), " ".join(other)]
write("pairs.jsonl", texts)
dropped = near("pairs.jsonl", "--jaccard", "0.3", "--bands", str(BANDS), "--rows", str(ROWS))
bins, wrong = {}, 0
for a, b in pairs:
    j = jaccard(shingles(texts[a]), shingles(texts[b]))
    hit = str(b) in dropped
    wrong += hit and (dropped[str(b)][0] != str(a) or abs(dropped[str(b)][1] - j) > 1e-12)
    n, hits, expected = bins.get(int(j * 10), (0, 0, 0))
    bins[int(j * 10)] = (n + 1, hits + hit, expected + 1 - (1 - j ** ROWS) ** BANDS)
check(wrong == 0, "similarities are those of a set of tuples in Python", wrong)
for k, (n, hits, expected) in sorted(bins.items()):
    p = expected / n
    bound = max(.01, 4 * (p * (1 - p) / n) ** .5)
    check(abs(hits / n - p) <= bound, f"recall at {k / 10:.1f}: {hits / n:.3f}, theory {p:.3f}")

# Signing, one thread, CPU time: ours with reading, writing and deciding against rensa's hashing.
texts = [" ".join(fresh(500)) for _ in range(8000)]
write("speed.jsonl", texts)
size = sum(map(len, texts))
t = time.process_time()
for text in texts[:1500]:
    w = text.split()
    m = CMinHash(BANDS * ROWS, 1)
    m.update([" ".join(w[i:i + 5]) for i in range(len(w) - 4)])
    m.digest()
rensa = sum(map(len, texts[:1500])) / (time.process_time() - t) / 1e6
best = 0
for _ in range(3):
    import resource
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    near("speed.jsonl", "-j1")
    best = max(best, size / (resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before) / 1e6)
print(f"# rensa CMinHash {rensa:.1f} MB/s; dedup-near -j1, file to file, {best:.1f} MB/s")
check(best > rensa, "the whole of dedup-near is faster than rensa's CMinHash alone")
done()
