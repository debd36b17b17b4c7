//! Finding words in all chats: in questions, the files that go with them, answers, thoughts and
//! titles, in any script. All the words must stand in one text: a message, or one file with its name.
//!
//! The index holds runs of three characters (FTS5's trigram tokenizer), which needs no spaces
//! between words and so finds Chinese too. A word of one or two characters has no such run; every
//! text is then looked through, which is slower and finds the same. A growing reply is not in the
//! index before it ends (see `schema`).

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt::Write;

use rusqlite::{Connection, ToSql};

use crate::Chats;
use crate::attachment;
use crate::chat::ChatId;
use crate::error::{Error, Fault};
use crate::message::MessageId;

/// The most words of a query that count; the rest would only make it slower.
const MOST_WORDS: usize = 16;

/// Characters of a text that are shown before the first word that was found, and in all.
const BEFORE: usize = 40;
const SHOWN: usize = 160;

/// A chat in which all words were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The chat.
    pub chat: ChatId,
    /// Its title.
    pub title: String,
    /// When it last changed.
    pub changed_ms: i64,
    /// Messages that have all the words.
    pub count: usize,
    /// The newest of them; none where only the title has the words.
    pub best: Option<Best>,
}

/// The message that is shown of a hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Best {
    /// Which.
    pub message: MessageId,
    /// True where the words stand in its thinking.
    pub in_thinking: bool,
    /// Name of the file in which the words stand, where they do not stand in the message itself.
    pub in_file: Option<String>,
    /// Some words around the place, on one line, in pieces: those at odd places were searched for.
    pub snippet: Vec<String>,
}

impl Chats {
    /// The chats, the last changed first and at most `most`, with a message or a title that has all
    /// words of `query`, whatever their case. Nothing is found by no words.
    pub fn search(&self, query: &str, most: usize) -> Result<Vec<Hit>, Error> {
        // SQLite ends a text at a NUL, here and there.
        let query = query.replace('\0', " ");
        let words: Vec<&str> = query.split_whitespace().take(MOST_WORDS).collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        self.look_through("search the chats", |connection, halted| {
            let mut found = by_words(connection, &words)?;
            for (chat, title, changed_ms) in by_title(connection, &words)? {
                found.entry(chat).or_insert((title, changed_ms, 0, None));
            }
            let mut hits: Vec<_> = found.into_iter().collect();
            hits.sort_by_key(|(chat, (_, changed_ms, ..))| Reverse((*changed_ms, *chat)));
            hits.truncate(most);
            hits.into_iter()
                .map(|(chat, (title, changed_ms, count, best))| {
                    halted.check()?;
                    let best = best.map(|id| show(connection, id, &words)).transpose()?;
                    Ok(Hit {
                        chat: ChatId(chat),
                        title,
                        changed_ms,
                        count,
                        best,
                    })
                })
                .collect()
        })
    }
}

/// By its chat: title, last change, how many messages have all words, the newest of them.
type Found = HashMap<i64, (String, i64, usize, Option<i64>)>;

fn by_words(connection: &Connection, words: &[&str]) -> Result<Found, Fault> {
    let (long, short): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| word.chars().nth(2).is_some());
    let phrases: Vec<String> = long.iter().map(|word| quoted(word)).collect();
    let phrases = phrases.join(" ");
    let patterns: Vec<String> = short.iter().map(|word| pattern(word)).collect();
    // The same conditions on both kinds of text: ?1 the long words, the others from ?2 on.
    let has_all = |index: &str, columns: [&str; 2]| {
        let mut sql = String::from("TRUE");
        if !long.is_empty() {
            let _ = write!(
                sql,
                " AND id IN (SELECT rowid FROM {index} WHERE {index} MATCH ?1)"
            );
        }
        for number in (2..).take(patterns.len()) {
            let [one, other] = columns;
            let _ = write!(
                sql,
                r" AND ({one} LIKE ?{number} ESCAPE '\' OR {other} LIKE ?{number} ESCAPE '\')"
            );
        }
        sql
    };
    let sql = format!(
        "SELECT chats.id, title, changed_ms, count(*), max(messages.id) FROM messages
         JOIN chats ON chats.id = messages.chat
         WHERE deleted_ms IS NULL AND removed_with IS NULL AND messages.state <> 'streaming'
         AND messages.id IN (
             SELECT id FROM messages WHERE {}
             UNION SELECT message FROM attachments WHERE message IS NOT NULL AND {}
         ) GROUP BY chats.id",
        has_all("words", ["text", "thinking"]),
        has_all("words_of_files", ["text", "name"]),
    );
    let mut values: Vec<&dyn ToSql> = vec![&phrases];
    values.extend(patterns.iter().map(|pattern| pattern as &dyn ToSql));
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map(values.as_slice(), |row| {
        let count: i64 = row.get(3)?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Ok((row.get(0)?, (row.get(1)?, row.get(2)?, count, row.get(4)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn by_title(connection: &Connection, words: &[&str]) -> Result<Vec<(i64, String, i64)>, Fault> {
    let mut statement =
        connection.prepare("SELECT id, title, changed_ms FROM chats WHERE deleted_ms IS NULL")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut found = Vec::new();
    for row in rows {
        let row: (i64, String, i64) = row?;
        let title = folded(&row.1);
        if words
            .iter()
            .all(|word| find(&title, &folded(word)).is_some())
        {
            found.push(row);
        }
    }
    Ok(found)
}

/// A word as FTS5 takes it literally.
fn quoted(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\"\""))
}

/// A word as LIKE takes it literally, anywhere.
fn pattern(word: &str) -> String {
    let literal = word.replace('\\', r"\\").replace('%', r"\%");
    format!("%{}%", literal.replace('_', r"\_"))
}

fn show(connection: &Connection, id: i64, words: &[&str]) -> Result<Best, Fault> {
    let sql = "SELECT text, thinking FROM messages WHERE id = ?1";
    let (text, thinking): (String, String) =
        connection.query_row(sql, [id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let words_folded: Vec<Vec<char>> = words.iter().map(|word| folded(word)).collect();
    let has =
        |word: &[char], texts: &[&[char]]| texts.iter().any(|text| find(text, word).is_some());
    let (in_text, in_thinking) = (folded(&text), folded(&thinking));
    let own: [&[char]; 2] = [&in_text, &in_thinking];
    let file = if words_folded.iter().all(|word| has(word, &own)) {
        None
    } else {
        let mut files = attachment::texts(connection, MessageId(id))?.into_iter();
        files.find(|file| {
            let (name, text) = (folded(&file.name), folded(&file.text));
            words_folded.iter().all(|word| has(word, &[&text, &name]))
        })
    };
    let in_text = words_folded.iter().any(|word| has(word, &[&in_text]));
    let in_thinking = file.is_none() && !in_text;
    let shown = match &file {
        Some(file) => &file.text,
        None if in_thinking => &thinking,
        None => &text,
    };
    Ok(Best {
        message: MessageId(id),
        in_thinking,
        snippet: snippet(shown, words),
        in_file: file.map(|file| file.name),
    })
}

/// Characters in the form in which they are compared, one for each of the text.
fn folded(text: &str) -> Vec<char> {
    text.chars()
        .map(|letter| letter.to_lowercase().next().unwrap_or(letter))
        .collect()
}

fn find(text: &[char], word: &[char]) -> Option<usize> {
    text.windows(word.len().max(1))
        .position(|window| window == word)
}

/// The words around the first that is found, those searched for at odd places.
fn snippet(text: &str, words: &[&str]) -> Vec<String> {
    let whole = folded(text);
    let words: Vec<Vec<char>> = words.iter().map(|word| folded(word)).collect();
    let first = words.iter().filter_map(|word| find(&whole, word)).min();
    let from = first.unwrap_or(0).saturating_sub(BEFORE);
    let shown: Vec<char> = text.chars().skip(from).take(SHOWN).collect();
    let compared = &whole[from..from + shown.len()];
    let mut pieces = vec![String::from(if from > 0 { "…" } else { "" })];
    let mut at = 0;
    while at < shown.len() {
        let here = words
            .iter()
            .filter(|word| !word.is_empty() && compared[at..].starts_with(word))
            .map(Vec::len)
            .max();
        let (length, is_word) = here.map_or((1, false), |length| (length, true));
        let piece = shown[at..at + length].iter();
        let piece = piece.map(|letter| if letter.is_control() { ' ' } else { *letter });
        if is_word == pieces.len().is_multiple_of(2) {
            pieces.last_mut().expect("BUG: there is one").extend(piece);
        } else {
            pieces.push(piece.collect());
        }
        at += length;
    }
    if from + shown.len() < whole.len() {
        if pieces.len().is_multiple_of(2) {
            pieces.push(String::new());
        }
        pieces.last_mut().expect("BUG: there is one").push('…');
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_marks_every_word_and_says_where_it_was_cut() {
        assert_eq!(snippet("one Two one", &["two"]), ["one ", "Two", " one"]);
        assert_eq!(snippet("two\ntwo", &["two"]), ["", "two", " ", "two"]);
        assert_eq!(snippet("解释注意力", &["注意"]), ["解释", "注意", "力"]);
        let long = format!("{}needle{}", "a ".repeat(100), " b".repeat(200));
        let pieces = snippet(&long, &["needle"]);
        assert!(pieces[0].starts_with('…') && pieces[1] == "needle");
        assert!(pieces[2].ends_with('…'));
        assert_eq!(pieces.concat().chars().count(), SHOWN + 2);
        assert_eq!(snippet("x".repeat(200).as_str(), &["x"]).len(), 3);
    }

    #[test]
    fn signs_of_the_query_language_are_letters() {
        assert_eq!(quoted(r#"a"b*"#), r#""a""b*""#);
        assert_eq!(pattern(r"5%_\"), r"%5\%\_\\%");
    }
}
