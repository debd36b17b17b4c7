//! Opens the one window: its size, its title, and that it never goes anywhere but to its own page.

use std::io::Write;

use app::App;
use tauri::async_runtime::{block_on, spawn};
use tauri::webview::PageLoadEvent;
use tauri::{Manager, RunEvent, Url, WebviewUrl, WebviewWindowBuilder};

use crate::calls;
use crate::copies::Copies;
use crate::drawing;
use crate::drops::Drops;
use crate::leaving::guard;
use crate::menu;
use crate::notices;
use crate::safe_mode::{self, FirstPaint};
use crate::starts::Starts;
use crate::streams::Streams;
use crate::theme;

/// The one window's name to Tauri; `capabilities/window.json` names it too.
pub(crate) const MAIN: &str = "main";

/// In pixels at a scale of 1: wide enough for the list and a comfortable measure.
const SIZE: (f64, f64) = (1080.0, 760.0);

/// Below this the page's own rules no longer hold.
const LEAST: (f64, f64) = (360.0, 420.0);

/// Runs until the window is closed and every word is on disk.
pub(crate) fn run() -> Result<(), String> {
    let starts = Starts::of_this_process();
    let home = app::Home::find().map_err(|failure| failure.to_string())?;
    let mut shell = tauri::Builder::default();
    if let Some(plugin) = starts.plugin(&home) {
        shell = shell.plugin(plugin);
    }
    let shell = shell
        .invoke_handler(calls::all())
        .manage(FirstPaint::default())
        .manage(Copies::default())
        .manage(home.clone())
        .manage(starts.clone())
        .setup(move |shell| {
            // The window first: what is slow comes while it is there to be looked at.
            let window =
                WebviewWindowBuilder::new(shell, MAIN, WebviewUrl::App("index.html".into()))
                    .title("Spud")
                    .inner_size(SIZE.0, SIZE.1)
                    .min_inner_size(LEAST.0, LEAST.1)
                    .enable_clipboard_access()
                    .on_navigation(is_our_page)
                    // No page of ours saves anything by itself.
                    .on_download(|_, _| false)
                    .on_page_load(|window, load| {
                        if load.event() == PageLoadEvent::Finished {
                            window.state::<FirstPaint>().loaded();
                        }
                    })
                    // The page knows which chat is open; the title bar says what the page says.
                    .on_document_title_changed(|window, title| drop(window.set_title(&title)))
                    .build()?;
            drawing::choose(&window)?;
            menu::tame(&window)?;
            let product = block_on(App::open(&home))?;
            starts.serve(&product);
            shell.manage(Drops::of(&window, &product));
            guard(&window, &product);
            notices::tell(&window, &product);
            theme::wear(&window, product.preferences().theme);
            let working = product.clone();
            spawn(async move {
                working.keep_awake();
                working.run_downloads();
            });
            shell.manage(product);
            shell.manage(Streams::default());
            safe_mode::guard(&window, home)?;
            drop(window);
            Ok(())
        })
        .build(tauri::generate_context!())
        .map_err(|error| format!("cannot open the window: {error}"))?;
    let handle = shell.handle().clone();
    // The end of a session and Ctrl-C in a terminal close the window as its button does. Without
    // this they end the program at once, which costs a quarter of a second of a reply at most.
    let _ = ctrlc::set_handler(move || handle.exit(0));
    shell.run(|shell, event| {
        if let RunEvent::Exit = event {
            if let Some(product) = shell.try_state::<App>() {
                block_on(product.close());
            }
            // Every word is on disk.
            safe_mode::end(shell);
        }
    });
    Ok(())
}

/// Our own page and nothing else: a link in an answer must not replace the window.
fn is_our_page(url: &Url) -> bool {
    matches!(url.scheme(), "tauri") || url.host_str() == Some("tauri.localhost")
}

/// Says on standard error why there is no window.
pub(crate) fn complain(why: &str) {
    let _ = writeln!(std::io::stderr(), "spud-desktop: {why}");
}
