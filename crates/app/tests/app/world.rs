//! A product in a home of its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use app::chats::{Body, Message, Reply};
use app::{App, ChatEvent, ChatId, Home, How, Model, Settings};
use tempfile::TempDir;
use tokio::sync::mpsc::UnboundedReceiver;

pub(crate) const LONG: &str = "Count from 1 to 200";
/// How long the next event may take before a test says that it never came.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) home: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let app = App::open(&Home::at(home.path())).await.unwrap();
        Self { app, home }
    }

    /// Leaves in order and comes back.
    pub(crate) async fn again(self) -> Self {
        self.app.close().await;
        let app = App::open(&Home::at(self.home.path())).await.unwrap();
        Self {
            app,
            home: self.home,
        }
    }

    /// Asks and waits for the end.
    pub(crate) async fn ask(&self, chat: Option<ChatId>, question: &str) -> (ChatId, Message) {
        let id = self.app.send(chat, question, Some(surely())).await.unwrap();
        let mut events = self.app.watch_chat(id).await.unwrap();
        (id, end(&mut events).await)
    }
}

/// The built-in model as a file.
pub(crate) fn sprout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sprout/sprout.gguf")
}

/// Sprout, the likeliest token always.
pub(crate) fn surely() -> How {
    let mut settings = Settings::of_r1(1);
    settings.sampling.temperature = 0.0;
    How {
        model: Model::Sprout,
        settings,
    }
}

/// The next event of a chat.
pub(crate) async fn next(events: &mut UnboundedReceiver<ChatEvent>) -> ChatEvent {
    let event = tokio::time::timeout(PATIENCE, events.recv()).await;
    event
        .expect("no event for a minute")
        .expect("no more events")
}

/// Waits for the first words of a reply.
pub(crate) async fn words(events: &mut UnboundedReceiver<ChatEvent>) {
    loop {
        match next(events).await {
            ChatEvent::Growth { .. } => return,
            ChatEvent::End(message) => panic!("it ended before its first words: {message:?}"),
            _ => {}
        }
    }
}

/// The end of the reply at hand, which may have come before the snapshot.
pub(crate) async fn end(events: &mut UnboundedReceiver<ChatEvent>) -> Message {
    loop {
        match next(events).await {
            ChatEvent::End(message) => return message,
            ChatEvent::Snapshot {
                messages,
                phase: None,
                ..
            } => {
                return messages.into_iter().next_back().unwrap();
            }
            _ => {}
        }
    }
}

pub(crate) fn reply(message: &Message) -> &Reply {
    match &message.body {
        Body::Reply(reply) => reply,
        Body::Question(_) => panic!("a question: {message:?}"),
    }
}
