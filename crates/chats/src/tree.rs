//! The tree of messages: asking, and reading the branch that is shown.
//!
//! Not here: replies (`reply`).

use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::Chats;
use crate::attachment::{self, Question, TextFile};
use crate::chat::{self, ChatId};
use crate::error::{Error, Fault};
use crate::message::{self, Body, Message, MessageId};
use crate::title::title_from;
use crate::{reply, settings};

impl Chats {
    /// Adds a question below the message that is shown last, or begins a chat with it, and
    /// returns it once it is on disk. The draft that it was is emptied in the same breath.
    pub fn add_question(
        &self,
        chat: Option<ChatId>,
        text: &str,
        now_ms: i64,
    ) -> Result<Message, Error> {
        self.write("save a question", |transaction| {
            add_question(transaction, chat, text.into(), now_ms)
        })
    }

    /// [`Chats::add_question`] and [`Chats::begin_reply`] to it, both or neither. Returns the branch
    /// that is shown, of which they are the last two. The files of the question, which the draft had,
    /// are its own from then on.
    pub fn ask<'a>(
        &self,
        chat: Option<ChatId>,
        question: impl Into<Question<'a>>,
        model: &str,
        now_ms: i64,
    ) -> Result<Vec<Message>, Error> {
        let question = question.into();
        self.write("save a question", |transaction| {
            let question = add_question(transaction, chat, question, now_ms)?;
            reply::begin(transaction, question.id, self.owner.id(), model, now_ms)?;
            conversation(transaction, question.chat)
        })
    }

    /// Asks another question in the place of one, and begins its reply, both or neither; the old one
    /// and all that followed it stay as a branch. Its files are some of those of the old one. Returns
    /// the branch that is shown, of which the new ones are the last two.
    pub fn ask_instead<'a>(
        &self,
        of: MessageId,
        question: impl Into<Question<'a>>,
        model: &str,
        now_ms: i64,
    ) -> Result<Vec<Message>, Error> {
        let Question { text, files } = question.into();
        self.write("save a question", |transaction| {
            let old = message::find(transaction, of)?;
            if !matches!(old.body, Body::Question(_)) {
                return Err(Error::NotFound {
                    what: "question",
                    id: of.0,
                }
                .into());
            }
            chat::find(transaction, old.chat)?;
            let question = insert_question(transaction, old.chat, old.parent, text, now_ms)?;
            attachment::copy(transaction, of, &question, files)?;
            reply::begin(transaction, question.id, self.owner.id(), model, now_ms)?;
            conversation(transaction, question.chat)
        })
    }

    /// Shows the branch on which a message lies, down to its newest end.
    pub fn show_branch(&self, through: MessageId) -> Result<Vec<Message>, Error> {
        self.write("show a branch", |transaction| {
            let chat = message::find(transaction, through)?.chat;
            chat::find(transaction, chat)?;
            show_newest_below(transaction, chat, through)?;
            conversation(transaction, chat)
        })
    }

    /// The branch of a chat that is shown, from the first message to the last.
    pub fn conversation(&self, id: ChatId) -> Result<Vec<Message>, Error> {
        self.read("read a conversation", |connection| {
            conversation(connection, id)
        })
    }

    /// The files of a question, with their texts.
    pub fn files(&self, of: MessageId) -> Result<Vec<TextFile>, Error> {
        self.read("read the files of a question", |connection| {
            Ok(attachment::texts(connection, of)?)
        })
    }

    /// One message.
    pub fn message(&self, id: MessageId) -> Result<Message, Error> {
        self.read("read a message", |connection| message::find(connection, id))
    }
}

/// Shows the newest branch that leads through a message.
pub(crate) fn show_newest_below(
    connection: &Connection,
    chat: ChatId,
    through: MessageId,
) -> Result<(), Fault> {
    connection.execute(
        "UPDATE chats SET leaf = (
             WITH RECURSIVE line (id) AS (
                 VALUES (?2)
                 UNION ALL
                 SELECT (
                     SELECT max(id) FROM messages
                     WHERE chat = ?1 AND parent = line.id AND removed_with IS NULL
                 )
                 FROM line WHERE line.id IS NOT NULL
             )
             SELECT max(id) FROM line
         ) WHERE id = ?1",
        (chat.0, through.0),
    )?;
    Ok(())
}

/// Makes a message the last one that is shown of its chat, which thereby changes.
pub(crate) fn show(
    connection: &Connection,
    chat: ChatId,
    leaf: MessageId,
    now_ms: i64,
) -> rusqlite::Result<()> {
    let sql = "UPDATE chats SET leaf = ?2, changed_ms = ?3 WHERE id = ?1";
    connection.execute(sql, (chat.0, leaf.0, now_ms))?;
    Ok(())
}

fn add_question(
    transaction: &Transaction<'_>,
    chat: Option<ChatId>,
    Question { text, files }: Question<'_>,
    now_ms: i64,
) -> Result<Message, Fault> {
    settings::empty_draft_of(transaction, chat, text)?;
    let id = if let Some(id) = chat {
        id
    } else {
        let sql = "INSERT INTO chats (title, created_ms, changed_ms) VALUES (?1, ?2, ?2)";
        transaction.execute(sql, (title_from(text), now_ms))?;
        ChatId(transaction.last_insert_rowid())
    };
    let sql = "SELECT leaf FROM chats WHERE id = ?1 AND deleted_ms IS NULL";
    let leaf: Option<i64> = transaction
        .query_row(sql, [id.0], |row| row.get(0))
        .optional()?
        .ok_or(chat::not_found(id))?;
    let question = insert_question(transaction, id, leaf.map(MessageId), text, now_ms)?;
    attachment::send(transaction, chat, &question, files)?;
    Ok(question)
}

fn insert_question(
    transaction: &Transaction<'_>,
    id: ChatId,
    parent: Option<MessageId>,
    text: &str,
    now_ms: i64,
) -> Result<Message, Fault> {
    transaction.execute(
        "INSERT INTO messages (chat, parent, role, state, created_ms, ended_ms, text)
         VALUES (?1, ?2, 'user', 'complete', ?3, ?3, ?4)",
        (id.0, parent.map(|parent| parent.0), now_ms, text),
    )?;
    let question = MessageId(transaction.last_insert_rowid());
    show(transaction, id, question, now_ms)?;
    message::find(transaction, question)
}

pub(crate) fn conversation(connection: &Connection, id: ChatId) -> Result<Vec<Message>, Fault> {
    chat::find(connection, id)?;
    // A parent is older than its children, so the ids are the order.
    let sql = format!(
        "WITH RECURSIVE branch (id) AS (
             SELECT leaf FROM chats WHERE id = ?1
             UNION ALL
             SELECT parent FROM messages JOIN branch USING (id)
         )
         SELECT {} FROM messages JOIN branch USING (id) ORDER BY messages.id",
        message::COLUMNS
    );
    let mut statement = connection.prepare(&sql)?;
    let messages = statement.query_map([id.0], message::from_row)?;
    let mut messages: Vec<Message> = messages.collect::<Result<_, _>>()?;
    message::complete(connection, &mut messages)?;
    Ok(messages)
}
