//! Light or dark, as it is set: the system's own frame and the page follow the window.

use app::{App, AppEvent, Theme};
use tauri::async_runtime::spawn;
use tauri::{Runtime, WebviewWindow};

/// Follows what is set for as long as the product lives.
pub(crate) fn follow<R: Runtime>(window: &WebviewWindow<R>, product: &App) {
    let (window, product) = (window.clone(), product.clone());
    spawn(async move {
        let Ok(mut events) = product.watch().await else {
            return;
        };
        drop(product);
        while let Some(event) = events.recv().await {
            let set = match event {
                AppEvent::Snapshot(snapshot) => snapshot.preferences.theme,
                AppEvent::Preferences(preferences) => preferences.theme,
                _ => continue,
            };
            let theme = match set {
                Theme::System => None,
                Theme::Light => Some(tauri::Theme::Light),
                Theme::Dark => Some(tauri::Theme::Dark),
            };
            // A system that knows no themes shows its own.
            let _ = window.set_theme(theme);
        }
    });
}
