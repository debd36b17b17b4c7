//! Being started, the first time and again: what the window is given to open, and that there is one
//! window for a data folder. A second start hands its file to the first, brings that to the front,
//! and ends. On Linux the first one hears it on a thread of the bus, never in the toolkit's loop, and answers at
//! once: what it was given is put down, and opened by tasks. Where the system has no way to find the first (no session bus), a second window opens,
//! as before.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::{App, HOME_VARIABLE, Home, SPROUT};
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_single_instance::Builder;

use crate::drops::is_model;
use crate::tasks;
use crate::window::MAIN;

/// What people call the window's program to the session bus; also its identifier in
/// `tauri.conf.json`.
const IDENTIFIER: &str = "dev.spud.desktop";

/// What the window was started with and is started with again.
#[derive(Clone, Default)]
pub(crate) struct Starts {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    product: Option<App>,
    /// What came before there was a product to open it.
    waiting: Vec<String>,
    /// What is being opened, by a number.
    opening: Vec<(u64, String)>,
    /// The number of what comes next.
    next: u64,
}

impl Starts {
    /// Begins with the command line of this process.
    pub(crate) fn of_this_process() -> Self {
        let starts = Self::default();
        let arguments = std::env::args_os().map(|one| one.to_string_lossy().into_owned());
        let here = std::env::current_dir().unwrap_or_default();
        starts.take(&arguments.collect::<Vec<_>>(), &here);
        starts
    }

    /// What finds the first window and listens as one. Nothing where a data folder of one's own
    /// (`SPUD_HOME`) cannot be told apart from the usual one, which is so on Windows and macOS.
    pub(crate) fn plugin<R: Runtime>(&self, home: &Home) -> Option<TauriPlugin<R>> {
        let own = std::env::var_os(HOME_VARIABLE).is_some_and(|home| !home.is_empty());
        if own && !cfg!(target_os = "linux") {
            return None;
        }
        let name = if own {
            name_of(home.data())
        } else {
            IDENTIFIER.to_owned()
        };
        let starts = self.clone();
        let plugin = Builder::new()
            .dbus_id(name)
            .callback(move |shell, arguments, folder| {
                starts.take(&arguments, Path::new(&folder));
                show(shell);
            });
        Some(plugin.build())
    }

    /// From now on what comes is opened, and what waited is.
    pub(crate) fn serve(&self, product: &App) {
        let mut inner = self.inner();
        inner.product = Some(product.clone());
        for what in std::mem::take(&mut inner.waiting) {
            self.open(&mut inner, product.clone(), what);
        }
    }

    /// What was given and is not open yet, for a start that takes the place of this one.
    #[cfg(any(target_os = "linux", test))]
    pub(crate) fn left(&self) -> Vec<String> {
        let inner = self.inner();
        let opening = inner.opening.iter().map(|(_, what)| what);
        opening.chain(&inner.waiting).cloned().collect()
    }

    /// Opens what a command line names, typed in this folder.
    fn take(&self, arguments: &[String], folder: &Path) {
        for what in arguments.iter().skip(1) {
            let what = in_folder(what, folder);
            let mut inner = self.inner();
            match inner.product.clone() {
                Some(product) => self.open(&mut inner, product, what),
                None => inner.waiting.push(what),
            }
        }
    }

    /// Opens a model, or a file to ask about. What goes wrong is told as a notice.
    fn open(&self, inner: &mut Inner, product: App, what: String) {
        let number = inner.next;
        inner.next += 1;
        inner.opening.push((number, what.clone()));
        let (starts, broken) = (self.clone(), (self.clone(), product.clone()));
        let opens = async move {
            let path = PathBuf::from(&what);
            if is_model(&path) || !path.is_file() {
                product.open_model(&what).await;
            } else {
                product.open_file(path).await;
            }
            starts.opened(number);
        };
        tasks::begin_or(opens, move |failure| {
            let (starts, product) = broken;
            starts.opened(number);
            product.notice(failure);
        });
    }

    /// It is open, or never will be.
    fn opened(&self, number: u64) {
        self.inner().opening.retain(|(one, _)| *one != number);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Brings the window to the front, out of the task bar, and back where it was closed while a
/// download goes on.
fn show<R: Runtime>(shell: &AppHandle<R>) {
    if let Some(window) = shell.get_webview_window(MAIN) {
        // Each is a wish to the window manager, which may know better.
        let _ = window.show();
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}

/// A path as it was meant where it was typed.
fn in_folder(what: &str, folder: &Path) -> String {
    if what == SPROUT || what.starts_with("~/") {
        return what.to_owned();
    }
    folder.join(what).to_string_lossy().into_owned()
}

/// The name of a data folder of one's own to the session bus. Two programs that were built by
/// different compilers may name it differently, and then open two windows.
fn name_of(data: &Path) -> String {
    let mut hash = DefaultHasher::new();
    std::path::absolute(data)
        .unwrap_or_else(|_| data.to_owned())
        .hash(&mut hash);
    format!("{IDENTIFIER}.home{:016x}", hash.finish())
}

#[cfg(test)]
mod tests {
    use super::{IDENTIFIER, Path, Starts, in_folder, name_of};

    // With Windows' own separator the same.
    #[cfg(unix)]
    #[test]
    fn a_path_means_what_it_meant_where_it_was_typed() {
        let there = Path::new("/home/me");
        assert_eq!(in_folder("R1.gguf", there), "/home/me/R1.gguf");
        assert_eq!(in_folder("/models/R1.gguf", there), "/models/R1.gguf");
        assert_eq!(in_folder("~/R1.gguf", there), "~/R1.gguf");
        assert_eq!(in_folder("sprout", there), "sprout");
    }

    #[test]
    fn what_comes_before_the_product_waits() {
        let starts = Starts::default();
        starts.take(&["spud-desktop".to_owned()], Path::new("/"));
        assert!(starts.inner().waiting.is_empty());
        let typed = ["spud-desktop", "a.gguf"].map(str::to_owned);
        starts.take(&typed, Path::new("/tmp"));
        starts.take(&typed, Path::new("/srv"));
        let meant = ["/tmp", "/srv"].map(|folder| Path::new(folder).join("a.gguf"));
        assert_eq!(starts.left(), meant.map(|path| path.display().to_string()));
    }

    #[test]
    fn each_data_folder_has_a_name_of_its_own() {
        let name = name_of(Path::new("/tmp/a"));
        assert_ne!(name, name_of(Path::new("/tmp/b")));
        let parts = name.split('.').all(|part| {
            part.starts_with(|first: char| first.is_ascii_alphabetic())
                && part.chars().all(|one| one.is_ascii_alphanumeric())
        });
        assert!(parts, "no name for the bus: {name}");
        let configuration: serde_json::Value =
            serde_json::from_str(include_str!("../tauri.conf.json")).unwrap();
        assert_eq!(configuration["identifier"], IDENTIFIER);
    }
}
