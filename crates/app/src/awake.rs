//! No sleep in the middle of a reply or a download, and sleep as ever afterwards.

use std::collections::HashSet;

use chats::ChatId;
use machine::Awake;
use tokio::task::spawn_blocking;

use crate::events::AppEvent;
use crate::open::App;
use crate::shelf::{Download, DownloadState};

/// What is at work.
#[derive(Debug, Default)]
struct Work {
    /// The chats in which a reply is being written.
    replies: HashSet<ChatId>,
    downloads: bool,
}

impl Work {
    fn reason(&self) -> Option<&'static str> {
        if !self.replies.is_empty() {
            Some("A reply is being written")
        } else if self.downloads {
            Some("A model is being downloaded")
        } else {
            None
        }
    }
}

impl App {
    /// Keeps the machine awake while there is work, for as long as the product lives. For the
    /// programs to call, within a tokio runtime: whoever embeds the product may not want it.
    pub fn keep_awake(&self) {
        let app = self.clone();
        self.look_after(async move {
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
                        // A chat in which a reply is being written was changed last, so it is among
                        // the first rows.
                        let replying = snapshot.chats.iter().filter(|row| row.replying);
                        work.replies = replying.map(|row| row.id).collect();
                        work.downloads = are_coming(&snapshot.downloads);
                    }
                    AppEvent::Row(row) if row.replying => drop(work.replies.insert(row.id)),
                    AppEvent::Row(row) => drop(work.replies.remove(&row.id)),
                    AppEvent::RowGone(chat) => drop(work.replies.remove(&chat)),
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

fn are_coming(rows: &[Download]) -> bool {
    rows.iter().any(|row| {
        matches!(
            row.state,
            DownloadState::Asking { .. } | DownloadState::Running(_)
        )
    })
}
