//! What a model is called: one name for one file, in the picker, below the field, under every reply and in the
//! terminal, in this session and in the next.
//!
//! The catalogue's name for what is the catalogue's; else what the file says of itself, where that is a name;
//! else its file's name. Not here: who shows it.

use std::path::Path;

use fit::catalogue::{Catalogue, Member};
use gguf::Header;

use crate::home::Home;
use crate::survey::catalogue;

/// Of a name out of a file, the most letters that are still one.
const LONGEST: usize = 80;

/// So many digits of a hash are never a word.
const HASH_DIGITS: usize = 12;

/// So many digits tell one blob from another.
const BLOB_DIGITS: usize = 8;

/// What converters write where nobody gave a name: the folder that the weights lay in.
const NO_NAMES: [&str; 14] = [
    "model",
    "models",
    "my model",
    "unnamed",
    "unknown",
    "untitled",
    "none",
    "null",
    "tmp",
    "hf",
    "main",
    "snapshots",
    "checkpoint",
    "gguf",
];

/// What the model in a file is called.
pub(crate) fn name_of(catalogue: &Catalogue, path: &Path, header: &Header) -> String {
    member_of(catalogue, path, header)
        .map(|member| member.name.clone())
        .or_else(|| said_by(header))
        .unwrap_or_else(|| stem(path))
}

/// The same for a file that is read for it.
pub(crate) fn name_of_file(home: &Home, path: &Path) -> String {
    let (catalogue, _) = catalogue(home);
    match Header::read_file(path) {
        Ok(header) => name_of(&catalogue, path, &header),
        Err(_) => stem(path),
    }
}

/// The model of the catalogue that a file holds: by the name or the hash that it is filed under, where its
/// shape does not tell another.
fn member_of<'a>(catalogue: &'a Catalogue, path: &Path, header: &Header) -> Option<&'a Member> {
    let member = catalogue.holding(path.file_name()?.to_str()?)?;
    let expected = member.geometry(member.default_file());
    let is_it = header.geometry().is_ok_and(|found| {
        (found.layers, found.embedding) == (expected.layers, expected.embedding)
    });
    is_it.then_some(member)
}

/// The name that a file gives its model, where that is one.
pub(crate) fn said_by(header: &Header) -> Option<String> {
    sensible(header.name()?)
}

/// A name as it is shown; none for a path's folder, a hash, or a word that names nothing.
fn sensible(said: &str) -> Option<String> {
    // Some converters write the whole path, or owner and repository.
    let last = said.trim().trim_end_matches(['/', '\\']);
    let last = last.rsplit(['/', '\\']).next()?;
    let words: Vec<&str> = last.split_whitespace().collect();
    let name = words.join(" ");
    let plain = name.to_lowercase();
    let is_hash = name.len() >= HASH_DIGITS && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_name = name.chars().any(char::is_alphabetic)
        && !name.chars().any(char::is_control)
        && name.chars().count() <= LONGEST
        && !is_hash
        && !NO_NAMES.contains(&plain.as_str());
    is_name.then_some(name)
}

/// A file's name as a model's: without its ending and its place in a set; of a blob, enough of its hash.
pub(crate) fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    if let Some(hash) = stem.strip_prefix("sha256-") {
        return hash.chars().take(BLOB_DIGITS).collect();
    }
    without_part(&stem).unwrap_or(&stem).to_owned()
}

/// What stands before `-00001-of-00009`.
fn without_part(stem: &str) -> Option<&str> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (rest, count) = stem.rsplit_once("-of-")?;
    let (name, number) = rest.rsplit_once('-')?;
    (digits(count) && digits(number) && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{sensible, stem};

    #[test]
    fn what_a_file_says_is_a_name_or_nothing() {
        for (said, name) in [
            (
                "DeepSeek R1 Distill Qwen 1.5B",
                Some("DeepSeek R1 Distill Qwen 1.5B"),
            ),
            ("  Sprout\n", Some("Sprout")),
            (
                "deepseek-ai/DeepSeek-R1-Distill-Llama-8B",
                Some("DeepSeek-R1-Distill-Llama-8B"),
            ),
            ("/workspace/out/My-R1-merge/", Some("My-R1-merge")),
            ("C:\\models\\R1-tuned", Some("R1-tuned")),
            ("深度求索 R1", Some("深度求索 R1")),
            ("Model", None),
            ("models", None),
            ("tmp/hf", None),
            ("6393b7559e403fd1d80bfead361586fd6f630a4d", None),
            ("6393b7559e40", None),
            ("", None),
            ("  ", None),
            ("7", None),
            ("--", None),
            ("a\u{1b}[31mred", None),
        ] {
            assert_eq!(sensible(said).as_deref(), name, "{said:?}");
        }
        assert_eq!(sensible(&"x".repeat(81)), None);
        assert_eq!(
            sensible("Facade"),
            Some("Facade".to_owned()),
            "hex, and a word"
        );
    }

    #[test]
    fn a_file_s_name_stands_for_a_model_without_its_place_in_a_set() {
        for (path, name) in [
            ("/m/real-r1-1.5b.gguf", "real-r1-1.5b"),
            ("/m/R1-Q4_K_M-00001-of-00009.gguf", "R1-Q4_K_M"),
            ("/m/one-of-many.gguf", "one-of-many"),
            ("/m/-1-of-2.gguf", "-1-of-2"),
            (
                "/blobs/sha256-96c415656d377afbff962f6cdb2394ab092ccbcbaab4b82525bc4ca800fe8a49",
                "96c41565",
            ),
        ] {
            assert_eq!(stem(Path::new(path)), name);
        }
    }
}
