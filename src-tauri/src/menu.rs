//! The web view's own menu, without what would fetch something: a link that a model wrote is opened
//! after a look at its address, by a browser, and never by the page itself.

use tauri::WebviewWindow;

/// Takes out of the menu what opens or saves a link or a picture: it would pass by the ledger, and by
/// "Offline". Copying stays.
#[cfg(target_os = "linux")]
pub(crate) fn tame(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::{ContextMenuAction as Action, ContextMenuExt, ContextMenuItemExt, WebViewExt};
    window.with_webview(|view| {
        view.inner().connect_context_menu(|_, menu, _, _| {
            let fetches = |action| {
                matches!(
                    action,
                    Action::OpenLink
                        | Action::OpenLinkInNewWindow
                        | Action::DownloadLinkToDisk
                        | Action::OpenImageInNewWindow
                        | Action::DownloadImageToDisk
                        | Action::OpenVideoInNewWindow
                        | Action::DownloadVideoToDisk
                        | Action::OpenAudioInNewWindow
                        | Action::DownloadAudioToDisk
                )
            };
            for item in menu.items() {
                if fetches(item.stock_action()) {
                    menu.remove(&item);
                }
            }
            // An empty menu is not shown.
            menu.n_items() == 0
        });
    })
}

/// Elsewhere what is fetched this way is refused when it comes (`on_download`).
#[cfg(not(target_os = "linux"))]
pub(crate) fn tame(_window: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}
