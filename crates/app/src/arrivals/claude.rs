//! Claude's export: each chat a list of messages, made of blocks of text, of thoughts and of tools.

use chats::TextFile;
use serde_json::Value;

use super::chatgpt::fenced;
use super::talk::{Answer, Talk, Turn, Words, asked, in_a_line};
use super::told::{LeftOut, Program};
use super::values::{is_at, join, list_at, str_at, text_at, time_at, when};

pub(super) fn read(chat: &Value) -> Talk {
    let mut talk = Talk::new(Program::Claude);
    talk.name = text_at(chat, "uuid");
    str_at(chat, "name").clone_into(&mut talk.title);
    talk.created_ms = time_at(chat, &["created_at"]);
    talk.changed_ms = time_at(chat, &["updated_at"]);
    talk.pinned = is_at(chat, "is_starred");
    talk.shown = text_at(chat, "current_leaf_message_uuid");
    let model = str_at(chat, "model");
    let messages = list_at(chat, "chat_messages");
    for message in messages {
        let words = words(message, model, &mut talk.left);
        talk.turns.push(Turn {
            name: text_at(message, "uuid").unwrap_or_default(),
            parent: text_at(message, "parent_message_uuid"),
            order: 0,
            at_ms: time_at(message, &["created_at"]),
            words,
        });
    }
    let linked = talk.turns.iter().all(|turn| turn.parent.is_none());
    in_a_line(&mut talk.turns, linked);
    talk
}

fn words(message: &Value, model: &str, left: &mut LeftOut) -> Words {
    let mut answer = Answer {
        model: model.to_owned(),
        ..Answer::default()
    };
    for block in list_at(message, "content") {
        match str_at(block, "type") {
            "text" | "voice_note" => join(&mut answer.text, str_at(block, "text")),
            "thinking" => {
                join(&mut answer.thinking, str_at(block, "thinking"));
                let [begun, ended] =
                    ["start_timestamp", "stop_timestamp"].map(|key| when(block.get(key)?));
                let ms = begun.zip(ended).map(|(begun, ended)| ended - begun);
                answer.thinking_ms += u64::try_from(ms.unwrap_or_default()).unwrap_or_default();
            }
            "tool_use" => match artifact(block) {
                Some(text) => join(&mut answer.text, &text),
                None => left.tools += 1,
            },
            // With its call, it is one.
            "tool_result" | "token_budget" | "" => {}
            "image" => left.pictures += 1,
            _ => left.other += 1,
        }
    }
    if answer.text.is_empty() && answer.thinking.is_empty() {
        str_at(message, "text").clone_into(&mut answer.text);
    }
    let mut files = Vec::new();
    for file in list_at(message, "attachments") {
        let text = str_at(file, "extracted_content");
        if text.trim().is_empty() {
            left.files += 1;
            continue;
        }
        let name = Some(str_at(file, "file_name")).filter(|name| !name.is_empty());
        files.push(TextFile {
            name: crate::reading::clean(name.unwrap_or("paste.txt")),
            bytes: file
                .get("file_size")
                .and_then(Value::as_u64)
                .unwrap_or(text.len() as u64),
            text: text.to_owned(),
            ..TextFile::default()
        });
    }
    for file in list_at(message, "files") {
        match str_at(file, "file_kind") {
            "image" => left.pictures += 1,
            _ => left.files += 1,
        }
    }
    match str_at(message, "sender") {
        "human" | "user" => asked(answer.text, files),
        "assistant" => {
            left.files += files.len();
            answer.words()
        }
        _ => {
            left.other += 1;
            Words::Nothing
        }
    }
}

/// What was written beside the chat, where the message has all of it.
fn artifact(block: &Value) -> Option<String> {
    let input = block.get("input")?;
    if str_at(block, "name") != "artifacts" {
        return None;
    }
    let content = str_at(input, "content");
    let (title, language) = (str_at(input, "title"), str_at(input, "language"));
    let mut all = String::new();
    if !title.is_empty() {
        join(&mut all, &format!("**{title}**"));
    }
    match str_at(input, "type") {
        "" | "text/markdown" | "text/plain" => join(&mut all, content),
        kind => {
            let language = match (language, kind) {
                ("", "text/html") => "html",
                ("", "image/svg+xml") => "svg",
                ("", "application/vnd.ant.mermaid") => "mermaid",
                ("", "application/vnd.ant.react") => "jsx",
                (language, _) => language,
            };
            join(&mut all, &fenced(language, content));
        }
    }
    (!content.trim().is_empty()).then_some(all)
}
