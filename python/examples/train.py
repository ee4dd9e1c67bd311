#!/usr/bin/env python3
"""Trains a small transformer on a CPU from token shards, for a few minutes, and prints its loss on
samples that it has not seen beside the unigram entropy: what one would lose who knew nothing but how
often each token comes.

    pipelines/demo.sh && python3 python/examples/train.py demo-out/shards-native

With --checkpoint FILE a run that was stopped goes on from where the file was written, with the next
sample of the same order.
"""
import argparse
import math
import os
import sys
import time

import numpy as np
import torch
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src"))
import tokmill
import tokmill.torch


class Block(nn.Module):
    """Attention to what came before, then a layer for each position by itself."""

    def __init__(self, width, heads):
        super().__init__()
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.layer = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x, mask):
        y = self.before(x)
        x = x + self.attention(y, y, y, attn_mask=mask, need_weights=False)[0]
        return x + self.layer(self.between(x))


class Transformer(nn.Module):
    """Its output is an adaptive softmax: exact, and cheap on a CPU since most tokens are among the low
    ids, which byte-pair encoding gives to the frequent ones."""

    def __init__(self, vocab, seq, width=128, layers=3, heads=4):
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocab, width), nn.Embedding(seq, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.last = nn.LayerNorm(width)
        self.out = nn.AdaptiveLogSoftmaxWithLoss(width, vocab, [vocab // 8, vocab // 2], div_value=2)
        nn.init.normal_(self.tokens.weight, std=0.02)
        nn.init.normal_(self.places.weight, std=0.02)
        self.register_buffer("mask", torch.full((seq, seq), -math.inf).triu(1), persistent=False)

    def loss(self, samples):
        """Mean of nats a token; a sample's tokens are each the target of those before it."""
        tokens, targets = samples[:, :-1], samples[:, 1:]
        x = self.tokens(tokens) + self.places.weight
        for block in self.blocks:
            x = block(x, self.mask)
        return self.out(self.last(x).flatten(0, 1), targets.flatten()).loss


def unigram(data, vocab):
    """Nats of each token by its share of the data, and the mean of that: the entropy."""
    counts = np.zeros(vocab, np.int64)
    for at in range(0, data.tokens, 1 << 20):
        counts += np.bincount(data.read(at, min(1 << 20, data.tokens - at)), minlength=vocab)
    share = counts[counts > 0] / data.tokens
    return counts, float(-(share * np.log(share)).sum())


def held_out_loss(model, windows, n, batch):
    """On the last samples of the first epoch's order, which training stops short of."""
    model.eval()
    with torch.no_grad():
        at = range(len(windows) - n, len(windows), batch)
        losses = [model.loss(torch.from_numpy(windows.batch(np.arange(p, min(p + batch, len(windows))))))
                  for p in at]
    model.train()
    return float(torch.stack(losses).mean())


def options():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("shards", help="a folder of shards, or a file")
    p.add_argument("--steps", type=int, default=500)
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--seq", type=int, default=128)
    p.add_argument("--rate", type=float, default=3e-3)
    p.add_argument("--checkpoint", help="written every 50 steps; a run begins with it if it is there")
    return p.parse_args()


def train(model, loader, o):
    optimizer = torch.optim.AdamW(model.parameters(), lr=o.rate, betas=(0.9, 0.95), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, o.rate, total_steps=o.steps + 1, pct_start=0.1)
    parts = {"model": model, "optimizer": optimizer, "schedule": schedule, "loader": loader}
    if o.checkpoint and os.path.exists(o.checkpoint):
        for name, state in torch.load(o.checkpoint).items():
            parts[name].load_state_dict(state)
        print(f"goes on at sample {loader.position:,}")
    begin, first = time.monotonic(), loader.position
    for samples in loader:
        loss = model.loss(samples)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        step = loader.position // o.batch
        if step % 50 == 0 or len(loader) == 0:
            speed = (loader.position - first) * o.seq / (time.monotonic() - begin)
            print(f"step {step:4}  loss {loss.item():.3f}  {speed:,.0f} tokens/s", flush=True)
            if o.checkpoint:
                torch.save({n: p.state_dict() for n, p in parts.items()}, o.checkpoint + ".part")
                os.replace(o.checkpoint + ".part", o.checkpoint)


def main():
    o = options()
    torch.manual_seed(1)
    data = tokmill.open(o.shards)
    windows = tokmill.Windows(data, o.seq, "global", seed=1)
    held_out = min(512, len(windows) // 10)
    samples = min(o.steps * o.batch, len(windows) - held_out)
    o.steps = -(-samples // o.batch)
    vocab = 1 + max(getattr(s, "max_id", 0) or int(s.read(0, s.tokens).max()) for s in data.shards)
    counts, entropy = unigram(data, vocab)
    print(f"{data.tokens:,} tokens, {np.count_nonzero(counts):,} of {vocab:,} ids; "
          f"{samples:,} samples of {o.seq} to train on, {held_out} to measure by")
    model = Transformer(vocab, o.seq)
    loader = tokmill.torch.Loader(windows, o.batch, samples=samples, threads=1)
    train(model, loader, o)
    loss = held_out_loss(model, windows, held_out, o.batch)
    print(f"loss {loss:.3f} nats a token on samples not seen; unigram entropy {entropy:.3f}")


main()
