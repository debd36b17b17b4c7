//! A reply from its first moment to its one end, or to the death of who wrote it.
//!
//! Not here: how often it is saved (`app`), and who lives (`owner`).

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use crate::Chats;
use crate::chat;
use crate::error::{Error, Fault};
use crate::growth;
use crate::message::{self, Body, Closer, Counts, End, Message, MessageId, State, Statistics};
use crate::owner::Door;
use crate::tree;

/// A reply as far as it has come. What was saved of it before is its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Growth<'a> {
    /// The whole thinking so far.
    pub thinking: &'a str,
    /// The whole answer so far.
    pub answer: &'a str,
    /// Tokens and times so far.
    pub counts: Counts,
}

/// The end of a reply.
#[derive(Debug, Clone, PartialEq)]
pub struct Finish<'a> {
    /// How it ended.
    pub end: End,
    /// All that was written.
    pub whole: Growth<'a>,
    /// What it cost; `None` where it failed before it began.
    pub statistics: Option<Statistics>,
}

impl Chats {
    /// Begins a reply below a message, beside any other reply to it, and shows it.
    pub fn begin_reply(
        &self,
        parent: MessageId,
        model: &str,
        now_ms: i64,
    ) -> Result<Message, Error> {
        self.write("begin a reply", |transaction| {
            begin(transaction, parent, self.owner.id(), model, now_ms)
        })
    }

    /// Begins another reply beside one that has ended, with these words of thinking to go on from;
    /// none for a reply from the start. Returns the branch that is shown, of which it is the last.
    pub fn ask_again(
        &self,
        beside: MessageId,
        thinking: &str,
        model: &str,
        now_ms: i64,
    ) -> Result<Vec<Message>, Error> {
        self.write("begin another reply", |transaction| {
            let parent = ended(transaction, beside)?.parent.ok_or(Error::NotFound {
                what: "question above message",
                id: beside.0,
            })?;
            let owner = self.owner.id();
            let reply = begin(transaction, parent, owner, model, now_ms)?;
            let begun = Growth {
                thinking,
                answer: "",
                counts: Counts::default(),
            };
            growth::put(transaction, reply.id, owner, &begun)?;
            tree::conversation(transaction, reply.chat)
        })
    }

    /// Goes on with a reply that has ended: it streams again, with all that it had. Returns the
    /// branch that is shown, of which it is the last; what followed it is another branch.
    pub fn resume_reply(
        &self,
        id: MessageId,
        model: &str,
        now_ms: i64,
    ) -> Result<Vec<Message>, Error> {
        self.write("go on with a reply", |transaction| {
            let reply = ended(transaction, id)?;
            transaction.execute(
                "UPDATE messages SET state = 'streaming', owner = ?2, model = ?3, ended_ms = NULL,
                 failure_code = NULL, failure_message = NULL, failure_hint = NULL,
                 failure_cause = NULL, failure_detail = NULL WHERE id = ?1",
                (id.0, self.owner.id(), model),
            )?;
            tree::show(transaction, reply.chat, id, now_ms)?;
            tree::conversation(transaction, reply.chat)
        })
    }

    /// Saves a reply of this program's as far as it has come. It writes what is new since the last
    /// time: some KiB, whatever the reply's length.
    pub fn save_growth(&self, id: MessageId, whole: &Growth<'_>) -> Result<(), Error> {
        self.write("save a reply", |transaction| {
            growth::add(transaction, id, self.owner.id(), whole)
        })
    }

    /// Saves a growing reply anew, with words that were saved in another place of it.
    pub fn rewrite_reply(&self, id: MessageId, whole: &Growth<'_>) -> Result<(), Error> {
        self.write("save a reply", |transaction| {
            growth::put(transaction, id, self.owner.id(), whole)
        })
    }

    /// Ends a reply of this program's. It can be done once.
    pub fn finish_reply(
        &self,
        id: MessageId,
        finish: &Finish<'_>,
        now_ms: i64,
    ) -> Result<Message, Error> {
        self.write("save the end of a reply", |transaction| {
            growth::put(transaction, id, self.owner.id(), &finish.whole)?;
            let failure = message::failure_of(&finish.end);
            transaction.execute(
                "UPDATE messages SET state = ?2, owner = NULL, ended_ms = ?3,
                 failure_code = ?4, failure_message = ?5, failure_hint = ?6,
                 failure_cause = ?7, failure_detail = ?8 WHERE id = ?1",
                (
                    id.0,
                    message::word(&finish.end),
                    now_ms,
                    failure.map(|f| &f.code),
                    failure.map(|f| &f.message),
                    failure.and_then(|f| f.hint.as_ref()),
                    failure.and_then(|f| f.cause.as_ref()),
                    failure.and_then(|f| f.detail.as_ref()),
                ),
            )?;
            if let Some(statistics) = &finish.statistics {
                save_statistics(transaction, id, statistics)?;
            }
            let sql = "UPDATE chats SET changed_ms = ?2
                       WHERE id = (SELECT chat FROM messages WHERE id = ?1)";
            transaction.execute(sql, (id.0, now_ms))?;
            message::find(transaction, id)
        })
    }
}

/// A reply of a chat that is not deleted, which nobody writes.
fn ended(connection: &Connection, id: MessageId) -> Result<Message, Fault> {
    let found = message::find(connection, id)?;
    chat::find(connection, found.chat)?;
    match &found.body {
        Body::Reply(reply) if reply.state != State::Streaming => Ok(found),
        Body::Reply(_) => Err(Error::Streaming(id).into()),
        Body::Question(_) => Err(Error::NotFound {
            what: "reply",
            id: id.0,
        }
        .into()),
    }
}

pub(crate) fn begin(
    transaction: &Transaction<'_>,
    parent: MessageId,
    owner: &str,
    model: &str,
    now_ms: i64,
) -> Result<Message, Fault> {
    let chat = message::find(transaction, parent)?.chat;
    chat::find(transaction, chat)?;
    transaction.execute(
        "INSERT INTO messages (chat, parent, role, state, owner, created_ms, model)
         VALUES (?1, ?2, 'assistant', 'streaming', ?3, ?4, ?5)",
        (chat.0, parent.0, owner, now_ms, model),
    )?;
    let reply = MessageId(transaction.last_insert_rowid());
    tree::show(transaction, chat, reply, now_ms)?;
    message::find(transaction, reply)
}

pub(crate) fn save_statistics(
    connection: &Connection,
    id: MessageId,
    statistics: &Statistics,
) -> rusqlite::Result<()> {
    // A rate that is not a number would be read as missing.
    let rate = statistics.decode_per_second;
    let rate = if rate.is_finite() { rate } else { 0.0 };
    connection.execute(
        "UPDATE messages SET prompt_tokens = ?2, cached_tokens = ?3, decode_per_second = ?4,
         seed = ?5, closed_by = ?6, left_out = ?7, drafted_tokens = ?8, accepted_tokens = ?9
         WHERE id = ?1",
        (
            id.0,
            statistics.prompt_tokens,
            statistics.cached_tokens,
            rate,
            statistics.seed,
            statistics.closed_by.map(Closer::word),
            statistics.left_out.map(|id| id.0),
            statistics.drafted_tokens,
            statistics.accepted_tokens,
        ),
    )?;
    Ok(())
}

/// SQLite's integers have a sign; 292 million years are enough.
pub(crate) fn signed(milliseconds: u64) -> i64 {
    i64::try_from(milliseconds).unwrap_or(i64::MAX)
}

/// Marks all that this owner was writing as interrupted, and counts it.
pub(crate) fn interrupt(connection: &Connection, owner: &str) -> rusqlite::Result<usize> {
    let ids: Vec<i64> = connection
        .prepare("SELECT id FROM messages WHERE owner = ?1")?
        .query_map([owner], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in &ids {
        growth::fold(connection, MessageId(*id))?;
    }
    let sql = "UPDATE messages SET state = 'interrupted', owner = NULL WHERE owner = ?1";
    connection.execute(sql, [owner])
}

/// The same where nobody else's are looked for.
pub(crate) fn interrupt_own(connection: &mut Connection, owner: &str) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if interrupt(&transaction, owner)? > 0 {
        transaction.commit()?;
    }
    Ok(())
}

/// Marks all that nobody living is writing as interrupted, and counts it. On a full disk nothing is
/// marked, and whoever looks next does it: chats must open there too.
pub(crate) fn interrupt_abandoned(
    connection: &mut Connection,
    door: &Door,
    path: &Path,
) -> Result<usize, Error> {
    let doing = "mark interrupted replies";
    let mut run = || {
        let sql = "SELECT owner FROM messages WHERE owner IS NOT NULL LIMIT 1";
        let any = connection.query_row(sql, [], |_| Ok(())).optional()?;
        if any.is_none() {
            // The usual start writes nothing.
            return Ok(0);
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let owners: Vec<String> = transaction
            .prepare("SELECT DISTINCT owner FROM messages WHERE owner IS NOT NULL")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut count = 0;
        for owner in owners {
            if !door.lives(&owner)? {
                count += interrupt(&transaction, &owner)?;
            }
        }
        transaction.commit()?;
        Ok(count)
    };
    match run().map_err(|fault: Fault| fault.into_error(doing, path)) {
        Err(Error::Full { .. }) => Ok(0),
        outcome => outcome,
    }
}
