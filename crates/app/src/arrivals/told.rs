//! What became of the chats of a file, chat by chat: facts, and their English, which the terminal shows.

use std::fmt;

use chats::{ChatId, Merged};

use super::room::{LARGEST_CHAT, MOST_LEVELS};

/// Whose chats are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Program {
    /// Our own JSON.
    Spud,
    /// That of OpenAI.
    ChatGpt,
    /// Open WebUI.
    OpenWebUi,
    /// DeepSeek's own pages.
    DeepSeek,
    /// LM Studio.
    LmStudio,
    /// Anthropic's.
    Claude,
    /// LibreChat.
    LibreChat,
    /// Jan.
    Jan,
}

impl Program {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Spud,
        Self::ChatGpt,
        Self::OpenWebUi,
        Self::DeepSeek,
        Self::LmStudio,
        Self::Claude,
        Self::LibreChat,
        Self::Jan,
    ];

    /// As a word for other programs and for the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::Spud => "spud",
            Self::ChatGpt => "chatgpt",
            Self::OpenWebUi => "open_webui",
            Self::DeepSeek => "deepseek",
            Self::LmStudio => "lm_studio",
            Self::Claude => "claude",
            Self::LibreChat => "librechat",
            Self::Jan => "jan",
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Spud => "Spud",
            Self::ChatGpt => "ChatGPT",
            Self::OpenWebUi => "Open WebUI",
            Self::DeepSeek => "DeepSeek",
            Self::LmStudio => "LM Studio",
            Self::Claude => "Claude",
            Self::LibreChat => "LibreChat",
            Self::Jan => "Jan",
        })
    }
}

/// What of a chat is not words of a question, a thought or an answer, and so was left out: how many of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Pictures.
    pub pictures: usize,
    /// Sound and film, whose words are taken where they were written down.
    pub recordings: usize,
    /// Files that are named and whose text is not there.
    pub files: usize,
    /// Calls of tools, and what these said.
    pub tools: usize,
    /// Messages that the other program does not show either.
    pub hidden: usize,
    /// Anything else.
    pub other: usize,
}

impl LeftOut {
    /// The kinds by their words, of which there is one at least.
    pub fn kinds(&self) -> impl Iterator<Item = (&'static str, usize)> {
        [
            ("pictures", self.pictures),
            ("recordings", self.recordings),
            ("files", self.files),
            ("tools", self.tools),
            ("hidden", self.hidden),
            ("other", self.other),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (kind, count)) in self.kinds().enumerate() {
            let one = count == 1;
            let words = match kind {
                "pictures" if one => "picture",
                "recordings" if one => "recording",
                "files" if one => "file",
                "files" => "files",
                "tools" if one => "tool message",
                "tools" => "tool messages",
                "hidden" if one => "hidden message",
                "hidden" => "hidden messages",
                "other" if one => "other part",
                "other" => "other parts",
                plural => plural,
            };
            let comma = if at == 0 { "" } else { ", " };
            write!(out, "{comma}{count} {words}")?;
        }
        Ok(())
    }
}

/// Why something was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A chat without a word in it.
    Empty,
    /// It is of no form that Spud knows.
    Unknown,
    /// It ends in the middle.
    CutOff,
    /// It is larger than what is read.
    TooLarge,
    /// It is nested deeper than what is read.
    TooDeep,
    /// Its messages follow each other in a circle.
    Circle,
    /// It breaks its own form; where and how.
    Damaged(String),
    /// A file that is no JSON, from which byte on.
    NotJson(u64),
    /// A file of a newer Spud.
    Newer,
    /// A file without a chat.
    NoChats,
    /// An archive within an archive.
    Nested,
    /// It is locked with a password.
    Locked,
    /// More files than are looked at, or more bytes.
    TooMuch,
    /// The system's words, or the archive's.
    Unreadable(String),
}

impl Refusal {
    /// As a word for other programs.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Unknown => "unknown",
            Self::CutOff => "cut_off",
            Self::TooLarge => "too_large",
            Self::TooDeep => "too_deep",
            Self::Circle => "circle",
            Self::Damaged(_) => "damaged",
            Self::NotJson(_) => "not_json",
            Self::Newer => "newer",
            Self::NoChats => "no_chats",
            Self::Nested => "nested",
            Self::Locked => "locked",
            Self::TooMuch => "too_much",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// What has no other form than words.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Damaged(why) | Self::Unreadable(why) => Some(why),
            _ => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => out.write_str("has no words in it"),
            Self::Unknown => out.write_str("is of no form that Spud knows"),
            Self::CutOff => out.write_str("ends in the middle"),
            Self::TooLarge => {
                write!(
                    out,
                    "is too large; {} are read",
                    fit::bytes::human(LARGEST_CHAT)
                )
            }
            Self::TooDeep => write!(out, "is nested too deep; {MOST_LEVELS} levels are read"),
            Self::Circle => out.write_str("has messages that follow each other in a circle"),
            Self::Damaged(why) => write!(out, "is damaged: {why}"),
            Self::NotJson(0) => out.write_str("is no JSON"),
            Self::NotJson(at) => write!(out, "is no JSON from byte {at} on"),
            Self::Newer => out.write_str("was written by a newer Spud"),
            Self::NoChats => out.write_str("holds no chats"),
            Self::Nested => out.write_str("is an archive within an archive; unpack it first"),
            Self::Locked => out.write_str("is locked with a password; unpack it first"),
            Self::TooMuch => out.write_str("was not looked at: there is too much before it"),
            Self::Unreadable(why) => write!(out, "cannot be read: {why}"),
        }
    }
}

/// What became of a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is taken, or it was here.
    Met(Merged),
    /// It is not.
    Refused(Refusal),
}

/// One chat of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// As it is called there; empty where it has no title.
    pub title: String,
    /// None where it is of no known form.
    pub program: Option<Program>,
    /// The file in which it stands, as it is called in its folder or archive.
    pub file: String,
    /// How many messages of it were read.
    pub messages: usize,
    /// What became of it.
    pub fate: Fate,
    /// What of it was left out.
    pub left: LeftOut,
}

/// A file that gave nothing, or not all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// As it is called in its folder or archive.
    pub file: String,
    /// Why.
    pub why: Refusal,
}

/// How many chats, and how many files, are told one by one: more than people have, and few enough to keep.
const TOLD: usize = 20_000;

/// What became of all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// Chat by chat, in the order of the files.
    pub chats: Vec<Arrival>,
    /// Files that gave nothing, or not all.
    pub passed_over: Vec<PassedOver>,
    /// Chats that are not told one by one any more, and files.
    pub more: usize,
    /// How many are new.
    pub added: usize,
    /// How many grew.
    pub grown: usize,
    /// How many were here as they are.
    pub known: usize,
    /// How many were not taken: refused, in the trash, or busy.
    pub left: usize,
    /// Somebody ended it before its end: what is told here is kept, and the rest was not looked at.
    pub stopped: bool,
}

impl TakenIn {
    /// The chats that are new or have grown.
    pub fn ids(&self) -> Vec<ChatId> {
        let ids = self.chats.iter().filter_map(|arrival| match arrival.fate {
            Fate::Met(Merged::Added(chat) | Merged::Grown(chat, _)) => Some(chat),
            _ => None,
        });
        ids.collect()
    }

    /// How many chats were dealt with, whatever became of them.
    pub fn dealt_with(&self) -> usize {
        self.added + self.grown + self.known + self.left
    }

    /// Nothing of it is here, in any way.
    pub(super) fn is_nothing(&self) -> bool {
        let met = |arrival: &Arrival| matches!(arrival.fate, Fate::Met(_));
        self.added + self.grown + self.known == 0 && !self.chats.iter().any(met)
    }

    pub(super) fn tell(&mut self, arrival: Arrival) {
        match arrival.fate {
            Fate::Met(Merged::Added(_)) => self.added += 1,
            Fate::Met(Merged::Grown(..)) => self.grown += 1,
            Fate::Met(Merged::Known(_)) => self.known += 1,
            Fate::Met(Merged::InTrash(_) | Merged::Busy(_)) | Fate::Refused(_) => self.left += 1,
        }
        if self.chats.len() < TOLD {
            self.chats.push(arrival);
        } else {
            self.more += 1;
        }
    }

    pub(super) fn pass_over(&mut self, file: PassedOver) {
        if self.passed_over.len() < TOLD {
            self.passed_over.push(file);
        } else {
            self.more += 1;
        }
    }
}
