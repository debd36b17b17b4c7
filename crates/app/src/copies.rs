//! Chats as files: our own form, which comes back whole; Markdown and HTML, to be read.
//!
//! Deliberately not here: where files lie, which is for the caller to ask, and how they come back
//! (`arrivals`).

mod closing;
mod html;
mod markdown;
pub(crate) mod ours;
mod set;
mod tags;
mod words;

use std::path::{Path, PathBuf};

use chats::{ChatId, Transcript};

use crate::failure::{Cause, Code, Failure};
use crate::open::{App, blocking, now_ms};
use crate::written;

pub use set::ToSet;
pub use words::Tongue;

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

/// Makes markup of a model's Markdown, for HTML; where it makes none, that text stands as it was written.
pub type Markup = Box<dyn FnMut(&str) -> Option<String> + Send>;

/// Makes none of any text.
pub fn as_written() -> Markup {
    Box::new(|_| None)
}

impl App {
    /// Chats as the text of a file: all of them where none is named. What is read, without thoughts
    /// if they are not wanted, is the branch that is shown, with headings in `tongue`; JSON has
    /// everything. In HTML `markup` sets the words of a model, one text after the other.
    pub async fn copy_of(
        &self,
        chat: Option<ChatId>,
        form: Form,
        with_thoughts: bool,
        tongue: Tongue,
        mut markup: Markup,
    ) -> Result<String, Failure> {
        let transcripts = self.transcripts(chat).await?;
        let words = tongue.words();
        blocking(move || {
            Ok(match form {
                Form::Markdown => markdown::write(&transcripts, with_thoughts, words),
                Form::Html => html::write(&transcripts, with_thoughts, words, &mut markup),
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
        markup: Markup,
    ) -> Result<(), Failure> {
        let form = Form::of(path);
        let text = self
            .copy_of(chat, form, with_thoughts, tongue, markup)
            .await?;
        put(path.to_owned(), text).await
    }

    /// [`App::export`] for whoever makes markup of Markdown in a program of its own, such as the window's page: HTML
    /// is not written yet, but waits for that.
    pub async fn export_set(
        &self,
        chat: Option<ChatId>,
        path: &Path,
        with_thoughts: bool,
        tongue: Tongue,
    ) -> Result<Option<ToSet>, Failure> {
        if Form::of(path) != Form::Html {
            self.export(chat, path, with_thoughts, tongue, as_written())
                .await?;
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
