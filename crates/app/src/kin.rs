//! Whether a model is an R1, and what it is where it is none: the near kin that people take for one are told by
//! name.
//!
//! By the name in the file's header, which publishers keep; where that is silent, by what only one of them has.
//! Not here: how it is asked (`model`).

use engine::prompt::{ASSISTANT, THINK_CLOSE, Template, USER};
use gguf::Header;
use serde::{Deserialize, Serialize};

use crate::failure::{Cause, Code, Failure};

/// What is said of one of which no more is known.
const BY_ITS_TEMPLATE: &str =
    "Spud asks it by its own chat template. It may not think before it answers.";

/// A model near to R1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kin {
    /// DeepSeek-V2 and its Lite, with the Coder of both.
    V2,
    /// DeepSeek-V3, of December 2024 and March 2025.
    V3,
    /// DeepSeek-V3.1 and V3.2, which think where they are told to.
    V31,
    /// Qwen3, on which the smaller R1-0528 was trained.
    Qwen3,
    /// `QwQ`.
    Qwq,
}

impl Kin {
    /// Which one a file is; none where it is no kin of R1's that is known.
    pub(crate) fn of(header: &Header) -> Option<Self> {
        header
            .name()
            .and_then(Self::by_name)
            .or_else(|| by_marks(header))
    }

    fn by_name(name: &str) -> Option<Self> {
        let letters = name.to_lowercase();
        let name: String = letters
            .chars()
            .filter(|letter| letter.is_alphanumeric() || *letter == '.')
            .collect();
        // The longer ones first: V3.1's name begins with V3's.
        let known = [
            ("deepseekv3.1", Self::V31),
            ("deepseekv3.2", Self::V31),
            ("deepseekv3", Self::V3),
            ("deepseekv2", Self::V2),
            ("deepseekcoderv2", Self::V2),
            ("qwen3", Self::Qwen3),
            ("qwq", Self::Qwq),
        ];
        let found = known.into_iter().find(|(begin, _)| name.contains(begin));
        found.map(|(_, kin)| kin)
    }

    /// What it is, in one sentence behind its name.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::V2 => "It is DeepSeek-V2, which came before R1 and does not think first.",
            Self::V3 => "It is DeepSeek-V3, from which R1 was trained. It does not think first.",
            Self::V31 => "It is a DeepSeek-V3.1 or V3.2, which came after R1. It can think first.",
            Self::Qwen3 => {
                "It is a Qwen3 by Alibaba. It may think first; a small R1 was trained from one."
            }
            Self::Qwq => "It is QwQ by Alibaba, which thinks first, as R1 does.",
        }
    }
}

/// A model that is no R1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stranger {
    /// What it is, as far as that is known.
    pub kin: Option<Kin>,
}

impl Stranger {
    /// None for an R1.
    pub(crate) fn of(header: &Header) -> Option<Self> {
        (!is_r1(header)).then(|| Self {
            kin: Kin::of(header),
        })
    }

    /// What it is, or how it is asked.
    pub fn sentence(self) -> &'static str {
        self.kin.map_or(BY_ITS_TEMPLATE, Kin::sentence)
    }
}

/// Whether it is an R1, or was trained by its makers in R1's form; what has another switch for its thinking is
/// one where it says so.
fn is_r1(header: &Header) -> bool {
    let says_so = || header.name().is_some_and(names_r1);
    let is_asked_so = match header.chat_template() {
        Some(jinja) => Template::recognise(jinja).is_some() || says_so(),
        None => true,
    };
    is_asked_so && knows_its_words(header)
}

/// Whether a name has the word R1.
fn names_r1(name: &str) -> bool {
    let mut words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.any(|word| word.eq_ignore_ascii_case("r1"))
}

/// Whether its vocabulary has the tokens with which an R1 is asked.
pub(crate) fn knows_its_words(header: &Header) -> bool {
    [USER, ASSISTANT]
        .iter()
        .all(|token| header.token_id(token).is_some())
}

/// What is said of a model that is no R1 when it is opened.
pub(crate) fn no_r1(name: &str, stranger: Stranger) -> Failure {
    let message = format!("{name} is not an R1");
    let name = name.to_owned();
    let hint = stranger.sentence();
    let cause = match stranger.kin {
        None => Cause::NotR1 { name },
        Some(kin) => Cause::KinOfR1 { name, kin },
    };
    Failure::new(Code::ModelUnsupported, message)
        .hint(hint)
        .cause(cause)
}

fn by_marks(header: &Header) -> Option<Kin> {
    let jinja = header.chat_template().unwrap_or_default();
    let is_theirs = jinja.contains(ASSISTANT);
    match header.architecture_name()? {
        "deepseek2" if is_theirs && jinja.contains("thinking") => Some(Kin::V31),
        "deepseek2" if is_theirs && !jinja.contains(THINK_CLOSE) => Some(Kin::V3),
        "deepseek2" if !is_theirs => Some(Kin::V2),
        "qwen3" | "qwen3moe" => Some(Kin::Qwen3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kin_is_told_by_the_names_that_publishers_write() {
        for (name, kin) in [
            ("DeepSeek V2 Lite Chat", Some(Kin::V2)),
            ("DeepSeek-Coder-V2-Lite-Instruct", Some(Kin::V2)),
            ("DeepSeek V3 0324", Some(Kin::V3)),
            ("DeepSeek-V3.1-Terminus", Some(Kin::V31)),
            ("deepseek_v3.2_exp", Some(Kin::V31)),
            ("Qwen3 30B A3B Thinking 2507", Some(Kin::Qwen3)),
            ("QwQ 32B Preview", Some(Kin::Qwq)),
            ("Qwen2.5 Coder 7B Instruct", None),
            ("Meta Llama 3.1 8B", None),
            ("", None),
        ] {
            assert_eq!(Kin::by_name(name), kin, "{name}");
        }
    }
}
