//! Files that wait for the next question of `spud chat`. They are kept as the window keeps those of a
//! draft, so that what is left of them at the end must be taken away.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use app::chats::TextFile;
use app::reading::{self, Encoding, Remark};
use app::{App, Asked, AttachmentId, ChatId};

use crate::command::letters::encoding;
use crate::console::{Console, WRONG_USE, complain, complain_of, tame};

/// What attaches a file to the next question.
const ATTACH: &str = "/file ";

/// Names the letters of a file that a line attaches.
const IN: &str = "--encoding";

/// A file that a line attaches.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Attached<'line> {
    path: &'line Path,
    encoding: Option<Encoding>,
}

/// The file that a line attaches, where it is no question; or what is wrong with its words.
pub(crate) fn attaches(line: &str) -> Option<Result<Attached<'_>, String>> {
    let rest = line.trim().strip_prefix(ATTACH)?.trim_start();
    // A file may be called anything, so this counts as a whole word alone.
    let named = rest
        .strip_prefix(IN)
        .filter(|behind| behind.starts_with([' ', '=']));
    let Some(named) = named else {
        let path = Path::new(rest);
        return Some(Ok(Attached {
            path,
            encoding: None,
        }));
    };
    let named = named[1..].trim_start();
    let (name, path) = named.split_once(' ').unwrap_or((named, ""));
    let path = Path::new(path.trim());
    Some(match encoding(name) {
        Ok(encoding) => Ok(Attached {
            path,
            encoding: Some(encoding),
        }),
        Err(usual) => Err(format!("there is no encoding `{name}`: {usual}")),
    })
}

/// What a person should know of the text of a file.
pub(crate) fn told(name: &str, remarks: &[Remark]) -> String {
    let all: Vec<String> = remarks.iter().map(ToString::to_string).collect();
    let guess = remarks
        .iter()
        .any(|remark| matches!(remark, Remark::Guessed { .. }));
    let choice = if guess {
        " (`--encoding NAME` chooses others)"
    } else {
        ""
    };
    format!("[`{name}`: {}{choice}]", all.join("; "))
}

/// Files that wait.
#[derive(Default)]
pub(crate) struct Files(Vec<AttachmentId>);

impl Files {
    /// Those of the first question; the exit status where one cannot be attached.
    pub(crate) async fn first(
        app: &App,
        paths: &[PathBuf],
        encoding: Option<Encoding>,
        console: &Console,
    ) -> Result<Self, ExitCode> {
        let mut files = Self::default();
        for path in paths {
            let file = Attached { path, encoding };
            if let Err(failed) = files.attach(app, None, file, console).await {
                files.leave(app).await;
                return Err(failed);
            }
        }
        Ok(files)
    }

    /// Attaches what a line names, or says what is wrong with its words.
    pub(crate) async fn attach_typed(
        &mut self,
        app: &App,
        chat: Option<ChatId>,
        typed: Result<Attached<'_>, String>,
        console: &Console,
    ) -> Result<(), ExitCode> {
        let file = typed.map_err(|wrong| {
            complain(&wrong, None);
            ExitCode::from(WRONG_USE)
        })?;
        self.attach(app, chat, file, console).await
    }

    /// Attaches a file and tells it; the exit status where it cannot be.
    async fn attach(
        &mut self,
        app: &App,
        chat: Option<ChatId>,
        file: Attached<'_>,
        console: &Console,
    ) -> Result<(), ExitCode> {
        let paths = vec![file.path.to_owned()];
        let attached = app.attach_in(file.encoding, chat, paths).await;
        for id in attached.map_err(|failure| complain_of(&failure))? {
            self.0.push(id);
            let file = app.attached(id).await;
            let TextFile { name, remarks, .. } = file.map_err(|failure| complain_of(&failure))?;
            console.aside(&tame(&format!("[`{name}` goes with the next question]\n")));
            let remarks = reading::remarks(&remarks);
            if !remarks.is_empty() {
                console.aside(&tame(&format!("{}\n", told(&name, &remarks))));
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_attaches_a_file_with_the_letters_that_it_names() {
        let path = |line| attaches(line).unwrap().unwrap();
        let plain = |path| Attached {
            path: Path::new(path),
            encoding: None,
        };
        assert_eq!(attaches("What is /file x?"), None);
        assert_eq!(path("/file my letter.txt "), plain("my letter.txt"));
        assert_eq!(path("/file --encodings.txt"), plain("--encodings.txt"));
        for line in [
            "/file --encoding cp1251 my letter.txt",
            "/file --encoding=cp1251 my letter.txt",
        ] {
            let russian = Attached {
                encoding: Encoding::named("windows-1251"),
                ..plain("my letter.txt")
            };
            assert_eq!(path(line), russian);
        }
        let wrong = attaches("/file --encoding Klingon a.txt").unwrap();
        assert!(
            wrong
                .unwrap_err()
                .contains("`Klingon`: usual ones are UTF-8, ")
        );
    }
}
