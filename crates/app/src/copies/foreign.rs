//! Chats that other programs wrote: ChatGPT's `conversations.json` and Open WebUI's export. Both are
//! lists of trees of messages, by name; questions, answers and thoughts are taken, the rest (tools,
//! images, hidden prompts) is left.

use std::collections::HashMap;

use chats::{Body, Counts, End, Entry, Reply, State, Transcript};
use serde_json::Value;

pub(super) fn read(value: &Value) -> Result<Vec<Transcript>, String> {
    let Some(list) = value.as_array() else {
        return Err("is of a form that Spud does not know".to_owned());
    };
    let chats = list.iter().enumerate();
    chats
        .map(|(at, chat)| {
            let found = if let Some(nodes) = chat.get("mapping") {
                chatgpt(chat, nodes)
            } else if let Some(inner) = chat.get("chat") {
                open_webui(chat, inner)
            } else {
                Err("is of no form that Spud knows".to_owned())
            };
            found.map_err(|why| format!("cannot be taken in: chat {} {why}", at + 1))
        })
        // What holds no words (a drawing, a deleted chat) is no chat here.
        .filter(|found| !found.as_ref().is_ok_and(|chat| chat.entries.is_empty()))
        .collect()
}

/// A message as these programs tell it.
struct Node {
    parent: Option<String>,
    /// None for what is left out; its children then follow its own parent.
    body: Option<Body>,
    /// Thoughts that belong to the next answer.
    thoughts: String,
    created_ms: i64,
}

fn chatgpt(chat: &Value, nodes: &Value) -> Result<Transcript, String> {
    let nodes = nodes.as_object().ok_or("has no messages")?;
    let nodes = nodes.iter().map(|(name, node)| {
        let message = node.get("message").unwrap_or(&Value::Null);
        let content = message.get("content").unwrap_or(&Value::Null);
        let role = message.pointer("/author/role").and_then(Value::as_str);
        let parts = content.get("parts").and_then(Value::as_array);
        let parts = parts.into_iter().flatten().filter_map(Value::as_str);
        let text = parts.collect::<Vec<_>>().join("\n\n");
        let thoughts = content.get("thoughts").and_then(Value::as_array);
        let thoughts = thoughts.into_iter().flatten();
        let thoughts = thoughts.filter_map(|thought| thought.get("content")?.as_str());
        let model = message
            .pointer("/metadata/model_slug")
            .and_then(Value::as_str);
        let node = Node {
            parent: text_at(node, "parent"),
            body: body(role, text, String::new(), model),
            thoughts: thoughts.collect::<Vec<_>>().join("\n\n"),
            created_ms: seconds(message.get("create_time")),
        };
        (name.clone(), node)
    });
    let shown = text_at(chat, "current_node");
    let times = (
        seconds(chat.get("create_time")),
        seconds(chat.get("update_time")),
    );
    transcript(chat, &nodes.collect(), shown.as_deref(), times)
}

fn open_webui(chat: &Value, inner: &Value) -> Result<Transcript, String> {
    let nodes = inner
        .pointer("/history/messages")
        .and_then(Value::as_object);
    let nodes = nodes.ok_or("has no messages")?.iter().map(|(name, node)| {
        let role = node.get("role").and_then(Value::as_str);
        let content = node
            .get("content")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let (thinking, text) = split_details(content);
        let model = node.get("model").and_then(Value::as_str);
        let node = Node {
            parent: text_at(node, "parentId"),
            body: body(role, text, thinking, model),
            thoughts: String::new(),
            created_ms: seconds(node.get("timestamp")),
        };
        (name.clone(), node)
    });
    let shown = inner.pointer("/history/currentId").and_then(Value::as_str);
    let times = (
        seconds(chat.get("created_at")),
        seconds(chat.get("updated_at")),
    );
    transcript(chat, &nodes.collect(), shown, times)
}

/// Puts the messages that are taken behind the ones they follow.
fn transcript(
    chat: &Value,
    nodes: &HashMap<String, Node>,
    shown: Option<&str>,
    (created_ms, changed_ms): (i64, i64),
) -> Result<Transcript, String> {
    let mut children: HashMap<Option<&str>, Vec<&str>> = HashMap::new();
    for (name, node) in nodes {
        let parent = node
            .parent
            .as_deref()
            .filter(|parent| nodes.contains_key(*parent));
        children.entry(parent).or_default().push(name);
    }
    for siblings in children.values_mut() {
        siblings.sort_by_key(|name| (nodes[*name].created_ms, *name));
    }
    let mut entries: Vec<Entry> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    // Each is visited once, from the roots: a circle has no root, so it is never entered.
    let mut open = below(&children, None, None, "");
    let mut visited = 0;
    while let Some((name, parent, thoughts)) = open.pop() {
        visited += 1;
        let node = &nodes[name];
        let mut place = parent;
        let mut waiting = [thoughts.as_str(), node.thoughts.as_str()]
            .into_iter()
            .filter(|thoughts| !thoughts.is_empty())
            .collect::<Vec<_>>()
            .join("\n\n");
        if let Some(body) = &node.body {
            let mut body = body.clone();
            if let Body::Reply(reply) = &mut body
                && reply.thinking.is_empty()
            {
                reply.thinking = std::mem::take(&mut waiting);
            }
            place = Some(entries.len());
            entries.push(Entry {
                parent,
                created_ms: node.created_ms,
                // Their files are not in these exports.
                files: Vec::new(),
                body,
            });
        }
        if let Some(place) = place {
            places.insert(name, place);
        }
        open.extend(below(&children, Some(name), place, &waiting));
    }
    if visited < nodes.len() {
        return Err("has messages that follow each other in a circle".to_owned());
    }
    let last = entries.len().checked_sub(1);
    let shown = shown.and_then(|name| places.get(name).copied()).or(last);
    Ok(Transcript {
        title: text_at(chat, "title").unwrap_or_default(),
        title_given: true,
        created_ms,
        changed_ms: changed_ms.max(created_ms),
        pinned: chat.get("pinned").and_then(Value::as_bool).unwrap_or(false),
        manner: None,
        folder: None,
        instructions: String::new(),
        shown,
        entries,
    })
}

/// What is still to be visited: a name, the place that it follows, thoughts that wait for an answer.
type Visit<'nodes> = (&'nodes str, Option<usize>, String);

/// The messages that follow one, the last of them first.
fn below<'nodes>(
    children: &HashMap<Option<&'nodes str>, Vec<&'nodes str>>,
    name: Option<&'nodes str>,
    place: Option<usize>,
    thoughts: &str,
) -> Vec<Visit<'nodes>> {
    let siblings = children.get(&name).map_or(&[][..], Vec::as_slice);
    let visit = |name: &&'nodes str| (*name, place, thoughts.to_owned());
    siblings.iter().rev().map(visit).collect()
}

/// None for what has no words, or is neither a question nor an answer.
fn body(role: Option<&str>, text: String, thinking: String, model: Option<&str>) -> Option<Body> {
    if text.trim().is_empty() && thinking.is_empty() {
        return None;
    }
    match role {
        Some("user") => Some(Body::Question(text)),
        Some("assistant") => Some(Body::Reply(Reply {
            model: model.unwrap_or_default().to_owned(),
            state: State::Ended(End::Complete),
            thinking,
            answer: text,
            counts: Counts::default(),
            statistics: None,
            ended_ms: None,
        })),
        _ => None,
    }
}

/// Open WebUI folds thoughts into `<details type="reasoning">` before the answer, quoted.
fn split_details(content: &str) -> (String, String) {
    let whole = || (String::new(), content.to_owned());
    let Some(rest) = content
        .trim_start()
        .strip_prefix("<details type=\"reasoning\"")
    else {
        return whole();
    };
    let Some((thought, answer)) = rest.split_once("</details>") else {
        return whole();
    };
    let Some((_, thought)) = thought.split_once("</summary>") else {
        return whole();
    };
    let lines = thought.trim().lines();
    let lines = lines.map(|line| {
        line.strip_prefix("> ")
            .or(line.strip_prefix('>'))
            .unwrap_or(line)
    });
    (
        lines.collect::<Vec<_>>().join("\n"),
        answer.trim().to_owned(),
    )
}

fn text_at(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

/// Milliseconds of a time in seconds, with a fraction or without; 0 where there is none.
fn seconds(value: Option<&Value>) -> i64 {
    let seconds = value.and_then(Value::as_f64).unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float becomes the nearest integer that there is"
    )]
    {
        (seconds * 1000.0) as i64
    }
}
