//! An import that takes its time: how far it is, told while it lasts, and its end before its end.

use app::{AppEvent, Arriving, Cause, Code};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use super::places::archive;
use super::{Desk, chatgpt, fates};

/// More chats than are taken in before it is told for the first time how far it is.
const MANY: usize = 6_000;

fn many() -> String {
    let words = "Potatoes keep best in the dark, at eight degrees or so. ".repeat(10);
    let chats = (0..MANY).map(|at| chatgpt(&at.to_string(), &["How long?", &words]));
    json!(chats.collect::<Vec<Value>>()).to_string()
}

/// Until it is told that none is under way.
async fn told(events: &mut UnboundedReceiver<AppEvent>) -> Vec<Arriving> {
    let mut told = Vec::new();
    loop {
        match events.recv().await.expect("the app lives") {
            AppEvent::Arriving(Some(arriving)) => told.push(arriving),
            AppEvent::Arriving(None) => return told,
            _ => {}
        }
    }
}

/// Ends the import once it is told how far it is.
async fn stop_midway(desk: &Desk) {
    let mut events = desk.app.watch().await.unwrap();
    while !matches!(
        events.recv().await.expect("the app lives"),
        AppEvent::Arriving(Some(_))
    ) {}
    desk.app.stop_taking_in();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_in_until_it_was_stopped_stays_and_the_rest_comes_the_next_time() {
    let desk = Desk::new().await;
    let export = many();
    let (stopped, ()) = tokio::join!(desk.bring(&export), stop_midway(&desk));
    let stopped = stopped.unwrap();
    assert!(stopped.stopped, "{} were taken in", stopped.added);
    assert!(
        stopped.added > 0 && stopped.added < MANY,
        "{}",
        stopped.added
    );
    // Each of them whole, and in the list.
    let chats = desk.chats().await;
    assert_eq!(chats.len(), stopped.added);
    let is_whole = |chat: &Value| chat["messages"].as_array().unwrap().len() == 2;
    assert!(chats.iter().all(is_whole));

    let again = desk.bring(&export).await.unwrap();
    assert!(!again.stopped);
    assert_eq!(
        (again.known, again.added),
        (stopped.added, MANY - stopped.added)
    );
    desk.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_told_how_far_it_is_of_a_file_of_an_archive_and_of_a_folder() {
    let export = many();
    let bytes = export.len() as u64;
    let archived = archive(&[
        ("picture.png", &[7; 5_000]),
        ("conversations.json", export.as_bytes()),
    ]);
    for (name, written, place) in [
        (
            "conversations.json",
            export.as_bytes(),
            "conversations.json",
        ),
        ("export.zip", archived.as_slice(), "export.zip"),
        ("all/chats/conversations.json", export.as_bytes(), "all"),
    ] {
        let desk = Desk::new().await;
        let root = desk.put("x", "x").with_file_name("");
        desk.put(name, written);
        let mut events = desk.app.watch().await.unwrap();
        let (taken, told) =
            tokio::join!(desk.app.take_in(vec![root.join(place)]), told(&mut events));
        assert_eq!(taken.unwrap().added, MANY, "{name}");
        assert!(!told.is_empty(), "{name}");
        for pair in told.windows(2) {
            assert!(pair[0].chats <= pair[1].chats, "{name}: {pair:?}");
            assert!(pair[0].read_bytes <= pair[1].read_bytes, "{name}: {pair:?}");
        }
        for arriving in told {
            assert_eq!(arriving.bytes, bytes, "{name}");
            assert!(arriving.read_bytes <= bytes && arriving.chats <= MANY);
        }
        desk.app.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_lot_at_a_time_and_a_stop_without_one_is_nothing() {
    let desk = Desk::new().await;
    desk.app.stop_taking_in();
    let small = json!([chatgpt("one", &["A?", "B."])]).to_string();
    let path = desk.put("small.json", &small);
    let export = many();
    let meanwhile = async {
        let mut events = desk.app.watch().await.unwrap();
        while !matches!(
            events.recv().await.expect("the app lives"),
            AppEvent::Arriving(Some(_))
        ) {}
        let second = desk.app.take_in(vec![path.clone()]).await.unwrap_err();
        assert_eq!(second.code, Code::Busy);
        assert_eq!(second.cause.as_deref(), Some(&Cause::Importing));
        desk.app.stop_taking_in();
    };
    let (first, ()) = tokio::join!(desk.bring(&export), meanwhile);
    assert!(first.unwrap().stopped);
    // Whatever became of the one before.
    let taken = desk.app.take_in(vec![path]).await.unwrap();
    assert_eq!(fates(&taken), ["added"]);
    desk.app.close().await;
}
