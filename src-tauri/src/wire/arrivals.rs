//! Chats that are brought: from where, how far that has come, and what became of them.

use app::chats::Merged;
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

/// How many are told one by one in the window: as many as somebody reads.
const TOLD: usize = 500;

/// Where the chats lie.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case", tag = "type")]
pub(crate) enum ImportRequest {
    /// In files that are chosen now.
    Files,
    /// In a folder that is chosen now.
    Folder,
    /// In what was dropped, by the number that its drop was told with.
    Dropped { number: u32 },
}

/// How far it has come.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Arriving {
    /// Chats so far, whatever became of them.
    #[cfg_attr(test, ts(type = "number"))]
    chats: usize,
    /// Read so far, of so many.
    #[cfg_attr(test, ts(type = "number"))]
    read_bytes: u64,
    #[cfg_attr(test, ts(type = "number"))]
    bytes: u64,
}

impl From<app::Arriving> for Arriving {
    fn from(arriving: app::Arriving) -> Self {
        let app::Arriving {
            chats,
            read_bytes,
            bytes,
        } = arriving;
        Self {
            chats,
            read_bytes,
            bytes,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fate {
    Added,
    Grown,
    Known,
    InTrash,
    Busy,
    Refused,
}

/// Why something was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Refusal {
    Empty,
    Unknown,
    CutOff,
    TooLarge,
    TooDeep,
    Circle,
    Damaged,
    NotJson,
    Newer,
    NoChats,
    Nested,
    Locked,
    TooMuch,
    Unreadable,
}

/// A kind of what was left out, and how many.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct LeftOut {
    #[cfg_attr(
        test,
        ts(type = "'pictures' | 'recordings' | 'files' | 'tools' | 'hidden' | 'other'")
    )]
    kind: &'static str,
    #[cfg_attr(test, ts(type = "number"))]
    count: usize,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Arrival {
    title: String,
    /// As it calls itself; null where it is of no known form.
    program: Option<String>,
    fate: Fate,
    /// Messages that are new.
    #[cfg_attr(test, ts(type = "number"))]
    new: usize,
    why: Option<Refusal>,
    left: Vec<LeftOut>,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct PassedOver {
    file: String,
    why: Refusal,
}

/// What became of all that was brought; those that say most first.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct TakenIn {
    #[cfg_attr(test, ts(type = "number"))]
    added: usize,
    #[cfg_attr(test, ts(type = "number"))]
    grown: usize,
    #[cfg_attr(test, ts(type = "number"))]
    known: usize,
    #[cfg_attr(test, ts(type = "number"))]
    left: usize,
    /// It was cancelled: the rest was not looked at.
    stopped: bool,
    /// What is not told one by one.
    #[cfg_attr(test, ts(type = "number"))]
    more: usize,
    chats: Vec<Arrival>,
    passed_over: Vec<PassedOver>,
}

impl From<app::TakenIn> for TakenIn {
    fn from(taken: app::TakenIn) -> Self {
        let mut chats: Vec<Arrival> = taken.chats.iter().map(Into::into).collect();
        // What was not taken, or not whole, is what somebody looks for.
        chats.sort_by_key(|arrival| match (arrival.fate, arrival.left.is_empty()) {
            (Fate::Refused | Fate::InTrash | Fate::Busy, _) => 0,
            (_, false) => 1,
            _ => 2,
        });
        let files = taken.passed_over.iter().take(TOLD);
        let files = files.map(|file| PassedOver {
            file: file.file.clone(),
            why: (&file.why).into(),
        });
        let passed_over: Vec<PassedOver> = files.collect();
        let more = taken.more + chats.len().saturating_sub(TOLD) + taken.passed_over.len()
            - passed_over.len();
        chats.truncate(TOLD);
        Self {
            added: taken.added,
            grown: taken.grown,
            known: taken.known,
            left: taken.left,
            stopped: taken.stopped,
            more,
            chats,
            passed_over,
        }
    }
}

impl From<&app::Arrival> for Arrival {
    fn from(arrival: &app::Arrival) -> Self {
        let (fate, new, why) = match &arrival.fate {
            app::Fate::Met(Merged::Added(_)) => (Fate::Added, arrival.messages, None),
            app::Fate::Met(Merged::Grown(_, new)) => (Fate::Grown, *new, None),
            app::Fate::Met(Merged::Known(_)) => (Fate::Known, 0, None),
            app::Fate::Met(Merged::InTrash(_)) => (Fate::InTrash, 0, None),
            app::Fate::Met(Merged::Busy(_)) => (Fate::Busy, 0, None),
            app::Fate::Refused(why) => (Fate::Refused, 0, Some(why.into())),
        };
        let left = arrival
            .left
            .kinds()
            .map(|(kind, count)| LeftOut { kind, count });
        Self {
            title: arrival.title.clone(),
            program: arrival.program.map(|program| program.to_string()),
            fate,
            new,
            why,
            left: left.collect(),
        }
    }
}

impl From<&app::Refusal> for Refusal {
    fn from(why: &app::Refusal) -> Self {
        use app::Refusal as R;
        match why {
            R::Empty => Self::Empty,
            R::Unknown => Self::Unknown,
            R::CutOff => Self::CutOff,
            R::TooLarge => Self::TooLarge,
            R::TooDeep => Self::TooDeep,
            R::Circle => Self::Circle,
            R::Damaged(_) => Self::Damaged,
            R::NotJson(_) => Self::NotJson,
            R::Newer => Self::Newer,
            R::NoChats => Self::NoChats,
            R::Nested => Self::Nested,
            R::Locked => Self::Locked,
            R::TooMuch => Self::TooMuch,
            R::Unreadable(_) => Self::Unreadable,
        }
    }
}
