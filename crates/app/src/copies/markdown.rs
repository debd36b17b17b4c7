//! The branch of each chat that is shown, as Markdown: questions as headings' text, thoughts as
//! quotes. Whatever a message leaves open ends with it (`closing.rs`).

use chats::{Body, Entry, TextFile, Transcript};

use super::closing::closed;
use super::html::escaped;
use super::words::Words;

pub(super) fn write(transcripts: &[Transcript], with_thoughts: bool, words: &Words) -> String {
    let chats = transcripts.iter().map(|transcript| {
        let mut text = format!("# {}\n", transcript.title);
        for entry in shown(transcript) {
            text.push('\n');
            text += &message(entry, with_thoughts, words);
        }
        text
    });
    chats.collect::<Vec<_>>().join("\n---\n\n")
}

fn message(entry: &Entry, with_thoughts: bool, words: &Words) -> String {
    match &entry.body {
        Body::Question(text) => {
            let mut shown = format!("## {}\n\n", words.you);
            for file in &entry.files {
                shown += &attached(file);
            }
            shown + &closed(text) + "\n"
        }
        Body::Reply(reply) => {
            let model = if reply.model.is_empty() {
                "Spud"
            } else {
                &reply.model
            };
            let mut text = format!("## {model}\n\n");
            if with_thoughts && !reply.thinking.is_empty() {
                for line in closed(&reply.thinking).lines() {
                    text += format!("> {line}").trim_end();
                    text.push('\n');
                }
                text.push('\n');
            }
            text += &closed(&reply.answer);
            text.push('\n');
            text
        }
    }
}

/// A file that went with a question, folded where whoever shows Markdown can do that. No fence in
/// the text is as long as the one around it.
fn attached(file: &TextFile) -> String {
    let runs = file.text.split(|letter| letter != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0).max(2) + 1);
    let (name, text) = (escaped(&file.name), file.text.trim_end_matches('\n'));
    format!("<details><summary>{name}</summary>\n\n{fence}text\n{text}\n{fence}\n\n</details>\n\n")
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
