//! Files that are dragged over the window and dropped on it. The page learns what to show; where a
//! file lies it never sees.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use app::App;
use tauri::async_runtime::spawn;
use tauri::{DragDropEvent, WebviewWindow, WindowEvent};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What is held over the window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Drag {
    /// Name of the file that would be opened; none while nothing is held.
    pub(crate) file: Option<String>,
    /// Whether it is called a model's file.
    pub(crate) is_model: bool,
}

impl Drag {
    fn of(paths: &[PathBuf]) -> Self {
        let Some(path) = paths.first() else {
            return Self::default();
        };
        let extension = path.extension().unwrap_or_default();
        Self {
            file: path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned()),
            is_model: extension.eq_ignore_ascii_case("gguf"),
        }
    }
}

/// The drags over the window, for whoever listens.
#[derive(Debug, Clone, Default)]
pub(crate) struct Drops {
    listeners: Arc<Mutex<Vec<UnboundedSender<Drag>>>>,
}

impl Drops {
    /// Opens what is dropped on the window as a model; what is wrong with it is told as a notice.
    pub(crate) fn of(window: &WebviewWindow, product: &App) -> Self {
        let drops = Self::default();
        let (product, telling) = (product.clone(), drops.clone());
        window.on_window_event(move |event| {
            let WindowEvent::DragDrop(event) = event else {
                return;
            };
            match event {
                DragDropEvent::Enter { paths, .. } => telling.tell(&Drag::of(paths)),
                DragDropEvent::Leave => telling.tell(&Drag::default()),
                DragDropEvent::Drop { paths, .. } => {
                    telling.tell(&Drag::default());
                    if let Some(path) = paths.first() {
                        let (product, path) =
                            (product.clone(), path.to_string_lossy().into_owned());
                        spawn(async move { product.open_model(&path).await });
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
        let mut listeners = self
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        listeners.push(tell);
        told
    }

    fn tell(&self, drag: &Drag) {
        let mut listeners = self
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| listener.send(drag.clone()).is_ok());
    }
}

#[cfg(test)]
mod tests {
    use super::{Drag, PathBuf};

    #[test]
    fn a_drag_tells_a_name_and_whether_it_is_a_model_s() {
        let drag = |path: &str| Drag::of(&[PathBuf::from(path)]);
        let model = drag("/secret/place/R1.GGUF");
        assert_eq!(model.file.as_deref(), Some("R1.GGUF"));
        assert!(model.is_model);
        assert!(!drag("/home/me/letter.txt").is_model);
        assert_eq!(Drag::of(&[]), Drag::default());
    }
}
