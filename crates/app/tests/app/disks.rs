//! Disks that fill up while a reply is written. Linux lets a child have a small disk of its own, also
//! without root, unless it is told not to.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

use app::chats::{End, State};
use app::{App, ChatEvent, Home};

use crate::skips::skip;
use crate::world::{LONG, end, next, reply, surely, words};

/// Has the folder; only a child has it.
const DISK: &str = "SPUD_TEST_SMALL_DISK";

#[test]
fn a_reply_that_meets_a_full_disk_stays_and_is_saved_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let mounted = |then: &str| {
        let mut command = Command::new("unshare");
        let script = format!("mount -t tmpfs -o size=4m tmpfs \"$0\" && exec {then}");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]);
        command.arg(folder.path());
        command
    };
    let probe = mounted("true").output();
    if !probe.as_ref().is_ok_and(|output| output.status.success()) {
        skip("no disk of our own");
        return;
    }
    let played = mounted("\"$@\"")
        .arg(std::env::current_exe().unwrap())
        .args(["disks::plays_on_a_small_disk", "--exact", "--nocapture"])
        .env(DISK, folder.path())
        .output()
        .unwrap();
    assert!(played.status.success(), "{played:#?}");
}

/// Does nothing but in the child.
#[tokio::test(flavor = "multi_thread")]
async fn plays_on_a_small_disk() {
    let Some(folder) = std::env::var_os(DISK) else {
        return;
    };
    let folder = Path::new(&folder);
    let app = App::open(&Home::at(folder)).await.unwrap();
    // The engine is there from now on.
    let chat = app.send(None, "Hello", Some(surely())).await.unwrap();
    end(&mut app.watch_chat(chat).await.unwrap()).await;

    let chat = app.send(None, LONG, Some(surely())).await.unwrap();
    let mut events = app.watch_chat(chat).await.unwrap();
    words(&mut events).await;
    let film = folder.join("somebody's film");
    std::fs::write(&film, vec![0; 4 << 20]).unwrap_err();
    let ended = end(&mut events).await;
    let State::Ended(End::Failed(failure)) = &reply(&ended).state else {
        panic!("the disk was not full: {ended:?}");
    };
    assert!(failure.message.contains("is full"), "{failure:?}");
    assert!(reply(&ended).answer.contains("199, 200"));
    // Whoever comes anew sees the words too, though the disk has not got them.
    let mut again = app.watch_chat(chat).await.unwrap();
    assert_eq!(end(&mut again).await, ended);

    std::fs::remove_file(film).unwrap();
    let saved = loop {
        if let ChatEvent::End(message) = next(&mut again).await {
            break message;
        }
    };
    assert_eq!(reply(&saved).state, State::Ended(End::Complete));
    app.close().await;
    let app = App::open(&Home::at(folder)).await.unwrap();
    let mut events = app.watch_chat(chat).await.unwrap();
    assert_eq!(end(&mut events).await, saved);
    app.close().await;
}
