//! What closing the window means while a download is at work: it is asked, it stops until the next
//! start, or it goes on without the window.

use app::{App, Closing};
use tauri::{Manager, Runtime, WebviewWindow, WindowEvent};

use crate::tasks;

/// Answers to the window's close button.
pub(crate) fn guard<R: Runtime>(window: &WebviewWindow<R>, product: &App) {
    let (here, product) = (window.clone(), product.clone());
    window.on_window_event(move |event| {
        let WindowEvent::CloseRequested { api, .. } = event else {
            return;
        };
        match product.leaving() {
            None | Some(Closing::Stop) => {}
            // The page asks, and answers with `leave`.
            Some(Closing::Ask) => api.prevent_close(),
            Some(Closing::GoOn) => {
                api.prevent_close();
                leave_window(&here, &product, Closing::GoOn);
            }
        }
    });
}

/// Leaves as it was chosen.
pub(crate) fn leave_window<R: Runtime>(window: &WebviewWindow<R>, product: &App, closing: Closing) {
    if closing != Closing::GoOn || window.hide().is_err() {
        let _ = window.destroy();
        return;
    }
    let (window, product) = (window.clone(), product.clone());
    let shell = window.app_handle().clone();
    tasks::begin(&shell, async move {
        // Nobody asks the model anything until the window is there again.
        product.unload_model().await;
        product.downloads_done().await;
        // Somebody may have started Spud again meanwhile, which shows the window.
        if !window.is_visible().unwrap_or(false) {
            let _ = window.destroy();
        }
    });
}
