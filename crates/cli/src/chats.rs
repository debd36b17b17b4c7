//! `spud chats`: the chats that are kept, as a list, as files, and from files.

mod arrivals;

use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitCode;

use app::chats::Hit;
use app::{App, AppEvent, ChatId, Failure, Form, Home, TakenIn, Tongue};
use serde_json::json;

use crate::command::chats::{Chats, Text, What};
use crate::console::{Console, To, complain_of, tame};
use crate::{interrupt, reader};

impl From<Text> for Form {
    fn from(text: Text) -> Self {
        match text {
            Text::Markdown => Self::Markdown,
            Text::Html => Self::Html,
            Text::Json => Self::Json,
        }
    }
}

/// Does it.
pub(crate) async fn run(chats: Chats) -> ExitCode {
    let opened = async { App::open(&Home::find()?).await };
    let app = match opened.await {
        Ok(app) => app,
        Err(failure) => return complain_of(&failure),
    };
    let (stopper, _) = app::stop::stop();
    let console = Console::new(stopper);
    let status = match answer(&app, chats).await {
        Ok(text) => {
            console.write(To::Output, &text);
            ExitCode::SUCCESS
        }
        Err(failure) => complain_of(&failure),
    };
    app.close().await;
    status
}

async fn answer(app: &App, Chats { what, json }: Chats) -> Result<String, Failure> {
    match what {
        What::List => list(app, json).await,
        What::Search { words } => {
            let hits = app.search(&words.join(" ")).await?;
            Ok(hits.iter().map(|hit| told(hit, json)).collect())
        }
        What::Export {
            chat,
            out,
            form,
            no_thoughts,
        } => {
            let chat = chat.map(ChatId);
            let form = out.as_deref().map_or_else(|| form.into(), Form::of);
            let markup = match form {
                Form::Html => reader::markup(),
                Form::Markdown | Form::Json => app::as_written(),
            };
            let (thoughts, tongue) = (!no_thoughts, Tongue::English);
            match out {
                Some(path) => {
                    app.export(chat, &path, thoughts, tongue, markup).await?;
                    Ok(String::new())
                }
                None => app.copy_of(chat, form, thoughts, tongue, markup).await,
            }
        }
        What::Import { paths } => {
            let taken = take_in(app, paths).await?;
            Ok(if json {
                arrivals::lines(&taken)
            } else {
                arrivals::text(&taken)
            })
        }
    }
}

/// Takes chats in; Ctrl-C ends that, and what was taken in until then is told.
async fn take_in(app: &App, paths: Vec<PathBuf>) -> Result<TakenIn, Failure> {
    let (stopper, mut stop) = app::stop::stop();
    interrupt::stops(stopper);
    let mut taking = pin!(app.take_in(paths));
    tokio::select! {
        taken = &mut taking => taken,
        () = stop.asked() => {
            app.stop_taking_in();
            taking.await
        }
    }
}

async fn list(app: &App, json: bool) -> Result<String, Failure> {
    let mut events = app.watch().await?;
    let Some(AppEvent::Snapshot(snapshot)) = events.recv().await else {
        return Ok(String::new());
    };
    let mut chats = snapshot.chats;
    // A long list comes in parts, which lie there behind the first.
    while let Ok(AppEvent::Older(more)) = events.try_recv() {
        chats.extend(more);
    }
    let rows = chats.into_iter().map(|row| {
        if json {
            return line(&json!({
                "type": "chat",
                "id": row.id.0,
                "title": row.title,
                "changed_ms": row.changed_ms,
                "pinned": row.pinned,
            }));
        }
        let pinned = if row.pinned { "  (pinned)" } else { "" };
        format!("{:>6}  {}{pinned}\n", row.id.0, tame(&row.title))
    });
    Ok(rows.collect())
}

fn told(hit: &Hit, json: bool) -> String {
    let best = hit.best.as_ref();
    let snippet = best.map_or(&[][..], |best| best.snippet.as_slice());
    if json {
        return line(&json!({
            "type": "hit",
            "id": hit.chat.0,
            "title": hit.title,
            "changed_ms": hit.changed_ms,
            "count": hit.count,
            "message": best.map(|best| best.message.0),
            "in_thinking": best.is_some_and(|best| best.in_thinking),
            "snippet": snippet,
        }));
    }
    let title = tame(&hit.title);
    let words = tame(&snippet.concat());
    let words = if words.is_empty() {
        String::new()
    } else {
        format!("        {words}\n")
    };
    format!("{:>6}  {title}\n{words}", hit.chat.0)
}

fn line(value: &serde_json::Value) -> String {
    format!("{value}\n")
}
