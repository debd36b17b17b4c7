//! What a model is that is no R1: the near kin that people take for one are told by name.
//!
//! By the name in the file's header, which publishers keep; where that is silent, by what only one of them has.
//! Not here: whether it is an R1 (`model`).

use engine::prompt::{ASSISTANT, THINK_CLOSE};
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

/// What is said of a model that is no R1 when it is opened.
pub(crate) fn no_r1(name: &str, kin: Option<Kin>) -> Failure {
    let message = format!("{name} is not an R1");
    let name = name.to_owned();
    let (hint, cause) = match kin {
        None => (BY_ITS_TEMPLATE, Cause::NotR1 { name }),
        Some(kin) => (kin.sentence(), Cause::KinOfR1 { name, kin }),
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
