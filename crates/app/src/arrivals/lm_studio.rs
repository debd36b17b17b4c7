//! LM Studio's conversations, a file for each: a list of messages, each in the versions that there were of
//! it, of which one is chosen. What follows belongs to the chosen one; the others are branches that end.

use std::collections::HashSet;

use chats::End;
use serde_json::Value;

use super::talk::{Answer, Talk, Turn, Words, asked, instructed};
use super::thoughts;
use super::told::{LeftOut, Program, Refusal};
use super::values::{is_at, join, list_at, str_at, text_at, time_at};

pub(super) fn read(chat: &Value) -> Result<Talk, Refusal> {
    let messages = chat.get("messages").and_then(Value::as_array);
    let messages = messages.ok_or_else(|| Refusal::Damaged("it has no messages".to_owned()))?;
    let mut talk = Talk::new(Program::LmStudio);
    str_at(chat, "name").clone_into(&mut talk.title);
    talk.created_ms = time_at(chat, &["createdAt"]);
    talk.name = text_at(chat, "createdAt");
    talk.changed_ms = time_at(chat, &["assistantLastMessagedAt", "userLastMessagedAt"]);
    talk.pinned = is_at(chat, "pinned");
    str_at(chat, "systemPrompt").clone_into(&mut talk.instructions);
    let last_model = chat
        .pointer("/lastUsedModel/identifier")
        .and_then(Value::as_str);
    let mut names = HashSet::new();
    // The chosen version of the message before.
    let mut before: Option<String> = None;
    for message in messages {
        let versions = list_at(message, "versions");
        let chosen = message.get("currentlySelected").and_then(Value::as_u64);
        let chosen = chosen.and_then(|chosen| usize::try_from(chosen).ok());
        let chosen = chosen.unwrap_or(0).min(versions.len().saturating_sub(1));
        let first = talk.turns.len();
        for version in versions {
            let (words, at_ms) = words(version, last_model.unwrap_or_default(), &mut talk.left);
            let order = talk.turns.len();
            let mut name = words.name(before.as_deref());
            if !names.insert(name.clone()) {
                name = format!("{name}#{order}");
            }
            talk.turns.push(Turn {
                name,
                parent: before.clone(),
                order,
                at_ms,
                words,
            });
        }
        let chosen = talk.turns.get(first + chosen);
        before = chosen.map(|turn| turn.name.clone()).or(before);
    }
    talk.shown = before;
    Ok(talk)
}

fn words(version: &Value, last_model: &str, left: &mut LeftOut) -> (Words, Option<i64>) {
    match str_at(version, "role") {
        "user" => (asked(text_of(version, left), Vec::new()), None),
        "assistant" => answered(version, last_model, left),
        "system" => (instructed(text_of(version, left)), None),
        _ => {
            left.hidden += usize::from(!text_of(version, left).trim().is_empty());
            (Words::Nothing, None)
        }
    }
}

fn answered(version: &Value, last_model: &str, left: &mut LeftOut) -> (Words, Option<i64>) {
    let mut answer = Answer {
        model: last_model.to_owned(),
        ..Answer::default()
    };
    let mut at_ms = None;
    let steps = list_at(version, "steps");
    if steps.is_empty() {
        take(&text_of(version, left), &mut answer, left);
    }
    for step in steps {
        match str_at(step, "type") {
            "contentBlock" => {
                let text = text_of(step, left);
                if step.pointer("/style/type").and_then(Value::as_str) == Some("thinking") {
                    let split = thoughts::split(&text);
                    // With its tags or without them.
                    join(&mut answer.thinking, &split.thinking);
                    join(&mut answer.thinking, &split.answer);
                } else {
                    take(&text, &mut answer, left);
                }
                let models = ["/genInfo/indexedModelIdentifier", "/genInfo/identifier"];
                let mut models = models.iter().filter_map(|at| step.pointer(at)?.as_str());
                if let Some(model) = models.next() {
                    model.clone_into(&mut answer.model);
                }
                let stopped = step.pointer("/genInfo/stats/stopReason");
                answer.end = match stopped.and_then(Value::as_str) {
                    Some("userStopped") => End::Stopped,
                    Some("maxPredictedTokensReached" | "contextLengthReached") => End::Length,
                    _ => End::Complete,
                };
                // `1740000000000-0.123`.
                let name = str_at(step, "stepIdentifier").split('-').next();
                let name = name.and_then(|ms| ms.parse::<i64>().ok());
                at_ms = at_ms.or(name.filter(|ms| *ms > 1_000_000_000_000));
            }
            // Notes about how it was made.
            "debugInfoBlock" | "" => {}
            _ => left.tools += 1,
        }
    }
    (answer.words(), at_ms)
}

fn take(text: &str, answer: &mut Answer, left: &mut LeftOut) {
    let split = thoughts::split(text);
    join(&mut answer.thinking, &split.thinking);
    join(&mut answer.text, &split.answer);
    left.tools += split.tools;
}

fn text_of(version: &Value, left: &mut LeftOut) -> String {
    if let Some(text) = version.get("content").and_then(Value::as_str) {
        return text.to_owned();
    }
    let mut all = String::new();
    for part in list_at(version, "content") {
        match str_at(part, "type") {
            "text" => all.push_str(str_at(part, "text")),
            "file" | "image" if str_at(part, "fileType") == "image" => left.pictures += 1,
            "image" => left.pictures += 1,
            "file" => left.files += 1,
            _ => left.tools += 1,
        }
    }
    all
}
