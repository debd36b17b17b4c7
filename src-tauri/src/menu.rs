//! The web view's own menu, with what is of use on words and in a field: copy, cut, paste, spelling,
//! select all. A page has no way back and is not loaded again. Nothing in it fetches anything: a link
//! that a model wrote is opened after a look at its address, by a browser, and never by the page
//! itself. Where there is nothing of that to do, the page keeps the menu away (`ui/src/selection.ts`).

use tauri::WebviewWindow;

/// Leaves in the menu what is of use.
#[cfg(target_os = "linux")]
pub(crate) fn tame(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::{ContextMenu, ContextMenuAction as Action};
    use webkit2gtk::{ContextMenuExt, ContextMenuItemExt, WebViewExt};

    fn is_of_use(action: Action) -> bool {
        matches!(
            action,
            Action::Copy
                | Action::Cut
                | Action::Paste
                | Action::Delete
                | Action::SelectAll
                | Action::SpellingGuess
                | Action::NoGuessesFound
                | Action::IgnoreSpelling
                | Action::LearnSpelling
                | Action::CopyLinkToClipboard
                | Action::InsertEmoji
        )
    }

    /// A line parts two things: none stands at an end or beside another.
    fn part(menu: &ContextMenu) {
        let mut is_after_line = true;
        for item in menu.items() {
            let is_line = item.is_separator();
            if is_line && is_after_line {
                menu.remove(&item);
            }
            is_after_line = is_line;
        }
        if let Some(last) = menu.last().filter(ContextMenuItemExt::is_separator) {
            menu.remove(&last);
        }
    }

    window.with_webview(|view| {
        view.inner().connect_context_menu(|_, menu, _, _| {
            for item in menu.items() {
                if !item.is_separator() && !is_of_use(item.stock_action()) {
                    menu.remove(&item);
                }
            }
            part(menu);
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
