//! A long day in one process: hundreds of replies with stops, edits and other models, then an engine that
//! crashes again and again. What every process holds at the end is held to what it held after the tenth
//! reply: all of its resident memory. Its own part is told too: 500 replies added 0.7 MB to it. heaptrack,
//! over the first of such a day, finds 0.8 MB alive in all and 2 at most: what grows is what the C
//! library's heaps keep for the next request.

use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use app::chats::{Body, End, Message, State};
use app::{App, ChatEvent, ChatId, Home};
use fs_err as fs;
use rustix::process::{Pid, Signal, kill_process};

use crate::browser::wait;
use crate::soak::found;
use crate::soak::player;
use crate::soak::processes::{self, Held};
use crate::soak::{Fault, told};

/// Replies after which everything has been done once: a chat begun, a reply stopped, a question asked
/// otherwise, a model changed.
const ROUND: usize = 10;
/// How much more memory there may be at the end.
const MORE: f64 = 1.05;
/// Idle threads of the runtime end after ten seconds; then what is there stays.
const SETTLE: Duration = Duration::from_secs(13);
/// A thread of the runtime that waits for a disk may be idle still, or not be there: it swings between the
/// looks, whatever was done.
const MOST_IDLE: usize = 1;
/// Looks at what a process holds; the least counts, since threads come and go.
const LOOKS: usize = 3;
/// Chats that are there before.
const MANY: usize = 5000;
/// How an engine ends: a fault of its own (twice, see below), an assert, the kernel.
const WAYS: [Signal; 3] = [Signal::SEGV, Signal::ABORT, Signal::KILL];
/// The code of the product's refusal to start an engine that has crashed again and again.
const ENOUGH: &str = "engine_unsteady";
/// That of a reply whose engine ended.
const STOPPED: &str = "engine_stopped";
/// Times that a question is asked until it is answered.
const TRIES: usize = 3;
/// Those of them that are read at the start.
const LOOKED_AT: i64 = 2500;
/// The day's other model: Sprout as a file of one's own.
const OTHER: &str = "other.gguf";

/// Says where it is and waits until it is let go on.
fn pause(at: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{at}")?;
    out.flush()?;
    io::stdin().lock().read_line(&mut String::new()).map(drop)
}

/// Plays the day at a home.
pub fn play(home: &Path, replies: usize, crashes: usize) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut app = App::open(&Home::at(home)).await.map_err(told)?;
        // So that SQLite's cache of pages is full from the start.
        app.search("ta").await.map_err(told)?;
        for number in 0..LOOKED_AT {
            app.watch_chat(ChatId(number + 1)).await.map_err(told)?;
        }
        let mut chat = None;
        for number in 0..replies {
            chat = Some(one(&app, home, chat, number).await?);
            if number + 1 == ROUND {
                // It is quiet for so long that ways to compute are tried, which changes the next engines.
                pause("tenth")?;
            }
        }
        pause("last")?;
        for number in 0..crashes {
            app = crash(app, home, number).await?;
            if number + 1 == ROUND.min(crashes) {
                pause("tenth crash")?;
            }
        }
        pause("last crash")?;
        app.close().await;
        Ok(())
    })
}

/// One reply, in a chat of five.
async fn one(app: &App, home: &Path, chat: Option<ChatId>, number: usize) -> io::Result<ChatId> {
    if number % ROUND == 8 {
        let other = home.join(OTHER).display().to_string();
        let id = if (number / ROUND).is_multiple_of(2) {
            &*other
        } else {
            "sprout"
        };
        app.choose_model(id, None).await.map_err(told)?;
    }
    let chat = chat.filter(|_| !number.is_multiple_of(5));
    let text = match number % ROUND {
        3 => "Count from 1 to 90".to_owned(),
        _ => format!("What is {} + {}?", number % 400, number % 37),
    };
    let chat = app.send(chat, text.as_str(), None).await.map_err(told)?;
    let last = well(end(app, chat, number % ROUND == 3).await?)?;
    if number % ROUND == 6 {
        let question = last.parent.ok_or(io::ErrorKind::NotFound)?;
        let asked = app.ask_instead(question, "What is 4 + 5?").await;
        asked.map_err(told)?;
        well(end(app, chat, false).await?)?;
    }
    Ok(chat)
}

/// The end of a chat's reply, which is stopped at its first words if it shall be.
async fn end(app: &App, chat: ChatId, stops: bool) -> io::Result<Message> {
    let mut events = app.watch_chat(chat).await.map_err(told)?;
    loop {
        let last = match events.recv().await {
            Some(ChatEvent::Growth { .. }) if stops => {
                app.stop(chat);
                continue;
            }
            Some(ChatEvent::End(last)) => last,
            Some(ChatEvent::Snapshot {
                mut messages,
                phase: None,
                ..
            }) => messages.pop().ok_or(io::ErrorKind::UnexpectedEof)?,
            Some(_) => continue,
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
        };
        return Ok(last);
    }
}

/// The code of a reply that failed.
fn failure(last: &Message) -> Option<&str> {
    match &last.body {
        Body::Reply(reply) => match &reply.state {
            State::Ended(End::Failed(failure)) => Some(&failure.code),
            _ => None,
        },
        Body::Question(_) => None,
    }
}

/// A reply that did not fail.
fn well(last: Message) -> io::Result<Message> {
    match failure(&last) {
        Some(code) => Err(io::Error::other(format!(
            "a reply failed: {code}, {last:?}"
        ))),
        None => Ok(last),
    }
}

/// Makes the home of somebody who has talked a lot. Not in the day's own process: what reading so large a
/// file took would be held by it for a while, and hide what grows.
fn furnish(home: &Path) -> io::Result<()> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let app = App::open(&Home::at(home)).await.map_err(told)?;
        let kept = home.with_extension("json");
        let words: Vec<String> = (0..MANY).map(|number| format!("talk{number}")).collect();
        player::write_chats(&kept, &words)?;
        app.take_in(vec![kept]).await.map_err(told)?;
        app.close().await;
        Ok(())
    })
}

/// Asks and has an answer, as a person does: who is told that the engine stopped asks again (the product
/// may not have seen its end when the question came), and where the product has had enough of crashes, it is
/// closed and opened again.
async fn insist(
    app: App,
    home: &Path,
    chat: Option<ChatId>,
    text: &str,
) -> io::Result<(App, ChatId)> {
    let asked = app.send(chat, text, None).await.map_err(told)?;
    let mut app = app;
    for _ in 0..TRIES {
        let last = end(&app, asked, false).await?;
        match failure(&last) {
            Some(ENOUGH) => {
                app.close().await;
                app = App::open(&Home::at(home)).await.map_err(told)?;
            }
            Some(STOPPED) => {}
            _ => return well(last).map(|_| (app, asked)),
        }
        app.ask_again(last.id).await.map_err(told)?;
    }
    Err(io::Error::other(format!("no answer in {TRIES} tries")))
}

/// The engine crashes, at rest or in mid-reply, and the next question of that chat is answered.
async fn crash(app: App, home: &Path, number: usize) -> io::Result<App> {
    let engine = || {
        let all = processes::of(home);
        let engine = all.into_iter().find(|one| one.name == engine::PROGRAM);
        engine.and_then(|one| Pid::from_raw(one.number.parse().ok()?))
    };
    let (app, chat) = insist(app, home, None, "What is 2 + 2?").await?;
    let there = engine().ok_or_else(|| io::Error::other("no engine"))?;
    let way = WAYS[number % WAYS.len()];
    let crash = || {
        let _ = kill_process(there, way);
        // Rust's own handler takes the first for a fault that will come again, and steps aside.
        thread::sleep(Duration::from_millis(20));
        let _ = kill_process(there, way);
    };
    if number.is_multiple_of(2) {
        crash();
        wait("the engine's end", || {
            (engine() != Some(there)).then_some(())
        })?;
    } else {
        let long = app.send(Some(chat), "Count from 1 to 200", None).await;
        long.map_err(told)?;
        crash();
        // It fails or, if it was quick, does not.
        end(&app, chat, false).await?;
    }
    let (app, _) = insist(app, home, Some(chat), "What is 3 + 4?").await?;
    Ok(app)
}

/// Plays the day in a process of its own and looks at what it holds.
pub fn run(
    replies: usize,
    crashes: usize,
    progress: &mut dyn FnMut(&str),
) -> io::Result<Vec<Fault>> {
    let folder = tempfile::Builder::new().prefix("spud-soak-").tempdir()?;
    let home = folder.path().join("home");
    fs::create_dir(&home)?;
    furnish(&home)?;
    let sprout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sprout/sprout.gguf");
    fs::copy(sprout, home.join(OTHER))?;
    let temporary = folder.path().join("tmp");
    fs::create_dir(&temporary)?;
    let mut child = Command::new(std::env::current_exe()?)
        .args(["--day", &home.display().to_string()])
        .args(["--replies", &replies.to_string()])
        .args(["--crashes", &crashes.to_string()])
        .env("SPUD_HOME", &home)
        .env("TMPDIR", &temporary)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let out = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let mut seen: Vec<(String, Vec<(String, Held)>)> = Vec::new();
    for at in BufReader::new(out).lines() {
        let at = at?;
        let mut held = Vec::new();
        for look in 0..LOOKS {
            thread::sleep(SETTLE);
            let now = holding(&home);
            held = if look == 0 { now } else { least(held, &now) };
        }
        progress(&format!("{at}: {held:?}"));
        seen.push((at, held));
        writeln!(stdin, "on")?;
    }
    let status = child.wait()?;
    let mut lost = Vec::new();
    if !status.success() {
        lost.push(format!("the day ended with {status}"));
    }
    wait("the end of all processes", || {
        processes::of(&home).is_empty().then_some(())
    })?;
    for path in found::files(&temporary)? {
        lost.push(format!("{} was left", path.display()));
    }
    lost.extend(found::complaints(&found::database(&home), true));
    let at = |name: &str| seen.iter().find(|(at, _)| at == name).map(|(_, held)| held);
    let mut faults = Vec::new();
    for (name, tried, first, last) in [
        ("replies in one process", replies, "tenth", "last"),
        (
            "crashes of the engine",
            crashes,
            "tenth crash",
            "last crash",
        ),
    ] {
        let mut fault = Fault::new(name);
        let mut lost = std::mem::take(&mut lost);
        if let (Some(first), Some(last)) = (at(first), at(last)) {
            lost.extend(more(first, last));
            fault.note = format!("{} -> {}", summary(first), summary(last));
        } else {
            lost.push("it did not come to its end".to_owned());
        }
        fault.tried = tried;
        fault.failed = usize::from(!lost.is_empty());
        fault.lost = lost;
        faults.push(fault);
    }
    Ok(faults)
}

fn holding(home: &Path) -> Vec<(String, Held)> {
    let all = processes::of(home).into_iter();
    let mut all: Vec<_> = all
        .filter_map(|one| Some((one.name.clone(), one.held().ok()?)))
        .collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all
}

/// The lesser of two looks at the same processes.
fn least(mut one: Vec<(String, Held)>, other: &[(String, Held)]) -> Vec<(String, Held)> {
    for ((_, one), (_, other)) in one.iter_mut().zip(other) {
        one.own = one.own.min(other.own);
        one.rss = one.rss.min(other.rss);
        one.descriptors = one.descriptors.min(other.descriptors);
        one.threads = one.threads.min(other.threads);
    }
    one
}

/// What there is more of than there was.
fn more(first: &[(String, Held)], last: &[(String, Held)]) -> Vec<String> {
    let names =
        |all: &[(String, Held)]| all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    if names(first) != names(last) {
        return vec![format!(
            "processes {:?} became {:?}",
            names(first),
            names(last)
        )];
    }
    let mut found = Vec::new();
    for ((name, first), (_, last)) in first.iter().zip(last) {
        #[expect(clippy::cast_precision_loss, reason = "bytes of a process")]
        let ratio = last.rss as f64 / first.rss as f64;
        if ratio > MORE {
            found.push(format!(
                "memory of {name} grew to {ratio:.2} of what it was"
            ));
        }
        if last.descriptors > first.descriptors {
            let (first, last) = (first.descriptors, last.descriptors);
            found.push(format!("descriptors of {name}: {first} became {last}"));
        }
        if last.threads > first.threads + MOST_IDLE {
            let (first, last) = (first.threads, last.threads);
            found.push(format!("threads of {name}: {first} became {last}"));
        }
    }
    found
}

fn summary(held: &[(String, Held)]) -> String {
    let one = |(name, held): &(String, Held)| {
        format!(
            "{name} {} KiB, {} of its own, {} descriptors, {} threads",
            held.rss >> 10,
            held.own >> 10,
            held.descriptors,
            held.threads
        )
    };
    held.iter().map(one).collect::<Vec<_>>().join("; ")
}
