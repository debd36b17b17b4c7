//! Replies that have ended and whose end could not be saved, as on a full disk. Their words stay in
//! memory and on the page, and are saved as soon as the disk takes them.
//!
//! Not here: how a reply ends (`replies`).

use std::time::Duration;

use chats::{ChatId, Chats, Counts, Message};
use tokio::time::sleep;

use crate::events::ChatEvent;
use crate::failure::{Code, Failure};
use crate::open::App;
use crate::replies::{Told, save_end};

/// Between two tries: soon enough for somebody who has just made room and looks.
const AGAIN: Duration = Duration::from_secs(2);

/// A reply that waits to be saved.
#[derive(Clone)]
pub(crate) struct Unsaved {
    /// All that was written.
    pub(crate) whole: Message,
    pub(crate) base: Counts,
    pub(crate) told: Told,
    /// The same as it is shown meanwhile: failed, and why.
    pub(crate) shown: Message,
}

impl App {
    /// Keeps a reply in memory and tries to save it until that is done.
    pub(crate) fn keep_unsaved(&self, chat: ChatId, unsaved: Unsaved) {
        self.state().unsaved.insert(chat, unsaved);
        let product = self.downgrade();
        self.look_after(async move {
            loop {
                sleep(AGAIN).await;
                let Some(app) = product.upgrade() else { break };
                if app.save_unsaved(chat).await {
                    break;
                }
            }
        });
    }

    /// Tries once more to save a chat's reply; true where nothing waits any more, or never will.
    pub(crate) async fn save_unsaved(&self, chat: ChatId) -> bool {
        let tried = self.at_the_gate(move |app, chats| {
            app.save_what_waits(chats, chat)?;
            Ok(())
        });
        match tried.await {
            Ok(()) => true,
            Err(failure) => failure.code != Code::Storage || !self.waits(chat),
        }
    }

    /// The same at the gate.
    pub(crate) fn save_what_waits(&self, chats: &Chats, chat: ChatId) -> Result<(), Failure> {
        let Some(unsaved) = self.state().unsaved.get(&chat).cloned() else {
            return Ok(());
        };
        let ended = match save_end(chats, &unsaved.whole, unsaved.base, &unsaved.told) {
            Ok(ended) => ended,
            Err(failure) if failure.code == Code::Storage => return Err(failure),
            // The chat was erased, or another program repaired the file: nobody waits for it.
            Err(_) => {
                self.state().unsaved.remove(&chat);
                return Ok(());
            }
        };
        {
            let mut state = self.state();
            state.unsaved.remove(&chat);
            state.tell_chat(chat, &ChatEvent::End(ended));
        }
        self.tell_row(chats, chat)
    }

    fn waits(&self, chat: ChatId) -> bool {
        self.state().unsaved.contains_key(&chat)
    }
}
