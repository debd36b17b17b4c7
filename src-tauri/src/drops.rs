//! Files that are dragged over the window and dropped on it: a model is opened, chats of a folder or an
//! archive are imported, anything else goes with the question that is being written. The page learns what
//! to show, and the number of a drop; where a file lies it never sees.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::App;
use tauri::async_runtime::spawn_blocking;
use tauri::{AppHandle, DragDropEvent, Manager, WebviewWindow, WindowEvent};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::tasks;

/// Drops that wait for the page, which takes each at once; more means that there is none.
const WAITING: usize = 8;

/// What a thing that is dropped is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum What {
    /// A model, to be opened.
    Model,
    /// A folder, or an archive as other programs hand out chats: to be imported.
    Chats,
    /// Anything else is read as text.
    #[default]
    Text,
}

impl What {
    /// Asks the disk.
    fn of(path: &Path) -> Self {
        let extension = path.extension().unwrap_or_default();
        if path.is_dir() || extension.eq_ignore_ascii_case("zip") {
            Self::Chats
        } else if is_model(path) {
            Self::Model
        } else {
            Self::Text
        }
    }
}

/// What is held over the window, or was let go on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Drag {
    /// Name of the file that would be opened; none while nothing is held.
    pub(crate) file: Option<String>,
    /// What it is for; of what was let go, what all of it is for.
    pub(crate) what: What,
    /// Number of files that were let go and wait to be taken.
    pub(crate) dropped: Option<u32>,
}

/// Things by what they are for.
#[derive(Debug, Default)]
struct Sorted {
    models: Vec<PathBuf>,
    chats: Vec<PathBuf>,
    texts: Vec<PathBuf>,
}

impl Sorted {
    fn of(paths: Vec<PathBuf>) -> Self {
        let mut sorted = Self::default();
        for path in paths {
            let list = match What::of(&path) {
                What::Model => &mut sorted.models,
                What::Chats => &mut sorted.chats,
                What::Text => &mut sorted.texts,
            };
            list.push(path);
        }
        sorted
    }

    /// What is said of it while it is held: one thing stands for all.
    fn drag(&self) -> Drag {
        let all = [
            (&self.models, What::Model),
            (&self.chats, What::Chats),
            (&self.texts, What::Text),
        ];
        let first = all.into_iter().find_map(|(paths, what)| {
            let name = paths.first()?.file_name()?;
            Some((name.to_string_lossy().into_owned(), what))
        });
        let Some((file, what)) = first else {
            return Drag::default();
        };
        Drag {
            file: Some(file),
            what,
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
    /// Opens a model that is dropped on the window, and offers other things to the page; what is
    /// wrong with a model is told as a notice.
    pub(crate) fn of(window: &WebviewWindow, product: &App) -> Self {
        let drops = Self::default();
        let shell = window.app_handle().clone();
        let (tell, mut told) = unbounded_channel();
        window.on_window_event(move |event| {
            if let WindowEvent::DragDrop(event) = event {
                let _ = tell.send(event.clone());
            }
        });
        // One after the other, and not where windows are drawn: what a thing is the disk says, which may
        // be far away.
        let (hearing, product) = (drops.clone(), product.clone());
        let hears = {
            let shell = shell.clone();
            async move {
                while let Some(event) = told.recv().await {
                    hearing.hear(event, &shell, &product).await;
                }
            }
        };
        tasks::begin(&shell, hears);
        drops
    }

    async fn hear(&self, event: DragDropEvent, shell: &AppHandle, product: &App) {
        match event {
            DragDropEvent::Enter { paths, .. } => self.tell(&sort(paths).await.drag()),
            DragDropEvent::Leave => self.tell(&Drag::default()),
            DragDropEvent::Drop { paths, .. } => {
                let Sorted {
                    models,
                    chats,
                    texts,
                } = sort(paths).await;
                self.tell(&Drag::default());
                for (paths, what) in [(chats, What::Chats), (texts, What::Text)] {
                    if !paths.is_empty() {
                        self.tell(&self.keep(paths, what));
                    }
                }
                if let Some(path) = models.first() {
                    let (product, path) = (product.clone(), path.to_string_lossy().into_owned());
                    tasks::begin(shell, async move { product.open_model(&path).await });
                }
            }
            _ => {}
        }
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
    fn keep(&self, files: Vec<PathBuf>, what: What) -> Drag {
        let mut inner = self.inner();
        inner.last += 1;
        let number = inner.last;
        inner.waiting.push((number, files));
        if inner.waiting.len() > WAITING {
            inner.waiting.remove(0);
        }
        Drag {
            file: None,
            what,
            dropped: Some(number),
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

async fn sort(paths: Vec<PathBuf>) -> Sorted {
    // It panics nowhere; where the program ends meanwhile, nobody looks any more.
    let sorted = spawn_blocking(move || Sorted::of(paths)).await;
    sorted.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Drag, Drops, PathBuf, Sorted, WAITING, What};

    fn drag(paths: &[PathBuf]) -> Drag {
        Sorted::of(paths.to_vec()).drag()
    }

    #[test]
    fn a_drag_tells_a_name_and_what_it_is_for() {
        let held = |path: &str| drag(&[PathBuf::from(path)]);
        let model = held("/secret/place/R1.GGUF");
        assert_eq!(model.file.as_deref(), Some("R1.GGUF"));
        assert_eq!(model.what, What::Model);
        assert_eq!(held("/home/me/letter.txt").what, What::Text);
        assert_eq!(held("/home/me/chats.json").what, What::Text);
        assert_eq!(held("/home/me/Export.ZIP").what, What::Chats);
        assert_eq!(drag(&[]), Drag::default());
        let both = ["/a/letter.txt", "/a/R1.gguf"].map(PathBuf::from);
        assert_eq!(drag(&both).file.as_deref(), Some("R1.gguf"));
    }

    #[test]
    fn a_folder_is_one_of_chats_whatever_it_is_called() {
        let home = tempfile::tempdir().unwrap();
        for name in ["conversations", "models.gguf", "letters.txt"] {
            let folder = home.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            let letter = home.path().join("letter.txt");
            let held = drag(&[letter, folder]);
            assert_eq!((held.file.as_deref(), held.what), (Some(name), What::Chats));
        }
    }

    #[test]
    fn a_drop_is_taken_once_and_only_the_last_ones_wait() {
        let drops = Drops::default();
        let letter = vec![PathBuf::from("/a/letter.txt")];
        let keep = || drops.keep(letter.clone(), What::Text).dropped.unwrap();
        let first = keep();
        assert_eq!(drops.take(first), letter);
        assert_eq!(drops.take(first), Vec::<PathBuf>::new());
        let old = keep();
        for _ in 0..WAITING {
            keep();
        }
        assert_eq!(drops.take(old), Vec::<PathBuf>::new());
    }
}
