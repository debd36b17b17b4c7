//! Whole chats, with all their branches, out of the database and into it: for copies that people
//! keep, and for chats that other programs wrote.
//!
//! Not here: the form of a file (`app`).

use rusqlite::{Connection, Transaction};

use crate::Chats;
use crate::attachment::{self, TextFile};
use crate::chat::{self, ChatId};
use crate::error::{Error, Fault};
use crate::growth;
use crate::merge;
use crate::message::{self, Body, Message, MessageId, State};
use crate::title;

/// A chat by itself, without the numbers of a database.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    /// One line; made from the first message where it is empty.
    pub title: String,
    /// True where a person chose the title.
    pub title_given: bool,
    /// When it was begun.
    pub created_ms: i64,
    /// When a message was last added.
    pub changed_ms: i64,
    /// It stands before the others.
    pub pinned: bool,
    /// How its replies think, in words of `app`'s.
    pub manner: Option<String>,
    /// The folder in which it lies.
    pub folder: Option<String>,
    /// What is said to the model with every reply; empty as a rule.
    pub instructions: String,
    /// The place of the message that is shown last; none where there are no messages.
    pub shown: Option<usize>,
    /// What it is called in the program that it came from, unique among the chats of all programs; none
    /// where it began in Spud.
    pub origin: Option<String>,
    /// All messages of all branches, each behind the one that it follows.
    pub entries: Vec<Entry>,
}

/// A message of a transcript.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The place of the message that it follows, before its own.
    pub parent: Option<usize>,
    /// When it was begun.
    pub created_ms: i64,
    /// The files that go with a question, in their order; none with a reply.
    pub files: Vec<TextFile>,
    /// What it is called where the chat came from, unique in the chat; none where it was written in Spud.
    pub origin: Option<String>,
    /// Its words. What `left_out` names is a place here too.
    pub body: Body,
}

impl Chats {
    /// A chat as a whole. A reply that is being written is told as far as it is on disk, as an
    /// interrupted one.
    pub fn transcript(&self, id: ChatId) -> Result<Transcript, Error> {
        self.read("read a whole chat", |connection| read(connection, id))
    }

    /// Adds whole chats as chats of their own, all or none, and gives their numbers.
    pub fn add_transcripts(&self, transcripts: &[Transcript]) -> Result<Vec<ChatId>, Error> {
        self.write("add chats", |transaction| {
            let add = |transcript| merge::add_another(transaction, transcript);
            transcripts.iter().map(add).collect()
        })
    }
}

fn read(connection: &Connection, id: ChatId) -> Result<Transcript, Fault> {
    let row = chat::find(connection, id)?;
    let (title_given, created_ms, manner, instructions, leaf, origin) = connection.query_row(
        "SELECT title_given, created_ms, manner, instructions, leaf, origin FROM chats WHERE id = ?1",
        [id.0],
        |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
            ))
        },
    )?;
    let leaf: Option<i64> = leaf;
    let mut origins = merge::origins(connection, id)?;
    let sql = format!(
        "SELECT {} FROM messages WHERE chat = ?1 AND removed_with IS NULL ORDER BY id",
        message::COLUMNS
    );
    let mut statement = connection.prepare(&sql)?;
    let mut messages: Vec<Message> = statement
        .query_map([id.0], message::from_row)?
        .collect::<Result<_, _>>()?;
    growth::fill(connection, &mut messages)?;
    let place = |id: MessageId| {
        messages
            .binary_search_by_key(&id, |message| message.id)
            .ok()
    };
    let entries = messages.iter().map(|message| {
        let files = match message.body {
            Body::Question(_) => attachment::texts(connection, message.id)?,
            Body::Reply(_) => Vec::new(),
        };
        let mut body = message.body.clone();
        if let Body::Reply(reply) = &mut body {
            if reply.state == State::Streaming {
                reply.state = State::Interrupted;
            }
            if let Some(statistics) = &mut reply.statistics {
                let left_out = statistics.left_out.and_then(place);
                statistics.left_out = left_out.map(as_id);
            }
        }
        Ok(Entry {
            parent: message.parent.and_then(place),
            created_ms: message.created_ms,
            files,
            origin: origins.remove(&message.id),
            body,
        })
    });
    Ok(Transcript {
        title: row.title,
        title_given,
        created_ms,
        changed_ms: row.changed_ms,
        pinned: row.pinned,
        manner,
        folder: row.folder,
        instructions,
        shown: leaf.map(MessageId).and_then(place),
        origin,
        entries: entries.collect::<rusqlite::Result<_>>()?,
    })
}

/// A place in the clothes of a number.
fn as_id(place: usize) -> MessageId {
    MessageId(i64::try_from(place).unwrap_or(i64::MAX))
}

/// Adds a chat, under this name of another program.
pub(crate) fn add(
    transaction: &Transaction<'_>,
    transcript: &Transcript,
    origin: Option<&str>,
) -> Result<ChatId, Fault> {
    let first = transcript.entries.first().map(|entry| match &entry.body {
        Body::Question(text) => text.as_str(),
        Body::Reply(reply) => reply.answer.as_str(),
    });
    let title = title::given(&transcript.title)
        .unwrap_or_else(|| title::title_from(first.unwrap_or_default()));
    transaction.execute(
        "INSERT INTO chats (title, title_given, created_ms, changed_ms, manner, pinned_ms, folder,
             instructions, origin)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            title,
            transcript.title_given,
            transcript.created_ms,
            transcript.changed_ms,
            &transcript.manner,
            transcript.pinned.then_some(transcript.changed_ms),
            transcript.folder.as_deref().and_then(title::given),
            &transcript.instructions,
            origin,
        ),
    )?;
    let chat = ChatId(transaction.last_insert_rowid());
    let mut ids: Vec<MessageId> = Vec::with_capacity(transcript.entries.len());
    for entry in &transcript.entries {
        // A place that is not there yet is nobody's child: it was checked where it was read.
        let parent = entry.parent.and_then(|place| ids.get(place)).copied();
        let before = &ids;
        let spot = Spot {
            chat,
            parent,
            before,
        };
        ids.push(spot.put(transaction, entry)?);
    }
    let shown = transcript.shown.and_then(|place| ids.get(place));
    if let Some(shown) = shown.or(ids.last()) {
        let sql = "UPDATE chats SET leaf = ?2 WHERE id = ?1";
        transaction.execute(sql, (chat.0, shown.0))?;
    }
    Ok(chat)
}

/// Where a message is put.
pub(crate) struct Spot<'ids> {
    pub(crate) chat: ChatId,
    /// What it follows.
    pub(crate) parent: Option<MessageId>,
    /// The messages before it, by their places in the transcript, as far as any of it names one.
    pub(crate) before: &'ids [MessageId],
}

impl Spot<'_> {
    pub(crate) fn put(
        &self,
        transaction: &Transaction<'_>,
        entry: &Entry,
    ) -> Result<MessageId, Fault> {
        match &entry.body {
            Body::Question(text) => self.put_question(transaction, entry, text),
            Body::Reply(reply) => self.put_reply(transaction, entry, reply),
        }
    }

    fn put_question(
        &self,
        transaction: &Transaction<'_>,
        entry: &Entry,
        text: &str,
    ) -> Result<MessageId, Fault> {
        transaction.execute(
            "INSERT INTO messages (chat, parent, role, state, created_ms, ended_ms, text, origin)
             VALUES (?1, ?2, 'user', 'complete', ?3, ?3, ?4, ?5)",
            (
                self.chat.0,
                self.parent.map(|id| id.0),
                entry.created_ms,
                text,
                &entry.origin,
            ),
        )?;
        let question = MessageId(transaction.last_insert_rowid());
        for (position, file) in (0..).zip(&entry.files) {
            let (chat, question) = (Some(self.chat), Some(question));
            attachment::insert(transaction, chat, question, position, file)?;
        }
        Ok(question)
    }

    fn put_reply(
        &self,
        transaction: &Transaction<'_>,
        entry: &Entry,
        reply: &message::Reply,
    ) -> Result<MessageId, Fault> {
        let (state, failure) = match &reply.state {
            State::Streaming | State::Interrupted => ("interrupted", None),
            State::Ended(end) => (message::word(end), message::failure_of(end)),
        };
        let counts = reply.counts;
        transaction.execute(
            "INSERT INTO messages (chat, parent, role, state, created_ms, ended_ms, model,
                 failure_code, failure_message, failure_hint, failure_cause, failure_detail,
                 thinking_tokens, answer_tokens, thinking_ms, answer_ms, text, thinking, origin)
             VALUES (?1, ?2, 'assistant', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                 ?17, ?18)",
            rusqlite::params![
                self.chat.0,
                self.parent.map(|id| id.0),
                state,
                entry.created_ms,
                reply.ended_ms,
                reply.model,
                failure.map(|failure| &failure.code),
                failure.map(|failure| &failure.message),
                failure.and_then(|failure| failure.hint.as_ref()),
                failure.and_then(|failure| failure.cause.as_ref()),
                failure.and_then(|failure| failure.detail.as_ref()),
                counts.thinking_tokens,
                counts.answer_tokens,
                crate::reply::signed(counts.thinking_ms),
                crate::reply::signed(counts.answer_ms),
                reply.answer,
                reply.thinking,
                &entry.origin,
            ],
        )?;
        let id = MessageId(transaction.last_insert_rowid());
        if let Some(statistics) = reply.statistics {
            let place = statistics
                .left_out
                .and_then(|id| usize::try_from(id.0).ok());
            let statistics = message::Statistics {
                left_out: place.and_then(|place| self.before.get(place)).copied(),
                ..statistics
            };
            crate::reply::save_statistics(transaction, id, &statistics)?;
        }
        Ok(id)
    }
}
