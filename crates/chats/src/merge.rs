//! Chats that another program began: the first time they are added, and each later time what is new in
//! them joins as branches.
//!
//! What they are called there stands in their own rows (`schema`), so that who erases a chat erases all
//! that was known of it. What was written here is never touched: no row is changed, none comes back from
//! the trash, and below what somebody removed nothing is added.
//!
//! Not here: reading files (`app`).

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Transaction};

use crate::Chats;
use crate::chat::ChatId;
use crate::error::{Error, Fault};
use crate::message::{Body, MessageId};
use crate::transcript::{self, Entry, Transcript};

/// What a chat is called in the program that it came from, and each of its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The chat, unique among those of all programs.
    pub chat: String,
    /// The messages, unique in the chat, in the order of the entries.
    pub messages: Vec<String>,
}

impl Origin {
    pub(crate) fn message(&self, place: usize) -> Option<&str> {
        self.messages.get(place).map(String::as_str)
    }
}

/// A chat that is brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Brought {
    /// The chat as a whole.
    pub chat: Transcript,
    /// None for one that is always another chat.
    pub origin: Option<Origin>,
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
    let add = |origin| {
        Ok(Merged::Added(transcript::add(
            transaction,
            &brought.chat,
            origin,
        )?))
    };
    let Some(origin) = &brought.origin else {
        return add(None);
    };
    let sql = "SELECT id, deleted_ms IS NOT NULL, EXISTS (
                   SELECT 1 FROM messages WHERE messages.chat = chats.id AND owner IS NOT NULL
               ) FROM chats WHERE origin = ?1 ORDER BY deleted_ms IS NOT NULL, id DESC LIMIT 1";
    let found = transaction.query_row(sql, [&origin.chat], |row| {
        Ok((ChatId(row.get(0)?), row.get(1)?, row.get(2)?))
    });
    match found.optional()? {
        None => add(Some(origin)),
        Some((chat, true, _)) => Ok(Merged::InTrash(chat)),
        Some((chat, false, writing)) if writing || closed.contains(&chat) => Ok(Merged::Busy(chat)),
        Some((chat, false, _)) => grow(transaction, chat, &brought.chat, origin),
    }
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
    origin: &Origin,
) -> Result<Merged, Fault> {
    let known = rows_of(transaction, chat)?;
    let mut added = 0;
    // None for what is not there and not to be there.
    let mut ids: Vec<Option<MessageId>> = Vec::with_capacity(brought.entries.len());
    for (place, entry) in brought.entries.iter().enumerate() {
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
        let name = origin.message(place);
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
            let id = transcript::add_entry(transaction, chat, parent, entry, name, &[])?;
            Some(id)
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
