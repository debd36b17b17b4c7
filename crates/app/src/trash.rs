//! What was deleted: chats that wait to be erased, messages that left their chat, and how both come
//! back or go for good.

use std::sync::Arc;
use std::time::Duration;

use chats::{ChatId, Chats, DeletedRow, Erased, MessageId, RemovedRow};

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

    /// The messages that were taken out of chats which are still there, the last removed first.
    pub async fn removed(&self) -> Result<Vec<RemovedRow>, Failure> {
        self.on_disk(|_, chats| Ok(chats.removed()?)).await
    }

    /// Erases chats for good: from the database, the search, the backups, and the engine's memory. What
    /// takes long of it (every backup is written anew) happens beside everything else.
    pub async fn erase(&self, ids: Vec<ChatId>) -> Result<(), Failure> {
        for id in &ids {
            self.stop(*id);
        }
        let ids: Arc<[ChatId]> = ids.into();
        let all = Arc::clone(&ids);
        let erasing = self
            .at_the_gate(move |app, _| {
                for id in &*all {
                    app.idle(*id)?;
                }
                Ok(Erasing::of(app, &all))
            })
            .await?;
        let all = Arc::clone(&ids);
        let erased = self.on_disk(move |app, chats| {
            let _erasing = erasing;
            let erased = chats.erase(&all)?;
            // They are gone. Whatever fails from here on is told after the rest was done.
            let tidied = forget(chats, &all).and(app.sweep_kept(chats, None));
            Ok((erased, tidied))
        });
        let erased = erased.await;
        let (in_engine, tidied) = self
            .at_the_gate(move |app, chats| {
                let (erased, tidied) = match erased {
                    Ok(erased) => erased,
                    // They may be in the trash now where they were not.
                    Err(failure) => {
                        for id in &*ids {
                            app.tell_row(chats, *id)?;
                        }
                        return Err(failure);
                    }
                };
                let mut state = app.state();
                let mut in_engine = false;
                for id in &*ids {
                    in_engine |= state.in_engine.remove(id);
                    state.failed.remove(id);
                    state.tell_chat(*id, &ChatEvent::Gone);
                    state.app_watchers.tell(&AppEvent::RowGone(*id));
                }
                if let Some(notice) = unreached(&erased) {
                    state.notice(notice);
                }
                Ok((in_engine, tidied))
            })
            .await?;
        if in_engine {
            // Its words are tokens in the engine's cache. Another chat's reply is not waited for.
            let app = self.clone();
            self.look_after(async move {
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
            let erased = app.on_disk(move |app, chats| {
                let days = i64::from(app.preferences().trash_days);
                if days != 0 && !chats.is_read_only() {
                    chats.empty_trash(days.saturating_mul(DAY_MS), now_ms())?;
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

/// Chats that are being erased: until that is over, nothing begins in them and none comes back.
struct Erasing {
    app: App,
    ids: Arc<[ChatId]>,
}

impl Erasing {
    fn of(app: &App, ids: &Arc<[ChatId]>) -> Self {
        app.state().erasing.extend(ids.iter());
        let (app, ids) = (app.clone(), Arc::clone(ids));
        Self { app, ids }
    }
}

impl Drop for Erasing {
    fn drop(&mut self) {
        self.app.state().erasing.retain(|id| !self.ids.contains(id));
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

#[cfg(test)]
mod tests {
    use std::fs::File;

    use tokio::time::timeout;

    use super::*;
    use crate::Home;

    /// Far more than a question takes, far less than erasing waits for a backup.
    const SOON: Duration = Duration::from_secs(10);

    /// Somebody who keeps the backups for long, as a slow disk does.
    #[tokio::test(flavor = "multi_thread")]
    async fn erasing_a_chat_holds_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let app = App::open(&home).await.unwrap();
        let asked = app.on_disk(|_, chats| {
            let ask = |text| Ok::<_, Failure>(chats.add_question(None, text, 1)?.chat);
            Ok((ask("One?")?, ask("Other?")?))
        });
        let (one, other) = asked.await.unwrap();
        app.on_disk(|_, chats| Ok(chats.back_up(now_ms())?))
            .await
            .unwrap();
        app.delete(one).await.unwrap();
        let lock = home.data().join("backups/lock");
        let lock = File::options().write(true).open(lock).unwrap();
        lock.lock().unwrap();
        let erasing = tokio::spawn({
            let app = app.clone();
            async move { app.erase(vec![one]).await }
        });
        let begun = async {
            while app.state().erasing.is_empty() {
                tokio::task::yield_now().await;
            }
        };
        timeout(SOON, begun).await.expect("it never began");

        let meanwhile = async {
            drop(app.watch_chat(other).await.unwrap());
            app.rename(other, "Still here").await.unwrap();
            // The reply ends, since there is no engine here or there is one.
            app.send(Some(other), "Another?", None).await.unwrap();
            app.stop(other);
            while app.state().live.contains_key(&other) {
                tokio::task::yield_now().await;
            }
            let refused = app.restore(one).await.unwrap_err();
            assert_eq!(refused.code, Code::Busy, "{refused:?}");
        };
        timeout(SOON, meanwhile).await.expect("it waited");
        assert!(!erasing.is_finished());
        lock.unlock().unwrap();
        erasing.await.unwrap().unwrap();
        assert_eq!(app.deleted().await.unwrap(), []);
        assert!(app.state().erasing.is_empty());
        app.close().await;
    }
}
