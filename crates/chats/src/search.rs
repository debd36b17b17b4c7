//! Finding words in all chats: in questions, the files that go with them, answers, thoughts and
//! titles, in any script, case and spelling (`fold`). All the words must stand in one text: a message, or
//! one file with its name.
//!
//! The index (`index`) tells the texts that have a word. What it does not have yet is looked through itself:
//! messages with a mark, and those to which it has not come, where the index of an older version tells most
//! of them. So are the newest chats for words that stand nearly everywhere. A growing reply is not looked
//! for before it ends.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};

use crate::Chats;
use crate::chat::ChatId;
use crate::error::{Error, Fault};
use crate::fold::fold;
use crate::index::{self, LONGEST, Text};
use crate::message::MessageId;
use crate::retire;
use crate::searching::Moment;
use crate::snippet::snippet;
use crate::work::text_of;

/// The most words of a query that count; the rest would only make it slower.
const MOST_WORDS: usize = 16;

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
    /// Waits until all words are in the index, or for this long, and says whether they are. No search needs
    /// that: what is not in it yet is found as well, later.
    pub fn is_indexed(&self, within: Duration) -> bool {
        let indexing = self.indexing.as_ref();
        indexing.is_some_and(|indexing| indexing.wait(within))
    }

    /// The chats, the last changed first and at most `most`, with a message or a title that has all
    /// words of `query`, in any case and spelling. Nothing is found by no words.
    pub fn search(&self, query: &str, most: usize) -> Result<Vec<Hit>, Error> {
        let typed: Vec<&str> = query
            .split(|letter: char| letter.is_whitespace() || letter == '\0')
            .filter(|word| !word.is_empty())
            .take(MOST_WORDS)
            .collect();
        let words: Vec<String> = typed.iter().map(|word| fold(word)).collect();
        let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        self.look_through("search the chats", |moment| {
            Search::of(moment, &words, &typed)?.hits(most)
        })
    }
}

/// By message: the text of it that has the words, its own before those of its files.
type Found = BTreeMap<i64, i64>;

struct Search<'a> {
    moment: &'a Moment<'a>,
    /// The words as they are compared.
    words: &'a [String],
    /// By chat, texts that the index tells to have all words but those in `open`; none where it tells nothing,
    /// since all words stand nearly everywhere.
    told: Option<HashMap<i64, Vec<(i64, i64)>>>,
    /// Words that must still be looked for in the texts that the index tells.
    open: Vec<&'a str>,
    /// True where one of them is longer than what the index tells of a word.
    is_long: bool,
    /// By chat, messages of which the index may have no words, or wrong ones.
    fresh: HashMap<i64, HashSet<i64>>,
    /// The index has come down to this message.
    below: i64,
    /// By chat, those below that the old index tells; none where it tells nothing.
    old: Option<HashMap<i64, HashSet<i64>>>,
}

impl<'a> Search<'a> {
    fn of(moment: &'a Moment<'a>, words: &'a [String], typed: &[&str]) -> Result<Self, Fault> {
        let mut search = Self {
            moment,
            words,
            told: None,
            open: Vec::new(),
            is_long: false,
            fresh: HashMap::new(),
            below: i64::MAX,
            old: None,
        };
        let Some(index) = moment.index else {
            return Ok(search);
        };
        let about = index::about(index)?;
        search.below = about.below;
        let mut statement = moment
            .chats
            .prepare_cached("SELECT chat, message FROM fresh")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let messages = search.fresh.entry(row.get(0)?).or_default();
            messages.insert(row.get(1)?);
        }
        search.ask_the_index(index)?;
        if about.old && about.below > 0 && retire::serves(moment.chats)? {
            search.old = old(moment.chats, typed, about.below)?;
        }
        Ok(search)
    }

    fn ask_the_index(&mut self, index: &Connection) -> Result<(), Fault> {
        let mut all: Option<Vec<Text>> = None;
        for word in self.words {
            self.moment.halted.check()?;
            let is_long = word.chars().nth(LONGEST).is_some();
            let told = index::texts_with(index, word)?;
            if is_long || told.is_none() {
                self.open.push(word);
                self.is_long |= is_long;
            }
            all = match (all, told) {
                (Some(mut all), Some(told)) => {
                    all.retain(|text| told.binary_search(text).is_ok());
                    Some(all)
                }
                (all, told) => all.or(told),
            };
        }
        self.told = all.map(|all| {
            let mut by_chat: HashMap<i64, Vec<(i64, i64)>> = HashMap::new();
            for (chat, message, file) in all {
                by_chat.entry(chat).or_default().push((message, file));
            }
            by_chat
        });
        Ok(())
    }

    /// The chats that have all words, the last changed first.
    fn hits(&self, most: usize) -> Result<Vec<Hit>, Fault> {
        let sql = "SELECT id, title, changed_ms FROM chats WHERE deleted_ms IS NULL
                   ORDER BY changed_ms DESC, id DESC";
        let mut statement = self.moment.chats.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut hits = Vec::new();
        while hits.len() < most
            && let Some(row) = rows.next()?
        {
            self.moment.halted.check()?;
            let chat: i64 = row.get(0)?;
            let found = self.found(chat)?;
            let title: String = row.get(1)?;
            if found.is_empty() && !self.has_all(&fold(&title)) {
                continue;
            }
            let best = found.last_key_value();
            let best =
                best.map(|(message, file)| show(self.moment.chats, *message, *file, self.words));
            hits.push(Hit {
                chat: ChatId(chat),
                title,
                changed_ms: row.get(2)?,
                count: found.len(),
                best: best.transpose()?,
            });
        }
        Ok(hits)
    }

    fn has_all(&self, folded: &str) -> bool {
        self.words.iter().all(|word| folded.contains(word.as_str()))
    }

    /// The messages of a chat that have all words.
    fn found(&self, chat: i64) -> Result<Found, Fault> {
        let mut found = Found::new();
        let fresh = self.fresh.get(&chat);
        let is_fresh = |message: &i64| fresh.is_some_and(|fresh| fresh.contains(message));
        if let Some(index) = self.moment.index {
            for (message, file) in self.told(index, chat)? {
                if !is_fresh(&message) {
                    let best = found.entry(message).or_insert(file);
                    *best = file.min(*best);
                }
            }
        }
        let mut unknown: HashSet<i64> = fresh.cloned().unwrap_or_default();
        if self.below > 0 {
            match &self.old {
                Some(old) => unknown.extend(old.get(&chat).into_iter().flatten()),
                None => unknown.extend(self.all_below(chat)?),
            }
        }
        for message in unknown {
            self.moment.halted.check()?;
            if !found.contains_key(&message)
                && let Some(file) = self.look(message)?
            {
                found.insert(message, file);
            }
        }
        if !found.is_empty() {
            let sql = "SELECT id FROM messages WHERE chat = ?1 AND removed_with IS NOT NULL";
            let mut statement = self.moment.chats.prepare_cached(sql)?;
            let mut removed = statement.query([chat])?;
            while let Some(row) = removed.next()? {
                found.remove(&row.get(0)?);
            }
        }
        Ok(found)
    }

    /// The texts of a chat that have all words, by the index.
    fn told(&self, index: &Connection, chat: i64) -> Result<Vec<(i64, i64)>, Fault> {
        let told = self.told.as_ref().map(|told| told.get(&chat));
        match told {
            Some(None) => return Ok(Vec::new()),
            Some(Some(told)) if self.open.is_empty() => return Ok(told.clone()),
            _ => {}
        }
        let mut found = Vec::new();
        if self.is_long {
            for (message, file) in told.flatten().into_iter().flatten() {
                let text = text_of(self.moment.chats, *message, *file)?;
                if text.is_some_and(|text| self.has_all(&text)) {
                    found.push((*message, *file));
                }
            }
            return Ok(found);
        }
        let mut look = |message: i64, file: i64| -> Result<(), Fault> {
            let sql = "SELECT text FROM pieces JOIN texts USING (id)
                       WHERE chat = ?1 AND message = ?2 AND file = ?3";
            let mut statement = index.prepare_cached(sql)?;
            let mut rows = statement.query((chat, message, file))?;
            let mut open = self.open.clone();
            while !open.is_empty()
                && let Some(row) = rows.next()?
            {
                let piece = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
                open.retain(|word| !piece.contains(word));
            }
            if open.is_empty() {
                found.push((message, file));
            }
            Ok(())
        };
        if let Some(told) = told.flatten() {
            for (message, file) in told {
                look(*message, *file)?;
            }
        } else {
            let sql = "SELECT DISTINCT message, file FROM pieces WHERE chat = ?1";
            let mut statement = index.prepare_cached(sql)?;
            let mut rows = statement.query([chat])?;
            while let Some(row) = rows.next()? {
                look(row.get(0)?, row.get(1)?)?;
            }
        }
        Ok(found)
    }

    /// The messages of a chat to which the index has not come.
    fn all_below(&self, chat: i64) -> Result<Vec<i64>, Fault> {
        let sql = "SELECT id FROM messages WHERE chat = ?1 AND id < ?2";
        let mut statement = self.moment.chats.prepare_cached(sql)?;
        let ids = statement.query_map((chat, self.below), |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// Looks itself through a message and its files: the first of its texts that has all words.
    fn look(&self, message: i64) -> Result<Option<i64>, Fault> {
        let chats = self.moment.chats;
        let Some(own) = text_of(chats, message, 0)? else {
            return Ok(None);
        };
        if self.has_all(&own) {
            return Ok(Some(0));
        }
        let sql = "SELECT id FROM attachments WHERE message = ?1 ORDER BY id";
        let mut statement = chats.prepare_cached(sql)?;
        let files: Vec<i64> = statement
            .query_map([message], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for file in files {
            let text = text_of(chats, message, file)?;
            if text.is_some_and(|text| self.has_all(&text)) {
                return Ok(Some(file));
            }
        }
        Ok(None)
    }
}

/// By chat, the messages below this one that have all the long words by the index of older versions. It knows
/// no words of one or two characters; where there are no others, it is no help.
fn old(
    chats: &Connection,
    typed: &[&str],
    below: i64,
) -> Result<Option<HashMap<i64, HashSet<i64>>>, Fault> {
    let long = typed.iter().filter(|word| word.chars().nth(2).is_some());
    let phrases = long.map(|word| format!("\"{}\"", word.replace('"', "\"\"")));
    let phrases: Vec<String> = phrases.collect();
    if phrases.is_empty() {
        return Ok(None);
    }
    let sql = "SELECT chat, id FROM messages WHERE id < ?2 AND id IN (
                   SELECT rowid FROM words WHERE words MATCH ?1
                   UNION SELECT message FROM attachments WHERE message IS NOT NULL AND id IN (
                       SELECT rowid FROM words_of_files WHERE words_of_files MATCH ?1
                   )
               )";
    let mut statement = chats.prepare(sql)?;
    let mut rows = statement.query((phrases.join(" "), below))?;
    let mut found: HashMap<i64, HashSet<i64>> = HashMap::new();
    while let Some(row) = rows.next()? {
        found.entry(row.get(0)?).or_default().insert(row.get(1)?);
    }
    Ok(Some(found))
}

fn show(chats: &Connection, message: i64, file: i64, words: &[String]) -> Result<Best, Fault> {
    let parts = |sql: &str, id: i64| -> Result<(String, String), Fault> {
        let parts = chats
            .prepare_cached(sql)?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(parts.unwrap_or_default())
    };
    let (shown, folded, in_thinking, in_file);
    if file == 0 {
        let (text, thinking) = parts("SELECT text, thinking FROM messages WHERE id = ?1", message)?;
        let own = fold(&text);
        in_thinking = !words.iter().any(|word| own.contains(word.as_str()));
        (shown, folded) = if in_thinking {
            let folded = fold(&thinking);
            (thinking, folded)
        } else {
            (text, own)
        };
        in_file = None;
    } else {
        let (name, text) = parts("SELECT name, text FROM attachments WHERE id = ?1", file)?;
        (folded, shown, in_thinking, in_file) = (fold(&text), text, false, Some(name));
    }
    Ok(Best {
        message: MessageId(message),
        in_thinking,
        snippet: snippet(&shown, &folded, words),
        in_file,
    })
}
