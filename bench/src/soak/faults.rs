//! Disks, clocks and files as they should not be. Disks of our own need root; where there is none, the
//! table says so.

use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use app::chats::{Body, End, State};
use app::{App, AppEvent, ChatEvent, ChatId, Home};
use fs_err as fs;
use tempfile::TempDir;

use crate::soak::found::{self, Found};
use crate::soak::kills::{Player, opens};
use crate::soak::promises::Promises;
use crate::soak::{Fault, told};

/// Where Debian has the library that lies about the time.
const FALSE_CLOCK: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/// Tries them all.
pub fn run(seed: u64) -> io::Result<Vec<Fault>> {
    let runtime = tokio::runtime::Runtime::new()?;
    let mut faults = vec![
        clock("back", -400, seed, &runtime)?,
        clock("ahead", 400, seed, &runtime)?,
    ];
    runtime.block_on(async {
        faults.push(newer().await?);
        faults.push(damaged(true).await?);
        faults.push(damaged(false).await?);
        faults.push(unwritable().await?);
        faults.push(full().await?);
        Ok(faults)
    })
}

fn home() -> io::Result<(TempDir, PathBuf)> {
    let folder = tempfile::Builder::new().prefix("spud-soak-").tempdir()?;
    let home = folder.path().join("home");
    fs::create_dir(&home)?;
    Ok((folder, home))
}

/// Asks and hears the end.
async fn ask(app: &App, chat: Option<ChatId>, text: &str) -> io::Result<ChatId> {
    let chat = app.send(chat, text, None).await.map_err(told)?;
    end(app, chat).await?;
    Ok(chat)
}

async fn end(app: &App, chat: ChatId) -> io::Result<State> {
    let mut events = app.watch_chat(chat).await.map_err(told)?;
    loop {
        let last = match events.recv().await {
            Some(ChatEvent::End(last)) => Some(last),
            Some(ChatEvent::Snapshot {
                mut messages,
                phase: None,
                ..
            }) => messages.pop(),
            Some(_) => None,
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
        };
        if let Some(Body::Reply(reply)) = last.map(|last| last.body) {
            return Ok(reply.state);
        }
    }
}

/// What the user is told, and how many chats are in the list.
async fn shown(app: &App) -> io::Result<(Vec<String>, usize)> {
    let mut events = app.watch().await.map_err(told)?;
    match events.recv().await {
        Some(AppEvent::Snapshot(snapshot)) => {
            let notices = snapshot.notices.into_iter().map(|one| one.message);
            Ok((notices.collect(), snapshot.chats.len()))
        }
        other => Err(io::Error::other(format!("no snapshot but {other:?}"))),
    }
}

/// A session, then one so many days from now, then one today.
fn clock(way: &str, days: i64, seed: u64, runtime: &tokio::runtime::Runtime) -> io::Result<Fault> {
    let name = format!("a clock that goes {way} 400 days and returns");
    if !Path::new(FALSE_CLOCK).exists() {
        return Ok(Fault::new(name).noting("not tried: install `faketime`"));
    }
    let (_folder, home) = home()?;
    let mut promises = Promises::default();
    let mut lost = Vec::new();
    for (number, days) in [0, days, 0].into_iter().enumerate() {
        let days = format!("{days:+}d");
        let variables = [
            ("LD_PRELOAD", FALSE_CLOCK),
            ("FAKETIME", &*days),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ];
        let variables = if number == 1 { &variables[..] } else { &[] };
        let player = Player::start(&home, seed + number as u64, 20, &[], variables)?;
        let played = player.end(None)?;
        lost.extend(played.failed);
        for (when, value) in &played.said {
            promises.hear(value, *when);
        }
        lost.extend(runtime.block_on(opens(&home))?);
        let found = Found::read(&home)?;
        lost.extend(found::complaints(&found::database(&home), true));
        lost.extend(promises.lost(&home, &found, None).0);
        promises.rebase(found);
    }
    Ok(Fault::once(name, lost))
}

/// A home with an answered question.
async fn asked() -> io::Result<(TempDir, PathBuf)> {
    let (folder, home) = home()?;
    let app = App::open(&Home::at(&home)).await.map_err(told)?;
    ask(&app, None, "What is 20 + 22?").await?;
    app.back_up_now().await.map_err(told)?;
    app.close().await;
    Ok((folder, home))
}

async fn newer() -> io::Result<Fault> {
    let (_folder, home) = asked().await?;
    let database = found::database(&home);
    let age = || -> rusqlite::Result<()> {
        rusqlite::Connection::open(&database)?.pragma_update(None, "user_version", 99)
    };
    age().map_err(io::Error::other)?;
    let before = fs::read(&database)?;
    let app = App::open(&Home::at(&home)).await.map_err(told)?;
    let (notices, chats) = shown(&app).await?;
    let refused = app.send(None, "What is 1 + 1?", None).await.is_err();
    app.close().await;
    let mut lost = Vec::new();
    if chats != 1 || !refused || !notices.iter().any(|one| one.contains("newer")) {
        lost.push(format!("{chats} chats, refused: {refused}, {notices:?}"));
    }
    if fs::read(&database)? != before {
        lost.push("the file of the newer version was changed".to_owned());
    }
    Ok(Fault::once("a database from a newer version", lost))
}

async fn damaged(with_backup: bool) -> io::Result<Fault> {
    let (_folder, home) = asked().await?;
    let database = found::database(&home);
    if !with_backup {
        fs::remove_dir_all(home.join("backups"))?;
    }
    let mut file = fs::File::options().write(true).open(&database)?;
    file.seek(SeekFrom::Start(2 << 12))?;
    let length = usize::try_from(fs::metadata(&database)?.len()).unwrap_or_default();
    file.write_all(&vec![0xa5; length.saturating_sub(2 << 12)])?;
    drop(file);
    let broken = fs::read(&database)?;
    let app = App::open(&Home::at(&home)).await.map_err(told)?;
    let (notices, chats) = shown(&app).await?;
    ask(&app, None, "What is 1 + 1?").await?;
    app.close().await;
    let mut lost = Vec::new();
    if chats != usize::from(with_backup) || notices.is_empty() {
        lost.push(format!("{chats} chats, {notices:?}"));
    }
    let aside = found::files(&home)?.into_iter().find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("chats.db.damaged-")
    });
    if aside.and_then(|path| fs::read(path).ok()) != Some(broken) {
        lost.push("the damaged file was not set aside as it was".to_owned());
    }
    let name = if with_backup { "with" } else { "without" };
    lost.extend(found::complaints(&database, true));
    Ok(Fault::once(
        format!("a damaged database {name} a backup"),
        lost,
    ))
}

/// A disk of our own at a folder; gone when it is dropped.
struct Disk(PathBuf);

impl Disk {
    /// None where we may not have one.
    fn at(folder: &Path, size: &str) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]);
        let mounted = mount
            .arg(folder)
            .output()
            .is_ok_and(|out| out.status.success());
        mounted.then(|| Self(folder.to_owned()))
    }

    fn remount(&self, how: &str) -> io::Result<()> {
        let options = format!("remount,{how}");
        let told = Command::new("mount")
            .args(["-o", &options])
            .arg(&self.0)
            .output()?;
        let why = || io::Error::other(String::from_utf8_lossy(&told.stderr).into_owned());
        told.status.success().then_some(()).ok_or_else(why)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

const NO_DISK: &str = "not tried: it needs root";

async fn unwritable() -> io::Result<Fault> {
    let name = "a folder that cannot be written";
    let (_folder, home) = home()?;
    let Some(disk) = Disk::at(&home, "16m") else {
        return Ok(Fault::new(name).noting(NO_DISK));
    };
    let app = App::open(&Home::at(&home)).await.map_err(told)?;
    ask(&app, None, "What is 20 + 22?").await?;
    app.close().await;
    disk.remount("ro")?;
    let app = App::open(&Home::at(&home)).await.map_err(told)?;
    let (notices, _) = shown(&app).await?;
    ask(&app, None, "What is 1 + 1?").await?;
    app.close().await;
    let mut lost = Vec::new();
    if !notices.iter().any(|one| one.contains("not kept")) {
        lost.push(format!("the user is told {notices:?}"));
    }
    disk.remount("rw")?;
    lost.extend(opens(&home).await?);
    if Found::read(&home)?.messages.len() != 2 {
        lost.push("what was there before is gone".to_owned());
    }
    lost.extend(found::complaints(&found::database(&home), true));
    Ok(Fault::once(name, lost))
}

/// The disk fills up in mid-reply, again and again at another place of it.
async fn full() -> io::Result<Fault> {
    let (_folder, home) = home()?;
    let mut fault = Fault::new("a disk that is full in mid-reply");
    let Some(_disk) = Disk::at(&home, "24m") else {
        return Ok(fault.noting(NO_DISK));
    };
    let app = App::open(&Home::at(&home)).await.map_err(told)?;
    let mut chats = vec![ask(&app, None, "What is 20 + 22?").await?];
    let film = home.join("film");
    for growths in [1, 2, 4, 6] {
        let mut lost = Vec::new();
        let chat = app
            .send(None, "Count from 1 to 200", None)
            .await
            .map_err(told)?;
        let mut events = app.watch_chat(chat).await.map_err(told)?;
        let mut seen = 0;
        while seen < growths {
            match events.recv().await {
                Some(ChatEvent::Growth { .. }) => seen += 1,
                Some(ChatEvent::End(_)) | None => break,
                Some(_) => {}
            }
        }
        // What fits goes in, and the rest is refused.
        let _ = fs::write(&film, vec![0; 32 << 20]);
        let _ = end(&app, chat).await?;
        fs::remove_file(&film)?;
        // A reply that waits is saved before the next question of its chat.
        chats.push(ask(&app, Some(chat), "What is 1 + 2?").await?);
        let found = Found::read(&home)?;
        let replies = found
            .messages
            .values()
            .filter(|one| !one.is_question && one.chat == chat.0);
        let replies: Vec<_> = replies.collect();
        if !replies
            .iter()
            .any(|one| one.text.ends_with("200.") && one.state == "complete")
        {
            lost.push(format!("words of a full disk are gone: {replies:?}"));
        }
        lost.extend(found::complaints(&found::database(&home), true));
        fault.count(lost);
    }
    app.close().await;
    let reopened = App::open(&Home::at(&home)).await.map_err(told)?;
    let mut lost = Vec::new();
    for chat in chats {
        let state = end(&reopened, chat).await?;
        // Sprout's context is too small for a question behind so long a reply, which is an end too.
        let is_long = |failure: &app::chats::Failure| failure.code == "prompt_too_long";
        let is_whole = match &state {
            State::Ended(End::Failed(failure)) => is_long(failure),
            other => *other == State::Ended(End::Complete),
        };
        if !is_whole {
            lost.push(format!("opened again, chat {} ends with {state:?}", chat.0));
        }
    }
    fault.count(lost);
    reopened.close().await;
    Ok(fault)
}
