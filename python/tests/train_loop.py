"""One rank of a training loop that test_resume.py kills: it logs what it trains on, and keeps a
checkpoint every few steps. It begins at start.json, where the test has put the last checkpoint.

usage: train_loop.py SHARDS FOLDER SHUFFLE RANK WORLD THREADS
"""
import json
import os
import sys
import time

import tokmill

BATCH, SEQ, EPOCHS = 24, 64, 2


def save(path, text):
    with open(path + ".part", "w") as f:
        f.write(text)
    os.replace(path + ".part", path)


def main():
    shards, folder, shuffle, rank, world, threads = sys.argv[1:]
    windows = tokmill.Windows(tokmill.open(shards), SEQ, shuffle, seed=5, span=8, buffer=8, epochs=EPOCHS)
    loader = tokmill.Loader(windows, BATCH, int(rank), int(world), threads=int(threads))
    start, checkpoint = os.path.join(folder, "start.json"), os.path.join(folder, "checkpoint.json")
    if os.path.exists(start):
        with open(start) as f:
            loader.load_state_dict(json.load(f))
    with open(os.path.join(folder, f"log-{rank}"), "w") as log:
        step = loader.position // BATCH
        for batch in loader:
            for row in batch:
                log.write(json.dumps([step, *row.tolist()]) + "\n")
            step += 1
            time.sleep(0.01)            # the model
            log.flush()
            if step % 7 == 0 and rank == "0":
                save(checkpoint, json.dumps(loader.state_dict()))
        save(os.path.join(folder, f"done-{rank}"), "")


main()
