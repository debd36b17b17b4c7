//! Each request of a pull meets each fault once: it comes whole all the same, and what came is printed as a
//! table (`cargo test -p cli --test cli every_request -- --nocapture`).

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::hub::{Reply, Request, Server};
use crate::odd_hub::Hub;
use crate::pull::sprout;
use crate::spud::{Home, Ran};

/// What a server does to a request.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// It ends the connection in the middle of its answer.
    Cut,
    /// It says "later", and when.
    TooMany,
    /// It is out of order.
    Busy,
}

const FAULTS: [Fault; 3] = [Fault::Cut, Fault::TooMany, Fault::Busy];

/// A hub that does this to the request of this number, counted from 0.
fn hub(at: Option<(usize, Fault)>) -> (Server, Arc<AtomicUsize>) {
    let bytes = sprout();
    let good = Hub::default()
        .with("me/sprout", &["sprout-Q4_K_M.gguf"], &bytes)
        .renamed("old/sprout", "me/sprout", false);
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let server = Server::new(move |request: &Request| {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        let good = good.answer(request);
        match at {
            Some((place, fault)) if place == number => match fault {
                Fault::Cut if good.part.len() < 2 => Reply { mute: true, ..good },
                Fault::Cut => Reply {
                    cut: Some(good.part.len() / 2),
                    ..good
                },
                Fault::TooMany => Reply::status(429).header("Retry-After", "0"),
                Fault::Busy => Reply::status(503),
            },
            _ => good,
        }
    });
    (server, count)
}

fn pull(server: &Server) -> (Home, Ran) {
    let home = Home::new();
    let endpoint = server.url("/").to_string();
    let ran = home.run(&["pull", "old/sprout", "--endpoint", &endpoint, "--json"]);
    (home, ran)
}

/// What a request is for, from its path.
fn what(request: &Request) -> String {
    let kind = if request.path.starts_with("/api/") {
        "list of files"
    } else if request.path.contains("/resolve/") {
        "where the bytes are"
    } else if request.is_probe() {
        "first byte"
    } else {
        "bytes"
    };
    match request.range {
        Some((first, last)) => format!("{kind} {first}-{last}"),
        None => kind.to_owned(),
    }
}

#[test]
fn a_fault_at_every_single_request_of_a_pull_ends_in_the_whole_file() {
    let (server, count) = hub(None);
    let (_home, ran) = pull(&server);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let requests = count.load(Ordering::SeqCst);
    assert!(requests >= 7, "{requests}");
    let asked: Vec<String> = server.requests().iter().map(what).collect();
    let rows: Vec<(usize, Fault)> = (0..requests)
        .flat_map(|place| FAULTS.map(|fault| (place, fault)))
        .collect();
    // A few at once: most of each is waiting.
    let next = AtomicUsize::new(0);
    let mut table: Vec<(usize, String)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..6)
            .map(|_| {
                scope.spawn(|| {
                    let mut told = Vec::new();
                    loop {
                        let number = next.fetch_add(1, Ordering::SeqCst);
                        let Some((place, fault)) = rows.get(number) else {
                            return told;
                        };
                        told.push((number, one(*place, *fault, &asked[*place])));
                    }
                })
            })
            .collect();
        let told = workers.into_iter().map(|worker| worker.join().unwrap());
        told.flatten().collect()
    });
    table.sort();
    println!("| request | fault | what came |\n|---|---|---|");
    for (_, row) in table {
        println!("{row}");
    }
}

/// One pull with one fault, as a row of the table.
fn one(place: usize, fault: Fault, asked: &str) -> String {
    let (server, count) = hub(Some((place, fault)));
    let (home, ran) = pull(&server);
    assert_eq!(
        ran.status,
        Some(0),
        "{fault:?} at request {place}, {asked}: {ran:?}"
    );
    let path = home.path().join("models/me/sprout/sprout-Q4_K_M.gguf");
    same(&path);
    let all = count.load(Ordering::SeqCst);
    assert!(all > place, "it was never asked");
    let waits = ran
        .output
        .lines()
        .filter(|line| line.contains("\"waiting\""))
        .count();
    format!(
        "| {}: {asked} | {fault:?} | whole, {all} requests, told to wait: {} |",
        place + 1,
        waits > 0
    )
}

fn same(path: &Path) {
    assert!(
        std::fs::read(path).unwrap() == *sprout(),
        "{}",
        path.display()
    );
}
