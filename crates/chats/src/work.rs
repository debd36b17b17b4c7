//! One message whose words come into the index or leave it, piece by piece, and which one is next.
//!
//! Not here: when (`indexing`).

use rusqlite::{Connection, OptionalExtension};

use crate::fold::fold;
use crate::index::{self, About};

/// Marks of one message that are done with at once: a question has one for each file.
const AT_ONCE: i64 = 63;

/// A message whose words come into the index or leave it.
pub(crate) struct Work {
    chat: i64,
    pub(crate) message: i64,
    /// Its marks; both 0 where it had none.
    first: i64,
    pub(crate) last: i64,
    /// What is being added: a text and the byte at which its next piece begins. None while what was there
    /// before is removed.
    adding: Option<Adding>,
}

struct Adding {
    file: i64,
    at: usize,
    folded: Option<String>,
}

impl Work {
    /// Whether it is this work, as far as that had come.
    pub(crate) fn is_at(&self, other: &Self) -> bool {
        let place = |work: &Self| {
            let at = work.adding.as_ref().map(|adding| (adding.file, adding.at));
            (work.chat, work.message, work.first, work.last, at)
        };
        place(self) == place(other)
    }

    /// Looks at its message again, which was begun in an earlier step; where that has gone, all that is left is to
    /// remove it.
    pub(crate) fn look(&mut self, moment: &Connection) -> rusqlite::Result<()> {
        let sql = "SELECT 1 FROM messages WHERE id = ?1 AND state <> 'streaming'";
        let is_there = moment.query_row(sql, [self.message], |_| Ok(()));
        if is_there.optional()?.is_none() {
            self.adding = None;
        }
        Ok(())
    }

    /// Removes or adds one piece; false when there is nothing left to do.
    pub(crate) fn go_on(
        &mut self,
        index: &Connection,
        chats: &Connection,
    ) -> rusqlite::Result<bool> {
        let Some(adding) = &mut self.adding else {
            if !index::remove_one(index, self.chat, Some(self.message))? {
                let (file, at, folded) = (0, 0, None);
                self.adding = Some(Adding { file, at, folded });
            }
            return Ok(true);
        };
        let folded = match adding.folded.take() {
            Some(folded) => folded,
            None => text_of(chats, self.message, adding.file)?.unwrap_or_default(),
        };
        // After a kill it may be another one, which then has a mark again.
        let mut at = adding.at.min(folded.len());
        while !folded.is_char_boundary(at) {
            at += 1;
        }
        let text = (self.chat, self.message, adding.file);
        let next = if at >= folded.len() {
            None
        } else {
            index::add(index, text, &folded, at)?
        };
        if let Some(next) = next {
            (adding.at, adding.folded) = (next, Some(folded));
            return Ok(true);
        }
        let sql = "SELECT min(id) FROM attachments WHERE message = ?1 AND id > ?2";
        let next: Option<i64> =
            chats.query_row(sql, (self.message, adding.file), |row| row.get(0))?;
        let Some(file) = next else {
            return Ok(false);
        };
        (adding.file, adding.at) = (file, 0);
        Ok(true)
    }
}

/// A text of a message as it is compared; none where it is gone, or is being written.
pub(crate) fn text_of(
    chats: &Connection,
    message: i64,
    file: i64,
) -> rusqlite::Result<Option<String>> {
    let (sql, id) = if file == 0 {
        let sql = "SELECT text, thinking FROM messages WHERE id = ?1 AND state <> 'streaming'";
        (sql, message)
    } else {
        ("SELECT name, text FROM attachments WHERE id = ?1", file)
    };
    let mut statement = chats.prepare_cached(sql)?;
    let parts = statement.query_row([id], |row| {
        let mut folded = fold(row.get_ref(0)?.as_str()?);
        let other = row.get_ref(1)?.as_str()?;
        if !other.is_empty() {
            // In no word.
            folded.push('\n');
            folded += &fold(other);
        }
        Ok(folded)
    });
    parts.optional()
}

/// What an earlier step was at, of this program or another.
pub(crate) fn going(index: &Connection) -> rusqlite::Result<Option<Work>> {
    let sql = "SELECT chat, message, first, last, file, at FROM going";
    let work = index.query_row(sql, [], |row| {
        let file: Option<i64> = row.get(4)?;
        let at: i64 = row.get(5)?;
        Ok(Work {
            chat: row.get(0)?,
            message: row.get(1)?,
            first: row.get(2)?,
            last: row.get(3)?,
            adding: file.map(|file| Adding {
                file,
                at: usize::try_from(at).unwrap_or_default(),
                folded: None,
            }),
        })
    });
    work.optional()
}

pub(crate) fn keep(index: &Connection, about: &About, work: Option<&Work>) -> rusqlite::Result<()> {
    let sql = "UPDATE about SET below = ?1, seen = ?2";
    index
        .prepare_cached(sql)?
        .execute((about.below, about.seen))?;
    index.execute("DELETE FROM going", [])?;
    if let Some(work) = work {
        let adding = work.adding.as_ref();
        let at = adding.map_or(0, |adding| i64::try_from(adding.at).unwrap_or(i64::MAX));
        index.execute(
            "INSERT INTO going (chat, message, first, last, file, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (
                work.chat,
                work.message,
                work.first,
                work.last,
                adding.map(|adding| adding.file),
                at,
            ),
        )?;
    }
    Ok(())
}

/// The oldest mark that is not done with; without one, the newest message that is not in the index.
pub(crate) fn next(
    moment: &Connection,
    about: &About,
    done: &[Work],
) -> rusqlite::Result<Option<Work>> {
    let sql = "SELECT id, chat, message FROM fresh WHERE id > ?1 ORDER BY id LIMIT 1";
    let mut statement = moment.prepare_cached(sql)?;
    let mut after = done.last().map_or(0, |work| work.first);
    loop {
        let row = statement.query_row([after], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        let Some((first, chat, message)): Option<(i64, i64, i64)> = row.optional()? else {
            break;
        };
        after = first;
        let is_done = |work: &Work| work.message == message && work.last >= first;
        if done.iter().rev().take(100).any(is_done) {
            continue;
        }
        let sql = "SELECT max(id) FROM fresh WHERE id BETWEEN ?1 AND ?2 AND message = ?3";
        let last = moment
            .prepare_cached(sql)?
            .query_row((first, first + AT_ONCE, message), |row| row.get(0))?;
        return Ok(Some(Work {
            chat,
            message,
            first,
            last,
            adding: None,
        }));
    }
    let sql = "SELECT id, chat FROM messages WHERE id < ?1 AND state <> 'streaming'
               ORDER BY id DESC LIMIT 1";
    let work = moment.prepare_cached(sql)?.query_row([about.below], |row| {
        Ok(Work {
            message: row.get(0)?,
            chat: row.get(1)?,
            first: 0,
            last: 0,
            adding: None,
        })
    });
    work.optional()
}

/// Takes marks away, unless the chats have another index by now, which may need them.
pub(crate) fn unmark(marks: &mut Connection, name: &str, done: &[Work]) -> rusqlite::Result<()> {
    if done.is_empty() {
        return Ok(());
    }
    let transaction = index::immediate(marks)?;
    if index::name(&transaction)?.as_deref() != Some(name) {
        return Ok(());
    }
    for work in done {
        let sql = "DELETE FROM fresh WHERE id BETWEEN ?1 AND ?2 AND message = ?3";
        transaction
            .prepare_cached(sql)?
            .execute((work.first, work.last, work.message))?;
    }
    transaction.commit()
}
