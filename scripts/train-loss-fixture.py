"""Values of sentence-transformers' own losses on small random vectors, as test/training/fixtures/losses.json.

    .venv/teacher/bin/python scripts/train-loss-fixture.py
"""

import json
from pathlib import Path

import torch
import sentence_transformers
from sentence_transformers.sentence_transformer.losses import CoSENTLoss, MultipleNegativesRankingLoss

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
N, DIMS, PREFIXES = 12, 16, [16, 8, 4]


class NoModel(torch.nn.Module):
    """The losses keep a model only to embed with; here the vectors are given."""


def case(loss, labels=None):
    u = torch.randn(N, DIMS, requires_grad=True)
    v = (u.detach() + torch.randn(N, DIMS)).requires_grad_()
    values = [loss.compute_loss_from_embeddings([u[:, :d], v[:, :d]], labels) for d in PREFIXES]
    torch.stack(values).sum().backward()
    flat = lambda tensor: [round(x, 12) for x in tensor.detach().flatten().tolist()]
    return {"u": flat(u), "v": flat(v), "values": [value.item() for value in values], "du": flat(u.grad), "dv": flat(v.grad)}


scores = [round(x, 3) for x in torch.rand(N).tolist()]
scores[3] = scores[5]
fixture = {
    "made_by": f"sentence-transformers {sentence_transformers.__version__}, torch {torch.__version__}, float64, scale 20",
    "dims": DIMS,
    "prefixes": PREFIXES,
    "scores": scores,
    "cosent": case(CoSENTLoss(NoModel()), torch.tensor(scores)),
    "in_batch": case(MultipleNegativesRankingLoss(NoModel())),
}
target = Path(__file__).parent.parent / "test" / "training" / "fixtures" / "losses.json"
target.write_text(json.dumps(fixture) + "\n")
print({name: fixture[name]["values"] for name in ["cosent", "in_batch"]})
