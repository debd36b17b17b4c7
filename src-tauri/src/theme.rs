//! Light or dark, as it is set: the system's own frame and the page follow the window. What is behind the page has
//! the page's colour, so that nothing flashes before the first paint, nor where a window grows.

use app::{Home, Preferences, Theme};
use tauri::window::Color;
use tauri::{Runtime, WebviewWindow, WindowEvent};

/// The page's paper, as `ui/src/theme.css` has it.
const LIGHT: Color = Color(0xfa, 0xf7, 0xf1, 0xff);
const DARK: Color = Color(0x1a, 0x17, 0x14, 0xff);

/// Before it is shown: as it is set, or as the system has it.
pub(crate) fn dress(window: &WebviewWindow, home: Option<&Home>) {
    wear(
        window,
        home.map_or(Theme::System, |home| Preferences::of(home).theme),
    );
    let worn = window.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::ThemeChanged(theme) = event {
            paper(&worn, *theme);
        }
    });
    #[cfg(target_os = "linux")]
    {
        use tauri::Manager;
        let worn = window.clone();
        crate::scheme::follow(move |dark| {
            let product = worn.try_state::<app::App>();
            if product.is_none_or(|product| product.preferences().theme == Theme::System) {
                show(&worn, Some(one_of(dark)));
            }
        });
    }
}

/// Shows a window as it is set.
pub(crate) fn wear<R: Runtime>(window: &WebviewWindow<R>, set: Theme) {
    match set {
        Theme::System => as_the_system(window),
        Theme::Light => show(window, Some(tauri::Theme::Light)),
        Theme::Dark => show(window, Some(tauri::Theme::Dark)),
    }
}

/// The toolkit takes a window without a theme of its own for a light one there.
#[cfg(target_os = "linux")]
fn as_the_system<R: Runtime>(window: &WebviewWindow<R>) {
    let worn = window.clone();
    // On the thread on which alone GTK may be asked; at once where this is it.
    let _ = window.run_on_main_thread(move || show(&worn, Some(one_of(crate::scheme::is_dark()))));
}

#[cfg(not(target_os = "linux"))]
fn as_the_system<R: Runtime>(window: &WebviewWindow<R>) {
    show(window, None);
}

#[cfg(target_os = "linux")]
fn one_of(dark: bool) -> tauri::Theme {
    if dark {
        tauri::Theme::Dark
    } else {
        tauri::Theme::Light
    }
}

fn show<R: Runtime>(window: &WebviewWindow<R>, theme: Option<tauri::Theme>) {
    // A system that knows no themes shows its own.
    let _ = window.set_theme(theme);
    if let Some(theme) = theme.or_else(|| window.theme().ok()) {
        paper(window, theme);
    }
}

fn paper<R: Runtime>(window: &WebviewWindow<R>, theme: tauri::Theme) {
    let paper = match theme {
        tauri::Theme::Dark => DARK,
        _ => LIGHT,
    };
    // What cannot be coloured is the system's own colour for a moment.
    let _ = window.set_background_color(Some(paper));
}

#[cfg(test)]
mod tests {
    use super::{DARK, LIGHT};

    #[test]
    fn behind_the_page_is_the_page_s_paper() {
        let css = include_str!("../../ui/src/theme.css");
        let papers: Vec<&str> = css
            .lines()
            .filter_map(|line| line.trim().strip_prefix("--paper: "))
            .collect();
        let hex =
            [LIGHT, DARK].map(|color| format!("#{:02x}{:02x}{:02x};", color.0, color.1, color.2));
        assert_eq!(papers, hex);
    }
}
