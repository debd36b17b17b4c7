//! The numbers of real models, and the rules that keep them believable.

use crate::builder::{Builder, Change, STRING};
use gguf::{Architecture, Attention, Experts, Geometry, Header, KvType};

/// A model without tensors, with these numbers under its family's name.
fn model(architecture: &str, numbers: &[(&str, u32)]) -> Builder {
    let mut file = Builder::empty();
    file.text("general.architecture", architecture);
    file.vocabulary(&["a", "b"]);
    for (key, value) in numbers {
        file.number(&format!("{architecture}.{key}"), *value);
    }
    file
}

fn geometry(file: &Builder) -> Result<Geometry, gguf::Error> {
    let bytes = file.bytes();
    Header::parse(&bytes[..], bytes.len() as u64)
        .unwrap()
        .geometry()
}

/// Layers, embedding, heads, key-value heads.
fn dense(architecture: &str, [layers, embedding, heads, kv_heads]: [u32; 4]) -> Builder {
    model(
        architecture,
        &[
            ("block_count", layers),
            ("embedding_length", embedding),
            ("attention.head_count", heads),
            ("attention.head_count_kv", kv_heads),
            ("feed_forward_length", 3 * embedding),
            ("context_length", 131_072),
        ],
    )
}

/// The shape of R1 itself, with latent attention.
fn r1() -> Builder {
    model(
        "deepseek2",
        &[
            ("block_count", 61),
            ("embedding_length", 7_168),
            ("attention.head_count", 128),
            ("attention.head_count_kv", 1),
            ("attention.key_length", 576),
            ("attention.value_length", 512),
            ("attention.key_length_mla", 192),
            ("attention.value_length_mla", 128),
            ("attention.kv_lora_rank", 512),
            ("rope.dimension_count", 64),
            ("feed_forward_length", 18_432),
            ("context_length", 163_840),
            ("expert_count", 256),
            ("expert_used_count", 8),
            ("expert_feed_forward_length", 2_048),
            ("expert_shared_count", 1),
        ],
    )
}

#[test]
fn cache_of_the_whole_family() {
    for (architecture, shape, expect) in [
        ("qwen2", [28, 1_536, 12, 2], 28_672),
        ("qwen2", [28, 3_584, 28, 4], 57_344),
        ("llama", [32, 4_096, 32, 8], 131_072),
        ("qwen3", [36, 4_096, 32, 8], 147_456),
        ("qwen2", [48, 5_120, 40, 8], 196_608),
        ("qwen2", [64, 5_120, 40, 8], 262_144),
        ("llama", [80, 8_192, 64, 8], 327_680),
    ] {
        let geometry = geometry(&dense(architecture, shape)).unwrap();
        assert_eq!(geometry.architecture.name(), architecture);
        assert_eq!(
            geometry.cache_bytes_per_token(KvType::F16),
            expect,
            "{shape:?}"
        );
        assert_eq!(
            geometry.cache_bytes_per_token(KvType::Q8_0),
            expect / 64 * 34,
            "{shape:?}"
        );
        assert!(geometry.takes(KvType::Q8_0));
    }
}

#[test]
fn r1_caches_one_compressed_row() {
    let mut file = r1();
    let shape = geometry(&file).unwrap();
    assert_eq!(shape.architecture, Architecture::Deepseek2);
    assert_eq!(
        shape.attention,
        Attention::Mla {
            kv_lora: 512,
            rope: 64
        }
    );
    assert_eq!(
        shape.experts,
        Some(Experts {
            count: 256,
            used: 8,
            shared: 1,
            feed_forward: 2048
        })
    );
    assert_eq!(shape.cache_bytes_per_token(KvType::F16), 70_272);
    // With its prediction layer the file has one block more and the trunk is the same.
    file.number("deepseek2.block_count", 62);
    file.number("deepseek2.nextn_predict_layers", 1);
    let with_mtp = geometry(&file).unwrap();
    assert_eq!((with_mtp.layers, with_mtp.mtp_layers), (61, 1));
    assert_eq!(with_mtp.cache_bytes_per_token(KvType::F16), 70_272);
}

#[test]
fn r1_from_before_latent_attention_caches_every_head() {
    let mut file = r1();
    file.without("deepseek2.attention.key_length_mla");
    file.without("deepseek2.attention.value_length_mla");
    file.number("deepseek2.attention.head_count_kv", 128);
    file.number("deepseek2.attention.key_length", 192);
    file.number("deepseek2.attention.value_length", 128);
    let shape = geometry(&file).unwrap();
    assert_eq!(shape.attention, Attention::Gqa);
    assert_eq!(shape.cache_bytes_per_token(KvType::F16), 4_997_120);
    assert_eq!(
        shape.cache_bytes_per_token(KvType::Q8_0),
        61 * (128 * 192 + 128 * 128) / 32 * 34
    );
    assert!(shape.takes(KvType::Q8_0));
    // What a newer file of the same model would take.
    let latent = |file: &Builder| {
        let bytes = file.bytes();
        let header = Header::parse(&bytes[..], bytes.len() as u64).unwrap();
        [KvType::F16, KvType::Q8_0].map(|kv| header.latent_cache_bytes_per_token(kv))
    };
    assert_eq!(latent(&file), [Some(70_272), Some(61 * 576 / 32 * 34)]);
    assert_eq!(latent(&r1()), [None, None]);
    file.without("deepseek2.attention.kv_lora_rank");
    assert_eq!(latent(&file), [None, None]);
    assert_eq!(latent(&dense("llama", [2, 64, 2, 1])), [None, None]);
}

/// One length alone does not make attention latent, as in `llama_hparams::is_mla`.
#[test]
fn half_the_lengths_of_latent_attention_are_none() {
    for name in ["key_length_mla", "value_length_mla"] {
        let mut file = r1();
        file.without(&format!("deepseek2.attention.{name}"));
        assert_eq!(geometry(&file).unwrap().attention, Attention::Gqa, "{name}");
    }
}

#[test]
fn experts_and_dense_layers_are_told() {
    let mut file = r1();
    file.number("deepseek2.leading_dense_block_count", 3);
    assert_eq!(geometry(&file).unwrap().dense_layers, 3);
    // As wide as a dense block where the file does not say otherwise; none shared.
    file.without("deepseek2.expert_feed_forward_length");
    file.without("deepseek2.expert_shared_count");
    let experts = geometry(&file).unwrap().experts.unwrap();
    assert_eq!((experts.feed_forward, experts.shared), (18_432, 0));
    file.number("deepseek2.expert_count", 0);
    assert_eq!(geometry(&file).unwrap().experts, None);
}

#[test]
fn a_cache_in_q8_0_needs_whole_blocks() {
    let odd = geometry(&dense("llama", [2, 40, 2, 1])).unwrap();
    assert!(!odd.takes(KvType::Q8_0) && odd.takes(KvType::F16));
    // 20 values take a whole block.
    assert_eq!(odd.cache_bytes_per_token(KvType::Q8_0), 2 * 2 * 34);
}

/// R1's header with one number wrong is refused in these words.
fn refused(checks: &[(Change, &str)]) {
    for (change, expect) in checks {
        let mut file = r1();
        change(&mut file);
        assert_eq!(
            geometry(&file).unwrap_err().to_string(),
            format!("`data`: {expect}")
        );
    }
}

#[test]
fn the_numbers_of_experts_are_checked() {
    refused(&[
        (
            |file| file.number("deepseek2.expert_count", 1_025),
            "`deepseek2.expert_count` is above 1,024",
        ),
        (
            |file| file.number("deepseek2.expert_used_count", 257),
            "`deepseek2.expert_used_count` is beyond any real model",
        ),
        (
            |file| file.number("deepseek2.expert_used_count", 0),
            "`deepseek2.expert_used_count` is zero",
        ),
        (
            |file| file.without("deepseek2.expert_used_count"),
            "`deepseek2.expert_used_count` is missing",
        ),
        (
            |file| file.number("deepseek2.expert_shared_count", 1_025),
            "`deepseek2.expert_shared_count` is above 1,024",
        ),
        (
            |file| file.number("deepseek2.expert_feed_forward_length", 0),
            "`deepseek2.expert_feed_forward_length` is zero",
        ),
        (
            |file| file.number("deepseek2.leading_dense_block_count", 62),
            "`deepseek2.leading_dense_block_count` is above block_count",
        ),
    ]);
}

#[test]
fn the_numbers_are_checked() {
    refused(&[
        (
            |file| file.without("general.architecture"),
            "`general.architecture` is missing",
        ),
        (
            |file| file.number("general.architecture", 1),
            "`general.architecture` is not a text",
        ),
        (
            |file| file.without("deepseek2.block_count"),
            "`deepseek2.block_count` is missing",
        ),
        (
            |file| file.number("deepseek2.block_count", 0),
            "`deepseek2.block_count` is zero",
        ),
        (
            |file| file.number("deepseek2.block_count", 513),
            "`deepseek2.block_count` is beyond any real model",
        ),
        (
            |file| file.text("deepseek2.block_count", "61"),
            "`deepseek2.block_count` is not a whole number",
        ),
        (
            |file| file.key("deepseek2.block_count", 11, &(-1_i64).to_le_bytes()),
            "`deepseek2.block_count` is out of range for a 32-bit number",
        ),
        (
            |file| file.number("deepseek2.nextn_predict_layers", 61),
            "`deepseek2.nextn_predict_layers` leaves no layer of the trunk",
        ),
        (
            |file| file.number("deepseek2.embedding_length", u32::MAX),
            "`deepseek2.embedding_length` is beyond any real model",
        ),
        (
            |file| file.number("deepseek2.attention.head_count_kv", 3),
            "`deepseek2.attention.head_count` is no multiple of head_count_kv",
        ),
        (
            |file| file.number("deepseek2.attention.head_count_kv", 2),
            "`deepseek2.attention.head_count_kv` is not 1, as latent attention needs",
        ),
        (
            |file| file.number("deepseek2.attention.key_length", 512),
            "`deepseek2.attention.key_length` is not kv_lora_rank + dimension_count",
        ),
        (
            |file| file.without("deepseek2.rope.dimension_count"),
            "`deepseek2.rope.dimension_count` is missing",
        ),
        (
            |file| file.without("deepseek2.feed_forward_length"),
            "`deepseek2.feed_forward_length` is missing",
        ),
        (
            |file| file.without("deepseek2.context_length"),
            "`deepseek2.context_length` is missing",
        ),
        (
            |file| {
                file.array("tokenizer.ggml.tokens", STRING, 0, &[]);
                file.without("tokenizer.ggml.scores");
                file.without("tokenizer.ggml.token_type");
            },
            "`tokenizer.ggml.tokens` is missing",
        ),
    ]);
    let tiny = dense("llama", [1, 2, 4, 4]);
    let expect = "`data`: `llama.attention.head_count` is above embedding_length";
    assert_eq!(geometry(&tiny).unwrap_err().to_string(), expect);
}

#[test]
fn other_families_are_named() {
    let file = dense("gemma3", [2, 64, 2, 1]);
    let expect = "`data` holds a model of the architecture `gemma3`; \
                  supported are llama, qwen2, qwen3 and deepseek2";
    assert_eq!(geometry(&file).unwrap_err().to_string(), expect);
}
