//! Exports and archives that are cut, changed or built to hurt: refused, or taken in part, with words; never
//! a panic, never much memory.

use app::{Code, Failure, Fate, TakenIn};
use serde_json::{Value, json};

use super::places::archive;
use super::{Desk, chatgpt, fates, lines};

/// Xorshift, so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most.max(1) as u64).unwrap()
    }
}

/// One export of each form, and what a person may have beside them.
fn sound() -> Vec<Vec<u8>> {
    let part =
        |kind: &str, text: &str| json!({"type": kind, "text": {"value": text}, "think": text});
    let librechat = json!({"conversationId": "l", "title": "L", "messagesTree": [{"messageId": "a", "isCreatedByUser": true, "text": "Q",
        "children": [{"messageId": "b", "sender": "R1", "content": [part("think", "hm"), part("text", "A")], "children": []}]}]});
    let lm = json!({"name": "M", "createdAt": 1_740_000_000_000_u64, "messages": [
        {"versions": [{"type": "singleStep", "role": "user", "content": [{"type": "text", "text": "Q"}]}], "currentlySelected": 0},
        {"versions": [{"type": "multiStep", "role": "assistant", "steps": [{"type": "contentBlock", "content": [{"type": "text", "text": "<think>x</think>A"}]}]}],
         "currentlySelected": 0}]});
    let claude = json!([{"uuid": "c", "name": "C", "chat_messages": [
        {"uuid": "a", "sender": "human", "text": "Q", "attachments": [{"file_name": "f", "extracted_content": "x"}]},
        {"uuid": "b", "sender": "assistant", "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "A"}]}]}]);
    let jan = "{\"id\":\"a\",\"object\":\"thread.message\",\"thread_id\":\"t\",\"role\":\"user\",\"created_at\":1740000000,\"content\":[{\"type\":\"text\",\"text\":{\"value\":\"Q\"}}]}\n\
               {\"id\":\"b\",\"object\":\"thread.message\",\"thread_id\":\"t\",\"role\":\"assistant\",\"created_at\":1740000001,\"content\":[{\"type\":\"text\",\"text\":{\"value\":\"A\"}}]}\n";
    let ours = json!({"form": "spud-chats", "version": 2, "written_ms": 1, "chats": [{"title": "S", "created_ms": 1, "changed_ms": 2, "shown": 1, "messages": [
        {"role": "user", "created_ms": 1, "text": "Q", "files": [{"name": "f", "bytes": 1, "text": "x"}]},
        {"role": "assistant", "follows": 0, "created_ms": 1, "model": "R1", "state": "complete", "thinking": "hm", "text": "A"}]}]});
    let mut all: Vec<Vec<u8>> = vec![
        include_bytes!("../exports/i01-chatgpt-voice.json").to_vec(),
        include_bytes!("../exports/i09-deepseek-fragments.json").to_vec(),
        include_bytes!("../exports/i12-openwebui-output.json").to_vec(),
        include_bytes!("../exports/i13-openwebui-old-messages.json").to_vec(),
        include_bytes!("../exports/i24-surrogate.json").to_vec(),
        include_bytes!("../exports/i25-openwebui-escaped-thought.json").to_vec(),
        jan.as_bytes().to_vec(),
    ];
    all.extend([librechat, lm, claude, ours].map(|value| value.to_string().into_bytes()));
    let files: Vec<(String, Vec<u8>)> = all
        .iter()
        .enumerate()
        .map(|(at, bytes)| (format!("c{at}.json"), bytes.clone()))
        .collect();
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    all.push(archive(&files));
    all.push(archive(&files[..2]));
    all
}

/// Changes some bytes, or cuts them off.
fn changed(bytes: &mut Vec<u8>, dice: &mut Dice) {
    const NASTY: [&[u8]; 12] = [
        b"{",
        b"}",
        b"[",
        b"]",
        b"\"",
        b"\\",
        b"\\ud83d",
        b",",
        b":",
        b"\xFF\xFE",
        b"</details>",
        b"99999999999999999999",
    ];
    for _ in 0..=dice.below(4) {
        let place = dice.below(bytes.len());
        match dice.below(6) {
            0 => bytes[place] = u8::try_from(dice.below(256)).unwrap(),
            1 => bytes[place] ^= 1 << dice.below(8),
            2 => {
                let nasty = NASTY[dice.below(NASTY.len())];
                bytes.splice(place..place, nasty.iter().copied());
            }
            3 => {
                let end = (place + dice.below(40)).min(bytes.len());
                bytes.drain(place..end);
            }
            4 => {
                let end = (place + dice.below(200)).min(bytes.len());
                let again = bytes[place..end].to_vec();
                bytes.splice(place..place, again);
            }
            _ => bytes.truncate(place),
        }
        if bytes.is_empty() {
            return;
        }
    }
}

/// Changes one value, wherever it is, into something that does not belong there.
fn turned(value: &mut Value, dice: &mut Dice) {
    let whole = value.clone();
    let mut at = value;
    loop {
        let count = match &*at {
            Value::Array(list) => list.len(),
            Value::Object(map) => map.len(),
            _ => 0,
        };
        if count == 0 || dice.below(6) == 0 {
            break;
        }
        let next = dice.below(count);
        at = match at {
            Value::Array(list) => &mut list[next],
            Value::Object(map) => map.values_mut().nth(next).unwrap(),
            _ => unreachable!(),
        };
    }
    *at = match dice.below(9) {
        0 => Value::Null,
        1 => json!(-1),
        2 => json!(1e300),
        3 => json!("a"),
        4 => json!([]),
        5 => json!({}),
        6 => json!("<details type=\"reasoning\"><summary>x</summary>&gt; \u{E200}cite【1†"),
        7 => json!([whole]),
        _ => json!(true),
    };
}

fn judge(outcome: &Result<TakenIn, Failure>) -> bool {
    match outcome {
        Ok(taken) => {
            for arrival in &taken.chats {
                if let Fate::Refused(why) = &arrival.fate {
                    assert!(!why.to_string().is_empty());
                }
            }
            true
        }
        Err(failure) => {
            assert!(
                failure.code == Code::Storage && failure.message.contains("conversations"),
                "{failure:?}"
            );
            false
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_damaged_exports_cost_nothing_but_themselves() {
    const ROUNDS: usize = 2_000;
    // Tests beside this one, too.
    const MOST_BYTES: u64 = 400 << 20;
    let desk = Desk::new().await;
    let all = sound();
    for bytes in &all {
        assert!(judge(&desk.bring(bytes).await));
    }
    let before = peak_bytes();
    let mut dice = Dice(0x5EED_0F51_ABAD_CAFE);
    let mut taken = 0;
    for _ in 0..ROUNDS {
        let mut bytes = all[dice.below(all.len())].clone();
        match serde_json::from_slice(&bytes) {
            Ok(mut value) if dice.below(2) == 0 => {
                for _ in 0..=dice.below(3) {
                    turned(&mut value, &mut dice);
                }
                bytes = value.to_string().into_bytes();
            }
            _ => changed(&mut bytes, &mut dice),
        }
        taken += usize::from(judge(&desk.bring(&bytes).await));
    }
    assert!(
        taken > ROUNDS / 4 && taken < ROUNDS,
        "{taken} of {ROUNDS} were taken"
    );
    let grown = peak_bytes().saturating_sub(before);
    assert!(grown < MOST_BYTES, "took {grown} bytes");
    // And all that was taken is whole.
    desk.chats().await;
    desk.app.close().await;
}

/// The most memory that this process ever had; 0 where it is not told.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kib.unwrap_or(0) << 10
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_chat_costs_itself_and_is_told() {
    let desk = Desk::new().await;
    let good = |id: &str| chatgpt(id, &["A?", "B."]).to_string();
    let circle = json!({"title": "Round", "mapping": {"a": {"parent": "b", "message": null}, "b": {"parent": "a", "message": null}}});
    let empty = json!({"title": "Drawing", "mapping": {"r": {"parent": null, "message": null}}});
    // After reports: an entry without its messages, one of a form that is not known.
    let bare = json!({"title": "Corrupted entry", "create_time": 1_756_000_500.0, "conversation_id": "6b0f"});
    let strange = json!({"title": "Strange", "talk": []});
    let file = format!(
        "[{strange}, {}, {{\"title\": tru}}, {circle}, {empty}, {bare}, {}, {{\"title\": \"cut",
        good("one"),
        good("two")
    );
    let taken = desk.bring(&file).await.unwrap();
    assert_eq!(
        fates(&taken),
        [
            "unknown", "added", "damaged", "circle", "empty", "damaged", "added", "cut_off"
        ]
    );
    let titles: Vec<&str> = taken
        .chats
        .iter()
        .map(|arrival| arrival.title.as_str())
        .collect();
    assert_eq!(titles[0..1], ["Strange"]);
    assert_eq!(titles[3..6], ["Round", "Drawing", "Corrupted entry"]);
    assert_eq!((taken.added, taken.left), (2, 6));
    desk.app.close().await;
}

/// Each after a report of somebody whose importer failed at it.
#[tokio::test(flavor = "multi_thread")]
async fn further_inputs_after_reports() {
    // A node that its parent names as a child, and that does not name its parent; a parent that is not there.
    let orphan = json!([{"title": "Orphan", "id": "o", "mapping": {
        "a": {"children": ["b"], "message": {"author": {"role": "user"}, "content": {"parts": ["Q"]}}},
        "b": {"children": [], "message": {"author": {"role": "assistant"}, "content": {"parts": ["A"]}}},
        "c": {"parent": "gone", "message": {"author": {"role": "user"}, "content": {"parts": ["Q2"]}}}}}]);
    let (chat, _) = Desk::only(orphan.to_string()).await;
    assert_eq!(
        lines(&chat),
        [
            (None, "user", "", "Q"),
            (Some(0), "assistant", "", "A"),
            (None, "user", "", "Q2")
        ]
    );
    // Pictures within the text of a chat, larger than all chats of most people.
    let picture = format!("data:image/png;base64,{}", "A".repeat(40 << 20));
    let pictured = json!([{"id": "p", "title": "Pictured", "chat": {"messages": [
        {"role": "user", "content": [{"type": "text", "text": "See"}, {"type": "image_url", "image_url": {"url": picture}}], "files": [{"type": "image", "url": picture}]},
        {"role": "assistant", "content": "I see."}]}}]);
    let (chat, taken) = Desk::only(pictured.to_string()).await;
    assert_eq!(
        lines(&chat),
        [
            (None, "user", "", "See"),
            (Some(0), "assistant", "", "I see.")
        ]
    );
    assert_eq!(taken.chats[0].left.pictures, 2);
    // Python's names for what is no number, raw ends of lines within a text, a comma too many.
    let loose = "[{\"title\":\"Loose\",\"create_time\":NaN,\"mapping\":{\"a\":{\"parent\":null,\"message\":{\"author\":{\"role\":\"user\"},\
                 \"content\":{\"parts\":[\"one\ntwo\tthree\"]}}}}},]";
    let (chat, _) = Desk::only(loose).await;
    assert_eq!(lines(&chat)[0].3, "one\ntwo\tthree");
    // A list of one chat by itself, without the list around it.
    let (chat, _) = Desk::only(chatgpt("single", &["Q", "A"]).to_string()).await;
    assert_eq!(chat["title"], "Chat single");
    // An answer that tells of folds and tags in code, and a thought that was never closed.
    let told = json!([{"id": "t", "title": "Told", "chat": {"history": {"currentId": "d", "messages": {
        "a": {"id": "a", "parentId": null, "role": "user", "content": "How does R1 think?"},
        "b": {"id": "b", "parentId": "a", "role": "assistant", "content": "Like this:\n```xml\n<think>\nx\n</think>\n```\nSee?"},
        "c": {"id": "c", "parentId": "b", "role": "user", "content": "<think>mine</think>"},
        "d": {"id": "d", "parentId": "c", "role": "assistant", "content": "<details type=\"reasoning\" done=\"false\">\n<summary>Thinking…</summary>\n> cut", "done": false}}}}}]);
    let (chat, _) = Desk::only(told.to_string()).await;
    assert_eq!(
        lines(&chat)[1..],
        [
            (
                Some(0),
                "assistant",
                "",
                "Like this:\n```xml\n<think>\nx\n</think>\n```\nSee?"
            ),
            (Some(1), "user", "", "<think>mine</think>"),
            (Some(2), "assistant", "cut", ""),
        ]
    );
    assert_eq!(chat["messages"][3]["state"], "stopped");
}
