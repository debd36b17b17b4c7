//! Chats from elsewhere: the right words of every program's form, whatever is around them; what came before
//! grows; and what is damaged costs itself.

mod damaged;
mod forms;
mod later;
mod places;
mod under_way;

use std::fs;
use std::path::PathBuf;

use app::chats::Merged;
use app::{App, Failure, Fate, Form, Home, TakenIn, Tongue};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A home without an engine, and a place for files beside it.
pub(crate) struct Desk {
    pub(crate) app: App,
    folder: TempDir,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(&Home::at(&folder.path().join("home"))).await;
        Self {
            app: app.unwrap(),
            folder,
        }
    }

    pub(crate) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) async fn bring(&self, bytes: impl AsRef<[u8]>) -> Result<TakenIn, Failure> {
        let path = self.put("conversations.json", bytes);
        self.app.take_in(vec![path]).await
    }

    /// All chats, the last changed first, in our own form.
    pub(crate) async fn chats(&self) -> Vec<Value> {
        let text = self
            .app
            .copy_of(None, Form::Json, true, Tongue::English, app::as_written());
        let all: Value = serde_json::from_str(&text.await.unwrap()).unwrap();
        all["chats"].as_array().unwrap().clone()
    }

    /// The one chat that there is, once these bytes were taken in.
    pub(crate) async fn only(bytes: impl AsRef<[u8]>) -> (Value, TakenIn) {
        let desk = Self::new().await;
        let taken = desk.bring(bytes).await.unwrap();
        let mut chats = desk.chats().await;
        assert_eq!(chats.len(), 1, "{taken:?}");
        desk.app.close().await;
        (chats.remove(0), taken)
    }
}

/// The messages of a chat: the place of the one before, who, the thought, the words.
pub(crate) fn lines(chat: &Value) -> Vec<(Option<u64>, &str, &str, &str)> {
    let messages = chat["messages"].as_array().unwrap().iter();
    messages
        .map(|message| {
            let text = |key: &str| message[key].as_str().unwrap_or_default();
            (
                message["follows"].as_u64(),
                text("role"),
                text("thinking"),
                text("text"),
            )
        })
        .collect()
}

/// The fates of all chats, as words.
pub(crate) fn fates(taken: &TakenIn) -> Vec<String> {
    let fates = taken.chats.iter().map(|arrival| match &arrival.fate {
        Fate::Met(Merged::Added(_)) => "added".to_owned(),
        Fate::Met(Merged::Grown(_, new)) => format!("grown {new}"),
        Fate::Met(Merged::Known(_)) => "known".to_owned(),
        Fate::Met(Merged::InTrash(_)) => "in trash".to_owned(),
        Fate::Met(Merged::Busy(_)) => "busy".to_owned(),
        Fate::Refused(why) => why.key().to_owned(),
    });
    fates.collect()
}

/// A chat of ChatGPT's of these messages in a line, a question first.
pub(crate) fn chatgpt(id: &str, messages: &[&str]) -> Value {
    let nodes = messages.iter().enumerate().map(|(at, words)| {
        let role = ["user", "assistant"][at % 2];
        let parent = at.checked_sub(1).map(|before| format!("n{before}"));
        let node = json!({"parent": parent, "message": {"author": {"role": role},
            "create_time": 1_740_000_000 + at,
            "content": {"content_type": "text", "parts": [words]}}});
        (format!("n{at}"), node)
    });
    let mapping: serde_json::Map<String, Value> = nodes.collect();
    json!({"title": format!("Chat {id}"), "conversation_id": id, "create_time": 1_740_000_000.0,
        "update_time": 1_740_000_000 + messages.len(), "mapping": mapping,
        "current_node": format!("n{}", messages.len() - 1)})
}
