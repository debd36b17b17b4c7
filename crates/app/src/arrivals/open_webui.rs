//! Open WebUI's export: messages as a tree by name (`history`) or, before that, as a list; answers as a text
//! with thoughts and tools folded in, or as a list of what the model put out.

use chats::{End, TextFile};
use serde_json::Value;

use super::talk::{Answer, Talk, Turn, Words, asked, by_children, in_a_line, instructed};
use super::thoughts;
use super::told::{LeftOut, Program, Refusal};
use super::values::{is_at, join, list_at, name_of, seconds, str_at, text_at, time_at};

/// `chat` is the row of its database, or what is in it.
pub(super) fn read(chat: &Value) -> Result<Talk, Refusal> {
    let inner = chat.get("chat").filter(|inner| inner.is_object());
    let inner = inner.unwrap_or(chat);
    let mut talk = Talk::new(Program::OpenWebUi);
    talk.name = text_at(chat, "id").or_else(|| text_at(inner, "id"));
    let titles = [str_at(chat, "title"), str_at(inner, "title")];
    let title = titles.into_iter().find(|title| !title.is_empty());
    title.unwrap_or_default().clone_into(&mut talk.title);
    talk.created_ms = time_at(chat, &["created_at"]).or_else(|| time_at(inner, &["timestamp"]));
    talk.changed_ms = time_at(chat, &["updated_at"]);
    talk.pinned = is_at(chat, "pinned");
    let told = ["/params/system", "/system", "/options/system"];
    let mut told = told.iter().filter_map(|at| inner.pointer(at)?.as_str());
    let told = told.find(|told| !told.trim().is_empty());
    told.unwrap_or_default().clone_into(&mut talk.instructions);
    let tree = inner
        .pointer("/history/messages")
        .and_then(Value::as_object);
    if let Some(nodes) = tree.filter(|nodes| !nodes.is_empty()) {
        talk.shown = inner.pointer("/history/currentId").and_then(name_of);
        let mut children = Vec::new();
        for (name, node) in nodes {
            let turn = turn(name.clone(), node, &mut talk.left);
            talk.turns.push(turn);
            let names = list_at(node, "childrenIds").iter().filter_map(name_of);
            children.push((name.clone(), names.collect()));
        }
        by_children(&mut talk.turns, &children);
        return Ok(talk);
    }
    let Some(list) = inner.get("messages").and_then(Value::as_array) else {
        return Err(Refusal::Damaged("it has no messages".to_owned()));
    };
    for node in list {
        let name = text_at(node, "id").unwrap_or_default();
        let turn = turn(name, node, &mut talk.left);
        talk.turns.push(turn);
    }
    let linked = talk.turns.iter().all(|turn| turn.parent.is_none());
    in_a_line(&mut talk.turns, linked);
    Ok(talk)
}

fn turn(name: String, node: &Value, left: &mut LeftOut) -> Turn {
    Turn {
        name,
        parent: text_at(node, "parentId"),
        order: 0,
        at_ms: time_at(node, &["timestamp"]),
        words: words(node, left),
    }
}

fn words(node: &Value, left: &mut LeftOut) -> Words {
    let mut files = Vec::new();
    for file in list_at(node, "files") {
        match (str_at(file, "type"), text_file(file)) {
            ("image", _) => left.pictures += 1,
            (_, Some(text)) => files.push(text),
            _ => left.files += 1,
        }
    }
    let content = node.get("content").unwrap_or(&Value::Null);
    match str_at(node, "role") {
        "user" => asked(text_of(content, left), files),
        "assistant" => {
            left.files += files.len();
            let mut answer = put_out(node, left).unwrap_or_else(|| {
                let split = thoughts::split(&text_of(content, left));
                left.tools += split.tools;
                Answer {
                    thinking: split.thinking,
                    text: split.answer,
                    thinking_ms: split.thinking_ms,
                    end: if split.open {
                        End::Stopped
                    } else {
                        End::Complete
                    },
                    ..Answer::default()
                }
            });
            for key in ["reasoning_content", "reasoning"] {
                if answer.thinking.is_empty() {
                    join(&mut answer.thinking, str_at(node, key));
                }
            }
            str_at(node, "model").clone_into(&mut answer.model);
            if node.get("done").and_then(Value::as_bool) == Some(false) {
                answer.end = End::Stopped;
            }
            answer.words()
        }
        "system" => instructed(text_of(content, left)),
        _ => {
            left.hidden += usize::from(!text_of(content, left).trim().is_empty());
            Words::Nothing
        }
    }
}

/// A file whose text the export has.
fn text_file(file: &Value) -> Option<TextFile> {
    let inner = file.get("file").unwrap_or(file);
    let text = inner.pointer("/data/content").and_then(Value::as_str)?;
    let names = [
        str_at(file, "name"),
        str_at(inner, "filename"),
        str_at(inner, "name"),
    ];
    let name = names.into_iter().find(|name| !name.is_empty());
    super::values::text_file(name.unwrap_or("file"), text)
}

/// A text, or the texts of a list of parts.
fn text_of(content: &Value, left: &mut LeftOut) -> String {
    if let Value::String(text) = content {
        return text.clone();
    }
    let mut all = String::new();
    for part in content.as_array().into_iter().flatten() {
        match part {
            Value::String(text) => join(&mut all, text),
            part => match str_at(part, "type") {
                "image_url" | "input_image" | "image" => left.pictures += 1,
                "input_audio" | "audio" => left.recordings += 1,
                "file" | "input_file" => left.files += 1,
                _ if !str_at(part, "text").is_empty() => join(&mut all, str_at(part, "text")),
                _ => left.other += usize::from(!part.is_null()),
            },
        }
    }
    all
}

/// What the model put out, item by item; none where there are no words in it.
fn put_out(node: &Value, left: &mut LeftOut) -> Option<Answer> {
    let items = list_at(node, "output");
    let mut answer = Answer::default();
    let mut told = LeftOut::default();
    for item in items {
        let content = item.get("content").unwrap_or(&Value::Null);
        match str_at(item, "type") {
            "reasoning" => {
                let mut text = text_of(content, &mut told);
                if text.trim().is_empty() {
                    text = text_of(item.get("summary").unwrap_or(&Value::Null), &mut told);
                }
                join(&mut answer.thinking, &text);
                answer.thinking_ms += seconds(item.get("duration"));
            }
            "message" => {
                let split = thoughts::split(&text_of(content, &mut told));
                join(&mut answer.thinking, &split.thinking);
                join(&mut answer.text, &split.answer);
                told.tools += split.tools;
            }
            // A call and what came of it are one.
            "function_call_output" => {}
            _ => told.tools += 1,
        }
    }
    if answer.text.is_empty() && answer.thinking.is_empty() {
        return None;
    }
    left.pictures += told.pictures;
    left.files += told.files;
    left.tools += told.tools;
    left.other += told.other;
    Some(answer)
}
