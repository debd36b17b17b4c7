//! What went wrong, in words for a person: one closed list of codes for all that the product can
//! fail at, and one place where the errors of the rooms below are turned into it.

mod cause;
mod file;

use std::fmt;
use std::path::Path;

use engine::EngineError;
use engine::message::FailureCode;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as Unknown, StrDeserializer};
use serde::{Deserialize, Serialize};

pub use cause::Cause;
pub(crate) use file::file_name;

/// Kinds of failure, one where somebody acts on the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// There is no such model file.
    ModelMissing,
    /// The file is no model, or a damaged one.
    ModelBroken,
    /// A model that Spud does not know how to run.
    ModelUnsupported,
    /// The memory is too small for it.
    ModelTooBig,
    /// What there is to compute with cannot be told.
    MachineUnknown,
    /// The engine's program is not where it belongs.
    EngineMissing,
    /// The engine's program is from another build.
    EngineMismatch,
    /// The engine's process ended in the middle of its work.
    EngineStopped,
    /// The engine's process ended again and again, so that none is started for a while.
    EngineUnsteady,
    /// The same where a GPU computed.
    GpuUnsteady,
    /// The engine reported an error.
    EngineFailed,
    /// There was nothing to answer.
    PromptEmpty,
    /// The conversation does not fit the model's context.
    PromptTooLong,
    /// A reply is being written in this chat already.
    Busy,
    /// Chats could not be read or written.
    Storage,
    /// The chats were written by a newer Spud.
    StorageNewer,
    /// A chat or message that is not there (any more).
    NotFound,
    /// A download did not come about.
    Download,
    /// Nobody who has it could be reached; that may pass by itself.
    Unreachable,
    /// The disk has too little room for a download.
    DiskFull,
    /// It was stopped, as somebody asked.
    Stopped,
    /// A file of which there is no text to attach.
    FileRefused,
    /// A link that is not opened, or that nothing opened.
    LinkRefused,
    /// A mistake of ours.
    Bug,
}

impl fmt::Display for Code {
    /// The code as JSON and the disk have it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(out)
    }
}

impl Code {
    /// Whether there is nothing to know beyond the kind.
    fn tells_all(self) -> bool {
        matches!(
            self,
            Self::PromptEmpty
                | Self::PromptTooLong
                | Self::Busy
                | Self::NotFound
                | Self::Stopped
                | Self::StorageNewer
                // What is known of an engine that ended is in its report.
                | Self::EngineStopped
                | Self::EngineUnsteady
                | Self::GpuUnsteady
        )
    }
}

/// A failure as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The kind.
    pub code: Code,
    /// What failed on what.
    pub message: String,
    /// What to do now.
    pub hint: Option<String>,
    /// What happened in facts, where the code does not tell it.
    #[serde(skip)]
    pub cause: Option<Box<Cause>>,
    /// What of `message` neither the code nor the cause tells, and what has no other form, such as
    /// what the system said.
    #[serde(skip)]
    pub detail: Option<String>,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            cause: None,
            detail: None,
        }
    }

    /// The same with what to do now.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with what happened in facts.
    #[must_use]
    pub fn cause(mut self, cause: Cause) -> Self {
        self.cause = Some(Box::new(cause));
        self
    }

    /// The same with what has no other form than words.
    #[must_use]
    pub fn detail(mut self, words: impl fmt::Display) -> Self {
        self.detail = Some(words.to_string());
        self
    }

    /// What is left to say in Rust's own words once the code and the cause were told: all of the
    /// message where they tell too little.
    pub fn left_to_say(&self) -> Option<&str> {
        let told = self.cause.is_some() || self.code.tells_all();
        let rest = (!told).then_some(self.message.as_str());
        self.detail.as_deref().or(rest)
    }

    /// A question without a letter in it.
    pub fn prompt_empty() -> Self {
        Self::new(Code::PromptEmpty, "the question is empty").hint("Type a question first.")
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let (code, hint) = match error {
            EngineError::NotStarted { .. } => (Code::EngineMissing, REINSTALL),
            EngineError::Mismatch { .. } => (Code::EngineMismatch, REINSTALL),
            EngineError::Silent { .. } => (Code::EngineStopped, "`spud doctor` tells more."),
        };
        Self::new(code, error.to_string()).hint(hint)
    }
}

impl From<engine::probe::ProbeError> for Failure {
    fn from(error: engine::probe::ProbeError) -> Self {
        use engine::probe::ProbeError as E;
        match error {
            E::NotStarted(error) => error.into(),
            E::Failed(_) | E::TooSlow(_) => Self::new(Code::EngineFailed, error.to_string())
                .hint("A driver may be broken; Spud computes on the processor meanwhile."),
        }
    }
}

/// What helps where the two programs do not fit together.
pub(crate) const REINSTALL: &str =
    "Install Spud again; in a checkout, `./run` builds both programs.";

impl From<engine::message::Failure> for Failure {
    fn from(failure: engine::message::Failure) -> Self {
        let (code, hint) = match failure.code {
            FailureCode::ModelRefused => (
                Code::ModelBroken,
                "The file may be damaged or made for a newer llama.cpp: get it again.",
            ),
            FailureCode::OutOfMemory => (
                Code::ModelTooBig,
                "Close other programs, or choose a smaller model or context.",
            ),
            FailureCode::PromptTooLong => (
                Code::PromptTooLong,
                "Shorten the question, or start a new chat.",
            ),
            FailureCode::EngineStopped => (
                Code::EngineStopped,
                "Ask again: a fresh engine starts. What is known of this one is kept (`spud doctor`).",
            ),
            FailureCode::MemoryRanOut => (
                Code::EngineStopped,
                "Ask again once there is memory: close other programs, or choose a smaller model.",
            ),
            FailureCode::GpuGone => (
                Code::EngineFailed,
                "Load the model again: it is then planned for what is there.",
            ),
            FailureCode::LoadStopped | FailureCode::ComputeFailed => {
                (Code::EngineFailed, "Ask again. `spud doctor` tells more.")
            }
        };
        let told = Self::new(code, failure.message).hint(hint);
        match failure.code {
            FailureCode::MemoryRanOut => told.cause(Cause::MemoryRanOut),
            FailureCode::GpuGone => told.cause(Cause::GpuGone),
            _ => told,
        }
    }
}

impl From<chats::Error> for Failure {
    fn from(error: chats::Error) -> Self {
        use chats::Error as E;
        let (code, hint) = match &error {
            E::NotFound { .. } => (Code::NotFound, "It may have been deleted elsewhere."),
            E::Streaming(_) => (Code::Busy, "Wait for it, or stop it first."),
            E::NotStreaming(_) => (Code::Bug, "Close Spud and open it again."),
            E::Newer { .. } => (
                Code::StorageNewer,
                "Use the newer Spud to go on with these chats.",
            ),
            E::Full { .. } => (Code::Storage, "Free some space, then try again."),
            E::ReadOnly { .. } => (
                Code::Storage,
                "Give yourself write access to that folder, or set SPUD_HOME to another one.",
            ),
            E::Busy { .. } | E::InUse { .. } => {
                (Code::Storage, "Close the other Spud, then try again.")
            }
            E::Damaged { .. } => (
                Code::Storage,
                "Close Spud and open it again: it repairs what can be repaired.",
            ),
            E::Storage { .. } => (
                Code::Storage,
                "Check the disk and the rights of that folder.",
            ),
        };
        let failure = Self::new(code, error.to_string()).hint(hint);
        let shown = |path: &Path| path.display().to_string();
        match &error {
            E::Full { path, .. } => failure.cause(Cause::NoRoom { path: shown(path) }),
            E::ReadOnly { path, .. } => failure.cause(Cause::ReadOnly { path: shown(path) }),
            E::Busy { path, .. } | E::InUse { path, .. } => {
                failure.cause(Cause::InUse { path: shown(path) })
            }
            E::Damaged { path, why, .. } => {
                let path = shown(path);
                failure.cause(Cause::Damaged { path }).detail(why)
            }
            E::Storage { path, source, .. } => {
                failure.detail(format!("{}: {source}", path.display()))
            }
            E::NotFound { .. } | E::Streaming(_) | E::NotStreaming(_) | E::Newer { .. } => failure,
        }
    }
}

impl From<chats::Failure> for Failure {
    /// A failure as it was saved. A code that a Spud of another time wrote is shown as the
    /// engine's, since replies are all that is saved.
    fn from(saved: chats::Failure) -> Self {
        let code: StrDeserializer<'_, Unknown> = saved.code.as_str().into_deserializer();
        let code = Code::deserialize(code).unwrap_or(Code::EngineFailed);
        let known = saved.cause.as_deref().map(serde_json::from_str);
        let (cause, detail) = match known {
            Some(Ok(cause)) => (Some(Box::new(cause)), saved.detail),
            None => (None, saved.detail),
            // Of what is left the detail may be the smaller part.
            Some(Err(_)) => (None, None),
        };
        Self {
            code,
            message: saved.message,
            hint: saved.hint,
            cause,
            detail,
        }
    }
}

impl From<&Failure> for chats::Failure {
    fn from(failure: &Failure) -> Self {
        let cause = failure.cause.as_deref();
        Self {
            code: failure.code.to_string(),
            message: failure.message.clone(),
            hint: failure.hint.clone(),
            cause: cause.map(|cause| serde_json::to_string(cause).expect("BUG: facts are JSON")),
            detail: failure.detail.clone(),
        }
    }
}

/// What a person must know about how the chats were opened.
pub(crate) fn of_opening(note: &chats::OpenNote) -> Failure {
    use chats::OpenNote as N;
    let kept = |damaged: &Path| format!("The damaged file is kept as `{}`.", damaged.display());
    match note {
        N::Newer { .. } => Failure::new(
            Code::StorageNewer,
            "these chats were written by a newer Spud",
        )
        .hint("They can be read here; to go on with them, use the newer Spud."),
        N::Restored { from, damaged } => {
            let message = format!(
                "the chats on disk were damaged, so the backup `{}` took their place",
                from.display()
            );
            let failure = Failure::new(Code::Storage, message);
            let from = from.display().to_string();
            match damaged {
                Some(damaged) => {
                    let hint = kept(damaged);
                    let kept = damaged.display().to_string();
                    failure
                        .hint(hint)
                        .cause(Cause::RestoredAndKept { from, kept })
                }
                None => failure
                    .hint("What was written since that day is missing.")
                    .cause(Cause::Restored { from }),
            }
        }
        N::Fresh { damaged } => Failure::new(
            Code::Storage,
            "the chats on disk were damaged and there was no backup",
        )
        .hint(kept(damaged))
        .cause(Cause::Fresh {
            kept: damaged.display().to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Cause, Code, Failure};

    #[test]
    fn what_befell_the_disk_is_told_in_facts_and_only_the_system_in_words() {
        let (doing, path) = ("save the question", PathBuf::from("/chats.db"));
        let full = Failure::from(chats::Error::Full {
            doing,
            path: path.clone(),
        });
        let named = "/chats.db".to_owned();
        assert_eq!(
            full.cause.as_deref(),
            Some(&Cause::NoRoom {
                path: named.clone()
            })
        );
        assert_eq!(full.left_to_say(), None);
        let damaged = Failure::from(chats::Error::Damaged {
            doing,
            path: path.clone(),
            why: "malformed".to_owned(),
        });
        assert_eq!(
            damaged.cause.as_deref(),
            Some(&Cause::Damaged { path: named })
        );
        assert_eq!(damaged.left_to_say(), Some("malformed"));
        let other = Failure::from(chats::Error::Storage {
            doing,
            path,
            source: "EIO".into(),
        });
        assert_eq!(other.left_to_say(), Some("/chats.db: EIO"));
        let (engine, busy) = (Code::EngineFailed, Code::Busy);
        assert_eq!(Failure::new(engine, "NaN").left_to_say(), Some("NaN"));
        assert_eq!(Failure::new(busy, "a reply").left_to_say(), None);
    }

    #[test]
    fn what_is_kept_of_a_failure_is_all_of_it() {
        let causes = [
            Cause::MemoryRanOut,
            Cause::LongQuestion {
                total: u64::MAX,
                context: 4096,
                room: 1024,
            },
            Cause::KinOfR1 {
                name: "QwQ \"32B\"".to_owned(),
                kin: crate::Kin::Qwq,
            },
        ];
        for cause in causes {
            let failure = Failure::new(Code::EngineFailed, "it broke")
                .hint("Ask again.")
                .cause(cause)
                .detail("EIO");
            let kept = chats::Failure::from(&failure);
            assert_eq!(Failure::from(kept), failure);
        }
        let plain = Failure::new(Code::Bug, "it broke");
        assert_eq!(Failure::from(chats::Failure::from(&plain)), plain);
    }

    #[test]
    fn a_cause_of_another_time_leaves_the_whole_message() {
        let kept = |cause: &str| chats::Failure {
            code: "engine_failed".to_owned(),
            message: "the moon: EIO".to_owned(),
            hint: None,
            cause: Some(cause.to_owned()),
            detail: Some("EIO".to_owned()),
        };
        for cause in ["{\"type\":\"moon\"}", "{\"type\":\"no_file\"}", "moon", ""] {
            let failure = Failure::from(kept(cause));
            assert_eq!(failure.left_to_say(), Some("the moon: EIO"), "{cause}");
        }
    }
}
