//! Each key: missing, twice, of another type, of another value; and keys that Sprout does not have but
//! llama.cpp reads.

use super::Mutation;
use super::file::{
    ARRAY, BOOL, F32, F64, File, I32, I64, Key, STRING, U32, U64, array, string, text,
};

/// Every key of the file.
pub(super) fn each(sound: &File, all: &mut Vec<Mutation>) {
    for key in &sound.keys {
        let name = key.shown();
        let at = name.clone();
        all.push(Mutation::new(
            "key missing",
            &name,
            "missing",
            move |file| {
                file.keys.retain(|key| key.name != at.as_bytes());
            },
        ));
        let at = name.clone();
        all.push(Mutation::new("key twice", &name, "twice", move |file| {
            if let Some(key) = file.key(&at).cloned() {
                file.keys.push(key);
            }
        }));
        for (what, kind, value) in of_other_types(key) {
            set("key of another type", &name, what, kind, value, all);
        }
        for (what, value) in of_other_values(key) {
            set("key of another value", &name, what, key.kind, value, all);
        }
    }
}

fn set(
    kind: &'static str,
    name: &str,
    what: impl Into<String>,
    value_kind: u32,
    value: Vec<u8>,
    all: &mut Vec<Mutation>,
) {
    let at = name.to_owned();
    all.push(Mutation::new(kind, name, what, move |file| {
        if let Some(key) = file.key(&at) {
            (key.kind, key.value) = (value_kind, value.clone());
        } else {
            file.set(&at, value_kind, value.clone());
        }
    }));
}

/// The same or the next best value in all other types.
fn of_other_types(key: &Key) -> Vec<(&'static str, u32, Vec<u8>)> {
    let number = key
        .value
        .first_chunk()
        .map_or(1, |bytes| u32::from_le_bytes(*bytes));
    let short = u8::try_from(number).unwrap_or(u8::MAX);
    let wide = u64::from(number);
    let mut types = vec![
        ("8 bits", 0, vec![short]),
        ("8 bits, signed", 1, vec![short]),
        ("16 bits", 2, u16::from(short).to_le_bytes().to_vec()),
        ("a whole number", U32, number.to_le_bytes().to_vec()),
        ("signed", I32, number.to_le_bytes().to_vec()),
        ("a fraction", F32, 1.5_f32.to_le_bytes().to_vec()),
        ("a flag", BOOL, vec![1]),
        ("a text", STRING, text("4")),
        ("64 bits", U64, wide.to_le_bytes().to_vec()),
        ("64 bits, signed", I64, wide.to_le_bytes().to_vec()),
        ("a long fraction", F64, 1.5_f64.to_le_bytes().to_vec()),
        ("an unknown type", 13, Vec::new()),
        ("an absurd type", u32::MAX, Vec::new()),
    ];
    if key.kind == U32 {
        types.push(("minus one", I32, (-1_i32).to_le_bytes().to_vec()));
        types.push(("minus one, wide", I64, (-1_i64).to_le_bytes().to_vec()));
    }
    types.retain(|(_, kind, value)| *kind != key.kind || *value != key.value);
    if key.kind == ARRAY {
        return types;
    }
    let one = |kind, value: &[u8]| array(kind, &[value.to_vec()]);
    types.extend([
        ("an empty list", ARRAY, array(U32, &[])),
        ("a list of one", ARRAY, one(key.kind, &key.value)),
        (
            "a list of five",
            ARRAY,
            array(key.kind, &vec![key.value.clone(); 5]),
        ),
        (
            "a list of 600",
            ARRAY,
            array(key.kind, &vec![key.value.clone(); 600]),
        ),
        (
            "a list of 4,096 huge numbers",
            ARRAY,
            array(U32, &vec![u32::MAX.to_le_bytes().to_vec(); 4_096]),
        ),
        (
            "a list of texts",
            ARRAY,
            array(STRING, &[text("a"), text("b")]),
        ),
        ("a list of lists", ARRAY, array(ARRAY, &[array(U32, &[])])),
        ("a list that says it is endless", ARRAY, {
            let mut value = U32.to_le_bytes().to_vec();
            value.extend(u64::MAX.to_le_bytes());
            value
        }),
    ]);
    types
}

/// Other values of the same type.
fn of_other_values(key: &Key) -> Vec<(String, Vec<u8>)> {
    let mut values: Vec<(String, Vec<u8>)> = match key.kind {
        U32 => {
            let number = key
                .value
                .first_chunk()
                .map_or(0, |bytes| u32::from_le_bytes(*bytes));
            let mut numbers = vec![
                0,
                1,
                2,
                3,
                number.wrapping_sub(1),
                number.saturating_add(1),
                number / 2,
                number.saturating_mul(2),
                number.saturating_mul(3),
                33,
                127,
                1_000,
                65_536,
                1 << 20,
                i32::MAX.cast_unsigned(),
                1 << 31,
                u32::MAX,
            ];
            numbers.sort_unstable();
            numbers.dedup();
            numbers
                .iter()
                .map(|number| (number.to_string(), number.to_le_bytes().to_vec()))
                .collect()
        }
        F32 => [
            0.0,
            -0.0,
            -1.0,
            1e-45,
            1e-3,
            2.0,
            1e9,
            f32::MAX,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::NAN,
        ]
        .iter()
        .map(|number: &f32| (format!("{number:?}"), number.to_le_bytes().to_vec()))
        .collect(),
        BOOL => [0, 1, 2, 255]
            .iter()
            .map(|byte| (byte.to_string(), vec![*byte]))
            .collect(),
        STRING => texts(),
        _ => Vec::new(),
    };
    values.retain(|(_, value)| *value != key.value);
    values
}

/// Texts that mean something to llama.cpp in one place or another, and texts that mean harm.
fn texts() -> Vec<(String, Vec<u8>)> {
    let words = [
        "",
        "llama",
        "qwen2",
        "qwen3",
        "deepseek2",
        "deepseek",
        "bert",
        "mamba",
        "clip",
        "gpt2",
        "no_vocab",
        "none",
        "t5",
        "rwkv",
        "plamo2",
        "default",
        "gpt-2",
        "deepseek-llm",
        "qwen2",
        "deepseek-v3",
        "\0",
        "%s%s%n",
        "\u{1b}[2J\u{1b}[31m",
        "\u{202e}txet",
        "../../etc/passwd",
        "{{",
    ];
    let mut texts: Vec<(String, Vec<u8>)> = words
        .iter()
        .map(|word| (format!("{word:?}"), text(word)))
        .collect();
    texts.push((
        "bytes that are no UTF-8".to_owned(),
        text([0xff, 0xfe, b'a']),
    ));
    texts.push(("a text of a mebibyte".to_owned(), text("a".repeat(1 << 20))));
    let mut lie = Vec::new();
    lie.extend((u64::MAX / 2).to_le_bytes());
    texts.push(("a text longer than the file".to_owned(), lie));
    let mut cut = Vec::new();
    string(&mut cut, b"abc");
    cut.truncate(9);
    texts.push(("a text that is cut".to_owned(), cut));
    texts
}

/// Whole numbers that llama.cpp reads and Sprout does not have.
const NUMBERS: [&str; 38] = [
    "general.alignment",
    "split.no",
    "split.count",
    "split.tensors.count",
    "deepseek2.expert_group_count",
    "deepseek2.expert_group_used_count",
    "deepseek2.embedding_length_out",
    "deepseek2.attention.sliding_window",
    "deepseek2.attention.key_length_swa",
    "deepseek2.attention.value_length_swa",
    "deepseek2.rope.dimension_count_swa",
    "deepseek2.rope.scaling.original_context_length",
    "deepseek2.attention.temperature_length",
    "deepseek2.pooling_type",
    "deepseek2.classifier.pooling_type",
    "deepseek2.attention.causal",
    "deepseek2.decoder_start_token_id",
    "deepseek2.interleave_moe_layer_step",
    "deepseek2.attention.indexer.head_count",
    "deepseek2.attention.indexer.top_k",
    "deepseek2.dense_feed_forward_length",
    "deepseek2.tensor_data_layout",
    "tokenizer.ggml.token_type_count",
    "tokenizer.ggml.unknown_token_id",
    "tokenizer.ggml.seperator_token_id",
    "tokenizer.ggml.mask_token_id",
    "tokenizer.ggml.eot_token_id",
    "tokenizer.ggml.eom_token_id",
    "tokenizer.ggml.cls_token_id",
    "tokenizer.ggml.fim_pre_token_id",
    "tokenizer.ggml.fim_suf_token_id",
    "tokenizer.ggml.fim_mid_token_id",
    "tokenizer.ggml.fim_pad_token_id",
    "tokenizer.ggml.fim_rep_token_id",
    "tokenizer.ggml.fim_sep_token_id",
    "tokenizer.ggml.add_space_prefix",
    "tokenizer.ggml.remove_extra_whitespaces",
    "tokenizer.ggml.add_sep_token",
];

/// The same of fractions.
const FRACTIONS: [&str; 11] = [
    "deepseek2.rope.scaling.factor",
    "deepseek2.rope.scaling.attn_factor",
    "deepseek2.rope.scaling.yarn_log_multiplier",
    "deepseek2.rope.scaling.yarn_ext_factor",
    "deepseek2.rope.scaling.yarn_attn_factor",
    "deepseek2.rope.scaling.yarn_beta_fast",
    "deepseek2.rope.scaling.alpha",
    "deepseek2.rope.scale_linear",
    "deepseek2.attention.temperature_scale",
    "deepseek2.attention.layer_norm_epsilon",
    "deepseek2.logit_scale",
];

/// The same of texts, with what is tried.
const TEXTS: [(&str, &[&str]); 8] = [
    (
        "general.type",
        &["adapter", "imatrix", "mmproj", "vocab", ""],
    ),
    ("adapter.type", &["lora", ""]),
    ("general.base_model.0.repo_url", &["http://127.0.0.1/"]),
    (
        "deepseek2.rope.scaling.type",
        &["none", "linear", "yarn", "longrope", "evil", ""],
    ),
    (
        "tokenizer.chat_template.tool_use",
        &["{% for x in range(9999999) %}{% endfor %}"],
    ),
    ("tokenizer.huggingface.json", &["{", "{}"]),
    ("tokenizer.rwkv.world", &["x"]),
    ("tokenizer.ggml.precompiled_charsmap", &["x"]),
];

/// Keys that llama.cpp reads and Sprout does not have.
pub(super) fn further(all: &mut Vec<Mutation>) {
    let kind = "a further key";
    for name in NUMBERS {
        for number in [0, 1, 2, 8, 10_000, i32::MAX.cast_unsigned(), u32::MAX] {
            let value = number.to_le_bytes().to_vec();
            set(kind, name, number.to_string(), U32, value, all);
        }
        set(kind, name, "minus one", I32, vec![255; 4], all);
        set(kind, name, "a flag", BOOL, vec![1], all);
        set(kind, name, "a text", STRING, text("1"), all);
    }
    for name in FRACTIONS {
        for number in [0.0, -1.0, 1e-30, 40.0, 1e30, f32::INFINITY, f32::NAN] {
            let value = number.to_le_bytes().to_vec();
            set(kind, name, format!("{number:?}"), F32, value, all);
        }
        set(kind, name, "a whole number", U32, vec![1, 0, 0, 0], all);
    }
    for (name, texts) in TEXTS {
        for &word in texts {
            set(kind, name, format!("{word:?}"), STRING, text(word), all);
        }
        set(kind, name, "a number", U32, vec![1, 0, 0, 0], all);
    }
    let ids =
        |ids: &[u32]| -> Vec<Vec<u8>> { ids.iter().map(|id| id.to_le_bytes().to_vec()).collect() };
    for name in [
        "tokenizer.ggml.suppress_tokens",
        "deepseek2.classifier.output_labels",
    ] {
        for list in [&[][..], &[0][..], &[u32::MAX, 1 << 30][..]] {
            let value = array(I32, &ids(list));
            set(kind, name, format!("{list:?}"), ARRAY, value, all);
        }
    }
    for count in [3_000, 5_000] {
        let what = format!("{count} keys more");
        all.push(Mutation::new(kind, "header", what, move |file| {
            for number in 0..count {
                file.set(&format!("more.{number}"), BOOL, vec![1]);
            }
        }));
    }
    // A key whose name alone is an attack.
    for name in ["", "a\0b", "\u{1b}[31m", "deepseek2."] {
        set(kind, name, "as a name", BOOL, vec![1], all);
    }
}
