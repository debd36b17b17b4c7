//! Messages as the rest of Spud sees them, and how a row becomes one.
//!
//! Not here: how they hang together (`tree`) and how a reply grows (`reply`).

use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::attachment::{self, Attachment};
use crate::chat::ChatId;
use crate::error::{Error, Fault};
use crate::growth;

/// Number of a message; never used again for another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub i64);

/// One message of a chat.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its number.
    pub id: MessageId,
    /// The chat that it belongs to.
    pub chat: ChatId,
    /// The message that it follows; `None` for a first one.
    pub parent: Option<MessageId>,
    /// All that follow the same message, itself among them, the oldest first: where there are
    /// several, each begins a branch.
    pub siblings: Vec<MessageId>,
    /// When it was begun.
    pub created_ms: i64,
    /// The files that go with a question, in their order; none with a reply.
    pub files: Vec<Attachment>,
    /// Whose words they are, and the words.
    pub body: Body,
}

/// The words of a message.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "every second message is a reply: a box would save little and cost each of them"
)]
pub enum Body {
    /// The user's, as they were typed.
    Question(String),
    /// The model's.
    Reply(Reply),
}

/// What a model wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The model, by the name that it had when it was asked.
    pub model: String,
    /// Where the reply stands.
    pub state: State,
    /// The thinking so far, without its tags.
    pub thinking: String,
    /// The answer so far.
    pub answer: String,
    /// Tokens and times of both so far.
    pub counts: Counts,
    /// What it cost; known once it has ended and only if it began.
    pub statistics: Option<Statistics>,
    /// When it ended; `None` while it grows and where nobody was there to see it end.
    pub ended_ms: Option<i64>,
}

/// Where a reply stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// A living program is writing it.
    Streaming,
    /// The program that wrote it died or was closed; what was saved is kept.
    Interrupted,
    /// It ended in one of the regular ways.
    Ended(End),
}

/// How a reply ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The model closed its answer.
    Complete,
    /// The user stopped it.
    Stopped,
    /// The limit of tokens or the context was reached.
    Length,
    /// Something broke.
    Failed(Failure),
}

/// Why a reply failed, as it was said at the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The kind of failure, in the words of whoever saved it.
    pub code: String,
    /// What failed on what.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// What happened in facts, in the words of whoever saved it.
    pub cause: Option<String>,
    /// What of the message has no other form than words.
    pub detail: Option<String>,
}

/// Tokens and times of a reply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tokens of thinking, its tags included.
    pub thinking_tokens: u32,
    /// Tokens of the answer.
    pub answer_tokens: u32,
    /// Time spent thinking.
    pub thinking_ms: u64,
    /// Time spent answering.
    pub answer_ms: u64,
}

/// What a reply cost, beyond its [`Counts`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Statistics {
    /// Tokens of the prompt.
    pub prompt_tokens: u32,
    /// Those of them that were in the cache already.
    pub cached_tokens: u32,
    /// Tokens written per second after the first; 0 when none was.
    pub decode_per_second: f64,
    /// Tokens that the engine guessed ahead of the model.
    pub drafted_tokens: u32,
    /// Those of them that were right.
    pub accepted_tokens: u32,
    /// The seed of the draws.
    pub seed: u32,
    /// Who closed the thought, where it was not the model.
    pub closed_by: Option<Closer>,
    /// The last message that the model was not shown, since the context was full. The first
    /// exchange was, and whatever follows this message.
    pub left_out: Option<MessageId>,
}

/// Who closed a thought in the model's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closer {
    /// Its budget was spent.
    Budget,
    /// The user wanted the answer.
    Asked,
    /// It went round in circles.
    Loop,
}

impl Closer {
    const ALL: [Self; 3] = [Self::Budget, Self::Asked, Self::Loop];

    /// The word that `messages.closed_by` has for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Budget => "budget",
            Self::Asked => "asked",
            Self::Loop => "loop",
        }
    }
}

/// The columns of a message with those of its siblings, for [`from_row`].
pub(crate) const COLUMNS: &str = "messages.*, (
    SELECT group_concat(id) FROM (
        SELECT id FROM messages AS other
        WHERE other.chat = messages.chat AND other.parent IS messages.parent
            AND other.removed_with IS NULL ORDER BY id
    )
) AS siblings";

/// Reads one message, of a deleted chat too: its reply may still be growing. One that was removed
/// is gone.
pub(crate) fn find(connection: &Connection, id: MessageId) -> Result<Message, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM messages WHERE id = ?1 AND removed_with IS NULL");
    let found = connection.query_row(&sql, [id.0], from_row).optional()?;
    let mut found = found.ok_or(Error::NotFound {
        what: "message",
        id: id.0,
    })?;
    complete(connection, std::slice::from_mut(&mut found))?;
    Ok(found)
}

/// Tells messages of one chat, the oldest first, what their rows do not have: which files go with them, and
/// what a growing reply has gained.
pub(crate) fn complete(connection: &Connection, messages: &mut [Message]) -> rusqlite::Result<()> {
    attachment::fill(connection, messages)?;
    growth::fill(connection, messages)
}

/// Reads a row with [`COLUMNS`]; the rest is told by [`complete`].
pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Message> {
    let body = match row.get_ref("role")?.as_str()? {
        "user" => Body::Question(row.get("text")?),
        "assistant" => Body::Reply(reply(row)?),
        other => return Err(unknown("role", other)),
    };
    Ok(Message {
        id: MessageId(row.get("id")?),
        chat: ChatId(row.get("chat")?),
        parent: row.get::<_, Option<i64>>("parent")?.map(MessageId),
        siblings: siblings(row.get_ref("siblings")?.as_str()?),
        created_ms: row.get("created_ms")?,
        files: Vec::new(),
        body,
    })
}

/// From a list of numbers with commas, which SQLite made.
fn siblings(list: &str) -> Vec<MessageId> {
    list.split(',')
        .filter_map(|id| id.parse().ok())
        .map(MessageId)
        .collect()
}

fn closer(row: &Row<'_>) -> rusqlite::Result<Option<Closer>> {
    let Some(word) = row.get_ref("closed_by")?.as_str_or_null()? else {
        return Ok(None);
    };
    let known = Closer::ALL.into_iter().find(|closer| closer.word() == word);
    known.map(Some).ok_or_else(|| unknown("closed_by", word))
}

fn reply(row: &Row<'_>) -> rusqlite::Result<Reply> {
    let state = match row.get_ref("state")?.as_str()? {
        "streaming" => State::Streaming,
        "interrupted" => State::Interrupted,
        "complete" => State::Ended(End::Complete),
        "stopped" => State::Ended(End::Stopped),
        "length" => State::Ended(End::Length),
        "failed" => State::Ended(End::Failed(Failure {
            code: row.get("failure_code")?,
            message: row.get("failure_message")?,
            hint: row.get("failure_hint")?,
            cause: row.get("failure_cause")?,
            detail: row.get("failure_detail")?,
        })),
        other => return Err(unknown("state", other)),
    };
    let statistics = match row.get("prompt_tokens")? {
        None => None,
        Some(prompt_tokens) => Some(Statistics {
            prompt_tokens,
            cached_tokens: row.get("cached_tokens")?,
            decode_per_second: row.get("decode_per_second")?,
            drafted_tokens: row.get("drafted_tokens")?,
            accepted_tokens: row.get("accepted_tokens")?,
            seed: row.get("seed")?,
            closed_by: closer(row)?,
            left_out: row.get::<_, Option<i64>>("left_out")?.map(MessageId),
        }),
    };
    Ok(Reply {
        model: row.get("model")?,
        state,
        thinking: row.get("thinking")?,
        answer: row.get("text")?,
        counts: Counts {
            thinking_tokens: row.get("thinking_tokens")?,
            answer_tokens: row.get("answer_tokens")?,
            thinking_ms: row.get::<_, i64>("thinking_ms")?.unsigned_abs(),
            answer_ms: row.get::<_, i64>("answer_ms")?.unsigned_abs(),
        },
        statistics,
        ended_ms: row.get("ended_ms")?,
    })
}

/// Why it failed, if it did.
pub(crate) fn failure_of(end: &End) -> Option<&Failure> {
    match end {
        End::Failed(failure) => Some(failure),
        End::Complete | End::Stopped | End::Length => None,
    }
}

/// The word that `messages.state` has for an end.
pub(crate) fn word(end: &End) -> &'static str {
    match end {
        End::Complete => "complete",
        End::Stopped => "stopped",
        End::Length => "length",
        End::Failed(_) => "failed",
    }
}

fn unknown(column: &'static str, word: &str) -> rusqlite::Error {
    let error = FromSqlError::Other(format!("unknown {column} {word:?}").into());
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into())
}
