//! What watchers are told, and who watches. A subscription begins with a snapshot and goes on with
//! what changed since; both are taken under one lock, so nothing is missed or told twice.

use std::path::PathBuf;

use chats::{ChatId, Message, MessageId};
use engine::message::SoFar;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::drafting::DraftFiles;
use crate::engine_room::EngineState;
use crate::failure::Failure;
use crate::kin::Stranger;
use crate::manner::Manner;
use crate::network::Network;
use crate::preferences::Preferences;
use crate::presets::Preset;
use crate::shelf::Download;

/// A chat in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatRow {
    /// Which.
    pub id: ChatId,
    /// Made from the first question, or given.
    pub title: String,
    /// Of the last message, in milliseconds since 1970.
    pub changed_ms: i64,
    /// A reply is being written in it.
    pub replying: bool,
    /// Its last reply failed while nobody watched it.
    pub failed: bool,
    /// It stands before the others.
    pub pinned: bool,
    /// The folder in which it lies.
    pub folder: Option<String>,
}

/// What a reply is doing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Phase {
    /// Another chat's reply is being written.
    Waiting,
    /// The model is on its way into memory, from 0 to 1.
    Loading(f32),
    /// The prompt is being read: tokens done, tokens of it all.
    Reading(u32, u32),
    /// Its thinking comes.
    Thinking,
    /// Its answer comes.
    Answering,
}

/// What happens in one chat.
#[derive(Debug, Clone, PartialEq)]
pub enum ChatEvent {
    /// Always first.
    Snapshot {
        /// The chat.
        chat: ChatRow,
        /// Its messages, the one being written last; the last of them, where they are many.
        messages: Vec<Message>,
        /// Of the one being written.
        phase: Option<Phase>,
        /// What was typed and not sent.
        draft: String,
        /// The files that wait with it.
        files: DraftFiles,
        /// How its replies think.
        manner: Manner,
        /// What is said to the model with every reply; empty as a rule.
        instructions: String,
    },
    /// Messages before those that were told: what a snapshot left out, the latest part first.
    Earlier(Vec<Message>),
    /// Another branch is shown, or what was shown goes on otherwise: all of its messages.
    Branch(Vec<Message>),
    /// How its replies think from now on.
    Manner(Manner),
    /// The files that wait with its draft.
    Files(DraftFiles),
    /// What is said to the model with every reply from now on.
    Instructions(String),
    /// The reply goes round in circles.
    Looping {
        /// Which reply.
        message: MessageId,
    },
    /// A message joined the end.
    Message(Message),
    /// The reply got on.
    Phase {
        /// Which reply.
        message: MessageId,
        /// What it does now.
        phase: Phase,
    },
    /// More of the reply.
    Growth {
        /// Which reply.
        message: MessageId,
        /// All of the answer so far was a thought: it comes behind the thinking so far, before what follows.
        rethought: bool,
        /// Added to the thinking.
        thinking: String,
        /// Added to the answer.
        answer: String,
        /// Totals.
        so_far: SoFar,
    },
    /// The reply's one end: the message as it stands.
    End(Message),
    /// The chat was deleted.
    Gone,
}

/// What happens in the product.
#[derive(Debug, Clone, PartialEq)]
pub enum AppEvent {
    /// Always first.
    Snapshot(Box<Snapshot>),
    /// Further rows of the list, behind those that were told: what a snapshot left out.
    Older(Vec<ChatRow>),
    /// A chat joined the list or changed in it.
    Row(ChatRow),
    /// A chat left the list.
    RowGone(ChatId),
    /// Many changed at once: the whole list.
    Chats(Vec<ChatRow>),
    /// Another model was chosen, or one joined the list.
    Model(Vec<ModelRow>, String),
    /// The engine got on.
    Engine(EngineState),
    /// The models on their way here.
    Downloads(Vec<Download>),
    /// What is set about the network.
    Network(Network),
    /// How replies of the next chat think.
    Manner(Manner),
    /// The files that wait with the draft of the next chat.
    Files(DraftFiles),
    /// What is said to the model in chats to come.
    Instructions(String),
    /// Instructions and manners by their names.
    Presets(Vec<Preset>),
    /// What is set about the product.
    Preferences(Box<Preferences>),
    /// Whether fewer threads compute, since a battery feeds the machine.
    Gentle(bool),
    /// How far the taking in of chats has come, now and then; none once it is over.
    Arriving(Option<Arriving>),
    /// Somebody wants to leave while a download is at work, and it is not set what becomes of it.
    Leaving,
    /// Something the user should know.
    Notice(Failure),
}

/// How far the taking in of chats has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arriving {
    /// Chats that were dealt with, whatever became of them.
    pub chats: usize,
    /// Bytes that were read.
    pub read_bytes: u64,
    /// Of so many.
    pub bytes: u64,
}

/// Everything that a window shows around its chats.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Those that are not deleted, in their order; the first of them, where they are many.
    pub chats: Vec<ChatRow>,
    /// Sprout, and the files that were opened.
    pub models: Vec<ModelRow>,
    /// The one that answers.
    pub model: String,
    /// What the engine does.
    pub engine: EngineState,
    /// What the user should know.
    pub notices: Vec<Failure>,
    /// What was typed for a chat that does not exist yet.
    pub draft: String,
    /// The files that wait with it.
    pub files: DraftFiles,
    /// The chat that was open last.
    pub last_chat: Option<ChatId>,
    /// Nothing was ever asked.
    pub first_run: bool,
    /// The models on their way here, in their order.
    pub downloads: Vec<Download>,
    /// What is set about the network.
    pub network: Network,
    /// How replies of the next chat think.
    pub manner: Manner,
    /// What is said to the model in chats to come.
    pub instructions: String,
    /// Instructions and manners by their names.
    pub presets: Vec<Preset>,
    /// What is set about the product.
    pub preferences: Preferences,
    /// Whether fewer threads compute, since a battery feeds the machine.
    pub gentle: bool,
    /// Where chats and settings are.
    pub data: PathBuf,
}

/// A model in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRow {
    /// `sprout`, or a path.
    pub id: String,
    /// What it calls itself.
    pub name: String,
    /// What is known of it.
    pub about: AboutModel,
    /// Size of the weights; 0 where the file is gone.
    pub bytes: u64,
    /// What it is where it is no R1: neither trained by R1's makers nor in their form. So far as that is known; a file
    /// that was not read since it was listed counts as one.
    pub stranger: Option<Stranger>,
}

/// What the list tells of a model beyond its name and size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AboutModel {
    /// The built-in one.
    Sprout,
    /// The file is not there.
    Gone,
    /// The file is there; it was not read.
    Unread,
    /// It was looked at, and this is how it would be held.
    Planned {
        /// Tokens of context.
        context: u32,
        /// Bytes of memory.
        needed_bytes: u64,
    },
}

/// Those who watch one thing.
#[derive(Debug)]
pub(crate) struct Watchers<Event>(Vec<UnboundedSender<Event>>);

impl<Event: Clone> Watchers<Event> {
    /// A new one, who is told the snapshot at once, and what belongs to it.
    pub(crate) fn join(
        &mut self,
        snapshot: Event,
        rest: impl IntoIterator<Item = Event>,
    ) -> UnboundedReceiver<Event> {
        let (sender, receiver) = unbounded_channel();
        for event in std::iter::once(snapshot).chain(rest) {
            // The receiver is in our hands, so this arrives.
            let _ = sender.send(event);
        }
        self.0.push(sender);
        receiver
    }

    /// Tells everybody, and forgets those who left.
    pub(crate) fn tell(&mut self, event: &Event) {
        self.0.retain(|watcher| watcher.send(event.clone()).is_ok());
    }

    /// True where nobody watches.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(UnboundedSender::is_closed)
    }
}

impl<Event> Default for Watchers<Event> {
    fn default() -> Self {
        Self(Vec::new())
    }
}
