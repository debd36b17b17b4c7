//! Files that are dragged over the window and dropped on it: a model is opened, anything else goes
//! with the question that is being written. The page learns what to show, and the number of a drop;
//! where a file lies it never sees.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::App;
use tauri::{DragDropEvent, Manager, WebviewWindow, WindowEvent};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::tasks;

/// Drops that wait for the page, which takes each at once; more means that there is none.
const WAITING: usize = 8;

/// What is held over the window, or was let go on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Drag {
    /// Name of the file that would be opened; none while nothing is held.
    pub(crate) file: Option<String>,
    /// Whether it is called a model's file.
    pub(crate) is_model: bool,
    /// Number of files that were let go and wait to be taken.
    pub(crate) dropped: Option<u32>,
}

impl Drag {
    fn of(paths: &[PathBuf]) -> Self {
        let model = paths.iter().find(|path| is_model(path));
        let Some(path) = model.or(paths.first()) else {
            return Self::default();
        };
        Self {
            file: path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned()),
            is_model: model.is_some(),
            dropped: None,
        }
    }
}

/// Whether a file is called a model's.
pub(crate) fn is_model(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    extension.eq_ignore_ascii_case("gguf")
}

/// The drags over the window, for whoever listens.
#[derive(Debug, Clone, Default)]
pub(crate) struct Drops {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    listeners: Vec<UnboundedSender<Drag>>,
    last: u32,
    waiting: Vec<(u32, Vec<PathBuf>)>,
}

impl Drops {
    /// Opens a model that is dropped on the window, and offers other files to the page; what is
    /// wrong with a model is told as a notice.
    pub(crate) fn of(window: &WebviewWindow, product: &App) -> Self {
        let drops = Self::default();
        let (product, telling) = (product.clone(), drops.clone());
        let shell = window.app_handle().clone();
        window.on_window_event(move |event| {
            let WindowEvent::DragDrop(event) = event else {
                return;
            };
            match event {
                DragDropEvent::Enter { paths, .. } => telling.tell(&Drag::of(paths)),
                DragDropEvent::Leave => telling.tell(&Drag::default()),
                DragDropEvent::Drop { paths, .. } => {
                    let (models, files): (Vec<_>, Vec<_>) =
                        paths.iter().cloned().partition(|path| is_model(path));
                    telling.tell(&telling.keep(files));
                    if let Some(path) = models.first() {
                        let (product, path) =
                            (product.clone(), path.to_string_lossy().into_owned());
                        let opens = async move { product.open_model(&path).await };
                        tasks::begin(&shell, opens);
                    }
                }
                _ => {}
            }
        });
        drops
    }

    /// What is held over the window, now and whenever it changes.
    pub(crate) fn watch(&self) -> UnboundedReceiver<Drag> {
        let (tell, told) = unbounded_channel();
        let _ = tell.send(Drag::default());
        self.inner().listeners.push(tell);
        told
    }

    /// The files of a drop, once.
    pub(crate) fn take(&self, number: u32) -> Vec<PathBuf> {
        let waiting = &mut self.inner().waiting;
        let at = waiting.iter().position(|(one, _)| *one == number);
        at.map(|at| waiting.remove(at).1).unwrap_or_default()
    }

    /// Lets files wait for the page.
    fn keep(&self, files: Vec<PathBuf>) -> Drag {
        if files.is_empty() {
            return Drag::default();
        }
        let mut inner = self.inner();
        inner.last += 1;
        let number = inner.last;
        inner.waiting.push((number, files));
        if inner.waiting.len() > WAITING {
            inner.waiting.remove(0);
        }
        Drag {
            dropped: Some(number),
            ..Drag::default()
        }
    }

    fn tell(&self, drag: &Drag) {
        let listeners = &mut self.inner().listeners;
        listeners.retain(|listener| listener.send(drag.clone()).is_ok());
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Drag, Drops, PathBuf, WAITING};

    #[test]
    fn a_drag_tells_a_name_and_whether_it_is_a_model_s() {
        let drag = |path: &str| Drag::of(&[PathBuf::from(path)]);
        let model = drag("/secret/place/R1.GGUF");
        assert_eq!(model.file.as_deref(), Some("R1.GGUF"));
        assert!(model.is_model);
        assert!(!drag("/home/me/letter.txt").is_model);
        assert_eq!(Drag::of(&[]), Drag::default());
        let both = ["/a/letter.txt", "/a/R1.gguf"].map(PathBuf::from);
        assert_eq!(Drag::of(&both).file.as_deref(), Some("R1.gguf"));
    }

    #[test]
    fn a_drop_is_taken_once_and_only_the_last_ones_wait() {
        let drops = Drops::default();
        let letter = vec![PathBuf::from("/a/letter.txt")];
        assert_eq!(drops.keep(Vec::new()), Drag::default());
        let first = drops.keep(letter.clone()).dropped.unwrap();
        assert_eq!(drops.take(first), letter);
        assert_eq!(drops.take(first), Vec::<PathBuf>::new());
        let old = drops.keep(letter.clone()).dropped.unwrap();
        for _ in 0..WAITING {
            drops.keep(letter.clone());
        }
        assert_eq!(drops.take(old), Vec::<PathBuf>::new());
    }
}
