//! The first look at a repository: lists and headers are tried again as bytes are, and told meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use library::{HubError, Pause, SourceFailure, Wanted, list, read_start};

use crate::server::{Reply, Request, Server};
use crate::waiting::{Folder, MIB, content, manner, wanted};

/// What a hub that has trouble does to the first requests: it cuts one, and asks for time twice.
fn in_trouble(request: &Request, good: Reply) -> Reply {
    match request.number {
        0 => Reply {
            cut: Some(good.part.len() / 2),
            ..good
        },
        1 => Reply::status(429).header("Retry-After", "1"),
        2 => Reply::status(503),
        _ => good,
    }
}

const LISTING: &[u8] = br#"[{"type":"file","oid":"2","size":1519,"path":"README.md"}]"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_asked_for_again() {
    for endless in [false, true] {
        let server = Server::new(move |request| {
            let good = Reply::status(200).body(LISTING);
            in_trouble(request, Reply { endless, ..good })
        });
        let folder = Folder::new();
        let (url, pace) = (server.url("/"), manner().pace);
        let mut pauses: Vec<Pause> = Vec::new();
        let begun = Instant::now();
        let tell = |pause| pauses.push(pause);
        let files = list(&folder.net, &url, "unsloth/R1", "main", &pace, tell).await;
        assert_eq!(files.unwrap().files.len(), 1);
        assert!(begun.elapsed() >= Duration::from_secs(1), "as it asked");
        let told: Vec<String> = pauses.iter().map(|pause| pause.why.to_string()).collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].contains("no connection"), "{told:?}");
        assert!(
            told[1].contains("429") && told[2].contains("503"),
            "{told:?}"
        );
        assert!(pauses[1].until >= begun + Duration::from_secs(1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_stays_busy_is_given_up_with_that_reason() {
    let server = Server::new(|_| Reply::status(503));
    let folder = Folder::new();
    let (url, pace) = (server.url("/"), manner().pace);
    let told = list(&folder.net, &url, "unsloth/R1", "main", &pace, |_| ()).await;
    let busy = |failure: &SourceFailure| matches!(failure, SourceFailure::Busy { status: 503, .. });
    match told.unwrap_err() {
        HubError::Unasked { failure, .. } => assert!(busy(&failure), "{failure}"),
        other => panic!("{other}"),
    }
    assert_eq!(server.requests().len(), pace.failures as usize);
    let content = content(MIB);
    let told = start(
        &folder,
        &wanted(&content, vec![server.url("/file")]),
        MIB,
        |_| (),
    )
    .await;
    let told = told.unwrap_err();
    assert!(told.iter().all(busy), "{told:?}");
}

/// Reads a start of so many bytes.
async fn start(
    folder: &Folder,
    wanted: &Wanted,
    bytes: usize,
    tell: impl FnMut(Pause),
) -> Result<Option<Vec<u8>>, Vec<SourceFailure>> {
    let enough = |start: &[u8]| Some(start.get(..bytes)?.to_vec());
    read_start(&folder.net, wanted, &manner().pace, tell, enough).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_is_cut_goes_on_where_it_stands() {
    let content = content(9 * MIB);
    let (served, count) = (content.clone(), AtomicUsize::new(0));
    let server = Server::new(move |request| {
        let good = Reply::good(&served, request);
        if request.is_probe() {
            return good;
        }
        match count.fetch_add(1, Ordering::Relaxed) {
            0 => Reply {
                cut: Some(3 * MIB + 17),
                ..good
            },
            1 => Reply::status(429).header("Retry-After", "1"),
            _ => good,
        }
    });
    let folder = Folder::new();
    let wanted = wanted(&content, vec![server.url("/file")]);
    let mut waits = 0;
    let begun = Instant::now();
    let found = start(&folder, &wanted, 8 * MIB, |_| waits += 1).await;
    assert!(found.unwrap().unwrap() == content[..8 * MIB]);
    assert!(begun.elapsed() >= Duration::from_secs(1), "as it asked");
    assert_eq!(waits, 2);
    let asked = server.requests();
    let asked = asked.iter().filter(|request| !request.is_probe());
    let from: Vec<u64> = asked.filter_map(|request| Some(request.range?.0)).collect();
    assert_eq!(from[0], 0);
    assert!(
        from[1..].iter().all(|&from| from == 3 * MIB as u64 + 17),
        "{from:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_comes_from_a_server_without_ranges_and_never_from_a_wrong_place() {
    let content = content(6 * MIB);
    let served = content.clone();
    let server = Server::new(move |request| match request.number {
        1 => Reply {
            cut: Some(2 * MIB),
            ..Reply::whole(&served)
        },
        _ => Reply::whole(&served),
    });
    let folder = Folder::new();
    let good = wanted(&content, vec![server.url("/file")]);
    let found = start(&folder, &good, 5 * MIB, |_| ()).await;
    assert!(found.unwrap().unwrap() == content[..5 * MIB]);

    let served = Arc::clone(&content);
    let lies = Server::new(move |request| {
        let good = Reply::good(&served, request);
        if request.is_probe() {
            return good;
        }
        let range = format!("bytes 7-{}/{}", 6 * MIB + 6, 6 * MIB);
        Reply {
            headers: vec![("Content-Range".to_owned(), range)],
            ..good
        }
    });
    let wrong = wanted(&content, vec![lies.url("/file")]);
    let told = start(&folder, &wrong, MIB, |_| ()).await.unwrap_err();
    assert!(told[0].to_string().contains("bytes 7-"), "{told:?}");
}
