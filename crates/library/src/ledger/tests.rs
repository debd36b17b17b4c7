//! What is written down, and that it stays.

use super::Ledger;
use crate::purpose::Purpose;

fn of(words: &str) -> Purpose {
    Purpose::of(words)
}

#[test]
fn what_was_asked_is_told_with_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("connections.jsonl");
    let ledger = Ledger::at(&path);
    assert!(ledger.entries().is_empty());
    let mut asked = ledger.ask("huggingface.co", &of("files of R1"));
    let open = ledger.ask("cdn", &of("R1"));
    asked.came(70);
    asked.came(7);
    drop(asked);
    // As a crash leaves it.
    std::mem::forget(open);
    let mut text = std::fs::read_to_string(&path).unwrap();
    text.push_str("{\"asked\":{\"id\":\"4");
    std::fs::write(&path, text).unwrap();
    let told = Ledger::at(&path).entries();
    let told: Vec<_> = told
        .iter()
        .map(|entry| (entry.host.as_str(), entry.why.to_string(), entry.bytes))
        .collect();
    assert_eq!(
        told,
        [
            ("huggingface.co", "files of R1".to_owned(), 77),
            ("cdn", "R1".to_owned(), 0)
        ]
    );
}

/// It kept two megabytes: of a large model the first half was gone from "every connection ever made".
#[test]
fn a_ledger_keeps_all_however_long_it_grows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("connections.jsonl");
    let ledger = || Ledger {
        most: 2000,
        ..Ledger::at(&path)
    };
    let first = ledger();
    drop(first.ask("first", &of("x")));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "readable by others");
    }
    let mut long = first.ask("open all the while", &of("y"));
    long.came(5);
    let mut one_by_one = 0;
    for number in 0..400 {
        let host = ["hub", "cdn"][number % 2];
        // Each time as another program.
        let mut asked = ledger().ask(host, &of("R1"));
        asked.came(3);
        one_by_one += 1;
    }
    drop(long);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let all = std::fs::metadata(path.with_extension("all.jsonl")).unwrap();
        assert_eq!(all.permissions().mode() & 0o077, 0, "readable by others");
    }
    let told = first.entries();
    let sum = |host: &str| {
        let of_host = told.iter().filter(|entry| entry.host == host);
        of_host.fold((0, 0), |sum, entry| {
            (sum.0 + entry.requests, sum.1 + entry.bytes)
        })
    };
    assert_eq!(told[0].host, "first");
    assert_eq!(sum("open all the while"), (1, 5));
    assert_eq!((sum("hub"), sum("cdn")), ((200, 600), (200, 600)));
    assert!(told.len() < one_by_one / 2, "{}", told.len());
    // Nothing is counted twice where a crash came between folding and renaming.
    let older = path.with_extension("older.jsonl");
    let kept = std::fs::read(&older).unwrap();
    std::fs::write(&path, vec![b' '; 3000]).unwrap();
    drop(ledger().ask("later", &of("z")));
    std::fs::write(&older, kept).unwrap();
    let again = ledger().entries();
    let hub = again.iter().filter(|entry| entry.host == "hub");
    assert!(hub.map(|entry| entry.requests).sum::<u64>() <= 200);
}

#[test]
fn what_cannot_be_folded_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("connections.jsonl");
    let ledger = Ledger {
        most: 500,
        ..Ledger::at(&path)
    };
    std::fs::create_dir(path.with_extension("all.jsonl")).unwrap();
    for number in 0..50 {
        drop(ledger.ask(&format!("host {number}"), &of("x")));
    }
    assert_eq!(ledger.entries().len(), 50);
}

#[test]
fn a_line_that_was_cut_costs_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("connections.jsonl");
    let ledger = Ledger::at(&path);
    drop(ledger.ask("before", &of("x")));
    let mut text = std::fs::read(&path).unwrap();
    // In the middle of a letter.
    text.extend("{\"asked\":{\"id\":\"模".bytes().take(18));
    std::fs::write(&path, text).unwrap();
    drop(ledger.ask("after", &of("y")));
    let hosts: Vec<_> = ledger
        .entries()
        .into_iter()
        .map(|entry| entry.host)
        .collect();
    assert_eq!(hosts, ["before", "after"]);
}
