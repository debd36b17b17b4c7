//! What the engine needs of a model: each family in small is taken, and each rule refuses by name.

use std::path::Path;

use crate::builder::{ARRAY, BOOL, Builder, Change, F32, I32, STRING, U32, U64, string};
use gguf::{Header, TensorType};

const WIDTH: u64 = 64;
const INNER: u64 = 128;
const WORDS: u64 = 8;

fn parse(file: &Builder) -> Header {
    let bytes = file.bytes();
    Header::parse(&bytes[..], bytes.len() as u64).unwrap()
}

/// A model of this family with all of its tensors; `deepseek2` with latent attention, a dense layer,
/// a mixed one, and one that predicts.
fn family(name: &str) -> Builder {
    let mut file = Builder::empty();
    file.text("general.architecture", name);
    for (key, number) in [
        ("context_length", 4_096),
        ("embedding_length", 64),
        ("feed_forward_length", 128),
        ("attention.head_count", 4),
    ] {
        file.number(&format!("{name}.{key}"), number);
    }
    file.key(
        &format!("{name}.attention.layer_norm_rms_epsilon"),
        F32,
        &1e-6_f32.to_le_bytes(),
    );
    file.text("tokenizer.ggml.model", "gpt2");
    file.vocabulary(&["a", "b", "c", "d", "e", "f", "g", ""]);
    file.array("tokenizer.ggml.merges", STRING, 1, &string(b"a b"));
    file.tensor("token_embd.weight", &[WIDTH, WORDS], 8);
    file.tensor("output_norm.weight", &[WIDTH], 0);
    if name == "deepseek2" {
        deepseek2(&mut file);
    } else {
        file.number(&format!("{name}.block_count"), 2);
        file.number(&format!("{name}.attention.head_count_kv"), 2);
        for layer in 0..2 {
            file.distilled(layer);
            if name == "qwen3" {
                norms(&mut file, layer);
            }
        }
    }
    file
}

fn layer_of(file: &mut Builder, layer: u32, tensors: &[(&str, &[u64])]) {
    for (name, dimensions) in tensors {
        let kind = if dimensions.len() == 1 { 0 } else { 8 };
        file.tensor(&format!("blk.{layer}.{name}"), dimensions, kind);
    }
}

/// The norms of heads that only Qwen 3 has.
fn norms(file: &mut Builder, layer: u32) {
    layer_of(
        file,
        layer,
        &[("attn_q_norm.weight", &[16]), ("attn_k_norm.weight", &[16])],
    );
}

fn deepseek2(file: &mut Builder) {
    for (key, number) in [
        ("block_count", 3),
        ("nextn_predict_layers", 1),
        ("leading_dense_block_count", 1),
        ("attention.head_count_kv", 1),
        ("attention.q_lora_rank", 32),
        ("attention.kv_lora_rank", 32),
        ("attention.key_length", 64),
        ("attention.value_length", 32),
        ("attention.key_length_mla", 64),
        ("attention.value_length_mla", 32),
        ("rope.dimension_count", 32),
        ("expert_count", 4),
        ("expert_used_count", 2),
        ("expert_shared_count", 1),
        ("expert_feed_forward_length", 32),
        ("expert_gating_func", 2),
    ] {
        file.number(&format!("deepseek2.{key}"), number);
    }
    for layer in 0..3 {
        layer_of(
            file,
            layer,
            &[
                ("attn_norm.weight", &[WIDTH]),
                ("ffn_norm.weight", &[WIDTH]),
                ("attn_q_a_norm.weight", &[32]),
                ("attn_q_a.weight", &[WIDTH, 32]),
                ("attn_q_b.weight", &[32, 256]),
                ("attn_kv_a_norm.weight", &[32]),
                ("attn_kv_a_mqa.weight", &[WIDTH, 64]),
                ("attn_k_b.weight", &[32, 32, 4]),
                ("attn_v_b.weight", &[32, 32, 4]),
                ("attn_output.weight", &[128, WIDTH]),
            ],
        );
    }
    layer_of(
        file,
        0,
        &[
            ("ffn_gate.weight", &[WIDTH, INNER]),
            ("ffn_up.weight", &[WIDTH, INNER]),
            ("ffn_down.weight", &[INNER, WIDTH]),
        ],
    );
    for layer in 1..3 {
        layer_of(
            file,
            layer,
            &[
                ("ffn_gate_inp.weight", &[WIDTH, 4]),
                ("exp_probs_b.bias", &[4]),
                ("ffn_gate_exps.weight", &[WIDTH, 32, 4]),
                ("ffn_up_exps.weight", &[WIDTH, 32, 4]),
                ("ffn_down_exps.weight", &[32, WIDTH, 4]),
                ("ffn_gate_shexp.weight", &[WIDTH, 32]),
                ("ffn_up_shexp.weight", &[WIDTH, 32]),
                ("ffn_down_shexp.weight", &[32, WIDTH]),
            ],
        );
    }
    layer_of(
        file,
        2,
        &[
            ("nextn.eh_proj.weight", &[2 * WIDTH, WIDTH]),
            ("nextn.enorm.weight", &[WIDTH]),
            ("nextn.hnorm.weight", &[WIDTH]),
        ],
    );
}

/// Takes out all tensors whose names begin so.
fn without(file: &mut Builder, begin: &str) {
    file.tensors
        .retain(|tensor| !tensor.name.starts_with(begin.as_bytes()));
}

#[test]
fn each_family_is_taken() {
    for name in ["llama", "qwen2", "qwen3", "deepseek2"] {
        let header = parse(&family(name));
        header.runnable().unwrap();
        assert_eq!(header.predicts(), name == "deepseek2", "{name}");
    }
    parse(&Builder::whole()).runnable().unwrap();
    let sprout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sprout/sprout.gguf");
    let header = Header::read_file(sprout).unwrap();
    header.runnable().unwrap();
    assert!(header.predicts());
}

/// Forms that real files come in.
#[test]
fn other_forms_are_taken() {
    let changes: [(&str, Change); 8] = [
        ("qwen2", |file| {
            for name in ["blk.1.attn_q.", "blk.1.attn_k.", "blk.1.attn_v."] {
                without(file, name);
            }
            file.tensor("blk.1.attn_qkv.weight", &[WIDTH, 128], 8);
        }),
        ("llama", |file| file.tensor("rope_freqs.weight", &[8], 0)),
        ("qwen2", |file| {
            file.tensor("blk.0.attn_q.bias", &[WIDTH], 0);
        }),
        ("qwen2", |file| {
            file.tensor("output.weight", &[WIDTH, WORDS], 8);
            file.tensor("output.bias", &[WORDS], 0);
            file.tensor("blk.0.attn_q.scale", &[1], 0);
        }),
        ("llama", |file| {
            file.tensor("blk.1.ffn_up.bias", &[INNER], 0);
        }),
        // Without the layer that predicts, which the file says it has.
        ("deepseek2", |file| without(file, "blk.2.")),
        ("deepseek2", |file| without(file, "blk.1.exp_probs_b")),
        // A name like those of byte tokens, in a vocabulary of bytes.
        ("llama", |file| {
            let tokens: Vec<String> = (0..=255).map(|byte| format!("<0x{byte:02X}>")).collect();
            let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
            file.vocabulary(&tokens);
            file.text("tokenizer.ggml.model", "llama");
            file.tensors[0].dimensions[1] = 256;
        }),
    ];
    for (number, (name, change)) in changes.into_iter().enumerate() {
        let mut file = family(name);
        change(&mut file);
        let taken = parse(&file).runnable();
        assert!(taken.is_ok(), "{number}: {taken:?}");
    }
}

/// Breaks a family in one place and compares the message.
fn check(name: &str, change: impl FnOnce(&mut Builder), expect: &str) {
    let mut file = family(name);
    change(&mut file);
    match parse(&file).runnable() {
        Ok(_) => panic!("taken, expected: {expect}"),
        Err(error) => assert_eq!(error.to_string(), format!("`data`: {expect}")),
    }
}

#[test]
fn types_of_keys() {
    let number = "is not a whole number of 32 bits, as the engine needs it";
    for key in [
        "deepseek2.block_count",
        "deepseek2.vocab_size",
        "tokenizer.ggml.bos_token_id",
    ] {
        check(
            "deepseek2",
            |file| file.key(key, U64, &[1, 0, 0, 0, 0, 0, 0, 0]),
            &format!("`{key}` {number}"),
        );
        check(
            "deepseek2",
            |file| file.key(key, I32, &[255; 4]),
            &format!("`{key}` {number}"),
        );
    }
    let key = "deepseek2.expert_weights_norm";
    check(
        "deepseek2",
        |file| file.number(key, 1),
        &format!("`{key}` is not a yes or no, as the engine needs it"),
    );
    let key = "qwen2.rope.freq_base";
    check(
        "qwen2",
        |file| file.number(key, 1),
        &format!("`{key}` is not a fraction of 32 bits, as the engine needs it"),
    );
    check(
        "qwen2",
        |file| file.key("general.name", BOOL, &[1]),
        "`general.name` is not a text, as the engine needs it",
    );
    check(
        "qwen2",
        |file| file.number("split.count", 0),
        "`split.count` is not a whole number of 16 bits, as the engine needs it",
    );
    check(
        "qwen2",
        |file| file.text("tokenizer.ggml.merges", "a b"),
        "`tokenizer.ggml.merges` is not a list, as the engine needs it",
    );
    check(
        "qwen2",
        |file| {
            file.key(
                "qwen2.classifier.output_labels",
                ARRAY,
                &[5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            );
        },
        "`qwen2.classifier.output_labels` is not a list of texts",
    );
}

#[test]
fn keys_that_are_missing() {
    for (name, key) in [
        ("llama", "llama.attention.layer_norm_rms_epsilon"),
        ("deepseek2", "deepseek2.attention.kv_lora_rank"),
        ("deepseek2", "deepseek2.attention.q_lora_rank"),
        ("deepseek2", "deepseek2.expert_shared_count"),
        ("deepseek2", "deepseek2.expert_feed_forward_length"),
        ("qwen3", "tokenizer.ggml.model"),
        ("qwen3", "tokenizer.ggml.merges"),
    ] {
        check(
            name,
            |file| file.without(key),
            &format!("`{key}` is missing"),
        );
    }
    let key = "deepseek2.expert_count";
    check(
        "deepseek2",
        |file| file.without(key),
        &format!("`{key}` is missing or zero, and some are to be used"),
    );
    check(
        "deepseek2",
        |file| {
            file.without(key);
            file.without("deepseek2.expert_used_count");
        },
        &format!("`{key}` is missing or zero, and some layers need experts"),
    );
}

#[test]
fn values_of_keys() {
    let fraction = |key: &'static str, value: f32| {
        move |file: &mut Builder| file.key(key, F32, &value.to_le_bytes())
    };
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for key in [
            "deepseek2.attention.layer_norm_rms_epsilon",
            "deepseek2.expert_weights_scale",
            "deepseek2.rope.freq_base",
            "deepseek2.rope.scaling.factor",
        ] {
            check(
                "deepseek2",
                fraction(key, value),
                &format!("`{key}` is not a number"),
            );
        }
    }
    let key = "qwen3.attention.layer_norm_rms_epsilon";
    check(
        "qwen3",
        fraction(key, -1.0),
        &format!("`{key}` is below zero"),
    );
    let key = "qwen3.rope.freq_base";
    for value in [0.0, -1.0, 1e-45] {
        check(
            "qwen3",
            fraction(key, value),
            &format!("`{key}` is not above zero"),
        );
    }
    check(
        "qwen3",
        |file| file.text("qwen3.rope.scaling.type", "evil"),
        "`qwen3.rope.scaling.type` is none that the engine knows",
    );
    check(
        "deepseek2",
        |file| file.number("deepseek2.embedding_length_out", u32::MAX),
        "`deepseek2.embedding_length_out` is not embedding_length",
    );
    check(
        "deepseek2",
        fraction("deepseek2.attention.temperature_scale", 0.1),
        "`deepseek2.attention.temperature_length` is missing or zero, and temperature_scale needs it",
    );
    check(
        "deepseek2",
        |file| file.number("deepseek2.expert_gating_func", 5),
        "`deepseek2.expert_gating_func` is none that the engine knows",
    );
    for length in [1, 32] {
        check(
            "deepseek2",
            |file| file.number("deepseek2.attention.key_length_mla", length),
            "`deepseek2.attention.key_length_mla` is not above rope.dimension_count",
        );
    }
    check(
        "llama",
        |file| file.number("llama.rope.dimension_count", 8),
        "`llama.rope.dimension_count` is not the length of a head",
    );
    check(
        "qwen2",
        |file| file.number("qwen2.attention.value_length", 32),
        "`qwen2.attention.value_length` differs from key_length",
    );
}

#[test]
fn groups_of_experts() {
    let groups = "deepseek2.expert_group_count";
    let used = "deepseek2.expert_group_used_count";
    check(
        "deepseek2",
        |file| file.number(groups, 4),
        &format!("`{groups}` is not below expert_count"),
    );
    check(
        "deepseek2",
        |file| file.number(groups, 3),
        &format!("`{groups}` does not divide expert_count"),
    );
    for count in [0, 2] {
        check(
            "deepseek2",
            |file| {
                file.number(groups, 2);
                file.number(used, count);
            },
            &format!("`{used}` is not below expert_group_count"),
        );
    }
    check(
        "qwen2",
        |file| file.number("qwen2.expert_group_count", 2),
        "`qwen2.expert_group_count` groups experts that there are not",
    );
}

#[test]
fn tensors_that_nobody_asks_for() {
    let rule =
        "is a tensor that llama.cpp has no use for in this family, and refuses the file over";
    for (family, name) in [
        ("qwen2", "more.weight"),
        ("qwen2", "blk.0.attn_q_norm.weight"),
        ("qwen2", "rope_freqs.weight"),
        ("llama", "blk.0.attn_rot_embd.weight"),
        ("qwen3", "blk.1.ffn_gate.0.weight"),
        ("qwen3", "output.bias"),
        ("deepseek2", "blk.0.nextn.enorm.weight"),
        ("deepseek2", "blk.0.attn_k.weight"),
    ] {
        check(
            family,
            |file| file.tensor(name, &[WIDTH], 0),
            &format!("`{name}` {rule}"),
        );
    }
}

#[test]
fn vocabularies() {
    for kind in ["", "none", "no_vocab", "bert", "\u{1b}[2J"] {
        check(
            "qwen2",
            |file| file.text("tokenizer.ggml.model", kind),
            "`tokenizer.ggml.model` is neither `gpt2` nor `llama`",
        );
    }
    for pre in ["\u{1b}[2J", "a b", &"x".repeat(65)] {
        check(
            "qwen2",
            |file| file.text("tokenizer.ggml.pre", pre),
            "`tokenizer.ggml.pre` is no name",
        );
    }
    // What R1's makers, or others since, named after the llama.cpp that is linked.
    for pre in ["deepseek-v9", "qwen3.7", "Qwen2", "default2", "llama-bpe-2"] {
        check(
            "qwen2",
            |file| file.text("tokenizer.ggml.pre", pre),
            &format!("pre-tokenizer `{pre}` is from a later llama.cpp"),
        );
    }
    check(
        "qwen2",
        |file| file.text("tokenizer.ggml.model", "gpt5"),
        "tokenizer `gpt5` is from a later llama.cpp",
    );
    // llama.cpp cuts at the NUL.
    for twice in ["a", "a\0b"] {
        check(
            "qwen2",
            |file| file.vocabulary(&["a", "b", "c", "d", "e", "f", "g", twice]),
            "`tokenizer.ggml.tokens` has a token twice",
        );
    }
    check(
        "qwen2",
        |file| file.text("tokenizer.ggml.model", "llama"),
        "`tokenizer.ggml.tokens` has not a token for each byte",
    );
    check(
        "qwen2",
        |file| file.array("tokenizer.ggml.token_type", I32, 8, &[6, 0, 0, 0].repeat(8)),
        "`tokenizer.ggml.token_type` has a byte, and the bytes of this tokenizer are ordinary tokens",
    );
    check(
        "qwen2",
        |file| file.array("tokenizer.ggml.merges", U32, 1, &[1, 0, 0, 0]),
        "`tokenizer.ggml.merges` is not a list of texts",
    );
}

/// Every tensor of every family: missing, of another shape, of a type that is no weight's.
#[test]
fn tensors() {
    for name in ["llama", "qwen2", "qwen3", "deepseek2"] {
        let sound = family(name);
        for (place, tensor) in sound.tensors.iter().enumerate() {
            let shown = String::from_utf8(tensor.name.clone()).unwrap();
            let told = |change: &dyn Fn(&mut Builder)| {
                let mut file = sound.clone();
                change(&mut file);
                let header = parse(&file);
                (
                    header.runnable().map_err(|error| error.to_string()),
                    header.predicts(),
                )
            };
            let predicting = name == "deepseek2" && shown.starts_with("blk.2.");
            let optional = shown.ends_with("exp_probs_b.bias");
            let missing = told(&|file| drop(file.tensors.remove(place)));
            let grown = told(&|file| {
                *file.tensors[place].dimensions.last_mut().unwrap() += 1;
            });
            if predicting {
                // The model runs without that layer, and does not draft with it.
                assert_eq!((missing.0.is_ok(), missing.1), (true, optional), "{shown}");
                assert_eq!((grown.0.is_ok(), grown.1), (true, false), "{shown}");
            } else {
                if !optional {
                    assert_eq!(
                        missing.0.unwrap_err(),
                        format!("`data`: `{shown}` is missing")
                    );
                }
                let grown = grown.0.unwrap_err();
                let expect = format!("`data`: tensor `{shown}` has the shape ");
                assert!(grown.starts_with(&expect), "{grown}");
            }
            // Whole numbers.
            let whole = told(&|file| file.tensors[place].kind = 24);
            let rule = "is stored in a type that nothing is computed with";
            assert_eq!(whole.0.unwrap_err(), format!("`data`: `{shown}` {rule}"));
            if tensor.dimensions.len() == 1 {
                let half = told(&|file| file.tensors[place].kind = 1);
                if predicting && !optional {
                    assert!(!half.1, "{shown}");
                } else {
                    let rule = "is not stored in F32, as what is added or scaled by has to be";
                    assert_eq!(half.0.unwrap_err(), format!("`data`: `{shown}` {rule}"));
                }
            }
        }
    }
    check(
        "qwen2",
        |file| file.tensor("\u{1b}[2J\0", &[64], 0),
        r"`\u{1b}[2J\0` is no name of a tensor",
    );
    check(
        "qwen2",
        |file| file.tensor("blk.2.attn_norm.weight", &[64], 0),
        "`blk.2.attn_norm.weight` is of a layer that block_count leaves out",
    );
    check(
        "llama",
        |file| file.tensor("rope_freqs.weight", &[8], 1),
        "`rope_freqs.weight` is not stored in F32, as what is added or scaled by has to be",
    );
    check(
        "llama",
        |file| file.tensors[0].dimensions[1] = 9,
        "tensor `token_embd.weight` has the shape 64 × 9, and the model's numbers call for 64 × 8",
    );
}

#[test]
fn what_cannot_draft_does_not() {
    let changes: [Change; 4] = [
        |file| {
            file.key(
                "deepseek2.attention.temperature_scale",
                F32,
                &0.1_f32.to_le_bytes(),
            );
        },
        |file| file.number("deepseek2.attention.q_lora_rank", 0),
        |file| file.number("deepseek2.nextn_predict_layers", 2),
        |file| file.tensor("blk.2.nextn.shared_head_norm.weight", &[WIDTH], 1),
    ];
    for change in changes {
        let mut file = family("deepseek2");
        change(&mut file);
        assert!(!parse(&file).predicts());
    }
}

/// The types that ggml has products for are most of those that it knows.
#[test]
fn types_that_multiply() {
    let known = (0..100).filter_map(TensorType::from_id);
    let not: Vec<&str> = known
        .filter(|kind| !kind.multiplies())
        .map(|kind| kind.name)
        .collect();
    assert_eq!(not, ["Q8_1", "Q8_K", "I8", "I16", "I32", "I64", "F64"]);
}
