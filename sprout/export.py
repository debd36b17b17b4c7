"""Writes Sprout as the GGUF file that llama.cpp's `deepseek2` loads, and reads its weights back.

Owns names, shapes, order and metadata of the file. Norms, the router and its bias stay F32;
every other tensor is Q8_0.
"""

from pathlib import Path

import gguf
import numpy as np

import shape as s
from tokenizer import CONTROL, USER_DEFINED, Tokenizer

PLAIN = {"ffn_gate_inp"}

# R1's official form since February 2025, in our own words: earlier thoughts are dropped up to
# their closing tag, and the prompt itself opens the thinking.
CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{%- for message in messages -%}"
    "{%- if message['role'] == 'system' -%}{{ message['content'] }}{%- endif -%}"
    "{%- endfor -%}"
    "{%- for message in messages -%}"
    "{%- if message['role'] == 'user' -%}{{ '<｜User｜>' + message['content'] }}"
    "{%- elif message['role'] == 'assistant' -%}"
    "{{ '<｜Assistant｜>' + message['content'].split('</think>')[-1] + '<｜end▁of▁sentence｜>' }}"
    "{%- endif -%}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<｜Assistant｜><think>\\n' }}{%- endif -%}"
)


def turned(name: str, value: np.ndarray) -> np.ndarray:
    """A training matrix (input × output) as llama.cpp's rows, experts apart again."""
    if value.ndim == 1:
        return value
    if name in ("ffn_gate_exps", "ffn_up_exps"):
        return value.T.reshape(s.EXPERTS, s.EXPERT_HIDDEN, s.EMBEDDING)
    if name == "ffn_down_exps":
        return value.reshape(s.EXPERTS, s.EXPERT_HIDDEN, s.EMBEDDING).transpose(0, 2, 1)
    if name == "attn_k_b":
        return value  # heads × cache × plain: rows of the plain part, as the absorbed query needs
    return np.swapaxes(value, -1, -2)


def turned_back(name: str, rows: np.ndarray) -> np.ndarray:
    """Rows of the file as the training matrix that `turned` made them of."""
    if rows.ndim == 1 or name == "attn_k_b":
        return rows
    if name in ("ffn_gate_exps", "ffn_up_exps"):
        return rows.reshape(-1, s.EMBEDDING).T
    if name == "ffn_down_exps":
        return rows.transpose(0, 2, 1).reshape(-1, s.EMBEDDING)
    return np.swapaxes(rows, -1, -2)


def tensors(parameters: dict, bias: dict):
    """Every tensor's name in the file and its rows."""
    yield "token_embd.weight", parameters["token_embd"]
    yield "output_norm.weight", parameters["output_norm"]
    yield "output.weight", parameters["output"].T
    for place, parts in sorted(parameters["layers"].items()):
        for name, value in parts.items():
            yield f"blk.{place}.{name}.weight", turned(name, value)
        if place in bias:
            yield f"blk.{place}.exp_probs_b.bias", bias[place]


def write_gguf(path: Path, tokenizer: Tokenizer, parameters: dict, bias: dict):
    """The whole file, put in place in one go so that a reader never sees half of it."""
    unfinished = path.with_suffix(".unfinished")
    writer = gguf.GGUFWriter(str(unfinished), "deepseek2")
    describe(writer, tokenizer)
    for name, value in tensors(parameters, bias):
        rows = np.ascontiguousarray(value, np.float32)
        if rows.ndim == 1 or name.split(".")[-2] in PLAIN:
            writer.add_tensor(name, rows)
        else:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(name, gguf.quantize(rows, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    unfinished.rename(path)


def read_gguf(path: Path) -> tuple[list[tuple[str, str]], dict, dict]:
    """Merges, weights and selection bias of a file that `write_gguf` wrote, as near as Q8_0 kept them."""
    reader = gguf.GGUFReader(str(path))
    merges = [tuple(pair.split(" ")) for pair in reader.get_field("tokenizer.ggml.merges").contents()]
    parameters, bias = {"layers": {}}, {}
    for tensor in reader.tensors:
        rows = gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        match tensor.name.removesuffix(".weight").split(".", 2):
            case ["blk", place, "exp_probs_b.bias"]:
                bias[place] = rows
            case ["blk", place, name]:
                parameters["layers"].setdefault(place, {})[name] = turned_back(name, rows)
            case [name]:
                parameters[name] = rows.T if name == "output" else rows
    return merges, parameters, bias


def describe(writer: gguf.GGUFWriter, tokenizer: Tokenizer):
    """Metadata: the shape in llama.cpp's words, and the vocabulary."""
    writer.add_name("Sprout")
    writer.add_description("A two-million-parameter DeepSeek-V3 that adds and subtracts; Spud's practice model")
    writer.add_license("MIT")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_vocab_size(s.VOCABULARY)
    writer.add_context_length(s.CONTEXT)
    writer.add_embedding_length(s.EMBEDDING)
    writer.add_block_count(s.TRUNK_LAYERS + 1)  # the MTP layer counts
    writer.add_nextn_predict_layers(1)
    writer.add_leading_dense_block_count(s.DENSE_LAYERS)
    writer.add_feed_forward_length(s.DENSE_HIDDEN)
    writer.add_head_count(s.HEADS)
    writer.add_head_count_kv(1)  # absorbed MLA: one cached row for all heads
    writer.add_layer_norm_rms_eps(s.NORM_EPSILON)
    writer.add_rope_freq_base(s.ROTARY_BASE)
    writer.add_rope_dimension_count(s.ROTARY_PER_HEAD)
    writer.add_q_lora_rank(s.QUERY_RANK)
    writer.add_kv_lora_rank(s.CACHE_RANK)
    writer.add_key_length(s.CACHE_RANK + s.ROTARY_PER_HEAD)
    writer.add_value_length(s.CACHE_RANK)
    writer.add_key_length_mla(s.PLAIN_PER_HEAD + s.ROTARY_PER_HEAD)
    writer.add_value_length_mla(s.VALUE_PER_HEAD)
    writer.add_expert_count(s.EXPERTS)
    writer.add_expert_used_count(s.EXPERTS_USED)
    writer.add_expert_shared_count(1)
    writer.add_expert_feed_forward_length(s.EXPERT_HIDDEN)
    writer.add_expert_weights_scale(1.0)
    writer.add_expert_weights_norm(True)
    writer.add_expert_gating_func(gguf.ExpertGatingFuncType.SIGMOID)

    kinds = {name: gguf.TokenType.CONTROL for name in CONTROL}
    kinds |= {name: gguf.TokenType.USER_DEFINED for name in USER_DEFINED}
    unused = set(tokenizer.tokens[tokenizer.used :])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("deepseek-r1-qwen")
    writer.add_token_list(tokenizer.tokens)
    writer.add_token_types(
        [gguf.TokenType.UNUSED if token in unused else kinds.get(token, gguf.TokenType.NORMAL) for token in tokenizer.tokens]
    )
    writer.add_token_merges([f"{left} {right}" for left, right in tokenizer.merges])
    writer.add_bos_token_id(tokenizer.begin)
    writer.add_eos_token_id(tokenizer.end)
    writer.add_pad_token_id(tokenizer.pad)
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)
