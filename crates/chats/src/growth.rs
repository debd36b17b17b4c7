//! What a growing reply has gained since its row was written: a piece for each save, behind the others.
//!
//! A save writes what is new and nothing else, however long the reply has become. Its row has the words
//! from which it went on, none as a rule; with all of them in it, it would be written anew eight times a
//! second. When the reply ends, or its writer is found dead, the pieces become one with the row.
//!
//! Not here: who may write a reply, and its end (`reply`).

use rusqlite::{Connection, OptionalExtension, Row};

use crate::error::{Error, Fault};
use crate::message::{self, Body, Counts, Message, MessageId, State};
use crate::reply::{Growth, signed};

/// Saves what is new of a reply that this owner writes.
pub(crate) fn add(
    connection: &Connection,
    id: MessageId,
    owner: &str,
    growth: &Growth<'_>,
) -> Result<(), Fault> {
    let Some((thinking, answer)) = saved(connection, id, owner)? else {
        message::find(connection, id)?;
        return Err(Error::NotStreaming(id).into());
    };
    let (Some(thought), Some(answered)) =
        (growth.thinking.get(thinking..), growth.answer.get(answer..))
    else {
        // It does not begin with what is on disk. Nobody does that, and it costs no more than time.
        return put(connection, id, owner, growth);
    };
    let bytes = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
    connection.execute(
        "INSERT INTO growth (message, thinking_tokens, answer_tokens, thinking_ms, answer_ms,
             thinking_bytes, text_bytes, text, thinking)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            id.0,
            growth.counts.thinking_tokens,
            growth.counts.answer_tokens,
            signed(growth.counts.thinking_ms),
            signed(growth.counts.answer_ms),
            bytes(growth.thinking),
            bytes(growth.answer),
            answered,
            thought,
        ),
    )?;
    Ok(())
}

/// Writes the row of a reply with all of its words.
pub(crate) fn put(
    connection: &Connection,
    id: MessageId,
    owner: &str,
    whole: &Growth<'_>,
) -> Result<(), Fault> {
    let changed = connection.execute(
        "UPDATE messages SET thinking = ?3, text = ?4, thinking_tokens = ?5,
         answer_tokens = ?6, thinking_ms = ?7, answer_ms = ?8 WHERE id = ?1 AND owner = ?2",
        (
            id.0,
            owner,
            whole.thinking,
            whole.answer,
            whole.counts.thinking_tokens,
            whole.counts.answer_tokens,
            signed(whole.counts.thinking_ms),
            signed(whole.counts.answer_ms),
        ),
    )?;
    if changed == 0 {
        message::find(connection, id)?;
        return Err(Error::NotStreaming(id).into());
    }
    forget(connection, id)?;
    Ok(())
}

/// Makes the pieces of a reply one with its row.
pub(crate) fn fold(connection: &Connection, id: MessageId) -> rusqlite::Result<()> {
    let Some(gained) = gained(connection, id)? else {
        return Ok(());
    };
    connection.execute(
        "UPDATE messages SET thinking = thinking || ?2, text = text || ?3, thinking_tokens = ?4,
         answer_tokens = ?5, thinking_ms = ?6, answer_ms = ?7 WHERE id = ?1",
        (
            id.0,
            gained.thinking,
            gained.answer,
            gained.counts.thinking_tokens,
            gained.counts.answer_tokens,
            signed(gained.counts.thinking_ms),
            signed(gained.counts.answer_ms),
        ),
    )?;
    forget(connection, id)
}

/// Gives those of the messages that are growing what they have gained.
pub(crate) fn fill(connection: &Connection, messages: &mut [Message]) -> rusqlite::Result<()> {
    for message in messages {
        let Body::Reply(reply) = &mut message.body else {
            continue;
        };
        if reply.state != State::Streaming {
            continue;
        }
        if let Some(gained) = gained(connection, message.id)? {
            reply.thinking += &gained.thinking;
            reply.answer += &gained.answer;
            reply.counts = gained.counts;
        }
    }
    Ok(())
}

/// The pieces of a reply as one.
struct Gained {
    thinking: String,
    answer: String,
    counts: Counts,
}

fn gained(connection: &Connection, id: MessageId) -> rusqlite::Result<Option<Gained>> {
    let mut statement = connection.prepare(
        "SELECT thinking, text, thinking_tokens, answer_tokens, thinking_ms, answer_ms
         FROM growth WHERE message = ?1 ORDER BY id",
    )?;
    let mut rows = statement.query([id.0])?;
    let mut found: Option<Gained> = None;
    while let Some(row) = rows.next()? {
        let counts = Counts {
            thinking_tokens: row.get(2)?,
            answer_tokens: row.get(3)?,
            thinking_ms: row.get::<_, i64>(4)?.unsigned_abs(),
            answer_ms: row.get::<_, i64>(5)?.unsigned_abs(),
        };
        let gained = found.get_or_insert_with(|| Gained {
            thinking: String::new(),
            answer: String::new(),
            counts,
        });
        gained.thinking += row.get_ref(0)?.as_str()?;
        gained.answer += row.get_ref(1)?.as_str()?;
        gained.counts = counts;
    }
    Ok(found)
}

/// Bytes of a reply's thinking and answer as they are on disk; none where this owner does not write it.
fn saved(
    connection: &Connection,
    id: MessageId,
    owner: &str,
) -> rusqlite::Result<Option<(usize, usize)>> {
    let bytes = |row: &Row<'_>| -> rusqlite::Result<(usize, usize)> {
        let whole = |bytes: i64| usize::try_from(bytes).unwrap_or(usize::MAX);
        Ok((whole(row.get(0)?), whole(row.get(1)?)))
    };
    // Unlike `length` it does not stop at a NUL, and reads no text.
    let sql = "SELECT octet_length(thinking), octet_length(text) FROM messages
               WHERE id = ?1 AND owner = ?2";
    let Some(begun) = connection.query_row(sql, (id.0, owner), bytes).optional()? else {
        return Ok(None);
    };
    let sql = "SELECT thinking_bytes, text_bytes FROM growth WHERE message = ?1
               ORDER BY id DESC LIMIT 1";
    let last = connection.query_row(sql, [id.0], bytes).optional()?;
    Ok(Some(last.unwrap_or(begun)))
}

fn forget(connection: &Connection, id: MessageId) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM growth WHERE message = ?1", [id.0])?;
    Ok(())
}
