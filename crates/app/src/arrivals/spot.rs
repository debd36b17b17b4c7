//! Whose chat it is, by what is in it. Names of files say nothing: every second program calls its export
//! `conversations.json`.

use chats::Brought;
use serde_json::Value;

use super::talk::Talk;
use super::told::{Program, Refusal};
use super::values::list_at;
use super::{chatgpt, claude, deepseek, jan, librechat, lm_studio, open_webui};
use crate::copies::ours;

/// What stands in a file.
pub(super) enum Spotted {
    /// A chat of another program.
    Talk(Box<Talk>),
    /// A chat of ours.
    Ours(Box<Brought>),
    /// A part of a chat that goes on in the next lines.
    JanMessage(Value),
    /// What is known of a thread of Jan's, whose messages are elsewhere.
    JanThread(Value),
}

/// Why it is none, whose it would be, and its title.
pub(super) struct Odd {
    pub(super) why: Refusal,
    pub(super) program: Option<Program>,
    pub(super) title: String,
}

/// Whether it can only be told with what stands around it: ours is known by its form and version, which
/// another program that wrote the file anew may have put behind the chats.
pub(super) fn needs_head(value: &Value, head: Option<&Value>) -> bool {
    let known = head.is_some_and(|head| head.get("form").is_some());
    !known && value.get("created_ms").is_some() && value.get("messages").is_some()
}

/// `head` is what stands around the list in which it stands.
pub(super) fn spot(value: Value, head: Option<&Value>) -> Result<Spotted, Odd> {
    if jan::is_message(&value) {
        return Ok(Spotted::JanMessage(value));
    }
    let program = program_of(&value, head);
    let title = title_of(&value);
    let odd = |why| Odd {
        why,
        program,
        title: title.clone(),
    };
    let talk = match program {
        None if jan::is_thread(&value) => return Ok(Spotted::JanThread(value)),
        None => return Err(odd(Refusal::Unknown)),
        Some(Program::Spud) => {
            let chat = ours::chat(value).map_err(|why| odd(Refusal::Damaged(why)))?;
            let joins = false;
            return Ok(Spotted::Ours(Box::new(Brought { chat, joins })));
        }
        Some(Program::ChatGpt) => chatgpt::read(&value),
        Some(Program::DeepSeek) => match page(&value) {
            Some(data) => deepseek::read_page(data),
            None => deepseek::read(&value),
        },
        Some(Program::OpenWebUi) => open_webui::read(&value),
        Some(Program::LmStudio) => lm_studio::read(&value),
        Some(Program::Claude) => Ok(claude::read(&value)),
        Some(Program::LibreChat) => Ok(librechat::read(&value)),
        Some(Program::Jan) => Ok(jan::read(Some(&value), list_at(&value, "messages"))),
    };
    talk.map(|talk| Spotted::Talk(Box::new(talk.settled())))
        .map_err(odd)
}

fn program_of(value: &Value, head: Option<&Value>) -> Option<Program> {
    let has = |key: &str| value.get(key).is_some();
    let form = head.and_then(|head| head.get("form"));
    if form.is_some_and(|form| *form == ours::FORM) {
        return Some(Program::Spud);
    }
    if let Some(nodes) = value.get("mapping").and_then(Value::as_object) {
        let mut messages = nodes.values().filter_map(|node| node.get("message"));
        let first = messages.find(|message| message.is_object());
        let is_deepseeks = first.map_or_else(
            || has("inserted_at"),
            |message| {
                message.get("author").is_none()
                    && ["fragments", "inserted_at", "reasoning_content", "content"]
                        .iter()
                        .any(|key| message.get(key).is_some())
            },
        );
        return Some(if is_deepseeks {
            Program::DeepSeek
        } else {
            Program::ChatGpt
        });
    }
    // A chat of a program that is known by its other marks, and lacks its messages.
    if has("mapping") || has("conversation_id") && has("create_time") {
        return Some(Program::ChatGpt);
    }
    if has("inserted_at") && has("title") || page(value).is_some() {
        return Some(Program::DeepSeek);
    }
    if value.get("chat").is_some_and(Value::is_object)
        || value
            .pointer("/history/messages")
            .is_some_and(Value::is_object)
    {
        return Some(Program::OpenWebUi);
    }
    if value.get("chat_messages").is_some_and(Value::is_array) {
        return Some(Program::Claude);
    }
    if has("conversationId") && (has("messages") || has("messagesTree")) {
        return Some(Program::LibreChat);
    }
    let first = list_at(value, "messages").first();
    if first.is_some_and(|message| message.get("versions").is_some())
        || has("perChatPredictionConfig")
        || has("usePerChatPredictionConfig")
    {
        return Some(Program::LmStudio);
    }
    if first.is_some_and(jan::is_message) {
        return Some(Program::Jan);
    }
    None
}

/// What DeepSeek's page is given of a chat.
fn page(value: &Value) -> Option<&Value> {
    let inner = value
        .pointer("/data/biz_data")
        .or_else(|| value.pointer("/biz_data"));
    let data = inner.unwrap_or(value);
    (data.get("chat_session").is_some() && data.get("chat_messages").is_some()).then_some(data)
}

fn title_of(value: &Value) -> String {
    let title = ["title", "name"]
        .iter()
        .find_map(|key| value.get(key)?.as_str());
    // A hostile one is no shorter than its file.
    title.unwrap_or_default().chars().take(200).collect()
}
