//! Opens the one window: its title, and that it never goes anywhere but to its own page.

use std::io::Write;

use app::{App, Failure, Home};
use tauri::async_runtime::block_on;
use tauri::webview::PageLoadEvent;
use tauri::{Manager, RunEvent, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Wry};

use crate::calls;
use crate::calls::hub::Looks;
use crate::coming::Coming;
use crate::copies::Copies;
use crate::drops::Drops;
use crate::leaving::guard;
use crate::menu;
use crate::notices;
use crate::place;
use crate::safe_mode::{self, FirstPaint};
use crate::starts::Starts;
use crate::streams::Streams;
use crate::tasks;
use crate::theme;

/// The one window's name to Tauri; `capabilities/window.json` names it too.
pub(crate) const MAIN: &str = "main";

/// Runs until the window is closed and every word is on disk.
pub(crate) fn run() -> Result<(), String> {
    let starts = Starts::of_this_process();
    let home = Home::find();
    let coming = Coming::new(calls::all());
    let mut shell = tauri::Builder::default();
    if let Ok(home) = &home {
        if let Some(plugin) = starts.plugin(home) {
            shell = shell.plugin(plugin);
        }
        shell = shell.manage(home.clone());
    }
    let answers = coming.clone();
    let shell = shell
        .invoke_handler(move |call| answers.call(call))
        .manage(FirstPaint::default())
        .manage(Copies::default())
        .manage(Looks::default())
        .manage(starts)
        .manage(Streams::default())
        .setup(move |shell| {
            // An error that leaves here would be a panic in the toolkit's loop.
            if let Err(why) = open(shell, home, coming) {
                complain(&format!("cannot open the window: {why}"));
                shell.handle().exit(1);
            }
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

/// Opens the window, and has the product come while it is there to be looked at. Nothing in here may
/// take long: the toolkit's loop waits for it.
fn open(shell: &tauri::App, home: Result<Home, Failure>, coming: Coming<Wry>) -> tauri::Result<()> {
    let at = place::of(home.as_ref().ok(), &shell.available_monitors()?);
    let mut window = WebviewWindowBuilder::new(shell, MAIN, WebviewUrl::App("index.html".into()))
        .title("Spud")
        .inner_size(at.width, at.height)
        .min_inner_size(place::LEAST.0, place::LEAST.1)
        // Until it has its colours: a white window in a dark room is the first that one would see.
        .visible(false)
        .maximized(at.maximized);
    if let Some((x, y)) = at.at {
        window = window.position(x, y);
    }
    let window = window
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
    theme::dress(&window, home.as_ref().ok());
    window.show()?;
    menu::tame(&window)?;
    if let Ok(home) = &home {
        place::follow(&window, home.clone(), at);
        safe_mode::guard(&window, home.clone())?;
    }
    let fails = coming.clone();
    let work = async move {
        if let Err(failure) = come(&window, home, &coming).await {
            coming.failed(failure);
        }
    };
    tasks::begin_or(work, move |failure| fails.failed(failure));
    Ok(())
}

/// Opens the product and joins it to the window.
async fn come(
    window: &WebviewWindow,
    home: Result<Home, Failure>,
    coming: &Coming<Wry>,
) -> Result<(), Failure> {
    let product = App::open(&home?).await?;
    let shell = window.app_handle();
    shell.state::<Starts>().serve(&product);
    shell.manage(Drops::of(window, &product));
    guard(window, &product);
    notices::tell(window, &product);
    product.keep_awake();
    product.run_downloads();
    shell.manage(product);
    coming.came();
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
