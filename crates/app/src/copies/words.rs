//! The few words that copies of chats have of their own, in the languages that the window speaks.

/// A language of copies; the terminal's are in English.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tongue {
    /// English.
    #[default]
    English,
    /// Chinese in simplified letters.
    Chinese,
}

/// What a copy says by itself.
#[derive(Debug)]
pub(super) struct Words {
    /// The language, as a BCP 47 tag.
    pub(super) tag: &'static str,
    /// Who asked.
    pub(super) you: &'static str,
    /// The thought of a reply.
    pub(super) thinking: &'static str,
    /// A file of more chats than one.
    pub(super) chats: &'static str,
}

const ENGLISH: Words = Words {
    tag: "en",
    you: "You",
    thinking: "Thinking",
    chats: "Chats",
};

const CHINESE: Words = Words {
    tag: "zh-Hans",
    you: "你",
    thinking: "思考过程",
    chats: "对话",
};

impl Tongue {
    /// The language of this tag; English where copies do not know it.
    pub fn of(tag: &str) -> Self {
        if tag == CHINESE.tag {
            Self::Chinese
        } else {
            Self::English
        }
    }

    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Chinese => &CHINESE,
        }
    }
}
