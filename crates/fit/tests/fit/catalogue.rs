//! The catalogue that is shipped, and what is refused of a user's own.

use fit::KvType;
use fit::catalogue::{Catalogue, Size};

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
            assert_eq!(file.quant, "Q4_K_M", "{id}");
            assert!(matches!(file.size, Size::Exact(_)), "{id}");
            assert!(file.parts[0].sha256.is_some(), "{id}");
            assert!(model.name.contains("distilled from R1"), "{id}");
        }
    }
}

/// Where the bytes are, against what is known: values of all tensors, and the whole file.
#[test]
fn the_estimate_of_the_weights_adds_up() {
    for model in &Catalogue::built_in().models {
        for file in &model.files {
            let weights = model.weights(file);
            let layers: u64 = weights
                .layers
                .iter()
                .map(|layer| layer.dense_bytes + layer.expert_bytes)
                .sum();
            let sum = weights.embedding_bytes + weights.output_bytes + layers;
            let whole = file.size.bytes();
            let name = format!("{} {}", model.id, file.quant);
            assert!(
                sum <= whole && sum > whole / 100 * 97,
                "{name}: {sum} of {whole}"
            );
        }
    }
}

#[test]
fn one_s_own_adds_and_replaces() {
    let one = first_model();
    let other = one.replace("r1-distill-qwen-1.5b", "my-own");
    let renamed = one.replace("Qwen 1.5B, distilled from R1", "Mine");
    let own = Catalogue::parse(&(renamed + &other)).unwrap();
    let both = Catalogue::built_in().extended_by(own);
    assert_eq!(both.models.len(), MEMBERS.len() + 1);
    assert_eq!(both.models[0].name, "Mine");
    assert_eq!(both.models[MEMBERS.len()].id, "my-own");
}

/// The first model of the shipped file, with its one default file.
fn first_model() -> String {
    let text = include_str!("../../../../models.toml");
    let start = text.find("\n[[model]]").unwrap() + 1;
    let file = start + text[start..].find("[[model.file]]").unwrap();
    let end = file + 1 + text[file + 1..].find("[[model.file]]").unwrap();
    text[start..end].to_owned()
}

#[test]
fn a_broken_one_is_refused_with_line_and_reason() {
    let good = first_model();
    assert!(Catalogue::parse(&good).is_ok());
    let line_of = |text: &str, part: &str| text[..text.find(part).unwrap()].lines().count() + 1;
    for (from, to, reason) in [
        ("layers = 28", "layers = ", "string values must be quoted"),
        ("layers = 28", "layer = 28", "unknown field `layer`"),
        (
            "layers = 28",
            "layers = 0",
            "`shape.layers` is not from 1 to 512",
        ),
        (
            "layers = 28",
            "layers = 100000",
            "`shape.layers` is not from 1 to 512",
        ),
        ("layers = 28", "layers = -1", "invalid value"),
        (
            "architecture = \"qwen2\"",
            "architecture = \"gpt2\"",
            "`architecture` is none of",
        ),
        ("licence = \"MIT\"\n", "", "missing field `licence`"),
        ("licence = \"MIT\"", "licence = \" \"", "`licence` is empty"),
        ("id = \"r1-", "id = \"R1 ", "an id is of lower-case"),
        (
            "parameters = 1_777_088_000",
            "parameters = 1",
            "`parameters` is beyond any model",
        ),
        (
            "template = \"r1-distill\"",
            "template = \"chatml\"",
            "`template` is neither",
        ),
        (
            "gpqa_diamond = 33.8",
            "gpqa_diamond = 338.0",
            "a benchmark is in percent",
        ),
        (
            "temperature = 0.6",
            "temperature = 60",
            "`temperature` is not from 0 to 5",
        ),
        ("sha256 = [\"", "sha256 = [\"x", "a sha256 is of 64"),
        (
            "sha256 = [",
            "sha256 = [\"\", ",
            "`sha256` has not one entry for each part",
        ),
        (
            ".gguf\"",
            ".bin\"",
            "`path` is not the path of a .gguf file",
        ),
        (
            "path = \"",
            "path = \"../",
            "`path` is not the path of a .gguf file",
        ),
        (
            "path = \"",
            "parts = 2\npath = \"",
            "`path` has {part} where",
        ),
        (
            "[[model.file]]",
            "[model.nothing]",
            "unknown field `nothing`",
        ),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from}");
        let error = Catalogue::parse(&bad).unwrap_err();
        assert!(
            error.to_string().contains(reason),
            "{from} -> {to}: {error}"
        );
        assert!(error.line <= bad.lines().count(), "{error}");
    }
    let bad = good.replacen("layers = 28", "layers = 28 28", 1);
    eprintln!("{}", Catalogue::parse(&bad).unwrap_err());
    let error = Catalogue::parse(&bad).unwrap_err();
    assert_eq!(error.line, line_of(&bad, "layers = 28 28"), "{error}");
    let twice = format!("{good}\n{good}");
    let error = Catalogue::parse(&twice).unwrap_err().to_string();
    assert!(
        error.contains("the id `r1-distill-qwen-1.5b` appears twice"),
        "{error}"
    );
    assert_eq!(Catalogue::parse("").unwrap().models, []);
}
