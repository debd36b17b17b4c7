//! No sleep in the middle of a reply or a download, and sleep as ever afterwards.

use machine::Awake;
use tokio::task::spawn_blocking;

use crate::events::{AppEvent, ChatRow};
use crate::open::App;
use crate::shelf::{Download, DownloadState};

/// What is at work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Work {
    replies: bool,
    downloads: bool,
}

impl Work {
    fn reason(self) -> Option<&'static str> {
        match self {
            Self { replies: true, .. } => Some("A reply is being written"),
            Self {
                downloads: true, ..
            } => Some("A model is being downloaded"),
            Self { .. } => None,
        }
    }
}

impl App {
    /// Keeps the machine awake while there is work, for as long as the product lives. For the
    /// programs to call, within a tokio runtime: whoever embeds the product may not want it.
    pub fn keep_awake(&self) {
        let app = self.clone();
        tokio::spawn(async move {
            let Ok(mut events) = app.watch().await else {
                return;
            };
            // The product must be able to end while somebody listens.
            drop(app);
            let mut work = Work::default();
            let mut held: Option<Awake> = None;
            while let Some(event) = events.recv().await {
                match event {
                    AppEvent::Snapshot(snapshot) => {
                        work.replies = are_replying(&snapshot.chats);
                        work.downloads = are_coming(&snapshot.downloads);
                    }
                    AppEvent::Chats(rows) => work.replies = are_replying(&rows),
                    AppEvent::Downloads(rows) => work.downloads = are_coming(&rows),
                    _ => continue,
                }
                match work.reason() {
                    None => held = None,
                    Some(reason) if held.is_none() => {
                        // A panic of the system's bridge costs nothing but sleep.
                        held = spawn_blocking(move || Awake::hold(reason))
                            .await
                            .ok()
                            .flatten();
                    }
                    Some(_) => {}
                }
            }
        });
    }
}

fn are_replying(rows: &[ChatRow]) -> bool {
    rows.iter().any(|row| row.replying)
}

fn are_coming(rows: &[Download]) -> bool {
    rows.iter().any(|row| {
        matches!(
            row.state,
            DownloadState::Asking { .. } | DownloadState::Running(_)
        )
    })
}
