//! What is true in memory while the product runs: who watches, which replies grow, which model
//! answers. The rest is on disk.

use std::collections::{HashMap, HashSet};
use std::ops::{Deref, DerefMut};
use std::sync::MutexGuard;
use std::time::Instant;

use chats::{AttachmentId, Body, ChatId, Counts, Message, Reply};

use crate::coalesce::Coalescer;
use crate::drafting::Readings;
use crate::events::{AppEvent, ChatEvent, ChatRow, ModelRow, Phase, Watchers};
use crate::failure::Failure;
use crate::machine::Seen;
use crate::model::Model;
use crate::picking::Wishes;
use crate::shelf::Queue;
use crate::stop::{Stop, Stopper};
use crate::unsaved::Unsaved;

/// Held for moments only, never while something is read or written.
pub(crate) struct State {
    pub(crate) app_watchers: Watchers<AppEvent>,
    /// The list as it was told: each chat and when it was changed.
    pub(crate) told: HashMap<ChatId, i64>,
    pub(crate) chat_watchers: HashMap<ChatId, Watchers<ChatEvent>>,
    /// The replies that grow, one a chat at most.
    pub(crate) live: HashMap<ChatId, Live>,
    /// The chats that are being erased.
    pub(crate) erasing: HashSet<ChatId>,
    /// The chats whose last reply failed while nobody watched.
    pub(crate) failed: HashSet<ChatId>,
    /// Replies that ended and wait to be saved.
    pub(crate) unsaved: HashMap<ChatId, Unsaved>,
    /// The model that answers.
    pub(crate) model: Model,
    /// Sprout, and the files that were opened.
    pub(crate) models: Vec<ModelRow>,
    /// A choice that is being loaded before its first question.
    pub(crate) preparing: Option<Preparing>,
    /// What was set in the picker.
    pub(crate) wishes: Wishes,
    /// The files that are being read for drafts.
    pub(crate) readings: Readings,
    /// Tokens of files that were counted, by the model that counts so.
    pub(crate) counted: HashMap<(Model, AttachmentId), u32>,
    /// Ends the taking in of chats that is under way.
    pub(crate) intake: Option<Stopper>,
    /// The models on their way here.
    pub(crate) queue: Queue,
    /// The machine as it was seen last.
    pub(crate) seen: Option<Seen>,
    /// Whether fewer threads compute, since a battery feeds the machine.
    pub(crate) gentle: bool,
    /// The chats whose words the engine's cache may hold: all that were given to one.
    pub(crate) in_engine: HashSet<ChatId>,
    /// Ends the load of a model that is read ahead with.
    pub(crate) ahead: Option<Stopper>,
    /// What the user should know, kept for windows that open later.
    pub(crate) notices: Vec<Failure>,
}

/// The state while one holds it. In debug builds it is counted, so that whatever asks a disk can say
/// that nobody holds it meanwhile: a disk that sleeps or is gone would hold every window.
pub(crate) struct Locked<'a>(MutexGuard<'a, State>);

#[cfg(debug_assertions)]
thread_local! {
    static HELD: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

impl<'a> Locked<'a> {
    pub(crate) fn new(state: MutexGuard<'a, State>) -> Self {
        #[cfg(debug_assertions)]
        HELD.set(HELD.get() + 1);
        Self(state)
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        #[cfg(debug_assertions)]
        HELD.set(HELD.get() - 1);
    }
}

impl Deref for Locked<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.0
    }
}

/// Of what asks a disk: fails a debug build where this thread holds the state.
pub(crate) fn assert_unlocked() {
    #[cfg(debug_assertions)]
    assert_eq!(HELD.get(), 0, "BUG: a disk is asked under the state's lock");
}

/// A model that was chosen and is on its way into memory.
pub(crate) struct Preparing {
    pub(crate) model: Model,
    /// What it calls itself.
    pub(crate) name: String,
    /// Ends its load.
    pub(crate) stopper: Stopper,
}

/// A reply that grows.
pub(crate) struct Live {
    /// What it had when it began; more than nothing where it goes on.
    pub(crate) base: Counts,
    /// As it stands now, words that were not told yet included.
    pub(crate) message: Message,
    pub(crate) phase: Phase,
    pub(crate) untold: Coalescer,
    /// True since the last save.
    pub(crate) unsaved: bool,
    /// What was saved as its answer is a thought now.
    pub(crate) rethought: bool,
    pub(crate) stopper: Stopper,
}

impl Live {
    pub(crate) fn reply_mut(&mut self) -> &mut Reply {
        match &mut self.message.body {
            Body::Reply(reply) => reply,
            Body::Question(_) => unreachable!("BUG: a question does not grow"),
        }
    }
}

impl State {
    /// Tells those who watch a chat.
    pub(crate) fn tell_chat(&mut self, chat: ChatId, event: &ChatEvent) {
        if let Some(watchers) = self.chat_watchers.get_mut(&chat) {
            watchers.tell(event);
        }
        self.chat_watchers
            .retain(|_, watchers| !watchers.is_empty());
    }

    /// Tells what a reply does now, if that is news.
    pub(crate) fn tell_phase(&mut self, chat: ChatId, phase: Phase) {
        let Some(live) = self.live.get_mut(&chat) else {
            return;
        };
        if live.phase != phase {
            live.phase = phase;
            let message = live.message.id;
            self.tell_chat(chat, &ChatEvent::Phase { message, phase });
        }
    }

    /// Tells words that wait to be told: those that are due, or all.
    pub(crate) fn tell_growth(&mut self, chat: ChatId, all: bool) {
        let Some(live) = self.live.get_mut(&chat) else {
            return;
        };
        let message = live.message.id;
        let now = Instant::now();
        let merged = if all {
            live.untold.rest(now)
        } else {
            live.untold.due(now)
        };
        if let Some(merged) = merged {
            self.tell_chat(
                chat,
                &ChatEvent::Growth {
                    message,
                    rethought: merged.rethought,
                    thinking: merged.thinking,
                    answer: merged.answer,
                    so_far: merged.so_far,
                },
            );
        }
    }

    /// Tells how replies of the next chat think.
    pub(crate) fn tell_manner(&mut self) {
        let manner = self.wishes.manner(&self.model);
        self.app_watchers.tell(&AppEvent::Manner(manner));
    }

    /// Forgets the choice that was being loaded, unless a later one, which stopped it, is there.
    pub(crate) fn prepared(&mut self, stop: &Stop) {
        if !stop.is_asked() {
            self.preparing = None;
        }
    }

    /// Tells a notice, and keeps it once however often it happens.
    pub(crate) fn notice(&mut self, failure: Failure) {
        // Told again all the same: it may have been dismissed since.
        self.app_watchers.tell(&AppEvent::Notice(failure.clone()));
        if !self.notices.contains(&failure) {
            self.notices.push(failure);
        }
    }

    /// The rows of the list as they are shown.
    pub(crate) fn shown(&self, rows: Vec<chats::ChatRow>) -> Vec<ChatRow> {
        rows.into_iter().map(|row| self.shown_row(row)).collect()
    }

    /// One row as it is shown.
    pub(crate) fn shown_row(&self, row: chats::ChatRow) -> ChatRow {
        let chats::ChatRow {
            id,
            title,
            changed_ms,
            pinned,
            folder,
        } = row;
        ChatRow {
            id,
            title,
            changed_ms,
            replying: self.live.contains_key(&id),
            failed: self.failed.contains(&id),
            pinned,
            folder,
        }
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use crate::home::Home;
    use crate::open::App;
    use crate::written::read;

    #[tokio::test(flavor = "multi_thread")]
    async fn no_disk_is_asked_under_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(&Home::at(folder.path())).await.unwrap();
        let asks = || read::<Vec<u8>>(&folder.path().join("x.json"));
        assert!(asks().is_empty());
        let under = catch_unwind(AssertUnwindSafe(|| {
            let _state = app.state();
            asks()
        }));
        assert!(under.is_err());
        assert!(asks().is_empty(), "it is let go");
        app.close().await;
    }
}
