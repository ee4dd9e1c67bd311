#!/usr/bin/env python3
# venv: filter
"""dedup-near without verification beside datatrove's four MinHash stages, on the same documents."""
import json
import os
import random
import resource
import subprocess
import time

from datatrove.executor.local import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import (MinhashConfig, MinhashDedupBuckets,
                                              MinhashDedupCluster, MinhashDedupFilter)
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from tap import TOKMILL, check, done

R = random.Random(11)
VOWELS, CONSONANTS = "aeiou", "bcdfghjklmnprstvwz"
VOCABULARY = ["".join(R.choice(CONSONANTS) + R.choice(VOWELS) for _ in range(R.randrange(1, 4)))
              for _ in range(5000)]


def fresh(n):
    return [R.choice(VOCABULARY) for _ in range(n)]


def replaced(words, m):
    words = list(words)
    for i in R.sample(range(len(words)), m):
        words[i] = "".join(fresh(3))
    return words


def dress(words):
    """The same words with other case, punctuation, numbers and line breaks."""
    out = []
    for w in words:
        r = R.random()
        out.append(w.upper() if r < .05 else w + "," if r < .1 else w + ".\n" if r < .15 else w)
    return " ".join(out) + " " + str(R.randrange(10, 99))


# Copies differ in no word or one of 200 to 400 (found by either but for one pair in 10^4);
# everything else has nothing in common.
documents = []
for family in range(250):
    base = fresh(R.randrange(200, 400))
    for _ in range(R.randrange(1, 5)):
        documents.append((family, dress(replaced(base, R.randrange(0, 2)))))
R.shuffle(documents)
os.mkdir("in")
with open("in/docs.jsonl", "w") as f:
    for i, (_, text) in enumerate(documents):
        f.write(json.dumps({"id": str(i), "text": text, "metadata": {}}) + "\n")

config = MinhashConfig(n_grams=5, num_buckets=14, hashes_per_bucket=8)
stages = [
    [JsonlReader("in"), MinhashDedupSignature("sig", config=config)],
    [MinhashDedupBuckets("sig", "buckets", config=config)],
    [MinhashDedupCluster("buckets", "remove", config=config, save_cluster_id=True)],
    [JsonlReader("in"), MinhashDedupFilter("remove", exclusion_writer=JsonlWriter(
        "removed", output_filename="${rank}.jsonl", compression=None)),
     JsonlWriter("kept", output_filename="${rank}.jsonl", compression=None)]]
start = time.process_time() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
for i, pipeline in enumerate(stages):
    LocalPipelineExecutor(pipeline, tasks=14 if i == 1 else 1, workers=1, logging_dir=f"logs{i}",
                          skip_completed=False).run()
theirs_s = time.process_time() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - start
kept = {json.loads(line)["id"] for line in open("kept/00000.jsonl")}

before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
subprocess.run([TOKMILL, "-j1", "dedup-near", "--verify", "none", "in/docs.jsonl", "-o", "ours.jsonl",
                "--rejects", "dropped.jsonl"], check=True)
ours_s = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
ours = {json.loads(line)["id"] for line in open("ours.jsonl")}
cluster = {i: i for i in ours}
for line in open("dropped.jsonl"):
    d = json.loads(line)
    cluster[d["id"]] = d["metadata"]["tokmill"]["dedup-near"]["cluster"]

families = {f for f, _ in documents}
check(len(ours) == len(families), "one document of each family is kept",
      f"{len(ours)} of {len(families)} families")
check(len({(cluster[str(i)], f) for i, (f, _) in enumerate(documents)}) == len(families),
      "clusters are the families")
check(len(kept) == len(ours), "datatrove keeps as many", f"{len(kept)} and {len(ours)}")
check(len({cluster[i] for i in kept}) == len(kept), "datatrove's, one of each of our clusters")
print(f"# datatrove {theirs_s:.2f} s of CPU, tokmill {ours_s:.3f} s")
check(theirs_s > 100 * ours_s, "100 times datatrove's CPU time", f"{theirs_s / ours_s:.0f} times")
done()
