//! The tables, and how each version of them becomes the next.
//!
//! `PRAGMA user_version` counts the steps that a file has been through. A step that was shipped
//! is never edited: a change is a new step at the end, and the file it starts from joins
//! `tests/fixtures`.

use rusqlite::{Connection, TransactionBehavior};

/// The steps; the first makes the tables of an empty file.
const STEPS: &[&str] = &[V1, V2, V3, V4, V5, V6, V7, V8, V9, V10];

/// The schema that this build reads and writes.
#[allow(
    clippy::cast_possible_wrap,
    reason = "there will not be 2^63 versions, and `try_from` is not const"
)]
pub(crate) const VERSION: i64 = STEPS.len() as i64;

/// Words are TEXT in UTF-8 and hold whatever was typed, NUL included, so SQL functions that stop
/// there (`length`) must not be trusted with them.
///
/// * `AUTOINCREMENT`: the number of a deleted chat never comes back for another one.
/// * `chats.leaf` is the message whose path to the root is shown; `title_given` is 1 where a
///   person chose the title.
/// * The two-column keys hold a chat's tree inside the chat, and a parent older than its children
///   makes a circle impossible and orders a path by id.
/// * `owner` names the program that writes a streaming reply, and only then (see `owner`).
/// * The long columns come last: SQLite reads a row from the front.
/// * Nothing cascades: rows of the user's go only where somebody asks for it by name.
const V1: &str = "
    CREATE TABLE chats (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        title TEXT NOT NULL,
        title_given INTEGER NOT NULL DEFAULT 0,
        created_ms INTEGER NOT NULL,
        changed_ms INTEGER NOT NULL,
        deleted_ms INTEGER,
        leaf INTEGER,
        draft TEXT NOT NULL DEFAULT '',
        FOREIGN KEY (id, leaf) REFERENCES messages (chat, id)
    ) STRICT;
    CREATE INDEX chats_by_change ON chats (changed_ms) WHERE deleted_ms IS NULL;

    CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        chat INTEGER NOT NULL REFERENCES chats (id),
        parent INTEGER CHECK (parent < id),
        role TEXT NOT NULL,
        state TEXT NOT NULL,
        owner TEXT,
        created_ms INTEGER NOT NULL,
        ended_ms INTEGER,
        model TEXT,
        failure_code TEXT,
        failure_message TEXT,
        failure_hint TEXT,
        prompt_tokens INTEGER,
        cached_tokens INTEGER,
        thinking_tokens INTEGER NOT NULL DEFAULT 0,
        answer_tokens INTEGER NOT NULL DEFAULT 0,
        thinking_ms INTEGER NOT NULL DEFAULT 0,
        answer_ms INTEGER NOT NULL DEFAULT 0,
        decode_per_second REAL,
        seed INTEGER,
        text TEXT NOT NULL DEFAULT '',
        thinking TEXT NOT NULL DEFAULT '',
        CHECK ((state = 'streaming') = (owner IS NOT NULL)),
        FOREIGN KEY (chat, parent) REFERENCES messages (chat, id)
    ) STRICT;
    CREATE UNIQUE INDEX messages_by_chat ON messages (chat, id);
    CREATE INDEX messages_by_parent ON messages (parent);
    CREATE INDEX messages_by_owner ON messages (owner) WHERE owner IS NOT NULL;

    CREATE TABLE settings (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
";

/// * `chats.manner` says how replies of the chat think, in words of `app`'s; null where nobody chose.
/// * `messages.closed_by` names who closed a thought in the model's place.
/// * `messages.left_out` is the last message that the model was not shown when it wrote this one,
///   since the context was full; null where it saw all.
/// * `chats.pinned_ms` is when a chat was pinned; null where it is not.
/// * `words` indexes the texts of `messages` without a copy of them. A reply joins it when it ends
///   and leaves it when it goes on: while it grows it is saved eight times a second.
/// * Branches ask for the siblings of every message that is shown: those of a first message, whose
///   parent is null, must not be looked for among the first messages of all chats.
const V2: &str = "
    ALTER TABLE chats ADD COLUMN manner TEXT;
    ALTER TABLE chats ADD COLUMN pinned_ms INTEGER;
    ALTER TABLE messages ADD COLUMN closed_by TEXT;
    ALTER TABLE messages ADD COLUMN left_out INTEGER;
    DROP INDEX messages_by_parent;
    CREATE INDEX messages_by_parent ON messages (chat, parent);

    CREATE VIRTUAL TABLE words USING fts5 (
        text, thinking, content = 'messages', content_rowid = 'id', tokenize = 'trigram'
    );
    INSERT INTO words (rowid, text, thinking)
        SELECT id, text, thinking FROM messages WHERE state <> 'streaming';
    CREATE TRIGGER words_of_a_message AFTER INSERT ON messages WHEN new.state <> 'streaming' BEGIN
        INSERT INTO words (rowid, text, thinking) VALUES (new.id, new.text, new.thinking);
    END;
    CREATE TRIGGER words_of_an_end AFTER UPDATE OF state ON messages
    WHEN old.state = 'streaming' AND new.state <> 'streaming' BEGIN
        INSERT INTO words (rowid, text, thinking) VALUES (new.id, new.text, new.thinking);
    END;
    CREATE TRIGGER words_of_a_rest AFTER UPDATE OF state ON messages
    WHEN old.state <> 'streaming' AND new.state = 'streaming' BEGIN
        INSERT INTO words (words, rowid, text, thinking)
            VALUES ('delete', old.id, old.text, old.thinking);
    END;
    CREATE TRIGGER words_that_go AFTER DELETE ON messages WHEN old.state <> 'streaming' BEGIN
        INSERT INTO words (words, rowid, text, thinking)
            VALUES ('delete', old.id, old.text, old.thinking);
    END;
";

/// * `chats.folder` is the name of the folder in which a chat lies; null where in none. A folder is
///   there while a chat is in it.
/// * `chats.instructions` is said to the model with every reply of the chat.
/// * `messages.removed_ms` is when a message was taken out of its chat, and `removed_with` the message
///   with which it went: itself, or the one above it that somebody removed. Both are null as a rule.
/// * The index of branches covers what is asked for siblings: the columns added here lie behind long
///   texts.
/// * `secure-delete`: what leaves the index is overwritten there, and not only marked as gone.
const V3: &str = "
    ALTER TABLE chats ADD COLUMN folder TEXT;
    ALTER TABLE chats ADD COLUMN instructions TEXT NOT NULL DEFAULT '';
    ALTER TABLE messages ADD COLUMN removed_ms INTEGER;
    ALTER TABLE messages ADD COLUMN removed_with INTEGER;
    DROP INDEX messages_by_parent;
    CREATE INDEX messages_by_parent ON messages (chat, parent, removed_with);
    INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
";

/// * `attachments` holds what was in a file when it was put to a draft: `message` is null while it
///   waits there, and `chat` too where the chat does not exist yet. `bytes` counts those of the file
///   as it was. The same text with another wording of the question is another row: branches never
///   share what a person could take away from one of them.
/// * `words_of_files` indexes names and texts, as `words` does those of messages, once they were
///   asked with.
const V4: &str = "
    CREATE TABLE attachments (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        chat INTEGER REFERENCES chats (id),
        message INTEGER CHECK (message IS NULL OR chat IS NOT NULL),
        position INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        name TEXT NOT NULL,
        text TEXT NOT NULL,
        FOREIGN KEY (chat, message) REFERENCES messages (chat, id)
    ) STRICT;
    CREATE INDEX attachments_by_message ON attachments (chat, message, position);
    CREATE INDEX attachments_of_a_message ON attachments (message) WHERE message IS NOT NULL;

    CREATE VIRTUAL TABLE words_of_files USING fts5 (
        name, text, content = 'attachments', content_rowid = 'id', tokenize = 'trigram'
    );
    CREATE TRIGGER words_of_a_file AFTER INSERT ON attachments WHEN new.message IS NOT NULL BEGIN
        INSERT INTO words_of_files (rowid, name, text) VALUES (new.id, new.name, new.text);
    END;
    CREATE TRIGGER words_of_a_sent_file AFTER UPDATE OF message ON attachments
    WHEN old.message IS NULL AND new.message IS NOT NULL BEGIN
        INSERT INTO words_of_files (rowid, name, text) VALUES (new.id, new.name, new.text);
    END;
    CREATE TRIGGER words_of_a_file_that_goes AFTER DELETE ON attachments
    WHEN old.message IS NOT NULL BEGIN
        INSERT INTO words_of_files (words_of_files, rowid, name, text)
            VALUES ('delete', old.id, old.name, old.text);
    END;
    INSERT INTO words_of_files (words_of_files, rank) VALUES ('secure-delete', 1);
";

/// * `messages.drafted_tokens` were guessed ahead of the model, and `accepted_tokens` of them were
///   right.
const V5: &str = "
    ALTER TABLE messages ADD COLUMN drafted_tokens INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE messages ADD COLUMN accepted_tokens INTEGER NOT NULL DEFAULT 0;
";

/// * `growth` holds what growing replies have gained since their rows in `messages` were written, a row for
///   each save (see `growth`): counts as they then were, bytes of the whole thinking and answer, and the
///   words that were new. There is no key to `messages`: without an index, which each save would have to
///   write, every message that goes would be looked for in all of it.
/// * Its first two rows belong to no reply and stay. They fill a page each, so that a save never finds the
///   table to be a single page that must become three.
const V6: &str = "
    CREATE TABLE growth (
        id INTEGER PRIMARY KEY,
        message INTEGER NOT NULL,
        thinking_tokens INTEGER NOT NULL,
        answer_tokens INTEGER NOT NULL,
        thinking_ms INTEGER NOT NULL,
        answer_ms INTEGER NOT NULL,
        thinking_bytes INTEGER NOT NULL,
        text_bytes INTEGER NOT NULL,
        text TEXT NOT NULL,
        thinking TEXT NOT NULL
    ) STRICT;
    INSERT INTO growth (message, thinking_tokens, answer_tokens, thinking_ms, answer_ms,
            thinking_bytes, text_bytes, text, thinking)
        VALUES (0, 0, 0, 0, 0, 0, 0, printf('%3000s', ''), ''),
               (0, 0, 0, 0, 0, 0, 0, printf('%3000s', ''), '');
";

/// * `fresh` has a mark for each change of words that the index (`index`) does not know yet. A save writes
///   the mark and no index: that is done behind its back. Marks are numbered for good, so that who has done
///   with one takes none away that came meanwhile.
/// * The index is a file of its own now, of this name; what the older one here has still serves until that
///   is whole, and nothing is added to it (`retire`).
const V7: &str = "
    CREATE TABLE fresh (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        chat INTEGER NOT NULL,
        message INTEGER NOT NULL
    ) STRICT;
    DROP TRIGGER words_of_a_message;
    DROP TRIGGER words_of_an_end;
    DROP TRIGGER words_of_a_rest;
    DROP TRIGGER words_that_go;
    DROP TRIGGER words_of_a_file;
    DROP TRIGGER words_of_a_sent_file;
    DROP TRIGGER words_of_a_file_that_goes;
    CREATE TRIGGER fresh_message AFTER INSERT ON messages WHEN new.state <> 'streaming' BEGIN
        INSERT INTO fresh (chat, message) VALUES (new.chat, new.id);
    END;
    CREATE TRIGGER fresh_state AFTER UPDATE OF state ON messages
    WHEN (old.state = 'streaming') <> (new.state = 'streaming') BEGIN
        INSERT INTO fresh (chat, message) VALUES (new.chat, new.id);
    END;
    CREATE TRIGGER fresh_end AFTER DELETE ON messages BEGIN
        INSERT INTO fresh (chat, message) VALUES (old.chat, old.id);
    END;
    CREATE TRIGGER fresh_file AFTER INSERT ON attachments WHEN new.message IS NOT NULL BEGIN
        INSERT INTO fresh (chat, message) VALUES (new.chat, new.message);
    END;
    CREATE TRIGGER fresh_sent_file AFTER UPDATE OF message ON attachments
    WHEN new.message IS NOT NULL BEGIN
        INSERT INTO fresh (chat, message) VALUES (new.chat, new.message);
    END;
    CREATE TRIGGER fresh_end_of_a_file AFTER DELETE ON attachments WHEN old.message IS NOT NULL BEGIN
        INSERT INTO fresh (chat, message) VALUES (old.chat, old.message);
    END;
    INSERT INTO settings (key, value) VALUES ('chats.index', lower(hex(randomblob(16))));
";

/// * `chats.origin` is the name that a chat has in the program it was brought from, and `messages.origin`
///   that of a message there; null for what began here. A later export of the same chats is known by them.
///   They lie in the rows themselves, so that nothing is left of them once the rows are erased.
const V8: &str = "
    ALTER TABLE chats ADD COLUMN origin TEXT;
    ALTER TABLE messages ADD COLUMN origin TEXT;
    CREATE INDEX chats_by_origin ON chats (origin) WHERE origin IS NOT NULL;
";

/// * `attachments.remarks` says what a person should know about the text of a file, in words of `app`'s:
///   that its letters are a guess, that pages of it are pictures. It stays with the question, so that an
///   old chat tells what the model was not shown.
/// * The index of a message's files covers what is listed of them: the column added here lies behind texts
///   of megabytes.
const V9: &str = "
    ALTER TABLE attachments ADD COLUMN remarks TEXT NOT NULL DEFAULT '';
    DROP INDEX attachments_by_message;
    CREATE INDEX attachments_by_message
        ON attachments (chat, message, position, bytes, name, remarks);
";

/// * `messages.failure_cause` says in facts what befell a reply, in words of `app`'s, so that it can be told in
///   any language, and `failure_detail` what of `failure_message` has no other form than words, such as what
///   the system said. Both are null where that is not known: of all that failed before.
const V10: &str = "
    ALTER TABLE messages ADD COLUMN failure_cause TEXT;
    ALTER TABLE messages ADD COLUMN failure_detail TEXT;
";

/// The schema of this file; 0 where it has none yet.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings the file to [`VERSION`], each step whole or not at all.
pub(crate) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    run(connection, STEPS)
}

fn run(connection: &mut Connection, steps: &[&str]) -> rusqlite::Result<()> {
    for (done, step) in (0_i64..).zip(steps) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if version(&transaction)? == done {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", done + 1)?;
            transaction.commit()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_fails_leaves_the_steps_before_it() {
        let mut connection = Connection::open_in_memory().unwrap();
        let steps = [
            "CREATE TABLE a (x);",
            "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1);",
        ];
        run(&mut connection, &steps).unwrap_err();
        assert_eq!(version(&connection).unwrap(), 1);
        assert!(!connection.table_exists(None, "b").unwrap());

        let mended = [steps[0], "CREATE TABLE b (x);"];
        run(&mut connection, &mended).unwrap();
        assert_eq!(version(&connection).unwrap(), 2);
        run(&mut connection, &mended).unwrap();
    }
}
