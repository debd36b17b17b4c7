//! Light or dark, as it is set: the system's own frame and the page follow the window.

use app::Theme;
use tauri::{Runtime, WebviewWindow};

/// Shows a window as it is set.
pub(crate) fn wear<R: Runtime>(window: &WebviewWindow<R>, set: Theme) {
    let theme = match set {
        Theme::System => None,
        Theme::Light => Some(tauri::Theme::Light),
        Theme::Dark => Some(tauri::Theme::Dark),
    };
    // A system that knows no themes shows its own.
    let _ = window.set_theme(theme);
}
