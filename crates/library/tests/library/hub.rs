//! A hub as the real one answers: facts in a redirect, bytes on another host whose `ETag` is
//! something else, listings in pages.

use fit::catalogue::Sha256;
use library::{HubError, HubFile, Listing, Pace, list};

use crate::server::{Reply, Server};
use crate::waiting::{Folder, MIB, content, manner, sha256, wanted};

/// A host for the bytes, and the hub that leads to it.
fn hub(bytes: usize) -> (Server, Server) {
    let content = content(bytes);
    let hash = sha256(&content);
    let size = content.len().to_string();
    let cdn = Server::new(move |request| {
        assert!(!request.headers.contains_key("authorization"));
        let status = if request.path.starts_with("/signed?expires=") {
            200
        } else {
            403
        };
        if status == 403 {
            return Reply::status(403);
        }
        Reply::good(&content, request).header("ETag", &format!("\"{}\"", "5a".repeat(32)))
    });
    let signed = cdn.url("/signed?expires=9").to_string();
    let hub = Server::new(move |request| {
        if request.path == "/unsloth/R1-GGUF/resolve/main/R1-Q4_K_M.gguf" {
            return Reply::to(&signed)
                .header("X-Linked-Etag", &format!("\"{hash}\""))
                .header("X-Linked-Size", &size)
                .header("X-Repo-Commit", &"0".repeat(40))
                .header("ETag", &format!("\"{hash}\""));
        }
        Reply::status(404)
    });
    (hub, cdn)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hash_of_the_hub_judges_and_not_that_of_the_host_behind_it() {
    let (hub, cdn) = hub(20 * MIB);
    let content = content(20 * MIB);
    let folder = Folder::new();
    let source = hub.url("/unsloth/R1-GGUF/resolve/main/R1-Q4_K_M.gguf");
    let wanted = wanted(&content, vec![source]);
    folder.must_get(&wanted, &content).await;
    // The hub is asked once, however many connections there are.
    assert_eq!(hub.requests().len(), 1);
    assert!(cdn.requests().len() > 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_with_another_file_is_told_before_a_byte_came() {
    let (hub, cdn) = hub(20 * MIB);
    let other = vec![7; 20 * MIB];
    let folder = Folder::new();
    let source = hub.url("/unsloth/R1-GGUF/resolve/main/R1-Q4_K_M.gguf");
    let wanted = wanted(&other, vec![source]);
    let (fetched, _) = folder.download(&wanted, &manner()).await;
    let told = fetched.unwrap_err().to_string();
    assert!(
        told.contains("another file") && told.contains("R1-Q4_K_M.gguf"),
        "{told}"
    );
    assert!(cdn.requests().is_empty());
}

const PAGE: &str = r#"[
 {"type":"directory","oid":"1","size":0,"path":"R1-UD"},
 {"type":"file","oid":"2","size":1519,"path":".gitattributes"},
 {"type":"file","oid":"3","size":12,"lfs":{"oid":"HASH","size":1117320736,"pointerSize":135},"path":"R1-UD/R1.gguf"}
]"#;

#[tokio::test]
async fn a_repository_is_listed_over_all_its_pages() {
    let hash = "ab".repeat(32);
    let page = PAGE.replace("HASH", &hash);
    let server = Server::new(move |request| match request.path.as_str() {
        "/api/models/unsloth/R1/tree/main?recursive=true" => Reply::status(200)
            .header(
                "Link",
                "</api/models/unsloth/R1/tree/main?cursor=2>; rel=\"next\"",
            )
            .body(page.as_bytes()),
        "/api/models/unsloth/R1/tree/main?cursor=2" => {
            Reply::status(200).body(page.replace("R1-UD/R1", "second").as_bytes())
        }
        _ => Reply::status(404),
    });
    let folder = Folder::new();
    let files = list(
        &folder.net,
        &server.url("/"),
        "unsloth/R1",
        "main",
        &Pace::default(),
        |_| (),
    )
    .await;
    let Listing { repository, files } = files.unwrap();
    assert_eq!(repository, "unsloth/R1");
    let large = |path: &str| HubFile {
        path: path.to_owned(),
        bytes: 1_117_320_736,
        sha256: Sha256::from_hex(&hash),
    };
    assert_eq!(files.len(), 4);
    assert_eq!(files[1], large("R1-UD/R1.gguf"));
    assert_eq!(files[3], large("second.gguf"));
    assert_eq!((files[0].sha256, files[0].bytes), (None, 1519));
}

#[tokio::test]
async fn what_is_no_listing_is_said_to_be_none() {
    let long = vec![b' '; 9 * MIB];
    let server = Server::new(move |request| {
        let path = request.path.as_str();
        let page = |link: &str| Reply::status(200).header("Link", link).body(b"[]");
        match path
            .strip_prefix("/api/models/unsloth/")
            .and_then(|path| path.split('/').next())
        {
            Some("gated") => Reply::status(401),
            Some("html") => Reply::status(200).body(b"<h1>Hello</h1>"),
            Some("long") => Reply::status(200).body(&long),
            Some("circle") => page("<?again>; rel=\"next\""),
            Some("away") => page("<http://192.0.2.1/>; rel=\"next\""),
            Some("broken") => Reply::status(500),
            _ => Reply::status(404),
        }
    });
    let folder = Folder::new();
    for (name, words) in [
        ("gated", "no open repository `unsloth/gated`"),
        ("missing", "no open repository"),
        ("..%2f..", "no open repository"),
        ("html", "expected value"),
        ("long", "more than a page"),
        ("circle", "lead elsewhere"),
        ("away", "lead elsewhere"),
        ("broken", "status 500"),
    ] {
        let repository = format!("unsloth/{name}");
        let told = list(
            &folder.net,
            &server.url("/"),
            &repository,
            "main",
            &manner().pace,
            |_| (),
        )
        .await;
        let told = told.unwrap_err();
        assert!(told.to_string().contains(words), "{name}: {told}");
        let unasked = matches!(told, HubError::Unasked { .. });
        assert_eq!(unasked, name == "broken", "{told}");
    }
}
