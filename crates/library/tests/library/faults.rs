//! Each thing that a server can do wrong, one at a time: the file comes whole all the same, or is
//! refused with the reason, and is never there half.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use library::{Doing, Failure, Manner, SourceFailure};

use crate::server::{Reply, Request, Server};
use crate::waiting::{Folder, MIB, content, impatient, manner, same_bytes, sha256, wanted};

/// Downloads 40 MiB from a server that does this to requests for bytes, the probe excluded, and
/// is otherwise good. The script hears the how-manieth such request it is, from 0.
async fn survives(
    fault: impl Fn(&Request, usize) -> Option<Reply> + Send + Sync + 'static,
) -> Server {
    survives_by(&manner(), fault).await
}

/// The same in this manner.
async fn survives_by(
    manner: &Manner,
    fault: impl Fn(&Request, usize) -> Option<Reply> + Send + Sync + 'static,
) -> Server {
    let content = content(40 * MIB);
    let served = content.clone();
    let count = AtomicUsize::new(0);
    let server = Server::new(move |request| {
        if request.is_probe() {
            return Reply::good(&served, request);
        }
        let number = count.fetch_add(1, Ordering::Relaxed);
        fault(request, number).unwrap_or_else(|| Reply::good(&served, request))
    });
    let folder = Folder::new();
    let wanted = wanted(&content, vec![server.url("/file")]);
    folder.must_get_by(manner, &wanted, &content).await;
    server
}

/// What a download from this server fails at, there being no other.
async fn refused(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> SourceFailure {
    let content = content(40 * MIB);
    let server = Server::new(script);
    let folder = Folder::new();
    let wanted = wanted(&content, vec![server.url("/file")]);
    let (fetched, _) = folder.download(&wanted, &manner()).await;
    folder.must_be_empty(&wanted);
    match fetched.unwrap_err() {
        Failure::Nowhere { failures, .. } => failures.into_iter().next().unwrap(),
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_server_gives_it_over_several_connections_and_once() {
    let content = content(100 * MIB + 12_345);
    let server = Server::good(&content);
    let folder = Folder::new();
    let wanted = wanted(&content, vec![server.url("/file")]);
    let told = folder.must_get(&wanted, &content).await;
    // One byte for the probe; a run that is shared may be sent a little further than it is used.
    let extra = server.sent() - content.len() as u64;
    assert!(extra < 32 * MIB as u64, "{extra}");
    let last = told.last().unwrap();
    assert_eq!(last.here, wanted.bytes);
    assert!(told.windows(2).all(|two| two[0].here <= two[1].here));
    // It is known now: nobody is asked again.
    let before = server.requests().len();
    folder.must_get(&wanted, &content).await;
    assert_eq!(server.requests().len(), before);
    let entries = folder.net.ledger().entries();
    assert_eq!(entries.len(), before, "each request is in the ledger");
    let bytes: u64 = entries.iter().map(|entry| entry.bytes).sum();
    assert!(bytes >= wanted.bytes, "{bytes}");
    assert!(
        entries
            .iter()
            .all(|entry| entry.why.to_string().contains("R1-Q4_K_M.gguf"))
    );
    let request = &server.requests()[0];
    assert_eq!(request.headers["accept-encoding"], "identity");
    assert!(!request.headers.contains_key("referer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_ranges_gives_it_in_one_piece() {
    let content = content(20 * MIB);
    let served = content.clone();
    let server = Server::new(move |_| Reply::whole(&served));
    let folder = Folder::new();
    let wanted = wanted(&content, vec![server.url("/file")]);
    folder.must_get(&wanted, &content).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ranges_that_turn_into_the_whole_begin_from_the_start() {
    survives(|_, number| (number > 0).then(|| Reply::whole(&content(40 * MIB)))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_cut_short_is_gone_on_with() {
    let server = survives(|request, number| {
        let good = Reply::good(&content(40 * MIB), request);
        (number < 6).then_some(Reply {
            cut: Some(3 * MIB + 17),
            ..good
        })
    })
    .await;
    let starts: Vec<u64> = server
        .requests()
        .iter()
        .filter(|request| !request.is_probe())
        .filter_map(|request| Some(request.range?.0 % (16 * MIB as u64)))
        .collect();
    assert!(
        starts.iter().any(|&start| start == 3 * MIB as u64 + 17),
        "{starts:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_byte_and_then_silence_is_a_stall() {
    survives_by(&impatient(), |request, number| {
        let good = Reply::good(&content(40 * MIB), request);
        (number < 2).then_some(Reply {
            hang: Some(number),
            ..good
        })
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_busy_three_times_is_asked_a_fourth() {
    survives(|_, number| (number < 3).then(|| Reply::status(503))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_names_a_time_is_given_it() {
    let content = content(MIB);
    let served = content.clone();
    let server = Server::new(move |request| match request.number {
        0 => Reply::status(429).header("Retry-After", "1"),
        1 => Reply::status(429).header("RateLimit", "\"resolvers\";r=0;t=1"),
        _ => Reply::good(&served, request),
    });
    let folder = Folder::new();
    let wanted = wanted(&content, vec![server.url("/file")]);
    let begun = Instant::now();
    let told = folder.must_get(&wanted, &content).await;
    assert!(begun.elapsed() >= Duration::from_secs(2));
    let waited = told.iter().any(|progress| {
        matches!(&progress.doing, Doing::Waiting { why, .. } if why.to_string().contains("status 429"))
    });
    assert!(waited, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_always_busy_is_given_up_with_that_reason() {
    let failure = refused(|_| Reply::status(503)).await;
    assert!(
        matches!(failure, SourceFailure::Busy { status: 503, .. }),
        "{failure}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_expires_is_asked_for_again() {
    let content = content(60 * MIB);
    let (served, given) = (content.clone(), Arc::new(AtomicUsize::new(0)));
    let used: [AtomicUsize; 3] = Default::default();
    let server = Server::new(move |request| {
        if request.path == "/file" {
            let number = given.fetch_add(1, Ordering::Relaxed);
            return Reply::to(&format!("/signed/{number}"));
        }
        let number: usize = request.path.rsplit('/').next().unwrap().parse().unwrap();
        let newest = given.load(Ordering::Relaxed) - 1;
        // The first three are good for the probe and two more requests.
        let worn = number < 3 && used[number].fetch_add(1, Ordering::Relaxed) > 2;
        if number < newest || worn {
            let status = if number.is_multiple_of(2) { 403 } else { 410 };
            return Reply::status(status);
        }
        Reply::good(&served, request)
    });
    let folder = Folder::new();
    let wanted = wanted(&content, vec![server.url("/file")]);
    folder.must_get(&wanted, &content).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_never_works_is_given_up() {
    let failure = refused(|request| match request.path.as_str() {
        "/file" => Reply::to("/signed"),
        _ => Reply::status(403),
    })
    .await;
    assert!(
        matches!(failure, SourceFailure::Refused { status: 403, .. }),
        "{failure}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_content_range_is_not_believed() {
    let failure = refused(|request| {
        let good = Reply::good(&content(40 * MIB), request);
        if request.is_probe() {
            return good;
        }
        Reply {
            headers: vec![(
                "Content-Range".to_owned(),
                format!("bytes 5-{}/{}", 5 + good.part.len() - 1, 40 * MIB),
            )],
            ..good
        }
    })
    .await;
    assert!(failure.to_string().contains("bytes 5-"), "{failure}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_file_is_refused_before_its_bytes() {
    // Another size, in each of the ways it can be told.
    for script in [
        |request: &Request| Reply::good(&content(41 * MIB), request),
        |_: &Request| Reply::whole(&content(41 * MIB)),
        |_: &Request| {
            Reply::status(200)
                .header("Content-Type", "text/html")
                .body(b"<h1>Sorry</h1>")
        },
        |_: &Request| Reply::to("/x").header("X-Linked-Size", "41"),
        |_: &Request| Reply::to("/x").header("X-Linked-Etag", &format!("\"{}\"", "ab".repeat(32))),
    ] {
        let failure = refused(script).await;
        assert!(
            matches!(failure, SourceFailure::OtherFile { .. }),
            "{failure}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_bytes_of_the_same_size_never_get_a_name() {
    let mut other = content(40 * MIB).to_vec();
    other[17 * MIB] ^= 1;
    let other = Arc::new(other);
    let failure = refused(move |request| Reply::good(&other, request)).await;
    let SourceFailure::WrongHash {
        found,
        expected,
        hosts,
    } = &failure
    else {
        panic!("{failure}");
    };
    assert_eq!(*expected, sha256(&content(40 * MIB)));
    assert!(found != expected && hosts.len() == 1);
    assert!(failure.to_string().contains("thrown away"), "{failure}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_an_end_is_cut_where_the_file_ends() {
    let content = content(5 * MIB);
    let served = content.clone();
    let server = Server::new(move |_| Reply {
        endless: true,
        more: vec![0; 3 * MIB],
        ..Reply::whole(&served)
    });
    let folder = Folder::new();
    let wanted = wanted(&content, vec![server.url("/file")]);
    folder.must_get(&wanted, &content).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn packed_bytes_are_refused() {
    let failure = refused(|request| {
        let good = Reply::good(&content(40 * MIB), request);
        if request.is_probe() {
            good
        } else {
            good.header("Content-Encoding", "gzip")
        }
    })
    .await;
    assert!(failure.to_string().contains("packed"), "{failure}");
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_end() {
    let failure = refused(|_| Reply::to("/file")).await;
    assert!(
        failure.to_string().contains("more than 10 redirects"),
        "{failure}"
    );
    for address in ["file:///etc/passwd", "ftp://127.0.0.1/", "http://"] {
        let failure = refused(move |_| Reply::to(address)).await;
        assert!(
            matches!(
                failure,
                SourceFailure::NoConnection(_) | SourceFailure::Nonsense { .. }
            ),
            "{failure}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_source_lacks_another_gives() {
    let content = content(40 * MIB);
    let mut other = content.to_vec();
    other[20 * MIB] ^= 1;
    let (other, served) = (Arc::new(other), content.clone());
    let missing = Server::new(|_| Reply::status(404));
    // Half of it, and no more.
    let breaks = Server::new(move |request| match request.range {
        Some((first, _)) if first < 16 * MIB as u64 => Reply::good(&served, request),
        _ => Reply::status(500),
    });
    let lies = Server::new(move |request| Reply::good(&other, request));
    let good = Server::good(&content);
    let nobody = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    let folder = Folder::new();
    let sources = vec![
        missing.url("/file"),
        nobody.parse().unwrap(),
        breaks.url("/file"),
        lies.url("/file"),
        good.url("/file"),
    ];
    let wanted = wanted(&content, sources);
    folder.must_get(&wanted, &content).await;
    assert!(lies.sent() > 0 && good.sent() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_while_offline_is_on() {
    let content = content(MIB);
    let server = Server::good(&content);
    let folder = Folder::new();
    folder.net.set_offline(true);
    let wanted = wanted(&content, vec![server.url("/file")]);
    let (fetched, _) = folder.download(&wanted, &manner()).await;
    assert!(
        fetched
            .unwrap_err()
            .to_string()
            .contains("offline is switched on")
    );
    assert!(server.requests().is_empty() && folder.net.ledger().entries().is_empty());
    folder.net.set_offline(false);
    folder.must_get(&wanted, &content).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_kept() {
    let content = content(3 * MIB);
    let server = Server::good(&content);
    let folder = Folder::new();
    let wanted = wanted(&content, vec![server.url("/file")]);
    let limited = Manner { ..manner() };
    limited.limit.set(2 * MIB as u64);
    let begun = Instant::now();
    let (path, _) = folder.download(&wanted, &limited).await;
    same_bytes(&path.unwrap(), &content);
    assert!(begun.elapsed() > Duration::from_millis(1200));
}
