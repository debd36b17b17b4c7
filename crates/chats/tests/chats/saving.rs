//! What it costs to save a growing reply, and that nothing of it is lost.

use chats::{Counts, Growth, State};

use crate::folder::{NOW_MS, ask, begin, empty, finish, open, reply};

const PIECE: &str = "so it is, 那么, ";

fn grown(length: u32) -> (String, Counts) {
    let counts = Counts {
        thinking_tokens: length,
        thinking_ms: u64::from(length) * 9,
        ..Counts::default()
    };
    (PIECE.repeat(length as usize), counts)
}

/// Linux counts what each thread gives to the system to write.
#[cfg(target_os = "linux")]
mod counted {
    use std::fs;

    use super::*;

    /// Pages of a database, and what the log puts before each and before the first of all.
    const PAGES: u64 = 4 * (4096 + 24) + 32;

    fn written() -> u64 {
        let told = fs::read_to_string("/proc/thread-self/io").unwrap();
        let bytes = told.lines().find_map(|line| line.strip_prefix("wchar: "));
        bytes.unwrap().parse().unwrap()
    }

    /// Bytes of each save of a reply of this many.
    fn saves(saves: u32) -> Vec<u64> {
        let folder = empty();
        let chats = open(folder.path());
        // Pages that were freed are used again, which costs a page more.
        for size in [300, 1] {
            let id = begin(&chats, ask(&chats, None, "why?").id);
            let (thinking, counts) = grown(size);
            let whole = Growth {
                thinking: &thinking,
                answer: "",
                counts,
            };
            chats.save_growth(id, &whole).unwrap();
            finish(&chats, id, "so");
        }
        let id = begin(&chats, ask(&chats, None, "why?").id);
        let save = |length| {
            let (thinking, counts) = grown(length);
            let before = written();
            let whole = Growth {
                thinking: &thinking,
                answer: "",
                counts,
            };
            chats.save_growth(id, &whole).unwrap();
            written() - before
        };
        (1..=saves).map(save).collect()
    }

    #[test]
    fn a_save_writes_four_pages_at_most_however_long_the_reply_is() {
        let saves = saves(1200);
        let most = saves.iter().max().unwrap();
        assert!(*most <= PAGES, "{most} bytes");
        let half: u64 = saves[..600].iter().sum();
        let all: u64 = saves.iter().sum();
        #[expect(clippy::cast_precision_loss, reason = "some megabytes")]
        let ratio = all as f64 / half as f64;
        assert!(ratio < 2.2, "{ratio}");
    }
}

#[test]
fn a_reply_in_pieces_is_whole_for_everybody() {
    let folder = empty();
    let chats = open(folder.path());
    let question = ask(&chats, None, "why?");
    let id = begin(&chats, question.id);
    let (thinking, counts) = grown(40);
    for bytes in (0..=thinking.len()).filter(|at| thinking.is_char_boundary(*at)) {
        let whole = Growth {
            thinking: &thinking[..bytes],
            answer: "a\0b",
            counts,
        };
        chats.save_growth(id, &whole).unwrap();
    }
    let is_whole = |state: &State| {
        let witness = open(folder.path());
        let alone = reply(witness.message(id).unwrap());
        let shown = reply(witness.conversation(question.chat).unwrap().remove(1));
        let copied = witness.transcript(question.chat).unwrap().entries.remove(1);
        let chats::Body::Reply(copied) = copied.body else {
            panic!("a question")
        };
        for seen in [&alone, &shown, &copied] {
            assert_eq!((&*seen.thinking, &*seen.answer), (&*thinking, "a\0b"));
            assert_eq!(seen.counts, counts);
        }
        assert_eq!((&alone.state, &shown.state), (state, state));
    };
    is_whole(&State::Streaming);
    let backup = chats.backup_if_due(NOW_MS).unwrap().unwrap();
    drop(chats);
    is_whole(&State::Interrupted);
    let found = open(folder.path()).search("那么", 9).unwrap();
    assert_eq!(found[0].best.as_ref().unwrap().message, id);

    std::fs::copy(backup, folder.path().join("chats.db")).unwrap();
    is_whole(&State::Interrupted);
}

/// The words from which it goes on are in its row, and what comes is behind them.
#[test]
fn a_reply_that_goes_on_grows_behind_what_it_had() {
    let folder = empty();
    let chats = open(folder.path());
    let question = ask(&chats, None, "why?");
    let id = begin(&chats, question.id);
    finish(&chats, id, "Because");
    chats.resume_reply(id, "sprout", NOW_MS).unwrap();
    for answer in ["Because", "Because of", "Because of rain"] {
        let counts = Counts::default();
        let whole = Growth {
            thinking: "",
            answer,
            counts,
        };
        chats.save_growth(id, &whole).unwrap();
        assert_eq!(reply(chats.message(id).unwrap()).answer, answer);
    }
    finish(&chats, id, "Because of rain.");
    assert_eq!(reply(chats.message(id).unwrap()).answer, "Because of rain.");
}
