//! Opens the one window: its size, its title, and that it never goes anywhere but to its own page.

use std::io::Write;
use std::path::PathBuf;

use app::App;
use tauri::async_runtime::{block_on, spawn};
use tauri::webview::PageLoadEvent;
use tauri::{Manager, RunEvent, Url, WebviewUrl, WebviewWindowBuilder};

use crate::calls;
use crate::drawing;
use crate::drops::{Drops, is_model};
use crate::leaving::guard;
use crate::notices;
use crate::safe_mode::{self, FirstPaint};
use crate::streams::Streams;
use crate::theme;

/// In pixels at a scale of 1: wide enough for the list and a comfortable measure.
const SIZE: (f64, f64) = (1080.0, 760.0);

/// Below this the page's own rules no longer hold.
const LEAST: (f64, f64) = (360.0, 420.0);

/// Runs until the window is closed and every word is on disk.
pub(crate) fn run() -> Result<(), String> {
    let model = std::env::args_os()
        .nth(1)
        .map(|path| path.to_string_lossy().into_owned());
    let shell = tauri::Builder::default()
        .invoke_handler(calls::all())
        .manage(FirstPaint::default())
        .setup(move |shell| {
            // The window first: what is slow comes while it is there to be looked at.
            let window =
                WebviewWindowBuilder::new(shell, "main", WebviewUrl::App("index.html".into()))
                    .title("Spud")
                    .inner_size(SIZE.0, SIZE.1)
                    .min_inner_size(LEAST.0, LEAST.1)
                    .enable_clipboard_access()
                    .on_navigation(is_our_page)
                    .on_page_load(|window, load| {
                        if load.event() == PageLoadEvent::Finished {
                            window.state::<FirstPaint>().loaded();
                        }
                    })
                    // The page knows which chat is open; the title bar says what the page says.
                    .on_document_title_changed(|window, title| drop(window.set_title(&title)))
                    .build()?;
            drawing::choose(&window)?;
            let home = app::Home::find()?;
            let product = block_on(App::open(&home))?;
            if let Some(model) = model {
                let product = product.clone();
                // What goes wrong is told as a notice.
                spawn(async move { open(&product, &model).await });
            }
            shell.manage(Drops::of(&window, &product));
            guard(&window, &product);
            notices::tell(&window, &product);
            theme::wear(&window, product.preferences().theme);
            let working = product.clone();
            spawn(async move { working.keep_awake() });
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

/// Opens what the window was started with: a model, or a file to ask about.
async fn open(product: &App, what: &str) {
    let path = PathBuf::from(what);
    if is_model(&path) || !path.is_file() {
        product.open_model(what).await;
    } else {
        product.open_file(path).await;
    }
}

/// Our own page and nothing else: a link in an answer must not replace the window.
fn is_our_page(url: &Url) -> bool {
    matches!(url.scheme(), "tauri") || url.host_str() == Some("tauri.localhost")
}

/// Says on standard error why there is no window.
pub(crate) fn complain(why: &str) {
    let _ = writeln!(std::io::stderr(), "spud-desktop: {why}");
}
