//! Replies that are fixed, to be dictated to a model: random weights cannot repeat anything, and R1
//! does when it restates a table or edits a program.

/// A question and the whole reply to it.
pub struct Transcript {
    /// What it is called in a table.
    pub name: &'static str,
    /// The question.
    pub question: &'static str,
    /// The thought, its end, and the answer.
    pub reply: &'static str,
    /// Whether it says again what was said.
    pub repeats: bool,
}

/// A table that is restated, a program that is edited, and an essay that repeats nothing.
pub const ALL: [Transcript; 3] = [
    Transcript {
        name: "a table restated",
        question: include_str!("transcripts/table-asked.md"),
        reply: include_str!("transcripts/table-said.md"),
        repeats: true,
    },
    Transcript {
        name: "a program edited",
        question: include_str!("transcripts/code-asked.md"),
        reply: include_str!("transcripts/code-said.md"),
        repeats: true,
    },
    Transcript {
        name: "an essay",
        question: include_str!("transcripts/essay-asked.md"),
        reply: include_str!("transcripts/essay-said.md"),
        repeats: false,
    },
];
