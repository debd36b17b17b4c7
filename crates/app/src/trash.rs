//! What was deleted: chats that wait to be erased, messages that left their chat, and how both come
//! back or go for good.

use std::time::Duration;

use chats::{ChatId, Chats, DeletedRow, Erased, MessageId};

use crate::events::{AppEvent, ChatEvent};
use crate::failure::{Cause, Code, Failure};
use crate::list::key;
use crate::open::{App, now_ms};

/// Between two looks whether something was deleted long enough ago.
const LOOK: Duration = Duration::from_hours(1);
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl App {
    /// The chats that are deleted and not erased, the last deleted first.
    pub async fn deleted(&self) -> Result<Vec<DeletedRow>, Failure> {
        self.on_disk(|_, chats| Ok(chats.deleted()?)).await
    }

    /// Erases chats for good: from the database, the search, the backups, and the engine's memory.
    pub async fn erase(&self, ids: Vec<ChatId>) -> Result<(), Failure> {
        for id in &ids {
            self.stop(*id);
        }
        let (in_engine, tidied) = self
            .at_the_gate(move |app, chats| {
                for id in &ids {
                    app.idle(*id)?;
                }
                let erased = chats.erase(&ids)?;
                // They are gone. Whatever fails from here on is told after the rest was done.
                let tidied = forget(chats, &ids).and(app.sweep_kept(chats, None));
                let mut state = app.state();
                for id in &ids {
                    state.tell_chat(*id, &ChatEvent::Gone);
                    state.app_watchers.tell(&AppEvent::RowGone(*id));
                }
                if let Some(notice) = unreached(&erased) {
                    state.notice(notice);
                }
                let in_engine = ids.iter().any(|id| state.in_engine.remove(id));
                Ok((in_engine, tidied))
            })
            .await?;
        if in_engine {
            // Its words are tokens in the engine's cache. Another chat's reply is not waited for.
            let app = self.clone();
            tokio::spawn(async move {
                app.inner.room.forget().await;
                // It may have kept them once more before.
                let swept = app.on_disk(|app, chats| app.sweep_kept(chats, None));
                if let Err(failure) = swept.await {
                    app.state().notice(failure);
                }
            });
        }
        tidied
    }

    /// Takes a message and all that followed it out of its chat.
    pub async fn remove_message(&self, id: MessageId) -> Result<(), Failure> {
        self.at_the_gate(move |app, chats| {
            let chat = chats.message(id)?.chat;
            app.idle(chat)?;
            let branch = chats.remove_message(id, now_ms())?;
            app.state().tell_chat(chat, &ChatEvent::Branch(branch));
            app.sweep_kept(chats, Some(chat))
        })
        .await
    }

    /// Brings a message back that was taken out of its chat.
    pub async fn restore_message(&self, id: MessageId) -> Result<(), Failure> {
        self.at_the_gate(move |app, chats| {
            let chat = chats.chat_of(id)?;
            app.idle(chat)?;
            let branch = chats.restore_message(id)?;
            app.state().tell_chat(chat, &ChatEvent::Branch(branch));
            Ok(())
        })
        .await
    }

    /// Erases what was deleted as long ago as is set.
    pub(crate) fn empty_trash(&self) {
        self.now_and_then(LOOK, |app| async move {
            let days = i64::from(app.preferences().trash_days);
            if days == 0 {
                return;
            }
            let erased = app.on_disk(move |app, chats| {
                if !chats.is_read_only() {
                    chats.empty_trash(days * DAY_MS, now_ms())?;
                    app.sweep_kept(chats, None)?;
                }
                Ok(())
            });
            if let Err(failure) = erased.await {
                app.state().notice(failure);
            }
        });
    }
}

/// No setting names a chat that is gone.
fn forget(chats: &Chats, ids: &[ChatId]) -> Result<(), Failure> {
    let last = chats.setting(key::LAST_CHAT)?;
    let last = last.and_then(|id| id.parse().ok()).map(ChatId);
    if last.is_some_and(|last| ids.contains(&last)) {
        chats.set_setting(key::LAST_CHAT, "")?;
    }
    Ok(())
}

/// What a person must know of what could not be erased.
fn unreached(erased: &Erased) -> Option<Failure> {
    let left: Vec<String> = erased
        .left
        .iter()
        .map(|path| format!("`{}`", path.display()))
        .collect();
    (!left.is_empty()).then(|| {
        Failure::new(
            Code::Storage,
            format!("{} may still hold words of what was erased", left.join(", ")),
        )
        .hint("It is kept since it was damaged or is in use. Delete it by hand when you can spare it.")
        .cause(Cause::WordsLeft {
            files: left.join(", "),
        })
    })
}
