//! The copy of chats that waits for the page: the shell knows where it goes and what stands in it, the page
//! how a model's Markdown is read. The page never learns where the file lies, but for the end of it.

use std::path::{Component, MAIN_SEPARATOR_STR, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use app::{Code, Failure, ToSet};

use crate::wire;

/// One at a time: a new one takes the place of one that a page left.
#[derive(Default)]
pub(crate) struct Copies(Mutex<State>);

#[derive(Default)]
struct State {
    number: u32,
    waiting: Option<ToSet>,
    /// Where the last one was written.
    saved: Option<PathBuf>,
}

impl Copies {
    /// Keeps a copy until the page has set it; gives the first words to be set.
    pub(crate) fn begin(&self, copy: ToSet) -> Next {
        let mut state = self.state();
        state.number = state.number.wrapping_add(1);
        state.next(copy)
    }

    /// Takes what was set; gives the copy once it is whole, or what is to be set next.
    pub(crate) fn go_on(&self, set: wire::SetRequest) -> Result<Next, Failure> {
        let mut state = self.state();
        let is_it = state.number == set.copy;
        let copy = state.waiting.take().filter(|_| is_it);
        let mut copy = copy.ok_or_else(|| {
            let message = "another copy was begun before this one was written";
            Failure::new(Code::Storage, message).hint("Save it again.")
        })?;
        copy.set(set.markup)?;
        Ok(state.next(copy))
    }

    /// Takes note of where a copy was written; gives what the page shows of that.
    pub(crate) fn saved(&self, path: &Path) -> wire::Copying {
        self.state().saved = Some(path.to_owned());
        wire::Copying::Saved {
            place: end_of(path),
        }
    }

    /// The folder with the last one.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        let state = self.state();
        state.saved.as_deref()?.parent().map(Path::to_owned)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next(&mut self, copy: ToSet) -> Next {
        match copy.texts() {
            Some(texts) => {
                self.waiting = Some(copy);
                let copy = self.number;
                Next::ToSet(wire::ToSet { copy, texts })
            }
            None => Next::Whole(Box::new(copy)),
        }
    }
}

/// How a copy goes on.
pub(crate) enum Next {
    ToSet(wire::ToSet),
    Whole(Box<ToSet>),
}

/// A file with the folder that it is in; the whole path where that is no longer.
fn end_of(path: &Path) -> String {
    let is_name = |component: &Component<'_>| matches!(component, Component::Normal(_));
    let names: Vec<Component<'_>> = path.components().filter(is_name).collect();
    let [.., folder, file] = &names[..] else {
        return path.display().to_string();
    };
    if names.len() == 2 {
        return path.display().to_string();
    }
    let end: PathBuf = [folder, file].into_iter().collect();
    format!("…{MAIN_SEPARATOR_STR}{}", end.display())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::end_of;

    #[test]
    fn the_page_is_told_the_end_of_a_path() {
        let shown = |path: &str| end_of(Path::new(path)).replace('\\', "/");
        assert_eq!(shown("/home/ada/Documents/Sums.md"), "…/Documents/Sums.md");
        assert_eq!(shown("/tmp/Sums.md"), "/tmp/Sums.md");
        assert_eq!(shown("/Sums.md"), "/Sums.md");
        assert_eq!(shown("/media/Ada's stick/问题/a.json"), "…/问题/a.json");
    }
}
