"""One epoch of the adapter's training in PyTorch: the other side of bench/train.ts, which starts this and prints both.

    .venv/teacher/bin/python bench/train_torch.py ROWS DIMS BATCH THREADS PREFIX,PREFIX,... SEED

Reads batches of row numbers (int32) and then the rows (float32) from standard input, prints one JSON line.
The same loss, data, batches, start and optimiser; autograd instead of a written-out gradient.
"""

import json
import sys
import time

import numpy as np
import torch

count, dims, batch, threads = map(int, sys.argv[1:5])
prefixes = [int(p) for p in sys.argv[5].split(",")]
steps = count // batch
torch.set_num_threads(threads)
order = torch.from_numpy(np.frombuffer(sys.stdin.buffer.read(4 * steps * batch), dtype=np.int32).reshape(steps, batch).astype(np.int64))
rows = torch.from_numpy(np.frombuffer(sys.stdin.buffer.read(4 * count * dims), dtype=np.float32).reshape(count, dims).copy())
SCALE, SIMILARITY = 20.0, 1.0

weight = torch.eye(dims, requires_grad=True)
optimiser = torch.optim.Adam([weight], lr=1e-3, eps=1e-8)
own = torch.eye(batch, dtype=torch.bool)


def loss_of(x):
    y = x @ weight
    cosines = x @ x.T
    target = torch.softmax((SCALE * cosines).masked_fill(own, -1e9), dim=1)
    total = 0.0
    for d in prefixes:
        u = torch.nn.functional.normalize(y[:, :d], dim=1)
        s = u @ u.T
        near = torch.nn.functional.cross_entropy((SCALE * s).masked_fill(own, -1e9), target)
        total = total + near + SIMILARITY * torch.mean((s - cosines) ** 2)
    return total


def rate(index):
    """The schedule of src/training/training-run.ts: a short rise, then a straight line to zero."""
    warm = max(1, round(0.05 * steps))
    return (index + 1) / warm if index < warm else max(0.0, (steps - index) / max(1, steps - warm))


def step(numbers, index):
    optimiser.param_groups[0]["lr"] = 1e-3 * rate(index)
    optimiser.zero_grad(set_to_none=True)
    loss = loss_of(rows[numbers])
    loss.backward()
    optimiser.step()
    return loss.item()


with torch.no_grad():
    kept = weight.detach().clone()
for warm in range(3):
    step(order[warm], warm)
with torch.no_grad():
    weight.copy_(kept)
optimiser = torch.optim.Adam([weight], lr=1e-3, eps=1e-8)

began, cpu = time.perf_counter(), time.process_time()
losses = [step(order[i], i) for i in range(steps)]
elapsed, cpu = time.perf_counter() - began, time.process_time() - cpu
print(json.dumps({"engine": f"PyTorch {torch.__version__}", "elapsedMs": 1000 * elapsed, "cpuMs": 1000 * cpu, "steps": steps, "first": losses[0], "last": losses[-1]}))
