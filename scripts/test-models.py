"""Builds the tiny models of test/fixtures/models: random weights, real architectures, with sentence-transformers' own vectors as reference.

    .venv/teacher/bin/python scripts/test-models.py test/fixtures/models

Each folder holds what a downloaded model holds (config, tokenizer, modules.json, onnx/model.onnx) and reference.json: texts and the vectors that
sentence-transformers gives for them as documents and as queries. Seeded: the same versions give the same files.
"""

import gzip
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np  # noqa: E402
import torch  # noqa: E402
from sentence_transformers import SentenceTransformer, models  # noqa: E402
from tokenizers import BertWordPieceTokenizer, Tokenizer  # noqa: E402
from transformers import BertConfig, BertModel, GteConfig, GteModel, NomicBertConfig, NomicBertModel, PreTrainedTokenizerFast, Qwen3Config, Qwen3Model  # noqa: E402

HIDDEN = 32
MAX_TOKENS = 24
TEXTS = [
    "a dog that sat on the mat",
    "The quick brown fox jumps over the lazy dog!",
    "",
    " ",
    "x",
    "numbers 123,456.78 and (brackets) [of] {all} kinds; tabs\tand\nline breaks",
    "Größe, naïve, 你好 世界, emoji 😀, zero\u200bwidth",
    "unbelievablylongwordwithoutanyspaces" * 8,
    "a text that is much longer than the limit of the model, so that it must be cut somewhere in its middle, " * 4,
    "any number of entities (members) considered as a unit",
]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def train_tokenizer():
    with gzip.open("samples/wordnet-5k/corpus.jsonl.gz", "rt", encoding="utf8") as lines:
        glosses = [json.loads(line)["text"] for line in lines][:1500]
    tokenizer = BertWordPieceTokenizer(lowercase=True)
    tokenizer.train_from_iterator(glosses, vocab_size=500, special_tokens=SPECIAL, show_progress=False)
    return tokenizer


def fast(tokenizer):
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer._tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")
    wrapped.model_max_length = 512
    return wrapped


def export(model, path, causal):
    class LastHidden(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, input_ids, attention_mask):
            # A mask made here: transformers' own is not exportable by the tracing exporter.
            keep = attention_mask[:, None, None, :].float()
            if causal:
                width = input_ids.shape[1]
                keep = keep * torch.ones(width, width).tril()[None, None]
            else:
                keep = keep.expand(-1, 1, input_ids.shape[1], -1)
            return self.model(input_ids=input_ids, attention_mask=(1.0 - keep) * -1e9).last_hidden_state

    ids = torch.tensor([[2, 7, 9, 3, 0], [2, 11, 12, 13, 3]])
    mask = torch.tensor([[1, 1, 1, 1, 0], [1, 1, 1, 1, 1]])
    wrapped = LastHidden().eval()
    names = ["input_ids", "attention_mask"]
    axes = {name: {0: "batch", 1: "tokens"} for name in [*names, "last_hidden_state"]}
    with torch.no_grad():
        torch.onnx.export(wrapped, (ids, mask), str(path), input_names=names, output_names=["last_hidden_state"], dynamic_axes=axes, opset_version=17, dynamo=False)
        expected = model(input_ids=ids, attention_mask=mask).last_hidden_state
        gap = (wrapped(ids, mask) - expected)[mask.bool()].abs().max().item()
    assert gap < 1e-4, gap


def scaled(model):
    """Random weights as they come are so small that every text looks the same; larger ones tell mistakes apart."""
    torch.manual_seed(7)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 2:
                parameter.copy_(torch.randn_like(parameter) * 0.15)
            else:
                # Layer norms too: with weight 1 and bias 0 a second layer-norm would change nothing.
                parameter.copy_(torch.randn_like(parameter) * 0.3 + (1.0 if name.endswith("weight") else 0.0))
    return model.eval()


def vectors(model, texts, prompt, after):
    out = model.encode([prompt + text for text in texts], batch_size=4, normalize_embeddings=False, convert_to_tensor=True).float().cpu()
    return torch.nn.functional.normalize(after(out), dim=1).tolist()


def write(root, name, st, *, onnx, after=lambda x: x, prompts=("", ""), patch=None, own=None, encode=None):
    folder = root / name
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as temporary:
        st.save(temporary, create_model_card=False)
        shutil.copytree(temporary, folder)
    st_weights = folder / "model.safetensors"
    if onnx is not None:
        st_weights.unlink(missing_ok=True)
        (folder / "onnx").mkdir()
        onnx(folder / "onnx" / "model.onnx")
    if patch is not None:
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**config, **patch}, indent=2) + "\n")
    if own is not None:
        (folder / "funnelscope.json").write_text(json.dumps(own, indent=2) + "\n")
    document = vectors(st, TEXTS, prompts[0], after) if encode is None else encode("document")
    query = vectors(st, TEXTS, prompts[1], after) if encode is None else encode("query")
    reference = {"texts": TEXTS, "document": document, "query": query}
    (folder / "reference.json").write_text(json.dumps(reference))
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"{name}: {size / 1000:.0f} kB")


def transformer(network, tokenizer, max_tokens=MAX_TOKENS):
    """A sentence-transformers Transformer module around a network made here."""
    with tempfile.TemporaryDirectory() as temporary:
        network.save_pretrained(temporary)
        fast(tokenizer).save_pretrained(temporary)
        module = models.Transformer(temporary, model_kwargs={"attn_implementation": "eager"})
    module.max_seq_length = max_tokens
    return module


def main(root):
    torch.set_num_threads(1)
    tokenizer = train_tokenizer()
    size = {"vocab_size": tokenizer.get_vocab_size(), "hidden_size": HIDDEN, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}

    network = transformer(scaled(NomicBertModel(NomicBertConfig(**size, max_position_embeddings=128))), tokenizer)
    st = SentenceTransformer(modules=[network, models.Pooling(HIDDEN, "mean")], device="cpu")
    prompts = ("search_document: ", "search_query: ")
    # The model card: layer_norm over the full vector, then the prefix, then the norm.
    norm = lambda x: torch.nn.functional.layer_norm(x, (x.shape[1],))  # noqa: E731
    own = {"layerNorm": True, "documentPrompt": prompts[0], "queryPrompt": prompts[1], "trainedDims": [8, 16, 32]}
    write(root, "tiny-nomic-bert", st, onnx=lambda path: export(network.auto_model, path, False), after=norm, prompts=prompts, own=own)

    network2 = transformer(scaled(GteModel(GteConfig(**size, max_position_embeddings=128, pad_token_id=0))), tokenizer)
    st = SentenceTransformer(modules=[network2, models.Pooling(HIDDEN, "cls"), models.Normalize()], device="cpu")
    # Alibaba's own repositories call this architecture "new".
    write(root, "tiny-new", st, onnx=lambda path: export(network2.auto_model, path, False), patch={"model_type": "new", "architectures": ["NewModel"]})

    network3 = transformer(scaled(BertModel(BertConfig(**size, max_position_embeddings=64), add_pooling_layer=False)), tokenizer)
    torch.manual_seed(11)
    dense = models.Dense(HIDDEN, 24, activation_function=torch.nn.Tanh())
    dense2 = models.Dense(24, 20, bias=False, activation_function=torch.nn.GELU())
    st = SentenceTransformer(modules=[network3, models.Pooling(HIDDEN, "mean"), dense, dense2, models.Normalize()], prompts={"query": "find: ", "document": ""}, device="cpu")
    write(root, "tiny-bert-dense", st, onnx=lambda path: export(network3.auto_model, path, False), prompts=("", "find: "))

    pooling = models.Pooling(HIDDEN, "mean", include_prompt=False)
    st = SentenceTransformer(modules=[network3, pooling, models.Normalize()], prompts={"query": "find the text for: ", "document": "text: "}, device="cpu")
    encode = lambda role: torch.nn.functional.normalize(torch.tensor(st.encode(TEXTS, prompt_name=role, batch_size=1)), dim=1).tolist()  # noqa: E731
    write(root, "tiny-bert-no-prompt", st, onnx=lambda path: export(network3.auto_model, path, False), encode=encode)

    closing = Tokenizer.from_str(tokenizer._tokenizer.to_str())
    from tokenizers.processors import TemplateProcessing

    closing.post_processor = TemplateProcessing(single="$A [SEP]", special_tokens=[("[SEP]", 3)])
    holder = type("Holder", (), {"_tokenizer": closing})
    network4 = transformer(scaled(Qwen3Model(Qwen3Config(**size, num_key_value_heads=2, head_dim=8, max_position_embeddings=64, use_cache=False))), holder)
    instruction = "Instruct: retrieve\nQuery:"
    st = SentenceTransformer(modules=[network4, models.Pooling(HIDDEN, "lasttoken"), models.Normalize()], prompts={"query": instruction, "document": ""}, device="cpu")
    write(root, "tiny-qwen3", st, onnx=lambda path: export(network4.auto_model, path, True), prompts=("", instruction))

    torch.manual_seed(13)
    table = models.StaticEmbedding(tokenizer._tokenizer, embedding_weights=torch.randn(tokenizer.get_vocab_size(), HIDDEN).numpy())
    st = SentenceTransformer(modules=[table], device="cpu")
    write(root, "tiny-static", st, onnx=None)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    np.random.seed(0)
    main(Path(sys.argv[1]))
