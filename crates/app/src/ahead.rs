//! What is done before it is asked for, while a person reads or types: the model comes into memory,
//! and the engine reads the conversation and the draft as far as they are known, so that the first
//! word waits only for what is new. Whatever is really asked goes before it.
//!
//! What was computed for a chat is kept in files by the engine; which file is whose is known here.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use chats::{Attachment, Body, ChatId, Chats, End, Message, State, TextFile};
use engine::message::Kept;
use engine::prompt::{Conversation, Opening};
use tokio::time::sleep;

use crate::asking::{How, add_question, files, left_before, turns};
use crate::failure::{Code, Failure};
use crate::model::Model;
use crate::open::App;
use crate::presets;
use crate::reading;
use crate::state::assert_unlocked;
use crate::stop::stop;
use crate::task::caught;

/// Somebody who types is not followed letter by letter.
const PAUSE: Duration = Duration::from_millis(300);

/// Bytes on disk for what was computed for chats: a few long ones of a common model.
const MOST_BYTES: u64 = 2 << 30;

/// The part of the free disk that it may take at most.
const PART_OF_DISK: u64 = 10;

/// What may be read ahead.
struct Known {
    how: How,
    conversation: Conversation,
    /// True where a question is being written, so that the model will be needed.
    is_typed: bool,
}

impl App {
    /// Says that a draft or a chat changed, of which something may be read ahead.
    pub(crate) fn look_ahead(&self, chat: Option<ChatId>) {
        self.inner.ahead.send_replace(chat);
    }

    /// Reads ahead of what is asked, for as long as the product lives.
    pub(crate) fn run_ahead(&self) {
        let mut news = self.inner.ahead.subscribe();
        let product = self.downgrade();
        self.look_after(async move {
            while news.changed().await.is_ok() {
                sleep(PAUSE).await;
                let chat = *news.borrow_and_update();
                let Some(app) = product.upgrade() else { break };
                // What is wrong is told when it is asked; what breaks is told, and the next chat comes.
                if let Err(failure) = caught(app.read_ahead(chat)).await {
                    app.state().notice(failure);
                }
            }
        });
    }

    /// Returns when what is being read ahead is read: for whoever measures what it brings. Nothing can be
    /// asked meanwhile.
    pub async fn caught_up(&self) {
        self.inner.room.caught_up().await;
    }

    async fn read_ahead(&self, chat: Option<ChatId>) -> Result<(), Failure> {
        let known = self.on_disk(move |app, chats| {
            let mut known = known(app, chats, chat)?;
            if let Some(known) = &mut known {
                let how = &mut known.how;
                how.settings.kept = chat.map(|chat| app.kept_at(chat, &how.model));
            }
            Ok(known)
        });
        let Some(known) = known.await? else {
            return Ok(());
        };
        let (stopper, stop) = stop();
        {
            let mut state = self.state();
            if !state.live.is_empty() || state.preparing.is_some() {
                return Ok(());
            }
            state.in_engine.extend(chat);
            state.ahead = Some(stopper);
        }
        let room = &self.inner.room;
        let How { model, settings } = &known.how;
        room.anticipate(model, &known.conversation, settings, known.is_typed, stop)
            .await
    }

    /// Where what is computed for a chat is kept.
    pub(crate) fn kept_at(&self, chat: ChatId, model: &Model) -> Kept {
        assert_unlocked();
        let folder = self.inner.room.outfit().home.contexts();
        let free = machine::disk(&folder).map_or(0, |disk| disk.free_bytes);
        // Another hasher in a later build means another name, and the old file is the first to go.
        let mut hasher = DefaultHasher::new();
        model.hash(&mut hasher);
        Kept {
            path: folder.join(format!("{}-{:016x}.kept", chat.0, hasher.finish())),
            most_bytes: MOST_BYTES.min(free / PART_OF_DISK),
        }
    }

    /// Removes what was computed for chats that are gone, and for this one: all that can be, and the
    /// first that cannot is told.
    pub(crate) fn sweep_kept(&self, chats: &Chats, also: Option<ChatId>) -> Result<(), Failure> {
        let folder = self.inner.room.outfit().home.contexts();
        let Ok(entries) = fs_err::read_dir(&folder) else {
            return Ok(());
        };
        let deleted = chats.deleted()?;
        let mut swept = Ok(());
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let Some(chat) = chat_of(&path) else { continue };
            let is_there = chats.row(chat).is_ok() || deleted.iter().any(|row| row.id == chat);
            if !is_there || also == Some(chat) {
                swept = swept.and(removed(&path));
            }
        }
        swept
    }
}

/// Removes a kept file; the engine may have been quicker.
fn removed(path: &Path) -> Result<(), Failure> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Failure::new(Code::Storage, error.to_string())
                .hint("Delete it by hand: it holds what was computed for a chat that is gone."))
        }
        _ => Ok(()),
    }
}

/// The chat whose words a kept file holds.
fn chat_of(path: &Path) -> Option<ChatId> {
    let (chat, _) = path.file_name()?.to_str()?.split_once('-')?;
    chat.parse().ok().map(ChatId)
}

/// What the next prompt of a chat, or of a new one, will begin with; none where nothing is gained.
fn known(app: &App, chats: &Chats, chat: Option<ChatId>) -> Result<Option<Known>, Failure> {
    let messages = match chat {
        Some(chat) if chats.row(chat).is_err() => return Ok(None),
        Some(chat) => chats.conversation(chat)?,
        None => Vec::new(),
    };
    let draft = chats.draft(chat)?;
    let drafted: Vec<TextFile> = chats
        .drafted(chat)?
        .into_iter()
        .map(|Attachment { id, .. }| chats.attached(id))
        .collect::<Result<_, _>>()?;
    let is_typed = !draft.trim().is_empty() || !drafted.is_empty();
    // Of a reply that was cut, its last words may be what is needed next.
    if !is_typed && !messages.last().is_some_and(is_complete) {
        return Ok(None);
    }
    let (how, _) = app.how(chats, chat, None)?;
    let (mut turns, exchanges) = turns(&messages, &files(chats, &messages)?);
    add_question(&mut turns, reading::shown(&drafted, &draft));
    let instructions = match chat {
        Some(chat) => chats.instructions(chat)?,
        None => presets::instructions(chats)?,
    };
    let conversation = Conversation {
        instructions: Some(instructions).filter(|text| !text.is_empty()),
        turns,
        opening: Opening::Think,
        left_before: left_before(&messages, &exchanges),
    };
    Ok(Some(Known {
        how,
        conversation,
        is_typed,
    }))
}

fn is_complete(message: &Message) -> bool {
    matches!(&message.body, Body::Reply(reply) if reply.state == State::Ended(End::Complete))
}
