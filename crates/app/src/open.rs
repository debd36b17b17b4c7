//! Opening the product, watching it, and leaving it in order.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chats::{Body, ChatId, Chats, Message};
use tempfile::TempDir;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Notify, watch};
use tokio::task::spawn_blocking;
use tokio::time::{interval, sleep, timeout};

use crate::drafting::Readings;
use crate::engine_room::EngineRoom;
use crate::events::{AppEvent, ChatEvent, Snapshot, Watchers};
use crate::failure::{Cause, Code, Failure, of_opening};
use crate::home::Home;
use crate::list::{key, paged, told};
use crate::manner::Manner;
use crate::models;
use crate::network::Network;
use crate::picking::Wishes;
use crate::preferences::Preferences;
use crate::presets;
use crate::shelf::Queue;
use crate::state::{Locked, State, assert_unlocked};
use crate::task::{broke, caught};
use crate::written;

/// How often it is looked whether a backup is due; one is made a day.
const BACKUP_LOOK: Duration = Duration::from_hours(1);

/// How long leaving waits for replies to be saved before it goes without.
pub(crate) const FAREWELL: Duration = Duration::from_secs(5);

/// The product. Clones are the same product.
#[derive(Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    /// `None` once the product was closed.
    kept: Mutex<Option<Arc<Kept>>>,
    pub(crate) room: EngineRoom,
    /// Lock of whatever changes chats on disk and tells of it, and of snapshots: what a watcher
    /// is told after its snapshot is what the snapshot has not.
    gate: Mutex<()>,
    state: Mutex<State>,
    /// The chat, or the next one, of which something may be read ahead.
    pub(crate) ahead: watch::Sender<Option<ChatId>>,
    /// Lock of whoever writes the queue of downloads down.
    queue_file: Mutex<()>,
    /// Rings when there may be something to download.
    pub(crate) queue_news: Arc<Notify>,
}

/// The chats, and the folder that goes with them where the user's own could not be used.
pub(crate) struct Kept {
    pub(crate) chats: Chats,
    _temporary: Option<TempDir>,
}

/// The product, for somebody who does not keep it open.
#[derive(Clone)]
pub struct Glimpse(Weak<Inner>);

impl Glimpse {
    /// The product, unless it has ended.
    pub fn upgrade(&self) -> Option<App> {
        self.0.upgrade().map(|inner| App { inner })
    }
}

impl App {
    /// The product without keeping it open.
    pub fn downgrade(&self) -> Glimpse {
        Glimpse(Arc::downgrade(&self.inner))
    }

    /// Opens the product of a home. Where its chats cannot be opened, they are kept in a temporary
    /// folder and a notice says so, since a person without a writable disk can still ask.
    ///
    /// Must be called within a tokio runtime.
    pub async fn open(home: &Home) -> Result<Self, Failure> {
        let folder = home.data().to_owned();
        let home = home.clone();
        let app = blocking(move || {
            let mut notices = Vec::new();
            written::sweep(&folder);
            notices.extend(Network::unread(&home));
            notices.extend(Preferences::unread(&home));
            notices.extend(Queue::unread(&home));
            notices.extend(home.troubles());
            let kept = match Chats::open(&folder, now_ms()) {
                Ok(opened) => {
                    notices.extend(opened.notes.iter().map(of_opening));
                    Kept {
                        chats: opened.chats,
                        _temporary: None,
                    }
                }
                Err(error) => {
                    let (kept, notice) = unkept(error)?;
                    notices.push(notice);
                    kept
                }
            };
            let (model, models) = models::remembered(&kept.chats)?;
            let state = State {
                app_watchers: Watchers::default(),
                told: HashMap::new(),
                chat_watchers: HashMap::new(),
                live: HashMap::new(),
                erasing: HashSet::new(),
                failed: HashSet::new(),
                unsaved: HashMap::new(),
                model,
                models,
                preparing: None,
                wishes: Wishes::remembered(&kept.chats)?,
                readings: Readings::default(),
                counted: HashMap::new(),
                intake: None,
                queue: Queue::remembered(&home),
                seen: None,
                gentle: false,
                in_engine: HashSet::new(),
                ahead: None,
                notices,
            };
            Ok(Self {
                inner: Arc::new(Inner {
                    kept: Mutex::new(Some(Arc::new(kept))),
                    room: EngineRoom::new(&home),
                    gate: Mutex::new(()),
                    state: Mutex::new(state),
                    ahead: watch::Sender::new(None),
                    queue_file: Mutex::new(()),
                    queue_news: Arc::new(Notify::new()),
                }),
            })
        })
        .await?;
        app.tell_engine_state();
        app.back_up();
        app.empty_trash();
        app.watch_power();
        app.run_ahead();
        app.watch_files();
        app.watch_list();
        app.inner.room.measure_after_the_start();
        Ok(app)
    }

    /// What happens in the product: a snapshot, then what changes.
    pub async fn watch(&self) -> Result<UnboundedReceiver<AppEvent>, Failure> {
        self.at_the_gate(|app, chats| {
            let rows = chats.rows()?;
            let draft = chats.draft(None)?;
            let files = app.files_of(chats, None)?;
            let last_chat = chats
                .setting(key::LAST_CHAT)?
                .and_then(|id| id.parse().ok());
            let first_run = chats.setting(key::ASKED)?.is_none();
            let instructions = presets::instructions(chats)?;
            let presets = presets::presets(chats)?;
            let preferences = app.preferences();
            let mut state = app.state();
            state.told = told(&rows);
            let (rows, older) = paged(state.shown(rows));
            let snapshot = Snapshot {
                chats: rows,
                models: state.models.clone(),
                model: state.model.to_string(),
                engine: app.inner.room.state().borrow().clone(),
                notices: state.notices.clone(),
                draft,
                files,
                last_chat: last_chat.map(ChatId),
                first_run,
                downloads: state.queue.rows(),
                network: state.queue.network.clone(),
                manner: state.wishes.manner(&state.model),
                instructions,
                presets,
                preferences,
                gentle: state.gentle,
                data: app.inner.room.outfit().home.data().to_owned(),
            };
            Ok(state
                .app_watchers
                .join(AppEvent::Snapshot(Box::new(snapshot)), older))
        })
        .await
    }

    /// What happens in one chat: a snapshot, then what changes.
    pub async fn watch_chat(&self, id: ChatId) -> Result<UnboundedReceiver<ChatEvent>, Failure> {
        self.at_the_gate(move |app, chats| {
            let row = chats.row(id)?;
            let mut messages = chats.conversation(id)?;
            let ours = app.state().live.contains_key(&id);
            let elsewhere = !ours && messages.iter().any(is_streaming);
            // A terminal may be writing in this chat, or have died over it.
            if elsewhere && !chats.is_read_only() && chats.interrupt_abandoned()? > 0 {
                messages = chats.conversation(id)?;
            }
            let draft = chats.draft(Some(id))?;
            let files = app.files_of(chats, Some(id))?;
            let chosen = Manner::of(chats, id)?;
            let instructions = chats.instructions(id)?;
            let mut state = app.state();
            if state.failed.remove(&id) {
                // Whoever looks sees it.
                let row = state.shown_row(row.clone());
                state.app_watchers.tell(&AppEvent::Row(row));
            }
            let live = state.live.get(&id);
            if let Some(live) = live {
                // What is in memory is newer than what was saved of it; what was not told yet is
                // part of it, so it must not be told again.
                if let Some(shown) = messages.iter_mut().find(|m| m.id == live.message.id) {
                    *shown = live.message.clone();
                }
            }
            let phase = live.map(|live| live.phase);
            // So is what could not be saved yet.
            if let Some(unsaved) = state.unsaved.get(&id)
                && let Some(shown) = messages.iter_mut().find(|m| m.id == unsaved.shown.id)
            {
                *shown = unsaved.shown.clone();
            }
            state.tell_growth(id, true);
            let chat = state.shown_row(row);
            let earlier = earlier(&mut messages);
            let snapshot = ChatEvent::Snapshot {
                chat,
                messages,
                phase,
                draft,
                files,
                manner: chosen.unwrap_or_else(|| state.wishes.manner(&state.model)),
                instructions,
            };
            // Of chats that were looked at and left again nobody tells, so nobody would forget them.
            state.chat_watchers.retain(|_, others| !others.is_empty());
            let watchers = state.chat_watchers.entry(id).or_default();
            Ok(watchers.join(snapshot, earlier))
        })
        .await
    }

    /// Stops all replies, waits until their words are on disk, and closes the chats. Calls after
    /// this fail.
    pub async fn close(&self) {
        {
            let state = self.state();
            for live in state.live.values() {
                live.stopper.stop();
            }
            if let Some(preparing) = &state.preparing {
                preparing.stopper.stop();
            }
            // A model that is on its way for a draft would hold the room until it is there.
            if let Some(ahead) = &state.ahead {
                ahead.stop();
            }
        }
        let all_saved = async {
            while !self.state().live.is_empty() {
                sleep(Duration::from_millis(5)).await;
            }
        };
        // A reply that hangs has its words saved as far as a quarter of a second ago.
        let _ = timeout(FAREWELL, all_saved).await;
        let unsaved: Vec<ChatId> = self.state().unsaved.keys().copied().collect();
        for chat in unsaved {
            self.save_unsaved(chat).await;
        }
        self.close_downloads().await;
        // The engine process ends with this program at the latest.
        let _ = timeout(FAREWELL, self.inner.room.clear()).await;
        let kept = lock(&self.inner.kept).take();
        let _ = spawn_blocking(move || drop(kept)).await;
    }

    /// Does something with the chats on a thread that may wait for the disk.
    pub(crate) async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self, &Chats) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let app = self.clone();
        blocking(move || {
            let kept = app.kept()?;
            work(&app, &kept.chats)
        })
        .await
    }

    /// The same, alone at the gate.
    pub(crate) async fn at_the_gate<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self, &Chats) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.on_disk(|app, chats| {
            let _alone = lock(&app.inner.gate);
            work(app, chats)
        })
        .await
    }

    pub(crate) fn state(&self) -> Locked<'_> {
        Locked::new(lock(&self.inner.state))
    }

    pub(crate) fn alone_with_queue(&self) -> MutexGuard<'_, ()> {
        lock(&self.inner.queue_file)
    }

    fn kept(&self) -> Result<Arc<Kept>, Failure> {
        assert_unlocked();
        let kept = lock(&self.inner.kept).clone();
        kept.ok_or_else(|| {
            Failure::new(Code::Storage, "Spud is being closed").cause(Cause::Closing)
        })
    }

    /// Forwards the engine's state for as long as the product lives.
    fn tell_engine_state(&self) {
        let mut engine = self.inner.room.state();
        let product = Arc::downgrade(&self.inner);
        self.look_after(async move {
            while engine.changed().await.is_ok() {
                let state = engine.borrow_and_update().clone();
                let Some(inner) = product.upgrade() else {
                    break;
                };
                Self { inner }
                    .state()
                    .app_watchers
                    .tell(&AppEvent::Engine(state));
            }
        });
    }

    /// Makes the daily backup in the background.
    fn back_up(&self) {
        self.now_and_then(BACKUP_LOOK, |app| async move {
            let made = app.on_disk(|_, chats| Ok(chats.backup_if_due(now_ms())?));
            if let Err(failure) = made.await {
                app.state().notice(failure);
            }
        });
    }

    /// Does something at once and then again after each period, for as long as the product lives.
    pub(crate) fn now_and_then<Work: Future<Output = ()> + Send>(
        &self,
        period: Duration,
        work: impl Fn(Self) -> Work + Send + 'static,
    ) {
        let product = self.downgrade();
        self.look_after(async move {
            let mut look = interval(period);
            loop {
                look.tick().await;
                let Some(app) = product.upgrade() else {
                    break;
                };
                // One that breaks is told, and the next one comes all the same.
                if let Err(failure) = caught(work(app.clone())).await {
                    app.state().notice(failure);
                }
            }
        });
    }
}

/// A place for chats that lasts as long as the program, and the notice that says why.
fn unkept(why: chats::Error) -> Result<(Kept, Failure), Failure> {
    let why = Failure::from(why);
    let temporary = tempfile::Builder::new()
        .prefix("spud-")
        .tempdir()
        .map_err(|_| why.clone())?;
    let chats = Chats::open(temporary.path(), now_ms())?.chats;
    let notice = Failure {
        message: format!("{}, so what is asked now is not kept", why.message),
        detail: why.left_to_say().map(str::to_owned),
        cause: Some(Box::new(Cause::Unkept)),
        ..why
    };
    Ok((
        Kept {
            chats,
            _temporary: Some(temporary),
        },
        notice,
    ))
}

/// Runs what waits for a disk on a thread of its own.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(end) => Err(match end.try_into_panic() {
            Ok(panic) => broke(&*panic),
            // The program is ending.
            Err(end) => Failure::new(Code::Bug, format!("a piece of Spud was ended: {end}")),
        }),
    }
}

fn is_streaming(message: &Message) -> bool {
    matches!(&message.body, Body::Reply(reply) if reply.state == chats::State::Streaming)
}

/// Milliseconds since 1970, UTC; 0 on a clock from before.
pub(crate) fn now_ms() -> i64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

/// What a panic elsewhere left is still whole: every change under these locks is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Leaves the last of many messages, which a window needs to be drawn, and gives the others as
/// events: small enough that a page stays alive between two of them.
fn earlier(messages: &mut Vec<Message>) -> Vec<ChatEvent> {
    const LAST: usize = 100;
    let last = messages.split_off(messages.len().saturating_sub(LAST));
    let parts = messages.rchunks(LAST);
    let earlier = parts
        .map(|part| ChatEvent::Earlier(part.to_vec()))
        .collect();
    *messages = last;
    earlier
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each would hold some kilobytes until a reply is written somewhere.
    #[tokio::test(flavor = "multi_thread")]
    async fn chats_that_were_looked_at_and_left_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(&Home::at(folder.path())).await.unwrap();
        let asked = app.on_disk(|_, chats| {
            let ask = |text| Ok::<_, Failure>(chats.add_question(None, text, 1)?.chat);
            ["One?", "Two?", "Three?"].into_iter().map(ask).collect()
        });
        let asked: Vec<ChatId> = asked.await.unwrap();
        for id in asked {
            drop(app.watch_chat(id).await.unwrap());
        }
        assert_eq!(app.state().chat_watchers.len(), 1);
        app.close().await;
    }
}
