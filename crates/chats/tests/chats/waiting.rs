//! Nobody waits for another's disk.

use std::fs;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use chats::{Chats, Question, TextFile};

use crate::folder::{PATIENCE, ask, begin, empty, finish, growth, open};

/// Counts what is saved and shown in the time that some work takes.
fn done_during(chats: &Chats, work: impl FnOnce() + Send) -> usize {
    let id = begin(chats, ask(chats, None, "Meanwhile?").id);
    let begins = Barrier::new(2);
    let is_over = AtomicBool::new(false);
    let mut done = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            begins.wait();
            work();
            is_over.store(true, Ordering::SeqCst);
        });
        begins.wait();
        let mut words = String::new();
        while !is_over.load(Ordering::SeqCst) {
            words.push('w');
            chats.save_growth(id, &growth(&words, "")).unwrap();
            chats.message(id).unwrap();
            done += 1;
        }
    });
    finish(chats, id, "so");
    done
}

/// A chat with much to look through.
fn much(chats: &Chats, messages: usize, text: &str) -> chats::ChatId {
    let mut chat = None;
    for _ in 0..messages {
        let file = TextFile {
            name: "much.txt".to_owned(),
            bytes: 9,
            text: text.to_owned(),
            ..TextFile::default()
        };
        let files = [chats.attach(chat, &file).unwrap().id];
        let question = Question {
            text: "What is in it?",
            files: &files,
        };
        let asked = chats.ask(chat, question, "m", 1).unwrap();
        let last = asked.last().unwrap();
        finish(chats, last.id, "Much.");
        chat = Some(last.chat);
    }
    chat.unwrap()
}

#[test]
fn a_search_of_any_word_holds_no_save() {
    let folder = empty();
    let chats = open(folder.path());
    much(&chats, 8, &"aaaa bbbb ".repeat(100_000));
    // One of two letters is looked for in every text; the longer one is in all of them.
    for query in ["ba", "aaa bb"] {
        let during = done_during(&chats, || {
            for _ in 0..3 {
                chats.search(query, 9).unwrap();
            }
        });
        assert!(during > 12, "{query}: {during} saves");
    }
}

#[test]
fn erasing_a_chat_of_many_messages_holds_no_save() {
    let folder = empty();
    let chats = open(folder.path());
    let text = "It is a long story of many words. ".repeat(300);
    let chat = much(&chats, 150, &text);
    let during = done_during(&chats, || {
        assert!(chats.erase(&[chat]).unwrap().left.is_empty());
    });
    assert!(during > 20, "{during} saves");
}

/// One text, which once left the index in one statement.
#[test]
fn indexing_and_erasing_a_large_file_hold_no_save() {
    let folder = empty();
    let chats = open(folder.path());
    let text = "It is a long story of many words. ".repeat(60_000);
    let chat = much(&chats, 1, &text);
    let during = done_during(&chats, || {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(1) {
            assert_eq!(chats.search("a long story", 9).unwrap().len(), 1);
        }
    });
    assert!(during > 20, "{during} saves");
    assert!(chats.is_indexed(PATIENCE));
    let during = done_during(&chats, || {
        assert!(chats.erase(&[chat]).unwrap().left.is_empty());
    });
    assert!(during > 20, "{during} saves");
    assert_eq!(chats.search("a long story", 9).unwrap(), []);
}

/// A reader of an old moment would keep the log, and what was erased in it.
#[test]
fn what_is_erased_is_out_of_the_log_though_somebody_searches() {
    let folder = empty();
    let chats = open(folder.path());
    much(&chats, 6, &"aaaa bbbb ".repeat(100_000));
    let secret = ask(&chats, None, "What is a Zaubernuss?").chat;
    let is_over = AtomicBool::new(false);
    let searching = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            searching.wait();
            while !is_over.load(Ordering::SeqCst) {
                assert_eq!(chats.search("ab ba", 9).unwrap(), []);
                assert_eq!(chats.search("ba aa", 9).unwrap(), []);
                assert_eq!(chats.search("aa bb", 9).unwrap().len(), 1);
            }
        });
        searching.wait();
        let erased = chats.erase(&[secret]).unwrap();
        is_over.store(true, Ordering::SeqCst);
        assert!(erased.left.is_empty(), "{erased:?}");
    });
    let log = fs::read(folder.path().join("chats.db-wal")).unwrap();
    assert!(!log.windows(10).any(|there| there == b"Zaubernuss"));
}
