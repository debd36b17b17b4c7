//! What is wrong with a model's file, in words and in facts.

use std::path::Path;

use fit::bytes::human;
use gguf::{Error as E, Named};

use super::{Cause, Code, Failure};

/// A file by its name, as a person knows it.
pub(crate) fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

impl From<&E> for Failure {
    fn from(error: &E) -> Self {
        let (code, hint) = match error {
            E::Missing { .. } => (
                Code::ModelMissing,
                "Check the path, or choose another model.",
            ),
            E::Truncated { .. } => (Code::ModelBroken, "Download it again."),
            E::Unsupported { .. } => (
                Code::ModelUnsupported,
                "Spud runs DeepSeek-R1 and the models distilled from it.",
            ),
            E::Later { .. } => (
                Code::ModelUnsupported,
                "Update Spud, or take another conversion of the model, made for an older llama.cpp.",
            ),
            E::MissingPart { .. } => (
                Code::ModelBroken,
                "Put all parts into one folder, or get the model again.",
            ),
            _ => (
                Code::ModelBroken,
                "Choose a model in GGUF form, or get this one again.",
            ),
        };
        let failure = Self::new(code, words(error)).hint(hint);
        match cause(error) {
            Some(cause) => failure.cause(cause),
            None => failure.detail(error),
        }
    }
}

/// The header knows bytes; a person reads sizes.
fn words(error: &E) -> String {
    let E::Truncated {
        file,
        expected_bytes,
        found_bytes,
    } = error
    else {
        return error.to_string();
    };
    let (found, expected) = (human(*found_bytes), human(*expected_bytes));
    format!("`{file}` is incomplete: {found} of {expected}")
}

/// None where only the system knows.
fn cause(error: &E) -> Option<Cause> {
    // Whoever read it named it by its whole path.
    let named = |file: &str| file_name(Path::new(file));
    Some(match error {
        E::Read(_) => return None,
        E::Missing { path } => Cause::NoFile {
            path: path.display().to_string(),
        },
        E::NotAFile { path } => Cause::NotAFile {
            name: file_name(path),
        },
        E::Truncated {
            file,
            expected_bytes,
            found_bytes,
        } => Cause::Incomplete {
            file: named(file),
            found_bytes: *found_bytes,
            expected_bytes: *expected_bytes,
        },
        E::NotGguf { file, .. } => Cause::NoModel { file: named(file) },
        E::NewerVersion { file, .. } | E::UnknownTensorType { file, .. } => {
            Cause::NewerForm { file: named(file) }
        }
        E::Later { file, what, name } => match what {
            Named::Architecture => Cause::LaterFamily {
                file: named(file),
                name: name.clone(),
            },
            Named::Tokenizer | Named::PreTokenizer => Cause::LaterTokenizer {
                file: named(file),
                name: name.clone(),
            },
        },
        E::OlderVersion { file, .. } | E::BigEndian { file } => {
            Cause::OlderForm { file: named(file) }
        }
        E::Broken { file, .. } | E::Shape { file, .. } => Cause::Unsound { file: named(file) },
        E::Unsupported { file, architecture } => Cause::OtherFamily {
            file: named(file),
            architecture: architecture.clone(),
        },
        E::MissingPart {
            path,
            number,
            count,
        } => Cause::PartMissing {
            file: file_name(path),
            number: (*number).into(),
            count: (*count).into(),
        },
        E::NotTheFirstPart { file, number, .. } => Cause::LaterPart {
            file: named(file),
            number: (*number).into(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::{Cause, Code, E, Failure};

    #[test]
    fn a_file_is_told_by_its_name_and_what_is_missing_in_sizes() {
        let error = E::Truncated {
            file: "/home/ada/models/broken.gguf".to_owned(),
            expected_bytes: 1_117_320_576,
            found_bytes: 300_000_000,
        };
        let failure = Failure::from(&error);
        assert_eq!(failure.code, Code::ModelBroken);
        assert_eq!(
            failure.message,
            "`/home/ada/models/broken.gguf` is incomplete: 286 MiB of 1.04 GiB"
        );
        assert_eq!(failure.left_to_say(), None, "the facts tell it all");
        let Some(Cause::Incomplete { file, .. }) = failure.cause.as_deref() else {
            panic!("{failure:?}");
        };
        assert_eq!(file, "broken.gguf");
    }
}
