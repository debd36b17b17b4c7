//! Chats that another program began: the first time they are added, and each later time what is new in
//! them joins as branches.
//!
//! What they are called there stands in their own rows (`schema`), so that who erases a chat erases all
//! that was known of it. What was written here is never touched: no row is changed, none comes back from
//! the trash, and below what somebody removed nothing is added.
//!
//! Not here: reading files (`app`).

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::Chats;
use crate::chat::ChatId;
use crate::error::{Error, Fault};
use crate::message::{Body, MessageId};
use crate::transcript::{self, Entry, Spot, Transcript};

/// A chat that is brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Brought {
    /// The chat as a whole.
    pub chat: Transcript,
    /// Another program's own export: where a chat of its name is here, what is new joins that. A copy that
    /// Spud made is always another chat.
    pub joins: bool,
}

/// What became of a chat that was brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merged {
    /// It is new here.
    Added(ChatId),
    /// It was here, and this many messages were new.
    Grown(ChatId, usize),
    /// It was here as it is.
    Known(ChatId),
    /// It lies in the trash, and stays there as it is.
    InTrash(ChatId),
    /// A reply is being written in it, so it was left alone.
    Busy(ChatId),
}

impl Chats {
    /// Takes chats in, all or none; what became of each, in their order. Those of `closed` are left alone.
    pub fn bring(&self, brought: &[Brought], closed: &[ChatId]) -> Result<Vec<Merged>, Error> {
        self.write("take chats in", |transaction| {
            let bring = |one| bring(transaction, one, closed);
            brought.iter().map(bring).collect()
        })
    }
}

fn bring(
    transaction: &Transaction<'_>,
    brought: &Brought,
    closed: &[ChatId],
) -> Result<Merged, Fault> {
    let chat = &brought.chat;
    let Some(origin) = chat.origin.as_deref().filter(|_| brought.joins) else {
        return Ok(Merged::Added(add_another(transaction, chat)?));
    };
    let sql = "SELECT id, deleted_ms IS NOT NULL, EXISTS (
                   SELECT 1 FROM messages WHERE messages.chat = chats.id AND owner IS NOT NULL
               ) FROM chats WHERE origin = ?1 ORDER BY deleted_ms IS NOT NULL, id DESC LIMIT 1";
    let found = transaction.query_row(sql, [origin], |row| {
        Ok((ChatId(row.get(0)?), row.get(1)?, row.get(2)?))
    });
    match found.optional()? {
        None => Ok(Merged::Added(transcript::add(
            transaction,
            chat,
            Some(origin),
        )?)),
        Some((id, true, _)) => Ok(Merged::InTrash(id)),
        Some((id, false, writing)) if writing || closed.contains(&id) => Ok(Merged::Busy(id)),
        Some((id, false, _)) => grow(transaction, id, chat),
    }
}

/// Adds a chat as another one. Its name stays with the one that has it here already, since that is the one
/// which later exports of the other program go on with.
pub(crate) fn add_another(
    transaction: &Transaction<'_>,
    chat: &Transcript,
) -> Result<ChatId, Fault> {
    let sql = "SELECT 1 FROM chats WHERE origin = ?1 AND deleted_ms IS NULL";
    let mut origin = chat.origin.as_deref();
    if let Some(name) = origin {
        let taken = transaction.query_row(sql, [name], |_| Ok(())).optional()?;
        origin = origin.filter(|_| taken.is_none());
    }
    transcript::add(transaction, chat, origin)
}

/// What the messages of a chat are called where they came from.
pub(crate) fn origins(
    connection: &Connection,
    chat: ChatId,
) -> rusqlite::Result<HashMap<MessageId, String>> {
    let sql = "SELECT id, origin FROM messages WHERE chat = ?1 AND origin IS NOT NULL";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([chat.0], |row| Ok((MessageId(row.get(0)?), row.get(1)?)))?;
    rows.collect()
}

/// A message that came before.
struct Row {
    id: MessageId,
    removed: bool,
}

/// Adds the messages that the chat does not have, each below the one that it follows.
fn grow(
    transaction: &Transaction<'_>,
    chat: ChatId,
    brought: &Transcript,
) -> Result<Merged, Fault> {
    let known = rows_of(transaction, chat)?;
    let mut added = 0;
    // None for what is not there and not to be there.
    let mut ids: Vec<Option<MessageId>> = Vec::with_capacity(brought.entries.len());
    for entry in &brought.entries {
        let parent = match entry.parent {
            None => None,
            Some(before) => match ids.get(before).copied().flatten() {
                // What follows something that was removed belongs to it.
                None => {
                    ids.push(None);
                    continue;
                }
                found => found,
            },
        };
        let name = entry.origin.as_ref();
        let same = name.and_then(|name| known.get(name)).into_iter().flatten();
        let mut found = None;
        for row in same {
            if has(transaction, row.id, entry)? {
                found = Some(row);
                break;
            }
        }
        ids.push(if let Some(row) = found {
            (!row.removed).then_some(row.id)
        } else {
            added += 1;
            // What `left_out` names is of Spud's own replies, of which none is brought.
            let spot = Spot {
                chat,
                parent,
                before: &[],
            };
            Some(spot.put(transaction, entry)?)
        });
    }
    if added == 0 {
        return Ok(Merged::Known(chat));
    }
    let shown = brought.shown.and_then(|place| ids.get(place)).copied();
    if let Some(shown) = shown.flatten() {
        go_on_showing(transaction, chat, shown)?;
    }
    let sql = "UPDATE chats SET changed_ms = max(changed_ms, ?2) WHERE id = ?1";
    transaction.execute(sql, (chat.0, brought.changed_ms))?;
    Ok(Merged::Grown(chat, added))
}

fn rows_of(
    transaction: &Transaction<'_>,
    chat: ChatId,
) -> rusqlite::Result<HashMap<String, Vec<Row>>> {
    let sql = "SELECT origin, id, removed_with IS NOT NULL FROM messages
               WHERE chat = ?1 AND origin IS NOT NULL ORDER BY removed_with IS NOT NULL, id";
    let mut statement = transaction.prepare(sql)?;
    let mut found: HashMap<String, Vec<Row>> = HashMap::new();
    let rows = statement.query_map([chat.0], |row| {
        let (id, removed) = (MessageId(row.get(1)?), row.get(2)?);
        Ok((row.get(0)?, Row { id, removed }))
    })?;
    for row in rows {
        let (name, row) = row?;
        found.entry(name).or_default().push(row);
    }
    Ok(found)
}

/// Whether a message has these words: a reply may have gone on here, and one that was changed in the other
/// program is another one.
fn has(transaction: &Transaction<'_>, id: MessageId, entry: &Entry) -> rusqlite::Result<bool> {
    let sql = "SELECT text, thinking FROM messages WHERE id = ?1";
    let (text, thinking): (String, String) =
        transaction.query_row(sql, [id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(match &entry.body {
        Body::Question(words) => text == *words,
        Body::Reply(reply) => {
            text.starts_with(&reply.answer) && thinking.starts_with(&reply.thinking)
        }
    })
}

/// Shows a message where it goes on from the one that is shown last; who is on another branch stays there.
fn go_on_showing(
    transaction: &Transaction<'_>,
    chat: ChatId,
    shown: MessageId,
) -> rusqlite::Result<()> {
    transaction.execute(
        "UPDATE chats SET leaf = ?2 WHERE id = ?1 AND (leaf IS NULL OR leaf IN (
             WITH RECURSIVE above (id) AS (
                 VALUES (?2)
                 UNION ALL
                 SELECT parent FROM messages JOIN above USING (id) WHERE parent IS NOT NULL
             )
             SELECT id FROM above
         ))",
        (chat.0, shown.0),
    )?;
    Ok(())
}
