//! LibreChat's export of a chat: a list of messages that name the ones they follow, or messages within each
//! other.

use chats::End;
use serde_json::Value;

use super::talk::{Answer, Talk, Turn, Words, asked};
use super::thoughts;
use super::told::{LeftOut, Program};
use super::values::{join, list_at, str_at, text_at, text_file, time_at};

pub(super) fn read(chat: &Value) -> Talk {
    let mut talk = Talk::new(Program::LibreChat);
    talk.name = text_at(chat, "conversationId");
    str_at(chat, "title").clone_into(&mut talk.title);
    talk.created_ms = time_at(chat, &["createdAt"]);
    talk.changed_ms = time_at(chat, &["updatedAt"]);
    let model = chat.pointer("/options/model").and_then(Value::as_str);
    let model = model.unwrap_or_default();
    let told = ["promptPrefix", "system", "instructions"];
    let mut told = told.iter().map(|key| {
        let options = chat.get("options").unwrap_or(&Value::Null);
        [str_at(options, key), str_at(chat, key)].concat()
    });
    talk.instructions = told
        .find(|told| !told.trim().is_empty())
        .unwrap_or_default();
    let tops = ["messagesTree", "messages"].map(|key| list_at(chat, key));
    let tops = tops.into_iter().find(|tops| !tops.is_empty());
    // As deep as the chat is long: a list of what is still to be read, and no call within a call.
    let mut open: Vec<(&Value, Option<String>)> = Vec::new();
    open.extend(tops.unwrap_or_default().iter().rev().map(|top| (top, None)));
    while let Some((message, within)) = open.pop() {
        let at = talk.turns.len();
        let name = text_at(message, "messageId").unwrap_or_else(|| format!("{at}"));
        let parent = within.or_else(|| text_at(message, "parentMessageId"));
        let below = list_at(message, "children").iter().rev();
        open.extend(below.map(|child| (child, Some(name.clone()))));
        talk.turns.push(Turn {
            words: words(message, model, &mut talk.left),
            name,
            parent,
            order: at,
            at_ms: time_at(message, &["createdAt"]),
        });
    }
    talk
}

fn words(message: &Value, default_model: &str, left: &mut LeftOut) -> Words {
    let mut files = Vec::new();
    for file in ["files", "attachments"]
        .iter()
        .flat_map(|key| list_at(message, key))
    {
        let text = text_file(str_at(file, "filename"), str_at(file, "text"));
        match (str_at(file, "type"), text) {
            (kind, _) if kind.starts_with("image") => left.pictures += 1,
            (_, Some(text)) => files.push(text),
            _ => left.files += 1,
        }
    }
    if message.get("error").and_then(Value::as_bool) == Some(true) {
        left.other += 1;
        return Words::Nothing;
    }
    let (mut thinking, mut text) = (String::new(), String::new());
    for part in list_at(message, "content") {
        let words = |key: &str| {
            let value = part.get(key).unwrap_or(&Value::Null);
            value.as_str().unwrap_or_else(|| str_at(value, "value"))
        };
        match str_at(part, "type") {
            "think" => join(&mut thinking, words("think")),
            "text" => join(&mut text, words("text")),
            "image_file" | "image_url" => left.pictures += 1,
            "tool_call" => left.tools += 1,
            _ => left.other += 1,
        }
    }
    if text.is_empty() && thinking.is_empty() {
        str_at(message, "text").clone_into(&mut text);
    }
    let asks = message.get("isCreatedByUser").and_then(Value::as_bool);
    if asks.unwrap_or_else(|| str_at(message, "sender").eq_ignore_ascii_case("user")) {
        return asked(text, files);
    }
    left.files += files.len();
    let (thought, answer) = fenced_off(&text).unwrap_or(("", &text));
    join(&mut thinking, thought);
    let split = thoughts::split(answer);
    join(&mut thinking, &split.thinking);
    left.tools += split.tools;
    let models = [
        str_at(message, "model"),
        default_model,
        str_at(message, "sender"),
    ];
    let model = models.into_iter().find(|model| !model.is_empty());
    let unfinished = message.get("unfinished").and_then(Value::as_bool) == Some(true);
    let answer = Answer {
        thinking,
        text: split.answer,
        model: model.unwrap_or_default().to_owned(),
        end: if unfinished {
            End::Stopped
        } else {
            End::Complete
        },
        ..Answer::default()
    };
    answer.words()
}

/// Thoughts in the fence that older versions put them in.
fn fenced_off(text: &str) -> Option<(&str, &str)> {
    let inner = text.trim_start().strip_prefix(":::thinking")?;
    inner.split_once("\n:::")
}
