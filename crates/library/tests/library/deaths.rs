//! A real process that downloads and is killed, again and again.

use std::time::Duration;

use library::{BLOCK_BYTES, begun};

use crate::child;
use crate::server::{Reply, Server};
use crate::waiting::{Folder, MIB, content, same_bytes, wanted};

/// Kills (the number).
const KILLS: u32 = 50;

/// Connections of a download.
const CONNECTIONS: u64 = 4;

#[test]
fn fifty_kills_cost_at_most_a_block_of_each_connection_and_no_byte_is_wrong() {
    let content = content(192 * MIB);
    let served = content.clone();
    let server = Server::new(move |request| Reply {
        rate: Some(40 * MIB as u64),
        ..Reply::good(&served, request)
    });
    let folder = Folder::new();
    let models = folder.models_made();
    let wanted = wanted(&content, vec![server.url("/file")]);
    let mut random = fastrand::Rng::with_seed(3);
    let mut kills = 0;
    let mut here_before = 0;
    let mut worst = 0;
    while kills < KILLS {
        let sent_before = server.sent();
        let mut child = child::start(&models, &wanted, None);
        // At a random number of bytes rather than a time: the machine may be busy.
        let goal = sent_before + random.u64(0..12 * MIB as u64);
        let ended = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if server.sent() > goal {
                break None;
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        if let Some(status) = ended {
            assert!(status.success());
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What was sent to the dead no longer counts once its connections have ended.
        while server.open() > 0 {
            std::thread::yield_now();
        }
        kills += 1;
        folder.must_be_empty(&wanted);
        let here = begun(&models, &wanted.sha256).unwrap_or(0);
        assert!(
            here >= here_before,
            "{here_before} bytes were durable, now {here}"
        );
        let lost = (server.sent() - sent_before).saturating_sub(here - here_before);
        worst = worst.max(lost);
        assert!(
            lost <= CONNECTIONS * BLOCK_BYTES,
            "{lost} bytes came for nothing"
        );
        here_before = here;
    }
    let status = child::start(&models, &wanted, None).wait().unwrap();
    assert!(status.success());
    same_bytes(&wanted.place.within(&models), &content);
    println!("{kills} kills, at most {worst} bytes lost in one");
}

#[test]
fn proxies_of_the_environment_are_obeyed() {
    let content = content(MIB);
    let served = content.clone();
    // A proxy is asked with the whole address.
    let proxy = Server::new(move |request| match request.path.as_str() {
        "http://models.invalid/file" => Reply::good(&served, request),
        _ => Reply::status(500),
    });
    let folder = Folder::new();
    let wanted = wanted(
        &content,
        vec!["http://models.invalid/file".parse().unwrap()],
    );
    let address = proxy.url("/").to_string();
    let mut child = child::start(&folder.models_made(), &wanted, Some(&address));
    assert!(child.wait().unwrap().success());
    same_bytes(&wanted.place.within(&folder.models()), &content);
}
