//! Our own form: everything that a chat has, in words that another program can understand.

use chats::{
    Body, Closer, Counts, End, Entry, MessageId, Reply, State, Statistics, TextFile, Transcript,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) const FORM: &str = "spud-chats";
/// 2 brought files. What an older Spud may leave out, such as names of other programs, needs no other number.
pub(crate) const VERSION: u32 = 2;

/// The longest name of a chat or a message in another program, in bytes: those that are longer there are
/// kept as a mark of theirs (`arrivals`), and the program's own name stands before it.
const LONGEST_NAME: usize = 256;

#[derive(Serialize)]
struct File {
    form: String,
    version: u32,
    /// Milliseconds since 1970, UTC, as all times here.
    written_ms: i64,
    chats: Vec<Chat>,
}

#[derive(Serialize, Deserialize)]
struct Chat {
    title: String,
    #[serde(default)]
    title_given: bool,
    created_ms: i64,
    changed_ms: i64,
    #[serde(default)]
    pinned: bool,
    #[serde(default)]
    manner: Option<String>,
    #[serde(default)]
    folder: Option<String>,
    #[serde(default)]
    instructions: String,
    /// Which of the messages is shown last.
    shown: Option<usize>,
    /// What the chat is called in the program that it came from, so that a later export of it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    /// Each behind the one that it follows.
    messages: Vec<Message>,
}

#[derive(Serialize, Deserialize)]
struct Message {
    /// Which of the messages before it follows; null for a first one.
    follows: Option<usize>,
    created_ms: i64,
    /// What it is called there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(flatten)]
    words: Words,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "role")]
enum Words {
    User {
        text: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<Attached>,
    },
    Assistant(Box<Written>),
}

/// A file that went with a question, as text.
#[derive(Serialize, Deserialize)]
struct Attached {
    name: String,
    /// Of the file as it was.
    bytes: u64,
    text: String,
    /// What a person should know about the text (`reading::Remark`).
    #[serde(default, skip_serializing_if = "Value::is_null")]
    remarks: Value,
}

#[derive(Serialize, Deserialize)]
struct Written {
    text: String,
    #[serde(default)]
    thinking: String,
    #[serde(default)]
    model: String,
    state: EndState,
    #[serde(default)]
    failure: Option<Why>,
    #[serde(default)]
    ended_ms: Option<i64>,
    #[serde(default)]
    thinking_tokens: u32,
    #[serde(default)]
    answer_tokens: u32,
    #[serde(default)]
    thinking_ms: u64,
    #[serde(default)]
    answer_ms: u64,
    #[serde(default)]
    cost: Option<Cost>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EndState {
    Complete,
    Stopped,
    Length,
    Failed,
    Interrupted,
}

#[derive(Serialize, Deserialize)]
struct Why {
    code: String,
    message: String,
    hint: Option<String>,
    /// What happened in facts (`failure::Cause`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cause: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Cost {
    prompt_tokens: u32,
    cached_tokens: u32,
    decode_per_second: f64,
    #[serde(default)]
    drafted_tokens: u32,
    #[serde(default)]
    accepted_tokens: u32,
    seed: u32,
    #[serde(default)]
    closed_by: Option<Who>,
    /// The last message that the model was not shown, by its place.
    #[serde(default)]
    left_out: Option<usize>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Who {
    Budget,
    Asked,
    Loop,
}

pub(super) fn write(transcripts: &[Transcript], now_ms: i64) -> String {
    let file = File {
        form: FORM.to_owned(),
        version: VERSION,
        written_ms: now_ms,
        chats: transcripts.iter().map(written).collect(),
    };
    let mut text = serde_json::to_string_pretty(&file).expect("BUG: text and numbers are JSON");
    text.push('\n');
    text
}

/// A chat of a file of ours, or what is wrong with it.
pub(crate) fn chat(value: Value) -> Result<Transcript, String> {
    let chat: Chat = serde_json::from_value(value).map_err(|error| error.to_string())?;
    transcript(chat)
}

fn written(transcript: &Transcript) -> Chat {
    Chat {
        title: transcript.title.clone(),
        title_given: transcript.title_given,
        created_ms: transcript.created_ms,
        changed_ms: transcript.changed_ms,
        pinned: transcript.pinned,
        manner: transcript.manner.clone(),
        folder: transcript.folder.clone(),
        instructions: transcript.instructions.clone(),
        shown: transcript.shown,
        origin: transcript.origin.clone(),
        messages: transcript.entries.iter().map(message).collect(),
    }
}

fn message(entry: &Entry) -> Message {
    let words = match &entry.body {
        Body::Question(text) => Words::User {
            text: text.clone(),
            files: entry.files.iter().map(attached).collect(),
        },
        Body::Reply(reply) => reply_words(reply),
    };
    Message {
        follows: entry.parent,
        created_ms: entry.created_ms,
        origin: entry.origin.clone(),
        words,
    }
}

fn attached(file: &TextFile) -> Attached {
    let TextFile {
        name,
        bytes,
        text,
        remarks,
    } = file.clone();
    Attached {
        name,
        bytes,
        text,
        // What is not JSON nobody wrote.
        remarks: serde_json::from_str(&remarks).unwrap_or_default(),
    }
}

fn reply_words(reply: &Reply) -> Words {
    let (state, failure) = match &reply.state {
        State::Streaming | State::Interrupted => (EndState::Interrupted, None),
        State::Ended(End::Complete) => (EndState::Complete, None),
        State::Ended(End::Stopped) => (EndState::Stopped, None),
        State::Ended(End::Length) => (EndState::Length, None),
        State::Ended(End::Failed(failure)) => {
            let chats::Failure {
                code,
                message,
                hint,
                cause,
                detail,
            } = failure.clone();
            let why = Why {
                code,
                message,
                hint,
                // What is not JSON nobody wrote.
                cause: cause.and_then(|cause| serde_json::from_str(&cause).ok()),
                detail,
            };
            (EndState::Failed, Some(why))
        }
    };
    Words::Assistant(Box::new(Written {
        text: reply.answer.clone(),
        thinking: reply.thinking.clone(),
        model: reply.model.clone(),
        state,
        failure,
        ended_ms: reply.ended_ms,
        thinking_tokens: reply.counts.thinking_tokens,
        answer_tokens: reply.counts.answer_tokens,
        thinking_ms: reply.counts.thinking_ms,
        answer_ms: reply.counts.answer_ms,
        cost: reply.statistics.map(|cost| Cost {
            prompt_tokens: cost.prompt_tokens,
            cached_tokens: cost.cached_tokens,
            decode_per_second: cost.decode_per_second,
            drafted_tokens: cost.drafted_tokens,
            accepted_tokens: cost.accepted_tokens,
            seed: cost.seed,
            closed_by: cost.closed_by.map(|closer| match closer {
                Closer::Budget => Who::Budget,
                Closer::Asked => Who::Asked,
                Closer::Loop => Who::Loop,
            }),
            left_out: cost.left_out.and_then(|id| usize::try_from(id.0).ok()),
        }),
    }))
}

fn transcript(chat: Chat) -> Result<Transcript, String> {
    let count = chat.messages.len();
    if let Some(shown) = chat.shown.filter(|shown| *shown >= count) {
        return Err(format!("shows message {shown} of {count}"));
    }
    let entries = chat.messages.into_iter().enumerate();
    Ok(Transcript {
        title: chat.title,
        title_given: chat.title_given,
        created_ms: chat.created_ms,
        changed_ms: chat.changed_ms,
        pinned: chat.pinned,
        manner: chat.manner,
        folder: chat.folder,
        instructions: chat.instructions,
        shown: chat.shown,
        origin: chat.origin.filter(|name| is_a_name(name)),
        entries: entries
            .map(|(at, message)| entry(at, message))
            .collect::<Result<_, _>>()?,
    })
}

fn entry(at: usize, message: Message) -> Result<Entry, String> {
    if let Some(before) = message.follows.filter(|before| *before >= at) {
        return Err(format!("has a message {at} that follows message {before}"));
    }
    let mut files = Vec::new();
    let body = match message.words {
        Words::User {
            text,
            files: with_it,
        } => {
            files.extend(with_it.into_iter().map(|file| TextFile {
                // Names of a file from anywhere are as they are for files from anywhere.
                name: crate::reading::clean(&file.name),
                bytes: file.bytes,
                text: file.text,
                remarks: crate::reading::kept(&crate::reading::known(file.remarks)),
            }));
            Body::Question(text)
        }
        Words::Assistant(answer) => Body::Reply(Reply {
            model: answer.model,
            state: state_of(&answer.state, answer.failure),
            thinking: answer.thinking,
            answer: answer.text,
            counts: Counts {
                thinking_tokens: answer.thinking_tokens,
                answer_tokens: answer.answer_tokens,
                thinking_ms: answer.thinking_ms,
                answer_ms: answer.answer_ms,
            },
            statistics: answer.cost.map(statistics),
            ended_ms: answer.ended_ms,
        }),
    };
    Ok(Entry {
        parent: message.follows,
        created_ms: message.created_ms,
        origin: message.origin.filter(|name| is_a_name(name)),
        files,
        body,
    })
}

/// Whether a name of another program may have been written by Spud, which keeps them short.
fn is_a_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= LONGEST_NAME
}

fn state_of(state: &EndState, failure: Option<Why>) -> State {
    State::Ended(match state {
        EndState::Interrupted => return State::Interrupted,
        EndState::Complete => End::Complete,
        EndState::Stopped => End::Stopped,
        EndState::Length => End::Length,
        EndState::Failed => {
            let why = failure.unwrap_or_else(|| Why {
                code: String::new(),
                message: "the reply failed".to_owned(),
                hint: None,
                cause: None,
                detail: None,
            });
            End::Failed(chats::Failure {
                code: why.code,
                message: why.message,
                hint: why.hint,
                cause: why.cause.map(|cause| cause.to_string()),
                detail: why.detail,
            })
        }
    })
}

fn statistics(cost: Cost) -> Statistics {
    let left_out = cost.left_out.and_then(|place| i64::try_from(place).ok());
    Statistics {
        prompt_tokens: cost.prompt_tokens,
        cached_tokens: cost.cached_tokens,
        decode_per_second: cost.decode_per_second,
        drafted_tokens: cost.drafted_tokens,
        accepted_tokens: cost.accepted_tokens,
        seed: cost.seed,
        closed_by: cost.closed_by.map(|who| match who {
            Who::Budget => Closer::Budget,
            Who::Asked => Closer::Asked,
            Who::Loop => Closer::Loop,
        }),
        left_out: left_out.map(MessageId),
    }
}
