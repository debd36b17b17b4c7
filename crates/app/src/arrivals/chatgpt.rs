//! ChatGPT's `conversations.json`: each chat a tree of nodes by name (`mapping`), in which questions and
//! answers stand between what its tools, its memory and its canvas said to each other.

use chats::End;
use serde_json::Value;

use super::marks;
use super::talk::{Answer, Talk, Turn, Words, asked, by_children, instructed};
use super::told::{LeftOut, Program, Refusal};
use super::values::{is_at, join, list_at, name_of, seconds, str_at, text_at, time_at};

pub(super) fn read(chat: &Value) -> Result<Talk, Refusal> {
    let nodes = chat.get("mapping").and_then(Value::as_object);
    let nodes = nodes.ok_or_else(|| Refusal::Damaged("it has no messages".to_owned()))?;
    let mut talk = Talk::new(Program::ChatGpt);
    talk.name = text_at(chat, "conversation_id").or_else(|| text_at(chat, "id"));
    str_at(chat, "title").clone_into(&mut talk.title);
    talk.created_ms = time_at(chat, &["create_time"]);
    talk.changed_ms = time_at(chat, &["update_time"]);
    talk.pinned = is_at(chat, "is_starred") || is_at(chat, "pinned");
    talk.shown = text_at(chat, "current_node");
    let model = str_at(chat, "default_model_slug");
    let mut children = Vec::new();
    for (name, node) in nodes {
        let message = node.get("message").unwrap_or(&Value::Null);
        talk.turns.push(Turn {
            name: name.clone(),
            parent: text_at(node, "parent"),
            order: 0,
            at_ms: time_at(message, &["create_time"]),
            words: words(message, model, &mut talk.left),
        });
        let names = list_at(node, "children").iter().filter_map(name_of);
        children.push((name.clone(), names.collect()));
    }
    by_children(&mut talk.turns, &children);
    Ok(talk)
}

fn words(message: &Value, default_model: &str, left: &mut LeftOut) -> Words {
    let content = message.get("content").unwrap_or(&Value::Null);
    let metadata = message.get("metadata").unwrap_or(&Value::Null);
    let kind = str_at(content, "content_type");
    let role = message.pointer("/author/role").and_then(Value::as_str);
    let role = role.unwrap_or_default();
    let mut answer = Answer {
        model: Some(str_at(metadata, "model_slug"))
            .filter(|model| !model.is_empty())
            .unwrap_or(default_model)
            .to_owned(),
        end: match metadata
            .pointer("/finish_details/type")
            .and_then(Value::as_str)
        {
            Some("interrupted") => End::Stopped,
            Some("max_tokens") => End::Length,
            _ => End::Complete,
        },
        ..Answer::default()
    };
    match (role, kind) {
        ("assistant", "thoughts") => {
            answer.thinking = thoughts(content);
            return answer.words();
        }
        ("assistant", "reasoning_recap") => {
            answer.thinking_ms = seconds(metadata.get("finished_duration_sec"));
            return answer.words();
        }
        _ => {}
    }
    if kind == "user_editable_context" {
        let told = instructions(content, metadata);
        left.hidden += usize::from(told.is_empty() && has_words(content));
        return instructed(told);
    }
    let hidden =
        is_at(metadata, "is_visually_hidden_from_conversation") || kind == "model_editable_context";
    if hidden || role == "system" {
        // An empty one opens every chat.
        left.hidden += usize::from(has_words(content));
        return Words::Nothing;
    }
    let recipient = str_at(message, "recipient");
    match role {
        "user" => {
            let text = said(content, left);
            let attached = list_at(metadata, "attachments").iter();
            // Pictures are told where they stand in the text.
            let files = attached.filter(|file| !str_at(file, "mime_type").starts_with("image/"));
            left.files += files.count();
            asked(text, Vec::new())
        }
        "assistant" if matches!(recipient, "" | "all") => {
            answer.text = marks::plain(&said(content, left), metadata);
            answer.words()
        }
        "assistant" => {
            let text = said(content, &mut LeftOut::default());
            match canvas(recipient, &text) {
                Some(text) => answer.text = text,
                None => left.tools += 1,
            }
            answer.words()
        }
        "tool" => {
            let before = left.pictures;
            said(content, left);
            left.tools += usize::from(before == left.pictures);
            Words::Nothing
        }
        _ => {
            left.other += usize::from(has_words(content));
            Words::Nothing
        }
    }
}

/// What a person asked to be said with every question: about themselves, and about the answers.
fn instructions(content: &Value, metadata: &Value) -> String {
    let own = metadata.get("user_context_message_data");
    let own = own.unwrap_or(&Value::Null);
    let mut told = String::new();
    for key in ["about_user_message", "about_model_message"] {
        join(&mut told, str_at(own, key));
    }
    if told.is_empty() {
        // With the words that ChatGPT puts around them.
        for key in ["user_profile", "user_instructions"] {
            join(&mut told, str_at(content, key));
        }
    }
    told
}

fn has_words(content: &Value) -> bool {
    let own = [
        "text",
        "user_profile",
        "user_instructions",
        "model_set_context",
    ];
    own.iter()
        .any(|key| !str_at(content, key).trim().is_empty())
        || list_at(content, "parts").iter().any(|part| match part {
            Value::String(text) => !text.trim().is_empty(),
            other => !other.is_null(),
        })
}

fn thoughts(content: &Value) -> String {
    let mut all = String::new();
    for thought in list_at(content, "thoughts") {
        let (summary, text) = (str_at(thought, "summary"), str_at(thought, "content"));
        let chunks = list_at(thought, "chunks").iter().filter_map(Value::as_str);
        let chunks = chunks.collect::<Vec<_>>().join("\n");
        let text = if text.trim().is_empty() {
            &chunks
        } else {
            text
        };
        let text = marks::plain(text, &Value::Null);
        if !summary.trim().is_empty() && !text.trim_start().starts_with(summary.trim()) {
            join(&mut all, &format!("**{}**", summary.trim()));
        }
        join(&mut all, &text);
    }
    all
}

/// The words of a message; what else is in it is counted.
fn said(content: &Value, left: &mut LeftOut) -> String {
    // Shortened by hand, or by a program that saves pages.
    if let Value::String(text) = content {
        return text.clone();
    }
    let mut all = String::new();
    if str_at(content, "content_type") == "code" {
        let text = str_at(content, "text");
        let language = match str_at(content, "language") {
            "unknown" => "",
            language => language,
        };
        if !text.trim().is_empty() {
            all = fenced(language, text);
        }
        return all;
    }
    for part in list_at(content, "parts") {
        match part {
            Value::String(text) => join(&mut all, text),
            part => join(&mut all, spoken(part, left)),
        }
    }
    if all.is_empty() {
        join(&mut all, str_at(content, "text"));
    }
    all
}

/// What a part that is no text has to say.
fn spoken<'part>(part: &'part Value, left: &mut LeftOut) -> &'part str {
    match str_at(part, "content_type") {
        "audio_transcription" => return str_at(part, "text"),
        "image_asset_pointer" => left.pictures += 1,
        kind if kind.contains("audio") || kind.contains("video") => left.recordings += 1,
        _ if !str_at(part, "text").is_empty() => return str_at(part, "text"),
        _ if part.is_null() => {}
        _ => left.other += 1,
    }
    ""
}

/// What was written into the canvas, where the message has all of it.
fn canvas(recipient: &str, text: &str) -> Option<String> {
    if !recipient.starts_with("canmore.") {
        return None;
    }
    let call: Value = serde_json::from_str(&unfenced(text)).ok()?;
    let (title, kind) = (str_at(&call, "name"), str_at(&call, "type"));
    let content = match str_at(&call, "content") {
        "" => {
            // All of it is replaced.
            let updates = list_at(&call, "updates").iter();
            let mut whole = updates.filter(|update| str_at(update, "pattern") == ".*");
            str_at(whole.next()?, "replacement")
        }
        content => content,
    };
    let mut all = String::new();
    if !title.is_empty() {
        join(&mut all, &format!("**{title}**"));
    }
    match kind.strip_prefix("code/") {
        Some(language) => join(&mut all, &fenced(language, content)),
        None => join(&mut all, content),
    }
    (!content.trim().is_empty()).then_some(all)
}

/// A block of code, in a fence that is longer than any within it.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    format!(
        "{fence}{language}\n{}\n{fence}",
        text.trim_end_matches('\n')
    )
}

/// The call itself, where [`said`] has put it into a fence.
fn unfenced(text: &str) -> String {
    let Some(inner) = text.strip_prefix("```") else {
        return text.to_owned();
    };
    let inner = inner.split_once('\n').map_or("", |(_, inner)| inner);
    inner.trim_end_matches('`').trim_end().to_owned()
}
