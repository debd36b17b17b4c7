//! Jan's threads: a folder for each, with what is known of it in `thread.json` and its messages in
//! `messages.jsonl`, one a line.

use chats::End;
use serde_json::Value;

use super::talk::{Answer, Talk, Turn, Words, asked, in_a_line, instructed};
use super::thoughts;
use super::told::{LeftOut, Program};
use super::values::{join, list_at, str_at, text_at, time_at};

/// True for a line of `messages.jsonl`.
pub(super) fn is_message(value: &Value) -> bool {
    str_at(value, "object") == "thread.message" && value.get("role").is_some()
}

/// True for `thread.json`.
pub(super) fn is_thread(value: &Value) -> bool {
    str_at(value, "object") == "thread"
        || (value.get("assistants").is_some_and(Value::is_array) && value.get("messages").is_none())
}

/// The messages of one thread.
pub(super) fn read(thread: Option<&Value>, messages: &[Value]) -> Talk {
    let none = Value::Null;
    let thread = thread.unwrap_or(&none);
    let mut talk = Talk::new(Program::Jan);
    let first = messages.first().unwrap_or(&none);
    talk.name = text_at(thread, "id").or_else(|| text_at(first, "thread_id"));
    let own = thread.pointer("/metadata/title").and_then(Value::as_str);
    let titles = [str_at(thread, "title"), own.unwrap_or_default()];
    let title = titles.into_iter().find(|title| !title.is_empty());
    title.unwrap_or_default().clone_into(&mut talk.title);
    talk.created_ms = time_at(thread, &["created", "created_at"]);
    talk.changed_ms = time_at(thread, &["updated", "updated_at"]);
    let assistants = list_at(thread, "assistants");
    str_at(assistants.first().unwrap_or(&none), "instructions").clone_into(&mut talk.instructions);
    let model = assistants
        .first()
        .and_then(|one| one.pointer("/model/id")?.as_str());
    let model = model.or_else(|| thread.pointer("/model/id")?.as_str());
    for message in messages {
        talk.turns.push(Turn {
            name: text_at(message, "id").unwrap_or_default(),
            parent: None,
            order: 0,
            at_ms: time_at(message, &["created_at", "created"]),
            words: words(message, model.unwrap_or_default(), &mut talk.left),
        });
    }
    // Some versions wrote the newest first.
    talk.turns.sort_by_key(|turn| turn.at_ms);
    in_a_line(&mut talk.turns, true);
    talk
}

fn words(message: &Value, model: &str, left: &mut LeftOut) -> Words {
    let (mut thinking, mut text) = (String::new(), String::new());
    if let Some(words) = message.get("content").and_then(Value::as_str) {
        words.clone_into(&mut text);
    }
    for part in list_at(message, "content") {
        let words = part.get("text").unwrap_or(&Value::Null);
        let words = words.as_str().unwrap_or_else(|| str_at(words, "value"));
        match str_at(part, "type") {
            "text" => join(&mut text, words),
            "reasoning" => join(&mut thinking, words),
            "image_url" | "image" => left.pictures += 1,
            "tool_call" | "tool_result" => left.tools += 1,
            _ => left.other += 1,
        }
    }
    left.files += list_at(message, "attachments").len();
    let calls = message
        .pointer("/metadata/tool_calls")
        .and_then(Value::as_array);
    left.tools += calls.map_or(0, Vec::len);
    match str_at(message, "role") {
        "user" => asked(text, Vec::new()),
        "assistant" => {
            let split = thoughts::split(&text);
            join(&mut thinking, &split.thinking);
            left.tools += split.tools;
            let answer = Answer {
                thinking,
                text: split.answer,
                model: model.to_owned(),
                end: match str_at(message, "status") {
                    "stopped" | "error" => End::Stopped,
                    _ => End::Complete,
                },
                ..Answer::default()
            };
            answer.words()
        }
        "system" | "developer" => instructed(text),
        _ => {
            left.hidden += usize::from(!text.trim().is_empty());
            Words::Nothing
        }
    }
}
