//! A model on its way, in the window: fetched from a hub on loopback, killed half-way, gone on with,
//! verified, loaded, asked.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::hub::{Reply, Server};
use crate::window::{Opening, Window};

/// What is downloaded: Sprout, as the file of the catalogue's smallest member.
const PATH: &str = "/me/sprout/resolve/main/sprout.gguf";

/// A hub whose speed can be changed, and a home that knows it and what it has.
pub(crate) struct Shop {
    pub(crate) opening: Opening,
    server: Server,
    /// Bytes per second of each connection.
    rate: Arc<AtomicU64>,
}

impl Shop {
    pub(crate) fn new(rate: u64) -> Self {
        let rate = Arc::new(AtomicU64::new(rate));
        let sprout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sprout/sprout.gguf");
        let bytes = Arc::new(std::fs::read(&sprout).unwrap());
        let size = bytes.len();
        let now = rate.clone();
        let server = Server::new(move |request| match request.path.as_str() {
            PATH => Reply {
                rate: Some(now.load(Ordering::Relaxed)),
                ..Reply::good(&bytes, request)
            },
            _ => Reply::status(404),
        });
        let opening = Opening::new();
        let hashed = std::process::Command::new("sha256sum").arg(sprout).output();
        let sha256 = String::from_utf8(hashed.unwrap().stdout).unwrap();
        let sha256 = sha256.split_whitespace().next().unwrap();
        let catalogue = include_str!("../../../models.toml");
        let start = catalogue.find("\n[[model]]\n").unwrap();
        let end = start + catalogue[start..].find("[[model.file]]").unwrap();
        let file = format!(
            "[[model.file]]\nquant = \"Q4_K_M\"\nrepo = \"me/sprout\"\npath = \"sprout.gguf\"\n\
                 bytes = {size}\nsha256 = [\"{sha256}\"]\n"
        );
        let own = catalogue[start..end].to_owned() + file.as_str();
        let home = opening.home.path();
        std::fs::write(home.join("models.toml"), own).unwrap();
        let hubs = serde_json::json!({ "hubs": [server.url("").to_string()] });
        std::fs::write(home.join("network.json"), hubs.to_string()).unwrap();
        Self {
            opening,
            server,
            rate,
        }
    }

    /// Opens the window and starts the download of what it recommends.
    pub(crate) async fn begin(&self) -> Window {
        let window = self.opening.open().await;
        window.says("first-best", "Qwen 1.5B").await;
        window.click("first-pick").await;
        window.click("best-get").await;
        window.one("download").await;
        window
    }

    /// From now on it is fast.
    pub(crate) fn hurry(&self) {
        self.rate.store(1 << 30, Ordering::Relaxed);
    }
}

/// Waits until it is here and the picker knows, so that nothing moves any more.
async fn came(window: &Window) {
    window.becomes("download", "data-state", "done").await;
    window.one("best-use").await;
}

/// Waits until the disk has promised to keep some of it.
async fn some_is_durable(window: &Window, shop: &Shop) {
    let parts = shop.opening.home.path().join("models/.parts");
    let look = async || {
        let notes = std::fs::read_dir(&parts).ok()?.flatten();
        let mut notes = notes.filter(|one| one.path().extension() == Some("json".as_ref()));
        let text = std::fs::read_to_string(notes.next()?.path()).ok()?;
        let note: serde_json::Value = serde_json::from_str(&text).ok()?;
        (!note["begun"].as_object()?.is_empty()).then_some(())
    };
    window.until("a note of what is durable", look).await;
}

/// Waits until some of it is here.
async fn some_is_here(window: &Window) {
    let share = "return Number(document.querySelector('[data-testid=download] [role=progressbar]')
        ?.getAttribute('aria-valuenow') ?? 0)";
    let look = async || (window.script(share).await.as_u64()? > 5).then_some(());
    window.until("more than 5 %", look).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_comes_is_killed_half_way_goes_on_and_answers() {
    let shop = Shop::new(128 << 10);
    let window = shop.opening.open().await;
    window.click("first-get").await;
    window
        .becomes("first-coming", "data-state", "running")
        .await;
    window.click("shelf-button").await;
    some_is_here(&window).await;
    window.says("download-words", "MiB of").await;
    // Chatting goes on meanwhile, with the model that is here.
    window.click("picker-close").await;
    window.ask_to_the_end("What is 47 + 38?").await;
    assert_eq!(window.words("answer").await, "47 + 38 = 85.");
    window
        .becomes("shelf-button", "data-state", "running")
        .await;
    some_is_durable(&window, &shop).await;
    window.kill().await;
    let before = shop.server.sent();
    let window = shop.opening.open().await;
    // Nobody has to ask for it again.
    window
        .becomes("shelf-button", "data-state", "running")
        .await;
    shop.hurry();
    window.becomes("shelf-button", "data-state", "done").await;
    // What was durable did not come twice.
    let whole = std::fs::metadata(
        shop.opening
            .home
            .path()
            .join("models/me/sprout/sprout.gguf"),
    );
    assert!(before > 0 && shop.server.sent() - before < whole.unwrap().len());
    window.click("shelf-button").await;
    came(&window).await;
    window.click("download-use").await;
    window.becomes("model-button", "data-engine", "ready").await;
    let about = "return document.querySelector('[data-testid=model-button]').ariaLabel";
    let chosen = async || {
        let said = window.script(about).await;
        said.as_str()?.contains("tokens of context").then_some(())
    };
    window.until("the model that came", chosen).await;
    window.ask_to_the_end("What is 158 + 262?").await;
    assert_eq!(window.words("answer").await, "158 + 262 = 420.");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_is_paused_cancelled_and_kept_from_the_network() {
    let shop = Shop::new(128 << 10);
    let window = shop.begin().await;
    some_is_here(&window).await;
    window.click("download-pause").await;
    window.becomes("download", "data-state", "paused").await;
    window.says("download-words", "Paused at").await;
    window.click("network-open").await;
    window.click("offline").await;
    window.click("download-resume").await;
    window.says("download-words", "Offline is on").await;
    let asked = shop.server.requests().len();
    window.click("offline").await;
    window.becomes("download", "data-state", "running").await;
    assert!(shop.server.requests().len() > asked);
    // What came is not deleted by one click.
    window.click("download-cancel").await;
    window.click("download-delete").await;
    let gone = async || window.all("download").await.is_empty().then_some(());
    window.until("no download", gone).await;
    window.says("best-get", "Download").await;
    let parts = shop.opening.home.path().join("models/.parts");
    let mut left = std::fs::read_dir(parts).unwrap();
    assert!(!left.any(|one| {
        let name = one.unwrap().file_name();
        name.to_string_lossy().ends_with(".part")
    }));
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_deleted_after_a_question_and_the_ledger_tells_all() {
    let shop = Shop::new(1 << 30);
    let window = shop.begin().await;
    came(&window).await;
    window.click("download-use").await;
    window.becomes("model-button", "data-engine", "ready").await;
    window.click("shelf-button").await;
    window.click("download-dismiss").await;
    window.click("network-open").await;
    window.click("connections-open").await;
    window.says("connections", "download of sprout.gguf").await;
    // Its row is the first; what goes is told before it goes.
    window
        .script("document.querySelector('[data-testid=candidate-toggle]').click()")
        .await;
    window.click("remove").await;
    window
        .says("details", "Delete this model and free 2.1 MiB?")
        .await;
    let file = shop
        .opening
        .home
        .path()
        .join("models/me/sprout/sprout.gguf");
    assert!(file.is_file());
    window.click("remove-sure").await;
    window.says("best-get", "Download").await;
    assert!(!file.exists());
    window.click("picker-close").await;
    // Sprout answers again.
    window.ask_to_the_end("What is 47 + 38?").await;
    assert_eq!(window.words("answer").await, "47 + 38 = 85.");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_disappears_is_shown_as_missing() {
    let shop = Shop::new(1 << 30);
    let window = shop.begin().await;
    came(&window).await;
    window.click("download-use").await;
    window.becomes("model-button", "data-engine", "ready").await;
    let file = shop
        .opening
        .home
        .path()
        .join("models/me/sprout/sprout.gguf");
    std::fs::remove_file(file).unwrap();
    let words = "return document.querySelector('[data-testid=model-button]').textContent";
    let missing = async || {
        let said = window.script(words).await;
        said.as_str()?.contains("The file is missing").then_some(())
    };
    window.until("that it is missing", missing).await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_fails_says_why_and_is_tried_again() {
    let shop = Shop::new(1 << 30);
    let taken = shop
        .opening
        .home
        .path()
        .join("models/me/sprout/sprout.gguf");
    std::fs::create_dir_all(taken.parent().unwrap()).unwrap();
    std::fs::write(&taken, b"mine").unwrap();
    let window = shop.opening.open().await;
    window.click("first-pick").await;
    window.click("best-get").await;
    window.says("download-failure", "sprout.gguf").await;
    std::fs::remove_file(&taken).unwrap();
    window.click("download-resume").await;
    window.becomes("download", "data-state", "done").await;
    window.close().await;
}
