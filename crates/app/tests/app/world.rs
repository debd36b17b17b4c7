//! A product in a home of its own.

use app::chats::{Body, Message, Reply};
use app::{App, ChatEvent, ChatId, Home, How, Model, Settings};
use tempfile::TempDir;
use tokio::sync::mpsc::UnboundedReceiver;

pub(crate) const LONG: &str = "Count from 1 to 200";

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

/// Sprout, the likeliest token always.
pub(crate) fn surely() -> How {
    let mut settings = Settings::of_r1(1);
    settings.sampling.temperature = 0.0;
    How {
        model: Model::Sprout,
        settings,
    }
}

/// The end of the reply at hand, which may have come before the snapshot.
pub(crate) async fn end(events: &mut UnboundedReceiver<ChatEvent>) -> Message {
    loop {
        match events.recv().await.unwrap() {
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
