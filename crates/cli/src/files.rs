//! Files that wait for the next question of `spud chat`. They are kept as the window keeps those of a
//! draft, so that what is left of them at the end must be taken away.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use app::{App, Asked, AttachmentId, ChatId};

use crate::console::{Console, complain_of, tame};

/// What attaches a file to the next question.
const ATTACH: &str = "/file ";

/// The file that a line attaches, where it is no question.
pub(crate) fn attaches(line: &str) -> Option<&Path> {
    let path = line.trim().strip_prefix(ATTACH)?;
    Some(Path::new(path.trim()))
}

/// Files that wait.
#[derive(Default)]
pub(crate) struct Files(Vec<AttachmentId>);

impl Files {
    /// Those of the first question; the exit status where one cannot be attached.
    pub(crate) async fn first(
        app: &App,
        paths: &[PathBuf],
        console: &Console,
    ) -> Result<Self, ExitCode> {
        let mut files = Self::default();
        for path in paths {
            if let Err(failed) = files.attach(app, None, path, console).await {
                files.leave(app).await;
                return Err(failed);
            }
        }
        Ok(files)
    }

    /// Attaches a file and tells it; the exit status where it cannot be.
    pub(crate) async fn attach(
        &mut self,
        app: &App,
        chat: Option<ChatId>,
        path: &Path,
        console: &Console,
    ) -> Result<(), ExitCode> {
        let attached = app.attach(chat, vec![path.to_owned()]).await;
        self.0
            .extend(attached.map_err(|failure| complain_of(&failure))?);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        console.aside(&tame(&format!("[`{name}` goes with the next question]\n")));
        Ok(())
    }

    /// A question with them.
    pub(crate) fn with(&self, text: String) -> Asked {
        Asked {
            text,
            files: self.0.clone(),
        }
    }

    /// They are the question's now.
    pub(crate) fn are_asked_with(&mut self) {
        self.0.clear();
    }

    /// Takes them away again.
    pub(crate) async fn leave(&self, app: &App) {
        for file in &self.0 {
            // It is gone, or the window shows it, where it can be taken away too.
            let _ = app.detach(*file).await;
        }
    }
}
