//! Which tensors the engine has a use for, by their names: `load_arch_tensors` of `models/llama.cpp`,
//! `qwen2.cpp`, `qwen3.cpp` and `deepseek2.cpp`, and the scales that `load_tensors` in `llama-model.cpp` reads
//! for every family. It counts what it took, and refuses a file that has more.
//!
//! Not here: their shapes (`tensors`), and which of them may not stand beside each other.

use crate::geometry::{Architecture, Geometry};
use crate::weights::layer_of;

/// Outside of layers, in every family.
const WHOLE: &str =
    "token_embd.weight output_norm.weight output.weight output.scale output.input_scale";

/// Of a layer with grouped-query attention.
const GROUPED: &str = "
    attn_norm.weight attn_q.weight attn_k.weight attn_v.weight attn_qkv.weight attn_q.bias attn_k.bias
    attn_v.bias attn_qkv.bias attn_output.weight ffn_norm.weight ffn_gate.weight ffn_down.weight
    ffn_up.weight
";

/// More of one of `llama`.
const OF_LLAMA: &str = "
    attn_output.bias ffn_gate.bias ffn_down.bias ffn_up.bias ffn_gate_inp.weight ffn_gate_exps.weight
    ffn_down_exps.weight ffn_up_exps.weight ffn_gate_shexp.weight ffn_up_shexp.weight
    ffn_down_shexp.weight
";

/// More of one of `qwen3`.
const OF_QWEN3: &str = "attn_q_norm.weight attn_k_norm.weight";

/// Of a layer of R1 itself.
const OF_DEEPSEEK2: &str = "
    attn_norm.weight attn_q_a_norm.weight attn_kv_a_norm.weight attn_q_a.weight attn_q_b.weight
    attn_q.weight attn_kv_a_mqa.weight attn_k_b.weight attn_v_b.weight attn_kv_b.weight
    attn_output.weight ffn_norm.weight ffn_gate.weight ffn_down.weight ffn_up.weight
    ffn_gate_inp.weight exp_probs_b.bias ffn_down_exps.weight ffn_gate_exps.weight ffn_up_exps.weight
    ffn_gate_up_exps.weight ffn_gate_shexp.weight ffn_down_shexp.weight ffn_up_shexp.weight
";

/// More of one that predicts.
const PREDICTING: &str = "
    nextn.eh_proj.weight nextn.enorm.weight nextn.hnorm.weight nextn.embed_tokens.weight
    nextn.shared_head_head.weight nextn.shared_head_norm.weight
";

/// Whether the engine takes a tensor of this name.
pub(super) fn is_known(shape: &Geometry, name: &[u8]) -> bool {
    let has = |names: &str, name: &str| names.split_ascii_whitespace().any(|known| known == name);
    let Some((layer, rest)) = layer_of(name) else {
        let Ok(name) = std::str::from_utf8(name) else {
            return false;
        };
        let own = match shape.architecture {
            Architecture::Llama => {
                "rope_freqs.weight rope_factors_long.weight rope_factors_short.weight"
            }
            Architecture::Qwen2 => "output.bias",
            Architecture::Qwen3 => "cls.output.weight",
            Architecture::Deepseek2 => "",
        };
        return has(WHOLE, name) || has(own, name);
    };
    let Ok(rest) = std::str::from_utf8(rest) else {
        return false;
    };
    let in_layer = |rest: &str| match shape.architecture {
        Architecture::Llama => has(GROUPED, rest) || has(OF_LLAMA, rest),
        Architecture::Qwen2 => has(GROUPED, rest),
        Architecture::Qwen3 => has(GROUPED, rest) || has(OF_QWEN3, rest),
        Architecture::Deepseek2 => {
            has(OF_DEEPSEEK2, rest) || (layer >= shape.layers as usize && has(PREDICTING, rest))
        }
    };
    // Whatever is multiplied with may have scales.
    let scaled = [".scale", ".input_scale"]
        .iter()
        .find_map(|end| rest.strip_suffix(end));
    in_layer(rest) || scaled.is_some_and(|stem| in_layer(&format!("{stem}.weight")))
}
