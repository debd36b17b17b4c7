//! The system's own notifications: that a reply has ended, that a model came or could not, while
//! nobody looks at the window.

use std::collections::HashSet;

use app::{App, AppEvent, Download, DownloadState};
use notify_rust::Notification;
use tauri::async_runtime::spawn_blocking;
use tauri::{Manager, Runtime, WebviewWindow};

use crate::tasks;
use crate::words::Words;

/// Tells of replies and downloads that end while the window is not in front, for as long as the product lives.
pub(crate) fn tell<R: Runtime>(window: &WebviewWindow<R>, product: &App) {
    let (window, product) = (window.clone(), product.clone());
    let shell = window.app_handle().clone();
    tasks::begin(&shell, async move {
        let Ok(mut events) = product.watch().await else {
            return;
        };
        // The product must be able to end while somebody listens.
        let speaker = product.downgrade();
        drop(product);
        let say = |words: Words, name: Option<&str>| match (speaker.upgrade(), name) {
            (Some(product), Some(name)) => words.said_of(&product, name),
            (Some(product), None) => words.said(&product),
            (None, _) => String::new(),
        };
        let mut known = HashSet::new();
        let mut replying = HashSet::new();
        while let Some(event) = events.recv().await {
            let (downloads, is_new) = match event {
                AppEvent::Snapshot(snapshot) => (snapshot.downloads, false),
                AppEvent::Downloads(downloads) => (downloads, true),
                AppEvent::Row(row) => {
                    if row.replying {
                        replying.insert(row.id);
                    } else if replying.remove(&row.id) {
                        // Not what was asked: a notification stands on a locked screen too.
                        notify(&window, &say(Words::ReplyThere, None), "");
                    }
                    continue;
                }
                AppEvent::RowGone(chat) => {
                    replying.remove(&chat);
                    continue;
                }
                _ => continue,
            };
            for download in &downloads {
                let Some((summary, body)) = words(download, &say) else {
                    known.remove(&download.key);
                    continue;
                };
                let is_seen = !known.insert(download.key.clone());
                if is_new && !is_seen {
                    notify(&window, &summary, &body);
                }
            }
        }
    });
}

/// Tells it, unless somebody looks at the window.
fn notify<R: Runtime>(window: &WebviewWindow<R>, summary: &str, body: &str) {
    if window.is_focused().unwrap_or(false) {
        return;
    }
    let mut notification = Notification::new();
    notification.appname("Spud").summary(summary).body(body);
    // A system without notifications has none; it is no error of anybody's.
    spawn_blocking(move || notification.show().is_ok());
}

/// What is said of a download that ended.
fn words(
    download: &Download,
    say: &impl Fn(Words, Option<&str>) -> String,
) -> Option<(String, String)> {
    let name = Some(download.name.as_str());
    match &download.state {
        DownloadState::Done(_) => {
            Some((say(Words::ModelHere, name), say(Words::ModelHereNote, None)))
        }
        // Why stands in the window, with what to do about it.
        DownloadState::Failed(_) => Some((
            say(Words::ModelFailed, name),
            say(Words::ModelFailedNote, None),
        )),
        _ => None,
    }
}
