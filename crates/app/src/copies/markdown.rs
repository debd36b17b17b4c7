//! The branch of each chat that is shown, as Markdown: questions as headings' text, thoughts as
//! quotes.

use chats::{Body, Entry, Transcript};

pub(super) fn write(transcripts: &[Transcript], with_thoughts: bool) -> String {
    let chats = transcripts.iter().map(|transcript| {
        let mut text = format!("# {}\n", transcript.title);
        for entry in shown(transcript) {
            text.push('\n');
            text += &message(entry, with_thoughts);
        }
        text
    });
    chats.collect::<Vec<_>>().join("\n---\n\n")
}

fn message(entry: &Entry, with_thoughts: bool) -> String {
    match &entry.body {
        Body::Question(text) => format!("## You\n\n{text}\n"),
        Body::Reply(reply) => {
            let model = if reply.model.is_empty() {
                "Spud"
            } else {
                &reply.model
            };
            let mut text = format!("## {model}\n\n");
            if with_thoughts && !reply.thinking.is_empty() {
                for line in reply.thinking.lines() {
                    text += format!("> {line}").trim_end();
                    text.push('\n');
                }
                text.push('\n');
            }
            text += &reply.answer;
            text.push('\n');
            text
        }
    }
}

/// The messages of the branch that is shown, from the first to the last.
pub(super) fn shown(transcript: &Transcript) -> Vec<&Entry> {
    let mut at = transcript.shown;
    let mut entries = Vec::new();
    while let Some(entry) = at.and_then(|place| transcript.entries.get(place)) {
        entries.push(entry);
        // Always an earlier place, so this ends.
        at = entry.parent;
    }
    entries.reverse();
    entries
}
