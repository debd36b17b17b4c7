//! A model of the Hub in the window, against a hub on loopback: an address is typed, what runs here is shown,
//! one is downloaded and answers; what is not there, and being offline, is told.

use std::path::Path;
use std::sync::Arc;

use crate::hub::{Reply, Server};
use crate::window::{Opening, Window};

/// A hub that has Sprout under two quantisations, in a repository that had another name.
fn hub() -> Server {
    let sprout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sprout/sprout.gguf");
    let hashed = std::process::Command::new("sha256sum")
        .arg(&sprout)
        .output();
    let sha256 = String::from_utf8(hashed.unwrap().stdout).unwrap();
    let sha256 = sha256.split_whitespace().next().unwrap().to_owned();
    let bytes = Arc::new(std::fs::read(sprout).unwrap());
    let entry = |path: &str| {
        serde_json::json!({
            "type": "file", "path": path, "size": bytes.len(),
            "lfs": {"oid": sha256, "size": bytes.len()},
        })
    };
    let files = [
        entry("R1_mini_Q8_0.gguf"),
        entry("R1_mini_Q4_K_M.gguf"),
        entry("mmproj-f16.gguf"),
    ];
    let listing = serde_json::Value::from(files.to_vec()).to_string();
    Server::new(move |request| match request.path.as_str() {
        "/api/models/old/R1-GGUF/tree/main?recursive=true" => Reply::status(307).header(
            "Location",
            "/api/models/me/R1-GGUF/tree/main?recursive=true",
        ),
        "/api/models/me/R1-GGUF/tree/main?recursive=true" => {
            Reply::status(200).body(listing.as_bytes())
        }
        path if path.starts_with("/me/R1-GGUF/resolve/main/") => Reply::good(&bytes, request),
        _ => Reply::status(404),
    })
}

/// Types an address and looks by the keyboard.
async fn look(window: &Window, typed: &str) {
    let field = window.one("hub-typed").await;
    field.clear().await.unwrap();
    field.send_keys(typed).await.unwrap();
    field.send_keys("\u{e007}").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_is_looked_at_and_one_of_its_models_comes_and_answers() {
    let server = hub();
    let opening = Opening::new();
    let hubs = serde_json::json!({ "hubs": [server.url("").to_string()] });
    std::fs::write(opening.home.path().join("network.json"), hubs.to_string()).unwrap();
    let window = opening.open().await;
    window.says("first-best", "Qwen 1.5B").await;
    window.click("first-pick").await;
    window.click("hub-open").await;
    look(&window, "nobody/nothing").await;
    window.says("hub-failure", "no open repository").await;
    // As the Hub's page gives it; it has another name by now.
    look(&window, &format!("{}old/R1-GGUF", server.url("/"))).await;
    window.says("hub-renamed", "me/R1-GGUF").await;
    let offers = window.all("hub-offer").await;
    assert_eq!(offers.len(), 2);
    let words = window.words("hub-offer").await;
    // The last of them.
    assert!(
        words.contains("Q8_0") && words.contains("MiB") && words.contains("Fits easily"),
        "{words}"
    );
    // Nothing is here of it but its header.
    assert!(!opening.home.path().join("models/me").exists());
    window.click("hub-get").await;
    window.says("hub-offer", "On its way").await;
    window.click("hub-close").await;
    window.becomes("download", "data-state", "done").await;
    let path = opening
        .home
        .path()
        .join("models/me/R1-GGUF/R1_mini_Q8_0.gguf");
    assert!(path.is_file());
    window.click("download-use").await;
    window.ask_to_the_end("What is 47 + 38?").await;
    assert!(window.words("answer").await.contains("85"));
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_while_offline() {
    let server = hub();
    let opening = Opening::new();
    let set = serde_json::json!({ "hubs": [server.url("").to_string()], "offline": true });
    std::fs::write(opening.home.path().join("network.json"), set.to_string()).unwrap();
    let window = opening.open().await;
    window.says("first-best", "Qwen 1.5B").await;
    window.click("first-pick").await;
    window.click("hub-open").await;
    window.one("hub-offline").await;
    look(&window, "me/R1-GGUF").await;
    assert_eq!(
        window
            .one("hub-look")
            .await
            .attr("disabled")
            .await
            .unwrap()
            .as_deref(),
        Some("true")
    );
    assert!(server.requests().is_empty());
    window.close().await;
}
