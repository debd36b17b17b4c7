//! A reply of tens of thousands of tokens, saved as the product saves it: what each save gives the system to
//! write, and what all of them do together, into the database and its log. The second reply is twice as long.

use std::io;
use std::time::Duration;

use app::chats::{Chats, Counts, End, Finish, Growth};
use fs_err as fs;

use crate::soak::Fault;

/// Tokens of the longer reply.
const TOKENS: u32 = 30_000;
/// Those of a save: what 25 a second bring in the 120 ms between two.
const EACH: usize = 3;
/// Four pages, 16 KiB, and what the log puts before each and before the first of all. A save needs so many
/// where it begins a page that was free before: the page, the one above it, and the two that tell what is
/// free. One in a hundred and more does; the others need one.
const MOST: u64 = 4 * (4096 + 24) + 32;
/// How many times as much a reply of twice the tokens may write.
const TWICE: f64 = 2.2;
/// A token of ordinary text, in bytes as R1's vocabulary cuts it.
const TOKEN: &str = "word ";

/// What a reply made the system write.
struct Written {
    /// By the largest save.
    most: u64,
    /// By all saves.
    saves: u64,
    /// With the end of the reply, its words in the index, and the log folded into the database.
    all: u64,
}

/// Saves two replies and holds them to what is promised.
pub fn run() -> io::Result<Fault> {
    let half = reply(TOKENS / 2)?;
    let whole = reply(TOKENS)?;
    let mut lost = Vec::new();
    let most = half.most.max(whole.most);
    if most > MOST {
        lost.push(format!("a save wrote {most} bytes"));
    }
    #[expect(clippy::cast_precision_loss, reason = "some megabytes")]
    let ratio = |whole: u64, half: u64| whole as f64 / half as f64;
    let (saves, all) = (ratio(whole.saves, half.saves), ratio(whole.all, half.all));
    if saves.max(all) > TWICE {
        lost.push(format!(
            "twice the tokens wrote {saves:.2} and {all:.2} times as much"
        ));
    }
    let count = u64::from(TOKENS) / EACH as u64;
    let note = format!(
        "a save {} bytes, at most {most}; in all {} KiB, with its end and the folded log {} KiB; \
         twice the tokens {saves:.2} and {all:.2} times as much",
        whole.saves / count,
        whole.saves >> 10,
        whole.all >> 10
    );
    let name = format!("a reply of {TOKENS} tokens saved {count} times");
    Ok(Fault::once(name, lost).noting(note))
}

fn reply(tokens: u32) -> io::Result<Written> {
    let folder = tempfile::Builder::new().prefix("spud-soak-").tempdir()?;
    let open = |at| Chats::open(folder.path(), at).map_err(io::Error::other);
    let chats = open(0)?.chats;
    // Not the first of its day: pages that were freed are used again, which costs a page more.
    one(&chats, tokens / 4)?;
    at_rest(&chats)?;
    let before = written("self")?;
    let (most, saves) = one(&chats, tokens)?;
    at_rest(&chats)?;
    drop(chats);
    let all = written("self")? - before;
    Ok(Written { most, saves, all })
}

/// Waits until what was written is in the index, which is written behind everybody's back.
fn at_rest(chats: &Chats) -> io::Result<()> {
    let is_indexed = chats.is_indexed(Duration::from_mins(1));
    is_indexed
        .then_some(())
        .ok_or(io::ErrorKind::TimedOut.into())
}

/// One reply: bytes of the largest save, and of all.
fn one(chats: &Chats, tokens: u32) -> io::Result<(u64, u64)> {
    let asked = chats.ask(None, "Why?", "m", 1).map_err(io::Error::other)?;
    let id = asked.last().ok_or(io::ErrorKind::NotFound)?.id;
    let text = TOKEN.repeat(tokens as usize);
    let (mut most, mut saves) = (0, 0);
    let so_far = |bytes: usize| Growth {
        thinking: &text[..bytes],
        answer: "",
        counts: Counts {
            thinking_tokens: u32::try_from(bytes / TOKEN.len()).unwrap_or(u32::MAX),
            thinking_ms: 40 * (bytes / TOKEN.len()) as u64,
            ..Counts::default()
        },
    };
    let step = EACH * TOKEN.len();
    for bytes in (step..=text.len()).step_by(step) {
        let before = written("thread-self")?;
        chats
            .save_growth(id, &so_far(bytes))
            .map_err(io::Error::other)?;
        let here = written("thread-self")? - before;
        most = most.max(here);
        saves += here;
    }
    let finish = Finish {
        end: End::Complete,
        whole: so_far(text.len()),
        statistics: None,
    };
    chats
        .finish_reply(id, &finish, 2)
        .map_err(io::Error::other)?;
    Ok((most, saves))
}

/// Bytes that a process or a thread gave the system to write, by Linux's count.
fn written(who: &str) -> io::Result<u64> {
    let told = fs::read_to_string(format!("/proc/{who}/io"))?;
    let bytes = told.lines().find_map(|line| line.strip_prefix("wchar: "));
    let bytes = bytes.and_then(|bytes| bytes.trim().parse().ok());
    bytes.ok_or_else(|| io::Error::other("this system does not count what is written"))
}
