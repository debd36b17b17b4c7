//! DeepSeek's own chats: the export, whose messages are made of fragments or, before that, of an answer with
//! its thoughts beside it; and what its page is given, which people save too.

use std::collections::HashMap;

use chats::{End, TextFile};
use serde_json::Value;

use super::talk::{Answer, Talk, Turn, Words, asked, by_children};
use super::told::{LeftOut, Program, Refusal};
use super::values::{is_at, join, list_at, name_of, seconds, str_at, text_at, time_at};

const TIMES: [&str; 2] = ["inserted_at", "created_at"];

/// The export.
pub(super) fn read(chat: &Value) -> Result<Talk, Refusal> {
    let nodes = chat.get("mapping").and_then(Value::as_object);
    let nodes = nodes.ok_or_else(|| Refusal::Damaged("it has no messages".to_owned()))?;
    let mut talk = begun(chat);
    let mut children = Vec::new();
    // The older form does not say it.
    let speakers = speakers(nodes);
    for (name, node) in nodes {
        let message = node.get("message").unwrap_or(&Value::Null);
        let asks = speakers.get(name.as_str()) == Some(&true);
        talk.turns.push(Turn {
            name: name.clone(),
            parent: text_at(node, "parent"),
            order: 0,
            at_ms: time_at(message, &TIMES),
            words: words(message, asks, &mut talk.left),
        });
        let names = list_at(node, "children").iter().filter_map(name_of);
        children.push((name.clone(), names.collect()));
    }
    by_children(&mut talk.turns, &children);
    Ok(talk)
}

/// A chat as the page is given it: `data.biz_data` of an answer of its server, or that by itself.
pub(super) fn read_page(data: &Value) -> Result<Talk, Refusal> {
    let chat = data.get("chat_session").unwrap_or(&Value::Null);
    let mut talk = begun(chat);
    talk.shown = text_at(chat, "current_message_id");
    for message in list_at(data, "chat_messages") {
        let name = text_at(message, "message_id").or_else(|| text_at(message, "id"));
        let name = name.ok_or_else(|| Refusal::Damaged("a message has no number".to_owned()))?;
        talk.turns.push(Turn {
            name,
            parent: text_at(message, "parent_id"),
            order: talk.turns.len(),
            at_ms: time_at(message, &TIMES),
            words: words(message, whose(message).unwrap_or(false), &mut talk.left),
        });
    }
    Ok(talk)
}

fn begun(chat: &Value) -> Talk {
    let mut talk = Talk::new(Program::DeepSeek);
    talk.name = text_at(chat, "id");
    str_at(chat, "title").clone_into(&mut talk.title);
    talk.created_ms = time_at(chat, &TIMES);
    talk.changed_ms = time_at(chat, &["updated_at"]);
    talk.pinned = is_at(chat, "pinned");
    talk
}

/// Whether the user speaks, where the message tells.
fn whose(message: &Value) -> Option<bool> {
    match str_at(message, "role").to_ascii_lowercase().as_str() {
        "user" => return Some(true),
        "assistant" => return Some(false),
        _ => {}
    }
    let mut kinds = list_at(message, "fragments").iter();
    if let Some(asks) = kinds.find_map(|fragment| match str_at(fragment, "type") {
        "REQUEST" => Some(true),
        "THINK" => Some(false),
        kind if kind.ends_with("RESPONSE") => Some(false),
        _ => None,
    }) {
        return Some(asks);
    }
    ["reasoning_content", "thinking_content"]
        .iter()
        .any(|key| !str_at(message, key).is_empty())
        .then_some(false)
}

/// Who speaks in each message: as it says, and by turns where it says nothing; the first one asks.
fn speakers(nodes: &serde_json::Map<String, Value>) -> HashMap<&str, bool> {
    let mut known: HashMap<&str, bool> = HashMap::new();
    for (name, node) in nodes {
        let (mut name, mut node) = (name.as_str(), node);
        let mut above = Vec::new();
        // Up to one that is known, the first, or, in a circle, as far as there are any.
        let mut asks = loop {
            if let Some(asks) = known.get(name) {
                break *asks;
            }
            let message = node.get("message").unwrap_or(&Value::Null);
            if message.is_null() {
                // So that the one behind it asks.
                known.insert(name, false);
                break false;
            }
            if let Some(asks) = whose(message) {
                known.insert(name, asks);
                break asks;
            }
            above.push(name);
            let parent = node.get("parent").and_then(Value::as_str);
            match parent.and_then(|parent| nodes.get_key_value(parent)) {
                Some((parent, next)) if above.len() <= nodes.len() => (name, node) = (parent, next),
                _ => break false,
            }
        };
        for name in above.into_iter().rev() {
            asks = !asks;
            known.insert(name, asks);
        }
    }
    known
}

fn words(message: &Value, asks: bool, left: &mut LeftOut) -> Words {
    let mut files = Vec::new();
    for file in list_at(message, "files") {
        match text_file(file) {
            Some(file) => files.push(file),
            None => left.files += 1,
        }
    }
    let model = str_at(message, "model").to_owned();
    let mut answer = Answer {
        model,
        end: match str_at(message, "status") {
            "INCOMPLETE" | "WIP" | "STOPPED" => End::Stopped,
            _ => End::Complete,
        },
        ..Answer::default()
    };
    for key in ["reasoning_content", "thinking_content"] {
        join(&mut answer.thinking, str_at(message, key));
    }
    answer.thinking_ms = seconds(message.get("thinking_elapsed_secs"));
    join(&mut answer.text, str_at(message, "content"));
    let mut question = String::new();
    for fragment in list_at(message, "fragments") {
        let text = str_at(fragment, "content");
        match str_at(fragment, "type") {
            "REQUEST" => join(&mut question, text),
            "THINK" => {
                join(&mut answer.thinking, text);
                answer.thinking_ms += seconds(fragment.get("elapsed_secs"));
            }
            "FILE" => left.files += 1,
            // Also one that was written beforehand, such as a refusal.
            kind if kind.ends_with("RESPONSE") => join(&mut answer.text, text),
            // Searches, pages that were read, notes of the page.
            _ => left.tools += 1,
        }
    }
    if asks {
        join(&mut question, &answer.text);
        return asked(question, files);
    }
    left.files += files.len();
    answer.words()
}

/// A file whose text the export has.
fn text_file(file: &Value) -> Option<TextFile> {
    let text = file.get("content").and_then(Value::as_str)?;
    let name = ["file_name", "name"].map(|key| str_at(file, key));
    let name = name.into_iter().find(|name| !name.is_empty());
    super::values::text_file(name.unwrap_or("file"), text)
}
