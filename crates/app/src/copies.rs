//! Chats as files: our own form, which comes back whole; Markdown and HTML, to be read; and the
//! files that ChatGPT and Open WebUI hand out.
//!
//! A file that is read is hostile input: it is refused whole, with the place of what is wrong, or
//! taken in whole. Deliberately not here: where files lie, which is for the caller to ask.

mod closing;
mod foreign;
mod html;
mod markdown;
mod ours;
mod set;
mod tags;
mod words;

use std::path::{Path, PathBuf};

use chats::{Body, ChatId, Transcript};

use crate::failure::{Cause, Code, Failure};
use crate::open::{App, blocking, now_ms};
use crate::written;

pub use set::ToSet;
pub use words::Tongue;

/// The largest file that is read: some ten thousand long chats.
const LARGEST: u64 = 512 << 20;

/// What a file of chats looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// To be read, and to be taken over into other programs.
    Markdown,
    /// To be read in any browser: one file that fetches nothing.
    Html,
    /// Everything, to come back.
    Json,
}

impl Form {
    /// By the end of a file's name; Markdown where it has none that says something else.
    pub fn of(path: &Path) -> Self {
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        match extension.to_ascii_lowercase().as_str() {
            "json" => Self::Json,
            "html" | "htm" => Self::Html,
            _ => Self::Markdown,
        }
    }
}

impl App {
    /// Chats as the text of a file: all of them where none is named. What is read, without thoughts
    /// if they are not wanted, is the branch that is shown, with headings in `tongue`; JSON has
    /// everything. In HTML the words of a model stand as they were written (see [`App::export_set`]).
    pub async fn copy_of(
        &self,
        chat: Option<ChatId>,
        form: Form,
        with_thoughts: bool,
        tongue: Tongue,
    ) -> Result<String, Failure> {
        let transcripts = self.transcripts(chat).await?;
        let words = tongue.words();
        blocking(move || {
            Ok(match form {
                Form::Markdown => markdown::write(&transcripts, with_thoughts, words),
                Form::Html => {
                    html::write(&transcripts, with_thoughts, words, &mut html::as_written)
                }
                Form::Json => ours::write(&transcripts, now_ms()),
            })
        })
        .await
    }

    async fn transcripts(&self, chat: Option<ChatId>) -> Result<Vec<Transcript>, Failure> {
        self.on_disk(move |_, chats| {
            let ids = match chat {
                Some(id) => vec![id],
                None => chats.rows()?.into_iter().map(|row| row.id).collect(),
            };
            let transcripts = ids.into_iter().map(|id| chats.transcript(id));
            Ok(transcripts.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Writes chats into a file, which is there whole or not at all.
    pub async fn export(
        &self,
        chat: Option<ChatId>,
        path: &Path,
        with_thoughts: bool,
        tongue: Tongue,
    ) -> Result<(), Failure> {
        let form = Form::of(path);
        let text = self.copy_of(chat, form, with_thoughts, tongue).await?;
        put(path.to_owned(), text).await
    }

    /// [`App::export`] for whoever makes markup of Markdown: HTML is not written yet, but waits for that.
    pub async fn export_set(
        &self,
        chat: Option<ChatId>,
        path: &Path,
        with_thoughts: bool,
        tongue: Tongue,
    ) -> Result<Option<ToSet>, Failure> {
        if Form::of(path) != Form::Html {
            self.export(chat, path, with_thoughts, tongue).await?;
            return Ok(None);
        }
        let transcripts = self.transcripts(chat).await?;
        Ok(Some(ToSet::new(
            transcripts,
            path.to_owned(),
            with_thoughts,
            tongue,
        )))
    }

    /// Takes the chats of a file in: our own JSON, ChatGPT's `conversations.json`, Open WebUI's
    /// export. All of them, or none. Gives their numbers.
    pub async fn take_in(&self, path: &Path) -> Result<Vec<ChatId>, Failure> {
        let path = path.to_owned();
        let transcripts = blocking(move || {
            let named = |why: String| {
                let message = format!("`{}` {why}", path.display());
                Failure::new(Code::Storage, message)
                    .hint("Spud reads its own JSON, ChatGPT's conversations.json and Open WebUI's export.")
                    .cause(Cause::NotChats {
                        path: path.display().to_string(),
                    })
                    .detail(why)
            };
            let length = fs_err::metadata(&path).map_err(|error| named(error.to_string()))?.len();
            if length > LARGEST {
                return Err(named(format!("is {length} bytes long; {LARGEST} are read")));
            }
            let bytes = fs_err::read(&path).map_err(|error| named(error.to_string()))?;
            read(&bytes).map_err(named)
        })
        .await?;
        self.at_the_gate(move |app, chats| {
            let added = chats.add_transcripts(&transcripts)?;
            app.tell_rows(chats)?;
            Ok(added)
        })
        .await
    }
}

/// Writes a copy where a person wants it.
async fn put(path: PathBuf, text: String) -> Result<(), Failure> {
    blocking(move || {
        written::whole(&path, text.as_bytes()).map_err(|error| {
            let message = format!("cannot write `{}`: {error}", path.display());
            Failure::new(Code::Storage, message)
                .hint("Choose another place.")
                .cause(Cause::Unwritable {
                    path: path.display().to_string(),
                })
                .detail(error)
        })
    })
    .await
}

/// The chats of a file, or what is wrong with it.
fn read(bytes: &[u8]) -> Result<Vec<Transcript>, String> {
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| format!("is no JSON: {error}"))?;
    let mut transcripts = if value.get("form").is_some() {
        ours::read(value)?
    } else {
        foreign::read(&value)?
    };
    if transcripts.is_empty() {
        return Err("holds no chats".to_owned());
    }
    transcripts.iter_mut().for_each(sane);
    Ok(transcripts)
}

/// The last moment of the year 9999, in milliseconds since 1970: no calendar knows a later one.
const LAST_MS: i64 = 253_402_300_799_999;

/// Puts every time where a calendar has one, and every duration where it can be added to.
fn sane(chat: &mut Transcript) {
    let clamp = |ms: &mut i64| *ms = (*ms).clamp(0, LAST_MS);
    clamp(&mut chat.created_ms);
    clamp(&mut chat.changed_ms);
    for entry in &mut chat.entries {
        clamp(&mut entry.created_ms);
        for file in &mut entry.files {
            file.bytes = file.bytes.min(i64::MAX.unsigned_abs());
        }
        if let Body::Reply(reply) = &mut entry.body {
            reply.ended_ms.iter_mut().for_each(clamp);
            let counts = &mut reply.counts;
            for ms in [&mut counts.thinking_ms, &mut counts.answer_ms] {
                *ms = (*ms).min(LAST_MS.unsigned_abs());
            }
        }
    }
}
