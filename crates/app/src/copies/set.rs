//! A copy in HTML whose words are still to be set elsewhere: chat after chat their Markdown goes out, and comes back
//! as markup from the window's page; then the file is written.

use std::path::{Path, PathBuf};

use chats::Transcript;

use super::words::Tongue;
use super::{html, put};
use crate::failure::{Code, Failure};

/// What waits for its markup.
#[derive(Debug)]
pub struct ToSet {
    transcripts: Vec<Transcript>,
    path: PathBuf,
    with_thoughts: bool,
    tongue: Tongue,
    /// Chats that are set.
    done: usize,
    markup: Vec<String>,
}

impl ToSet {
    pub(super) fn new(
        transcripts: Vec<Transcript>,
        path: PathBuf,
        with_thoughts: bool,
        tongue: Tongue,
    ) -> Self {
        let (done, markup) = (0, Vec::new());
        Self {
            transcripts,
            path,
            with_thoughts,
            tongue,
            done,
            markup,
        }
    }

    /// Where it will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The Markdown of the next chat; none where all are set.
    pub fn texts(&self) -> Option<Vec<String>> {
        let next = self.transcripts.get(self.done)?;
        let texts = html::texts(next, self.with_thoughts);
        Some(texts.into_iter().map(str::to_owned).collect())
    }

    /// Takes the markup of what [`ToSet::texts`] gave, one for each.
    pub fn set(&mut self, markup: Vec<String>) -> Result<(), Failure> {
        if self.texts().map(|texts| texts.len()) != Some(markup.len()) {
            let message = "the page set other words than it was given";
            return Err(Failure::new(Code::Storage, message).hint("Save the copy again."));
        }
        self.done += 1;
        self.markup.extend(markup);
        Ok(())
    }

    /// Writes the file, which is there whole or not at all.
    pub async fn write(self) -> Result<(), Failure> {
        let mut set = self.markup.into_iter();
        let mut markup = |_: &str| set.next();
        let words = self.tongue.words();
        let text = html::write(&self.transcripts, self.with_thoughts, words, &mut markup);
        put(self.path, text).await
    }
}
