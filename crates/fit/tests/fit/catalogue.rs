//! The catalogue that is shipped, and what is refused of a user's own.

use fit::KvType;
use fit::catalogue::{Catalogue, File, HUB, MODELSCOPE, Member, Sha256, Size, TemplateKind};
use gguf::Weights;

/// Bytes of cache per token in f16, by the makers' shapes (r1.md, 1).
const MEMBERS: [(&str, u64); 9] = [
    ("r1-distill-qwen-1.5b", 28_672),
    ("r1-distill-qwen-7b", 57_344),
    ("r1-distill-llama-8b", 131_072),
    ("r1-0528-qwen3-8b", 147_456),
    ("r1-distill-qwen-14b", 196_608),
    ("r1-distill-qwen-32b", 262_144),
    ("r1-distill-llama-70b", 327_680),
    ("r1-671b", 4_997_120),
    ("r1-0528-671b", 70_272),
];

#[test]
fn the_whole_family_is_there() {
    let catalogue = Catalogue::built_in();
    let ids: Vec<&str> = catalogue
        .models
        .iter()
        .map(|model| model.id.as_str())
        .collect();
    assert_eq!(ids, MEMBERS.map(|(id, _)| id));
    for (id, cache) in MEMBERS {
        let model = catalogue.model(id).unwrap();
        let file = model.default_file();
        assert!(file.default, "{id}");
        let geometry = model.geometry(file);
        assert_eq!(geometry.cache_bytes_per_token(KvType::F16), cache, "{id}");
        assert!(model.files.len() >= 3, "{id}");
        let sizes: Vec<u64> = model.files.iter().map(|file| file.size.bytes()).collect();
        assert!(sizes.is_sorted(), "{id}: {sizes:?}");
        let split = id.ends_with("671b");
        assert_eq!(file.parts.len() > 1, split, "{id}");
        if !split {
            assert_eq!(file.quant.as_str(), "Q4_K_M", "{id}");
            assert!(matches!(file.size, Size::Exact(_)), "{id}");
            assert!(file.parts[0].sha256.is_some(), "{id}");
        }
    }
}

#[test]
fn nothing_is_left_unsaid() {
    for model in &Catalogue::built_in().models {
        let id = &model.id;
        assert!(model.benchmarks.gpqa_diamond > 25.0, "{id}: below guessing");
        assert!(!model.benchmarks.source.is_empty(), "{id}");
        assert!(model.lineage.len() > 60, "{id}");
        // In every language of the window, in one sentence that is read at a glance.
        for language in ["en", "zh-Hans"] {
            let length = model.good_for[language].chars().count();
            assert!((15..=100).contains(&length), "{id}: {length}");
            assert!(model.good_for[language].ends_with(['.', '。']), "{id}");
        }
        for licence in [&model.licence, &model.base_licence] {
            let known = [
                "MIT",
                "Apache-2.0",
                "Llama 3.1 Community",
                "Llama 3.3 Community",
            ];
            assert!(known.contains(&licence.as_str()), "{id}: {licence}");
        }
        let is_r1 = id.ends_with("671b");
        assert_eq!(model.lineage.contains("is not R1 itself"), !is_r1, "{id}");
        assert_ne!(model.name.contains("Distill"), is_r1, "{id}");
        // Those of 0528 open their thinking themselves, take a system prompt and think longer.
        let newer = id.contains("0528");
        assert_eq!(model.template == TemplateKind::R1_0528, newer, "{id}");
        assert_eq!(model.sampling.system_prompt, newer, "{id}");
        assert_eq!(model.sampling.max_tokens == 65_536, newer, "{id}");
        for file in &model.files {
            assert!(file.unpacked_cache == (id == "r1-671b"), "{id}");
            if let [part] = file.parts.as_slice() {
                let exact = matches!(file.size, Size::Exact(bytes) if part.bytes == Some(bytes));
                assert_eq!(exact, part.bytes.is_some(), "{id} {}", file.quant);
            }
        }
    }
}

#[test]
fn what_a_file_is_called_and_where_it_lies() {
    let catalogue = Catalogue::built_in();
    let small = file_of(&catalogue, "r1-distill-qwen-1.5b", "q4_k_m").1;
    let path = "DeepSeek-R1-Distill-Qwen-1.5B-GGUF/resolve";
    let name = "DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf";
    assert_eq!(small.name(), name);
    assert_eq!(
        small.url("http://127.0.0.1:80/", &small.parts[0]),
        format!(
            "http://127.0.0.1:80/unsloth/{path}/3cb4d15544a2a5e07439592b9a0965b6445fbd34/{name}"
        )
    );
    assert_eq!(
        small.mirror_url(MODELSCOPE, &small.parts[0]).unwrap(),
        format!(
            "https://modelscope.cn/models/unsloth/{path}/fa0539ea11c2f7ce5b540004ce6e8ed20d462f77/{name}"
        )
    );
    let set = file_of(&catalogue, "r1-671b", "UD-Q2_K_XL").1;
    assert_eq!(set.name(), "DeepSeek-R1-UD-Q2_K_XL-00001-of-00005.gguf");
    assert_eq!(
        set.url(HUB, &set.parts[4]),
        "https://huggingface.co/unsloth/DeepSeek-R1-GGUF/resolve/main/\
         DeepSeek-R1-UD-Q2_K_XL/DeepSeek-R1-UD-Q2_K_XL-00005-of-00005.gguf"
    );
    assert_eq!(set.mirror_url(MODELSCOPE, &set.parts[4]), None);
    assert_eq!(set.parts[0].bytes, Some(49_797_296_736));
    assert_eq!((set.parts[4].bytes, set.parts[4].sha256), (None, None));
    let hex = "311b7e2b72da29daffbac5e5f5df9353b1b3be9879d22d1dc498ece99529cfe5";
    assert_eq!(set.parts[0].sha256, Sha256::from_hex(hex));
    assert_eq!(set.parts[0].sha256.unwrap().to_string(), hex);
    assert_eq!(set.parts[0].sha256.unwrap().bytes()[..2], [0x31, 0x1b]);
}

fn file_of(catalogue: &Catalogue, id: &str, quant: &str) -> (Member, File) {
    let model = catalogue.model(id).unwrap();
    (model.clone(), model.file(quant).unwrap().clone())
}

/// The sum of all places, against the whole file: what is left is the header.
#[test]
fn the_estimate_of_the_weights_adds_up() {
    for model in &Catalogue::built_in().models {
        for file in &model.files {
            let sum = model.weights(file).total_bytes();
            let whole = file.size.bytes();
            let header = whole.checked_sub(sum).unwrap();
            let name = format!("{} {}", model.id, file.quant);
            assert!((4 << 20..8 << 20).contains(&header), "{name}: {header}");
        }
    }
}

/// Each place against what is known: the tensors of the 1.5B as llama.cpp quantises them, and the
/// types of R1's UD-Q2_K_XL by a log of its loading (`github.com/ikawrakow/ik_llama.cpp/pull/259`):
/// attention and embedding in `Q4_K`, dense and shared feed-forward and output in `Q6_K`.
#[test]
fn the_estimate_of_the_weights_is_near_what_is_known() {
    let catalogue = Catalogue::built_in();
    let (model, file) = file_of(&catalogue, "r1-distill-qwen-1.5b", "Q4_K_M");
    let found = model.weights(&file);
    assert_near(&found, [131_272_704, 191_445_504, 788_652_032, 0]);
    assert_eq!((found.layers.len(), found.output_tied), (28, false));

    let (model, file) = file_of(&catalogue, "r1-671b", "UD-Q2_K_XL");
    let found = model.weights(&file);
    let table = 129_280 * 7_168_u64;
    let (q4, q6) = (
        |values: u64| values * 9 / 16,
        |values: u64| values * 105 / 128,
    );
    let attention = 7_168 * 1_536 + 1_536 * 24_576 + 7_168 * 576 + 512 * 32_768 + 16_384 * 7_168;
    let blocks = 3 * 7_168 * (3 * 18_432 + 58 * 2_048);
    let router = 58 * 256 * 7_168 * 4;
    let dense = q4(61 * attention) + q6(blocks) + router;
    let rest = file.size.bytes() - (6 << 20) - q4(table) - q6(table) - dense;
    assert_near(&found, [q4(table), q6(table), dense, rest]);
    let experts = found.layers.iter().map(|layer| layer.expert_bytes > 0);
    assert_eq!(
        experts.collect::<Vec<_>>(),
        [[false; 3].as_slice(), &[true; 58]].concat()
    );
}

/// Within three percent: token embedding, output, dense part and experts of the layers.
fn assert_near(found: &Weights, known: [u64; 4]) {
    let found = [
        found.embedding_bytes,
        found.output_bytes,
        found.dense_bytes(),
        found.expert_bytes(),
    ];
    for (found, known) in found.into_iter().zip(known) {
        assert!(
            found.abs_diff(known) <= known / 100 * 3,
            "{found}, not {known}"
        );
    }
}

#[test]
fn one_s_own_adds_and_replaces() {
    let one = first_model();
    let other = one.replace("r1-distill-qwen-1.5b", "my-own");
    let renamed = one.replace("R1 Distill Qwen 1.5B", "Mine");
    let own = Catalogue::parse(&(renamed + &other)).unwrap();
    let both = Catalogue::built_in().extended_by(own);
    assert_eq!(both.models.len(), MEMBERS.len() + 1);
    assert_eq!(both.models[0].name, "Mine");
    assert_eq!(both.models[MEMBERS.len()].id, "my-own");
    assert_eq!(Catalogue::parse("").unwrap().models, []);
}

/// Whoever looks for a smaller file walks backwards from a larger one.
#[test]
fn files_come_smallest_first_however_they_are_written() {
    let larger = "\n[[model.file]]\nquant = \"Q2_K\"\nrepo = \"me/mine\"\npath = \"mine.gguf\"\nbytes = 1048576\n";
    let own = Catalogue::parse(&(first_model() + larger)).unwrap();
    let quants: Vec<&str> = own.models[0]
        .files
        .iter()
        .map(|file| file.quant.as_str())
        .collect();
    assert_eq!(quants, ["Q2_K", "Q4_0"]);
    assert_eq!(own.models[0].default_file().quant.as_str(), "Q2_K");
}

/// The first model of the shipped file, with the first of its files.
pub(crate) fn first_model() -> String {
    let text = include_str!("../../../../models.toml");
    let start = text.find("\n[[model]]").unwrap() + 1;
    let file = start + text[start..].find("[[model.file]]").unwrap();
    let end = file + 1 + text[file + 1..].find("[[model.file]]").unwrap();
    text[start..end].to_owned()
}
