//! The list of chats as calls: names, going and coming back, drafts, and what is remembered.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use chats::{ChatId, Chats, Hit};

use crate::events::{AppEvent, ChatEvent, ChatRow};
use crate::failure::Failure;
use crate::open::{App, now_ms};

/// Names under which the product remembers things.
pub(crate) mod key {
    /// The chat that was open last, by its number; empty for none.
    pub(crate) const LAST_CHAT: &str = "window.last_chat";
    /// Set once a first question was asked.
    pub(crate) const ASKED: &str = "app.asked";
    /// The model that answers.
    pub(crate) const MODEL: &str = "app.model";
    /// The model files that were opened, a JSON list of paths.
    pub(crate) const FILES: &str = "app.model_files";
    /// How each model shall be held, as JSON by its id.
    pub(crate) const HELD: &str = "app.model_held";
    /// How replies of each model think, as JSON by its id.
    pub(crate) const MANNERS: &str = "app.model_manners";
    /// Milliseconds that the person accepts for a typical answer.
    pub(crate) const PATIENCE: &str = "app.patience_ms";
    /// What is said to the model in chats to come.
    pub(crate) const INSTRUCTIONS: &str = "app.instructions";
    /// Instructions and manners by their names, a JSON list.
    pub(crate) const PRESETS: &str = "app.presets";
}

/// Rows that a window needs to be drawn, and those that follow at a time: small enough that a page
/// stays alive between two of them.
const FIRST_ROWS: usize = 200;
const MORE_ROWS: usize = 1000;

/// How often it is looked whether another program changed it.
const LOOK: Duration = Duration::from_secs(2);
/// Beyond so many changes the whole list is told.
const MANY: usize = 50;

/// Nobody reads further down a list of chats that were found.
const MOST_HITS: usize = 100;

impl App {
    /// Gives a chat a name; without words in it, the chat is again called after its first message.
    pub async fn rename(&self, chat: ChatId, title: &str) -> Result<(), Failure> {
        let title = title.to_owned();
        self.at_the_gate(move |app, chats| {
            chats.rename(chat, &title)?;
            app.tell_row(chats, chat)
        })
        .await
    }

    /// Takes a chat out of the list and stops its reply; nothing on disk is lost.
    pub async fn delete(&self, chat: ChatId) -> Result<(), Failure> {
        self.stop(chat);
        self.at_the_gate(move |app, chats| {
            chats.delete(chat, now_ms())?;
            app.state().tell_chat(chat, &ChatEvent::Gone);
            app.tell_row(chats, chat)
        })
        .await
    }

    /// Brings a deleted chat back.
    pub async fn restore(&self, chat: ChatId) -> Result<(), Failure> {
        self.at_the_gate(move |app, chats| {
            app.stays(chat)?;
            chats.restore(chat)?;
            app.tell_row(chats, chat)
        })
        .await
    }

    /// Pins a chat before the others, or lets it go again.
    pub async fn pin(&self, chat: ChatId, pinned: bool) -> Result<(), Failure> {
        self.at_the_gate(move |app, chats| {
            chats.pin(chat, pinned, now_ms())?;
            app.tell_row(chats, chat)
        })
        .await
    }

    /// Puts a chat into a folder by its name, or takes it out of its folder.
    pub async fn set_folder(&self, chat: ChatId, folder: Option<String>) -> Result<(), Failure> {
        self.at_the_gate(move |app, chats| {
            chats.set_folder(chat, folder.as_deref())?;
            app.tell_row(chats, chat)
        })
        .await
    }

    /// The chats in which all words of a query stand, the last changed first.
    pub async fn search(&self, query: &str) -> Result<Vec<Hit>, Failure> {
        let query = query.to_owned();
        self.on_disk(move |_, chats| Ok(chats.search(&query, MOST_HITS)?))
            .await
    }

    /// Keeps what is typed into a chat, or for one that does not exist yet.
    pub async fn save_draft(&self, chat: Option<ChatId>, text: &str) -> Result<(), Failure> {
        let text = text.to_owned();
        self.on_disk(move |_, chats| Ok(chats.set_draft(chat, &text)?))
            .await?;
        self.look_ahead(chat);
        Ok(())
    }

    /// Remembers which chat is open, for the next start.
    pub async fn remember_chat(&self, chat: Option<ChatId>) -> Result<(), Failure> {
        let id = chat.map(|ChatId(id)| id.to_string()).unwrap_or_default();
        self.on_disk(move |_, chats| Ok(chats.set_setting(key::LAST_CHAT, &id)?))
            .await
    }

    /// Tells a chat's row as it is now, or that it is gone; at the gate only.
    pub(crate) fn tell_row(&self, chats: &Chats, chat: ChatId) -> Result<(), Failure> {
        let row = match chats.row(chat) {
            Ok(row) => Some(row),
            Err(chats::Error::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let mut state = self.state();
        match &row {
            Some(row) => state.told.insert(chat, row.changed_ms),
            None => state.told.remove(&chat),
        };
        let event = row.map_or(AppEvent::RowGone(chat), |row| {
            AppEvent::Row(state.shown_row(row))
        });
        state.app_watchers.tell(&event);
        Ok(())
    }

    /// Tells the whole list as it is now, where many changed; at the gate only.
    pub(crate) fn tell_rows(&self, chats: &Chats) -> Result<(), Failure> {
        let rows = chats.rows()?;
        let mut state = self.state();
        state.told = told(&rows);
        let rows = state.shown(rows);
        state.app_watchers.tell(&AppEvent::Chats(rows));
        Ok(())
    }
}

impl App {
    /// Looks now and then whether another program changed the list, such as a terminal beside the window.
    pub(crate) fn watch_list(&self) {
        let seen = Arc::new(AtomicI64::new(0));
        self.now_and_then(LOOK, move |app| {
            let seen = Arc::clone(&seen);
            async move {
                let looked = app.at_the_gate(move |app, chats| {
                    if app.state().app_watchers.is_empty() {
                        return Ok(());
                    }
                    let version = chats.version()?;
                    if seen.load(Relaxed) != version {
                        app.tell_what_changed(chats)?;
                        seen.store(version, Relaxed);
                    }
                    Ok(())
                });
                let _ = looked.await;
            }
        });
    }

    fn tell_what_changed(&self, chats: &Chats) -> Result<(), Failure> {
        let now: HashMap<ChatId, i64> = chats.changes()?.into_iter().collect();
        let changed: Vec<ChatId> = {
            let told = &self.state().told;
            let new = now.iter().filter(|(id, at)| told.get(id) != Some(at));
            let gone = told.keys().filter(|id| !now.contains_key(id));
            new.map(|(id, _)| *id).chain(gone.copied()).collect()
        };
        if changed.len() > MANY {
            return self.tell_rows(chats);
        }
        changed
            .into_iter()
            .try_for_each(|chat| self.tell_row(chats, chat))
    }
}

/// The rows as [`State::told`](crate::state::State) keeps them.
pub(crate) fn told(rows: &[chats::ChatRow]) -> HashMap<ChatId, i64> {
    rows.iter().map(|row| (row.id, row.changed_ms)).collect()
}

/// The first rows of a list, and the others as events.
pub(crate) fn paged(mut rows: Vec<ChatRow>) -> (Vec<ChatRow>, Vec<AppEvent>) {
    let older = rows.split_off(rows.len().min(FIRST_ROWS));
    let older = older.chunks(MORE_ROWS);
    (
        rows,
        older.map(|rows| AppEvent::Older(rows.to_vec())).collect(),
    )
}
