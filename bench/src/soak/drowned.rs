//! Memory that runs out for real: the product in a cgroup of its own, beside a program that takes all
//! that is left there while a reply is being written. The kernel must take the engine, and the product
//! must live, say so, keep the words and answer the next question. Needs root.

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use app::chats::{Body, End, Message, State};
use app::{App, ChatEvent, ChatId, Home};
use fs_err as fs;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::browser::wait;
use crate::soak::found::{self, Found};
use crate::soak::processes;
use crate::soak::{Fault, told};

/// Times that it happens.
const TIMES: usize = 3;
/// What all of them may take together; the product with Sprout takes a fifth of it.
const LIMIT: u64 = 512 << 20;
/// What the other program takes at a time.
const PIECE: usize = 1 << 18;

const LONG: &str = "Count from 1 to 200";
const SUM: &str = "What is 20 + 22?";

fn say(what: &Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{what}")?;
    out.flush()
}

/// The product's user, in a process of its own: a long question, which the memory will not allow, and
/// a sum. Begins when it is told to.
pub fn play(home: &Path) -> io::Result<()> {
    io::stdin().lock().read_line(&mut String::new())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let app = App::open(&Home::at(home)).await.map_err(told)?;
        for question in [LONG, SUM] {
            let chat = app.send(None, question, None).await.map_err(told)?;
            let last = end(&app, chat).await?;
            let Body::Reply(reply) = &last.body else {
                continue;
            };
            let (code, message) = match &reply.state {
                State::Ended(End::Failed(failure)) => (&*failure.code, &*failure.message),
                State::Ended(End::Complete) => ("complete", ""),
                _ => ("other", ""),
            };
            say(
                &json!({"ended": last.id.0, "code": code, "message": message,
                        "thinking": reply.thinking, "answer": reply.answer}),
            )?;
        }
        app.close().await;
        Ok(())
    })
}

/// The end of a chat's reply; says when its first words came.
async fn end(app: &App, chat: ChatId) -> io::Result<Message> {
    let mut events = app.watch_chat(chat).await.map_err(told)?;
    let mut has_grown = false;
    loop {
        match events.recv().await {
            Some(ChatEvent::Growth { .. }) if !has_grown => {
                has_grown = true;
                say(&json!({"grows": chat.0}))?;
            }
            Some(ChatEvent::End(last)) => return Ok(last),
            Some(ChatEvent::Snapshot {
                mut messages,
                phase: None,
                ..
            }) => return messages.pop().ok_or(io::ErrorKind::UnexpectedEof.into()),
            Some(_) => {}
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// The other program: takes memory, piece by piece, for as long as that process lives. It takes it as
/// pages of a file in memory, which no process is blamed for.
pub fn take_all(until: i32) -> io::Result<()> {
    io::stdin().lock().read_line(&mut String::new())?;
    let mut file = tempfile::tempfile_in("/dev/shm")?;
    let piece = vec![0xa5; PIECE];
    let mut taken = 0;
    while is_there(until) && taken < 2 * LIMIT {
        file.write_all(&piece)?;
        taken += PIECE as u64;
    }
    Ok(())
}

/// A process that was killed and not buried yet is not there any more.
fn is_there(number: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest.as_bytes()[0]);
    state.is_some_and(|state| !matches!(state, b'Z' | b'X'))
}

/// A group of processes whose memory is limited; it goes when it is dropped.
struct Group(PathBuf);

impl Group {
    /// None where we may not make one.
    fn new(name: &str) -> Option<Self> {
        let first = Path::new("/sys/fs/cgroup/memory");
        let (parent, limit, swap) = if first.is_dir() {
            (
                first,
                "memory.limit_in_bytes",
                "memory.memsw.limit_in_bytes",
            )
        } else {
            (Path::new("/sys/fs/cgroup"), "memory.max", "memory.swap.max")
        };
        let group = Self(parent.join(name));
        fs::create_dir(&group.0).ok()?;
        fs::write(group.0.join(limit), LIMIT.to_string()).ok()?;
        // Where there is no swap, neither is there a limit of it.
        let of_both = if first.is_dir() { LIMIT } else { 0 };
        let _ = std::fs::write(group.0.join(swap), of_both.to_string());
        Some(group)
    }

    fn take(&self, child: &Child) -> io::Result<()> {
        fs::write(self.0.join("cgroup.procs"), child.id().to_string())
    }

    /// Processes of it that the kernel has killed.
    fn killed(&self) -> u64 {
        let told = ["memory.oom_control", "memory.events"].map(|name| self.0.join(name));
        let told = told
            .iter()
            .find_map(|path| std::fs::read_to_string(path).ok());
        let told = told.unwrap_or_default();
        let line = told.lines().find_map(|line| line.strip_prefix("oom_kill "));
        line.and_then(|count| count.parse().ok())
            .unwrap_or_default()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.0);
    }
}

/// A process that ends with us, also where we cannot go on.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Lets the memory run out in mid-reply, some times.
pub fn run() -> io::Result<Fault> {
    let mut fault = Fault::new("memory that runs out in mid-reply");
    let number = std::process::id();
    let Some(group) = Group::new(&format!("spud-soak-{number}")) else {
        return Ok(fault.noting("not tried: it needs root and a cgroup for memory"));
    };
    for _ in 0..TIMES {
        fault.count(once(&group)?);
    }
    let killed = group.killed();
    Ok(fault.noting(format!("the kernel killed {killed} processes")))
}

fn once(group: &Group) -> io::Result<Vec<String>> {
    let folder = tempfile::Builder::new().prefix("spud-soak-").tempdir()?;
    let home = folder.path().join("home");
    fs::create_dir(&home)?;
    let before = group.killed();
    let player = Command::new(std::env::current_exe()?)
        .args(["--drown", &home.display().to_string()])
        .env("SPUD_HOME", &home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut player = Ends(player);
    group.take(&player.0)?;
    let stdin = player.0.stdin.take();
    writeln!(stdin.ok_or(io::ErrorKind::BrokenPipe)?, "go")?;
    let out = player.0.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let mut ended = Vec::new();
    let mut drowned = false;
    for line in BufReader::new(out).lines() {
        let said: Value = serde_json::from_str(&line?)?;
        if said["grows"].is_i64() && !drowned {
            drowned = true;
            drown(group, &home)?;
        } else if said["ended"].is_i64() {
            ended.push(said);
        }
    }
    let status = player.0.wait()?;
    let mut lost = Vec::new();
    if !status.success() {
        lost.push(format!("the product ended with {status}"));
    }
    if group.killed() != before + 1 {
        lost.push(format!(
            "the kernel killed {} processes",
            group.killed() - before
        ));
    }
    wait("the end of all processes", || {
        processes::of(&home).is_empty().then_some(())
    })?;
    let [first, second] = &ended[..] else {
        lost.push(format!("replies that ended: {ended:?}"));
        return Ok(lost);
    };
    let why = first["message"].as_str().unwrap_or_default();
    if first["code"] != "engine_stopped" || !why.contains("memory ran out") {
        lost.push(format!("it ended as {first}"));
    }
    if second["code"] != "complete" {
        lost.push(format!("the next question ended as {second}"));
    }
    let found = Found::read(&home)?;
    for said in [first, second] {
        let is = said["ended"]
            .as_i64()
            .and_then(|id| found.messages.get(&id));
        let kept =
            is.is_some_and(|is| said["thinking"] == is.thinking && said["answer"] == is.text);
        let is_empty = is.is_none_or(|is| is.thinking.is_empty() && is.text.is_empty());
        if !kept || is_empty {
            lost.push(format!("{said} is kept as {is:?}"));
        }
    }
    lost.extend(found::complaints(&found::database(&home), true));
    Ok(lost)
}

/// Takes the memory away while the engine holds still, so that the reply is not over before.
fn drown(group: &Group, home: &Path) -> io::Result<()> {
    let all = processes::of(home);
    let engine = all.iter().find(|one| one.name == engine::PROGRAM);
    let engine = engine.and_then(|one| one.number.parse().ok());
    let engine: i32 = engine.ok_or_else(|| io::Error::other("no engine"))?;
    let pid = Pid::from_raw(engine).ok_or(io::ErrorKind::NotFound)?;
    kill_process(pid, Signal::STOP)?;
    let mut other = Command::new(std::env::current_exe()?)
        .args(["--take-all-until", &engine.to_string()])
        .stdin(Stdio::piped())
        .spawn()?;
    group.take(&other)?;
    writeln!(other.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?, "go")?;
    let status = other.wait()?;
    // The kernel gives back what it took a moment later.
    thread::sleep(Duration::from_millis(50));
    if is_there(engine) {
        kill_process(pid, Signal::CONT)?;
    }
    status
        .success()
        .then_some(())
        .ok_or_else(|| io::Error::other(format!("what takes the memory ended with {status}")))
}
