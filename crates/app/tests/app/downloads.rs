//! The queue of downloads against a hub on loopback: order, pause, cancel, restart, offline.

use std::path::Path;
use std::sync::Arc;

use app::{App, AppEvent, Download, DownloadState, Home, Network};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::hub::{Reply, Server};
use crate::world::{PATIENCE, end, sprout, surely};

/// Two members of the catalogue; both are Sprout here.
const SMALL: &str = "r1-distill-qwen-1.5b";
const LARGE: &str = "r1-distill-qwen-7b";
const QUANT: &str = "Q4_K_M";

struct Shop {
    home: tempfile::TempDir,
    server: Server,
}

impl Shop {
    /// A home whose own catalogue has two models, and whose hub gives so many bytes per second.
    fn new(rate: Option<u64>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let bytes = Arc::new(std::fs::read(sprout()).unwrap());
        let size = bytes.len();
        let served = bytes.clone();
        let server = Server::new(move |request| Reply {
            rate,
            ..Reply::good(&served, request)
        });
        let catalogue = include_str!("../../../../models.toml");
        let mut own = String::new();
        for (id, name) in [(SMALL, "small"), (LARGE, "large")] {
            let start = catalogue.find(&format!("id = \"{id}\"")).unwrap();
            let start = catalogue[..start].rfind("[[model]]").unwrap();
            let end = start + catalogue[start..].find("[[model.file]]").unwrap();
            own += &catalogue[start..end];
            let facts = format!("bytes = {size}\nsha256 = [\"{}\"]", sha256());
            let file = format!("quant = \"{QUANT}\"\nrepo = \"me/{name}\"\npath = \"{name}.gguf\"");
            own += &["[[model.file]]", &file, &facts, "\n"].join("\n");
        }
        std::fs::write(home.path().join("models.toml"), own).unwrap();
        let hubs = serde_json::json!({ "hubs": [server.url("").to_string()] });
        std::fs::write(home.path().join("network.json"), hubs.to_string()).unwrap();
        Self { home, server }
    }

    async fn open(&self) -> (App, UnboundedReceiver<AppEvent>) {
        let app = App::open(&Home::at(self.home.path())).await.unwrap();
        app.run_downloads();
        let events = app.watch().await.unwrap();
        (app, events)
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.home
            .path()
            .join(format!("models/me/{name}/{name}.gguf"))
    }

    /// Downloads that have begun and not ended.
    fn parts(&self) -> usize {
        let folder = std::fs::read_dir(self.home.path().join("models/.parts")).unwrap();
        let names = folder.map(|one| one.unwrap().file_name());
        let is_part = |name: &std::ffi::OsString| name.to_string_lossy().ends_with(".part");
        names.filter(is_part).count()
    }

    fn asked(&self) -> usize {
        self.server.requests().len()
    }
}

/// Of Sprout as it is committed.
fn sha256() -> String {
    let ran = std::process::Command::new("sha256sum")
        .arg(sprout())
        .output();
    let text = String::from_utf8(ran.unwrap().stdout).unwrap();
    text.split_whitespace().next().unwrap().to_owned()
}

/// Waits until the downloads are told like this.
async fn until(
    events: &mut UnboundedReceiver<AppEvent>,
    right: impl Fn(&[Download]) -> bool,
) -> Vec<Download> {
    let mut last = Vec::new();
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            match events.recv().await.expect("no more events") {
                AppEvent::Snapshot(snapshot) => last = snapshot.downloads,
                AppEvent::Downloads(rows) => last = rows,
                _ => continue,
            }
            if right(&last) {
                return last.clone();
            }
        }
    })
    .await;
    found.unwrap_or_else(|_| panic!("it never came to be"))
}

fn done(download: &Download, at: &Path) -> bool {
    download.state == DownloadState::Done(at.to_owned())
}

fn comes(download: &Download) -> bool {
    matches!(download.state, DownloadState::Running(_)) && download.here > 0
}

#[tokio::test(flavor = "multi_thread")]
async fn two_come_one_after_the_other_and_join_the_list() {
    let shop = Shop::new(None);
    let (app, mut events) = shop.open().await;
    app.download(SMALL, QUANT).await.unwrap();
    app.download(LARGE, QUANT).await.unwrap();
    app.download(SMALL, QUANT).await.unwrap();
    let (small, large) = (shop.file("small"), shop.file("large"));
    let rows = until(&mut events, |rows| {
        rows.len() == 2 && done(&rows[0], &small) && done(&rows[1], &large)
    })
    .await;
    assert!(rows.iter().all(|row| row.here == row.bytes), "{rows:?}");
    assert!(std::fs::read(&large).unwrap() == std::fs::read(sprout()).unwrap());
    let asked: Vec<String> = shop
        .server
        .requests()
        .into_iter()
        .map(|one| one.path)
        .collect();
    let turn = asked
        .iter()
        .position(|path| path.contains("large"))
        .unwrap();
    assert!(
        asked[turn..].iter().all(|path| path.contains("large")),
        "{asked:?}"
    );
    // What is done leaves with its row alone, and is a model from now on.
    app.cancel_download(&rows[0].key).await.unwrap();
    until(&mut events, |rows| rows.len() == 1).await;
    assert!(small.is_file());
    app.close().await;
    let (app, mut events) = shop.open().await;
    let Some(AppEvent::Snapshot(snapshot)) = events.recv().await else {
        panic!("no snapshot")
    };
    assert_eq!(snapshot.downloads, []);
    let listed: Vec<&str> = snapshot.models.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(
        listed[1..],
        [large.to_str().unwrap(), small.to_str().unwrap()]
    );
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_lasts_over_a_restart_and_the_others_go_on() {
    let shop = Shop::new(Some(100 << 10));
    let (app, mut events) = shop.open().await;
    app.download(SMALL, QUANT).await.unwrap();
    app.download(LARGE, QUANT).await.unwrap();
    let rows = until(&mut events, |rows| rows.first().is_some_and(comes)).await;
    let (first, second) = (rows[0].key.clone(), rows[1].key.clone());
    app.pause_download(&first).await.unwrap();
    let rows = until(&mut events, |rows| {
        rows[0].state == DownloadState::Paused && comes(&rows[1])
    })
    .await;
    assert!(rows[0].here > 0);
    app.close().await;
    let (app, mut events) = shop.open().await;
    let rows = until(&mut events, |rows| comes(&rows[1])).await;
    assert_eq!(rows[0].state, DownloadState::Paused);
    assert!(rows[0].here > 0);
    // Cancelled, nothing of it is left; the other one keeps what it has.
    app.cancel_download(&second).await.unwrap();
    until(&mut events, |rows| rows.len() == 1).await;
    // Both are the same bytes here, so both are the same part: it went with the one cancelled.
    assert_eq!(shop.parts(), 0);
    app.resume_download(&first).await.unwrap();
    until(&mut events, |rows| comes(&rows[0])).await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_stops_what_comes_and_asks_nobody() {
    let shop = Shop::new(Some(200 << 10));
    let (app, mut events) = shop.open().await;
    app.download(SMALL, QUANT).await.unwrap();
    until(&mut events, |rows| rows.first().is_some_and(comes)).await;
    let Network { hubs, .. } = Network::of(&Home::at(shop.home.path()));
    let network = |offline| Network {
        offline,
        hubs: hubs.clone(),
        ..Network::default()
    };
    app.set_network(network(true)).await.unwrap();
    until(&mut events, |rows| rows[0].state == DownloadState::Queued).await;
    let asked = shop.asked();
    app.download(LARGE, QUANT).await.unwrap();
    app.close().await;
    let (app, mut events) = shop.open().await;
    until(&mut events, |rows| rows.len() == 2).await;
    assert_eq!(shop.asked(), asked);
    app.set_network(network(false)).await.unwrap();
    until(&mut events, |rows| comes(&rows[0])).await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_says_why_and_lets_the_next_one_pass() {
    let shop = Shop::new(None);
    let (app, mut events) = shop.open().await;
    // Something else lies where the first would go.
    std::fs::create_dir_all(shop.file("small").parent().unwrap()).unwrap();
    std::fs::write(shop.file("small"), b"mine").unwrap();
    app.download(SMALL, QUANT).await.unwrap();
    app.download(LARGE, QUANT).await.unwrap();
    let large = shop.file("large");
    let rows = until(&mut events, |rows| {
        rows.len() == 2 && done(&rows[1], &large)
    })
    .await;
    let DownloadState::Failed(failure) = &rows[0].state else {
        panic!("{rows:?}")
    };
    assert!(failure.message.contains("small.gguf"), "{failure:?}");
    assert!(failure.hint.is_some());
    // Nor does giving up take it away.
    app.cancel_download(&rows[0].key).await.unwrap();
    until(&mut events, |rows| rows.len() == 1).await;
    assert_eq!(std::fs::read(shop.file("small")).unwrap(), b"mine");
    app.download(SMALL, QUANT).await.unwrap();
    let rows = until(&mut events, |rows| {
        rows.len() == 2 && matches!(rows[1].state, DownloadState::Failed(_))
    })
    .await;
    std::fs::remove_file(shop.file("small")).unwrap();
    app.resume_download(&rows[1].key).await.unwrap();
    let small = shop.file("small");
    until(&mut events, |rows| done(&rows[1], &small)).await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_can_be_fetched_again() {
    let shop = Shop::new(None);
    let (app, mut events) = shop.open().await;
    let small = shop.file("small");
    for _ in 0..2 {
        app.download(SMALL, QUANT).await.unwrap();
        until(&mut events, |rows| {
            rows.len() == 1 && done(&rows[0], &small)
        })
        .await;
        app.remove_model(SMALL, QUANT).await.unwrap();
        until(&mut events, <[Download]>::is_empty).await;
        assert!(!small.exists());
    }
    // By another program, behind our back.
    app.download(SMALL, QUANT).await.unwrap();
    until(&mut events, |rows| {
        rows.len() == 1 && done(&rows[0], &small)
    })
    .await;
    std::fs::remove_file(&small).unwrap();
    app.download(SMALL, QUANT).await.unwrap();
    until(&mut events, |rows| !done(&rows[0], &small)).await;
    until(&mut events, |rows| done(&rows[0], &small)).await;
    assert!(small.is_file());
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_goes_on_in_its_folder_and_is_thrown_away_there() {
    let shop = Shop::new(Some(100 << 10));
    let (app, mut events) = shop.open().await;
    app.download(SMALL, QUANT).await.unwrap();
    let rows = until(&mut events, |rows| rows.first().is_some_and(comes)).await;
    let key = rows[0].key.clone();
    app.pause_download(&key).await.unwrap();
    until(&mut events, |rows| rows[0].state == DownloadState::Paused).await;
    let other = shop.home.path().join("other");
    let preferences = app::Preferences {
        models: Some(other.clone()),
        ..app.preferences()
    };
    app.set_preferences(preferences).await.unwrap();
    app.close().await;
    let (app, mut events) = shop.open().await;
    app.resume_download(&key).await.unwrap();
    until(&mut events, |rows| rows.first().is_some_and(comes)).await;
    assert_eq!(shop.parts(), 1);
    app.cancel_download(&key).await.unwrap();
    until(&mut events, <[Download]>::is_empty).await;
    assert_eq!(shop.parts(), 0);
    assert!(!other.join(".parts").exists());
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_beside_the_window_leaves_its_downloads_alone() {
    let shop = Shop::new(Some(100 << 10));
    let (app, mut events) = shop.open().await;
    app.download(SMALL, QUANT).await.unwrap();
    until(&mut events, |rows| rows.first().is_some_and(comes)).await;
    app.close().await;
    let asked = shop.asked();
    // As `spud chat` opens it and asks.
    let app = App::open(&Home::at(shop.home.path())).await.unwrap();
    let chat = app.send(None, "What is 1 + 2?", Some(surely())).await;
    end(&mut app.watch_chat(chat.unwrap()).await.unwrap()).await;
    app.close().await;
    assert_eq!(shop.asked(), asked);
    let (app, mut events) = shop.open().await;
    until(&mut events, |rows| rows.first().is_some_and(comes)).await;
    app.close().await;
}

/// A comma too many, and Spud connected although "Offline" was on.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_of_the_network_connects_to_nothing_until_a_person_answers() {
    let shop = Shop::new(None);
    let set = shop.home.path().join("network.json");
    let hub = std::fs::read_to_string(&set).unwrap();
    let hub: serde_json::Value = serde_json::from_str(&hub).unwrap();
    let hub = hub["hubs"][0].as_str().unwrap().to_owned();
    for (number, wrong) in [
        format!(r#"{{"offline": true, "hubs": ["{hub}"],}}"#),
        format!(r#"{{"offline": "yes", "hubs": ["{hub}"]}}"#),
        format!(r#"{{"ofline": true, "hubs": ["{hub}"]}}"#),
        format!(r#"{{"offline": true, "hubs": ["{hub}"], "offline": false}}"#),
        format!(r#"{{"hubs": ["{hub}"], "limit": -1}}"#),
        String::new(),
    ]
    .into_iter()
    .enumerate()
    {
        std::fs::write(&set, &wrong).unwrap();
        let home = Home::at(shop.home.path());
        let asked = shop.asked();
        let (app, mut events) = shop.open().await;
        assert!(app.network().offline, "{wrong}");
        let AppEvent::Snapshot(first) = events.recv().await.unwrap() else {
            panic!("no snapshot");
        };
        let is_told = |told: &app::Failure| {
            told.message.contains("network.json") && told.message.contains("connects to nothing")
        };
        assert!(first.notices.iter().any(is_told), "{:?}", first.notices);
        app.download(SMALL, QUANT).await.unwrap();
        // A terminal beside it reads the same file.
        let ask = app::Pull {
            id: LARGE.to_owned(),
            ..app::Pull::default()
        };
        let (_stopper, stop) = app::stop::stop();
        let refused = app::pull(&home, &ask, stop, |_| ()).await.unwrap_err();
        assert!(is_told(&refused), "{refused}");
        assert_eq!(shop.asked(), asked, "{wrong}");
        let network = Network {
            hubs: vec![hub.clone()],
            ..Network::default()
        };
        app.set_network(network).await.unwrap();
        let small = shop.file("small");
        until(&mut events, |rows| done(&rows[0], &small)).await;
        app.close().await;
        let name = match number {
            0 => "network.unread.json".to_owned(),
            number => format!("network.unread-{}.json", number + 1),
        };
        let kept = std::fs::read_to_string(shop.home.path().join(name)).unwrap();
        assert_eq!(kept, wrong);
        assert_eq!(Network::unread(&home), None);
        std::fs::remove_file(&small).unwrap();
        let _ = std::fs::remove_file(small.with_file_name("small.gguf.sha256.json"));
    }
}

/// It was an empty list, without a word, and the next download wrote over it.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_downloads_that_cannot_be_read_is_kept_aside_and_told() {
    let shop = Shop::new(Some(100 << 10));
    let list = shop.home.path().join("downloads.json");
    let (app, mut events) = shop.open().await;
    app.download(SMALL, QUANT).await.unwrap();
    let rows = until(&mut events, |rows| rows.first().is_some_and(comes)).await;
    app.pause_download(&rows[0].key).await.unwrap();
    until(&mut events, |rows| rows[0].state == DownloadState::Paused).await;
    app.close().await;
    let good = std::fs::read_to_string(&list).unwrap();
    // Nothing is at work that writes the list too.
    let offline = serde_json::json!({ "offline": true });
    std::fs::write(shop.home.path().join("network.json"), offline.to_string()).unwrap();
    let entry = good
        .trim()
        .trim_start_matches('[')
        .trim_end_matches(']')
        .trim();
    for (number, (wrong, left)) in [
        (good[..good.len() / 2].to_owned(), 0),
        (format!("[{entry},]"), 0),
        (String::new(), 0),
        ("\0".repeat(good.len()), 0),
        (good.replace("\"model\"", "\"modle\""), 0),
        // One that is not understood costs itself alone.
        (format!("[{entry}, {{\"model\": 7}}]"), 1),
        (
            format!(
                "[{entry}, {}]",
                entry.replace("\"bytes\": ", "\"bytes\": -")
            ),
            1,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        std::fs::write(&list, &wrong).unwrap();
        let (app, mut events) = shop.open().await;
        let AppEvent::Snapshot(first) = events.recv().await.unwrap() else {
            panic!("no snapshot");
        };
        assert_eq!(first.downloads.len(), left, "{wrong}");
        let is_told = |told: &app::Failure| {
            matches!(
                told.cause.as_deref(),
                Some(app::Cause::DownloadsUnread { .. })
            )
        };
        assert!(
            first.notices.iter().any(is_told),
            "{wrong}: {:?}",
            first.notices
        );
        app.download(LARGE, QUANT).await.unwrap();
        app.close().await;
        let name = match number {
            0 => "downloads.unread.json".to_owned(),
            number => format!("downloads.unread-{}.json", number + 1),
        };
        let kept = std::fs::read_to_string(shop.home.path().join(name)).unwrap();
        assert_eq!(kept, wrong);
        let (app, mut events) = shop.open().await;
        let AppEvent::Snapshot(first) = events.recv().await.unwrap() else {
            panic!("no snapshot");
        };
        assert_eq!(first.downloads.len(), left + 1, "{:?}", first.downloads);
        assert!(!first.notices.iter().any(is_told), "{:?}", first.notices);
        app.close().await;
    }
}
