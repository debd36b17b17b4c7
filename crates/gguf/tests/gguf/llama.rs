//! What Spud takes for known to llama.cpp is what the llama.cpp that it links knows: its sources are read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use gguf::{TensorType, llama};

/// The sources of the llama.cpp that the workspace links, wherever Cargo keeps them.
fn sources() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let told = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .arg("--manifest-path")
        .arg(manifest)
        .output()
        .unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let of = format!("llama-cpp-sys-2-{}", llama::VERSION);
    let paths = told.split('"').filter(|text| text.ends_with("Cargo.toml"));
    let mut folders = paths.filter_map(|path| Path::new(path).parent());
    let folder = folders.find(|folder| folder.ends_with(&of));
    let folder = folder.unwrap_or_else(|| panic!("`{of}` is not what the workspace links"));
    folder.join("llama.cpp")
}

fn read(file: &str) -> String {
    let path = sources().join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands between two texts.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let start = text.find(from).unwrap_or_else(|| panic!("no `{from}`"));
    let length = text[start..]
        .find(to)
        .unwrap_or_else(|| panic!("no `{to}`"));
    &text[start..start + length]
}

/// The texts in quotes right behind a start.
fn quoted<'a>(text: &'a str, start: &str) -> BTreeSet<&'a str> {
    let found = text.split(start).skip(1);
    found
        .filter_map(|rest| rest.split_once('"').map(|(name, _)| name))
        .collect()
}

fn ours(names: &str) -> BTreeSet<&str> {
    names.split_ascii_whitespace().collect()
}

#[test]
fn its_pre_tokenizers_and_tokenizers_are_known_and_no_others() {
    let vocabulary = read("src/llama-vocab.cpp");
    let cut = between(
        &vocabulary,
        "if (tokenizer_pre.empty())",
        "unknown pre-tokenizer type",
    );
    assert_eq!(
        ours(llama::PRE_TOKENIZERS),
        quoted(cut, "tokenizer_pre == \"")
    );
    let kinds = between(
        &vocabulary,
        "ml.get_key(LLM_KV_TOKENIZER_MODEL",
        "unknown tokenizer:",
    );
    assert_eq!(
        ours(llama::TOKENIZERS),
        quoted(kinds, "tokenizer_model == \"")
    );
}

#[test]
fn its_families_are_known_and_no_others() {
    let families = read("src/llama-arch.cpp");
    let table = between(&families, "LLM_ARCH_NAMES", "};");
    let lines = table.lines().filter(|line| line.contains("LLM_ARCH_"));
    let mut theirs: BTreeSet<&str> = lines.filter_map(|line| line.split('"').nth(1)).collect();
    theirs.remove("(unknown)");
    assert_eq!(ours(llama::ARCHITECTURES), theirs);
}

#[test]
fn its_tensor_types_are_known_by_number_and_no_others() {
    let header = read("ggml/include/ggml.h");
    let list = between(&header, "enum ggml_type {", "};");
    let mut theirs = BTreeSet::new();
    for line in list.lines() {
        let Some(rest) = line.trim().strip_prefix("GGML_TYPE_") else {
            continue;
        };
        let (name, number) = rest.split_once('=').unwrap();
        let number: u32 = number.split(',').next().unwrap().trim().parse().unwrap();
        if name.trim() == "COUNT" {
            assert_eq!(llama::TENSOR_TYPES, number);
            continue;
        }
        theirs.insert(number);
        let known = TensorType::from_id(number).unwrap_or_else(|| panic!("{line}"));
        assert_eq!(known.name, name.trim());
    }
    let ours = (0..2 * llama::TENSOR_TYPES).filter(|id| TensorType::from_id(*id).is_some());
    assert_eq!(ours.collect::<BTreeSet<u32>>(), theirs);
}
