//! `bench/window`: what the real window does while a long reply comes, with long chats and with
//! many.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures on standard output, progress on standard error"
)]

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bench::browser::{Held, Window, wait};
use bench::figures::{self, Figure, Target};
use bench::stream::{self, Script};
use bench::{many, page};
use clap::{Parser, ValueEnum};
use fs_err as fs;
use tempfile::TempDir;

/// Opens the real window on a display of its own and measures it: frames while a reply of 32,000
/// tokens streams into it, from a program in the engine's place and on the engine's own way; memory;
/// a chat of 2,000 messages; a list of 10,000 chats. Draws in software, as the slowest machines do.
/// Needs what `./test` needs.
#[derive(Parser)]
struct Arguments {
    /// What to measure; all of it where nothing is named.
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// Tokens of the streamed reply; seven of eight are thinking.
    #[arg(long, default_value_t = 32_000)]
    tokens: u32,
    /// Tokens a second while frames are measured.
    #[arg(long, default_value_t = 60.0)]
    rate: f64,
    /// Tokens a second between the stretches that are measured; the rate itself makes an honest
    /// long run of it.
    #[arg(long, default_value_t = 3000.0)]
    between: f64,
    /// Seconds of each stretch that is measured.
    #[arg(long, default_value_t = 20.0)]
    seconds: f64,
    /// Chats in the list.
    #[arg(long, default_value_t = 10_000)]
    chats: usize,
    /// Messages of the long chat.
    #[arg(long, default_value_t = 2000)]
    messages: usize,
    /// Starts of the window, and openings of the long chat.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// The window's program [default: the one that cargo built].
    #[arg(long)]
    program: Option<PathBuf>,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The stream with its thinking folded, and its answer.
    Folded,
    /// The stream with its thinking open.
    Open,
    /// The time until the window is there.
    Start,
    /// The list of many chats, and the chat of many messages.
    Chats,
    /// Memory of all processes while no model is loaded.
    Idle,
}

fn main() -> ExitCode {
    let program = std::env::current_exe().unwrap_or_default();
    if program.file_name() == Some(engine::PROGRAM.as_ref()) {
        let folder = program.parent().unwrap_or(Path::new("."));
        return bench::finish(stream::speak(folder));
    }
    bench::finish(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let stage = Stage::set(arguments)?;
    let is_asked = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    let mut found = Vec::new();
    if is_asked(Part::Start) {
        found.extend(stage.start(arguments)?);
    }
    if is_asked(Part::Folded) {
        found.extend(stage.stream(arguments, false)?);
    }
    if is_asked(Part::Open) {
        found.extend(stage.stream(arguments, true)?);
    }
    if is_asked(Part::Chats) {
        found.extend(stage.chats(arguments)?);
    }
    if is_asked(Part::Idle) {
        found.extend(stage.idle()?);
    }
    print!("{}", figures::text(&found, arguments.json));
    Ok(())
}

/// A folder with the window's program and ours in the engine's place beside it.
struct Stage {
    folder: TempDir,
    program: PathBuf,
    machine: PathBuf,
}

impl Stage {
    fn set(arguments: &Arguments) -> io::Result<Self> {
        let beside = bench::folder()?;
        let built = beside.with_file_name("debug").join("spud-desktop");
        let built = arguments.program.clone().unwrap_or(built);
        if !built.is_file() {
            let why = format!(
                "no window at `{}`: run `cargo build -p spud-desktop`",
                built.display()
            );
            return Err(io::Error::other(why));
        }
        fs::create_dir_all(&beside)?;
        let folder = tempfile::tempdir_in(&beside)?;
        let program = folder.path().join("spud-desktop");
        fs::hard_link(&built, &program)?;
        fs::hard_link(
            std::env::current_exe()?,
            folder.path().join(engine::PROGRAM),
        )?;
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        fs::copy(
            checkout.join("sprout/sprout.gguf"),
            folder.path().join("sprout.gguf"),
        )?;
        Ok(Self {
            folder,
            program,
            machine: checkout.join("crates/fit/tests/fit/machines/02-laptop-8gb.json"),
        })
    }

    fn open(&self, home: &Path) -> io::Result<Window> {
        Window::open(&self.program, home, &self.machine)
    }

    /// The time until the window shows something, and until it can be written in.
    fn start(&self, arguments: &Arguments) -> io::Result<Vec<Figure>> {
        let (mut shown, mut usable) = (Vec::new(), Vec::new());
        for round in 0..arguments.rounds {
            eprintln!("start {} of {}", round + 1, arguments.rounds);
            let home = tempfile::tempdir()?;
            let window = self.open(home.path())?;
            usable.push((window.number(page::USABLE)? - window.started_ms()?) / 1000.0);
            shown.push((window.number(page::FIRST_PAINT)? - window.started_ms()?) / 1000.0);
        }
        Ok(vec![
            Figure::new("start: first words painted", "s", shown),
            Figure::new("start: usable, at most", "s", usable),
        ])
    }

    /// Memory while no model is loaded, program by program: a window that was just opened, and left
    /// alone for a while.
    fn idle(&self) -> io::Result<Vec<Figure>> {
        let home = tempfile::tempdir()?;
        let window = self.open(home.path())?;
        window.until("the composer", page::IS_USABLE)?;
        // WebKit gives back what the start needed after some seconds.
        eprintln!("idle: half a minute");
        std::thread::sleep(Duration::from_secs(30));
        let all = window.memory_by_program();
        let sum = |of: fn(&Held) -> u64| all.iter().map(of).sum::<u64>();
        let whole = Held {
            program: "all processes".to_owned(),
            all: sum(|held| held.all),
            own: sum(|held| held.own),
            files: sum(|held| held.files),
        };
        let rows = |held: &Held| {
            [
                (String::new(), held.all),
                (", written by itself".to_owned(), held.own),
                (", files that are mapped".to_owned(), held.files),
            ]
            .map(|(what, bytes)| {
                let name = format!("no model: {}{what}", held.program);
                Figure::new(name, "MiB", vec![mib(bytes)])
            })
        };
        Ok(all.iter().chain([&whole]).flat_map(rows).collect())
    }

    /// Frames and memory while a long reply comes.
    fn stream(&self, arguments: &Arguments, is_open: bool) -> io::Result<Vec<Figure>> {
        let thinking = arguments.tokens / 8 * 7;
        let answer = arguments.tokens - thinking;
        let rate = arguments.rate;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "seconds of tokens"
        )]
        let measured = ((arguments.seconds * rate) as u32).min(answer / 2).max(1);
        let script = Script {
            thinking,
            stretches: vec![
                // One word, so that there is a thought to open.
                (1, rate),
                (measured, rate),
                (thinking - 2 * measured - 1, arguments.between),
                (measured, rate),
                (measured, rate),
                (answer - 2 * measured, arguments.between),
                (measured, rate),
                (0, rate),
            ],
        };
        script.write(self.folder.path())?;
        let home = tempfile::tempdir()?;
        let window = self.open(home.path())?;
        let how = if is_open {
            "open thought"
        } else {
            "folded thought"
        };
        window.until("the composer", page::IS_USABLE)?;
        wait_quietly();
        let before = window.memory();
        window.ask(page::SEND)?;
        stream::go(self.folder.path(), 1)?;
        window.until("the thought", page::IS_THINKING)?;
        if is_open {
            window.ask(page::OPEN_THOUGHT)?;
        }
        let mut found = Vec::new();
        let (begin, end) = (format!("{how}, begin"), format!("{how}, end"));
        let names = [&*begin, "", &*end, "answer, begin", "", "answer, end"];
        let mut first = Vec::new();
        for (stretch, name) in (1..).zip(names) {
            let what = if name.is_empty() { "between" } else { name };
            eprintln!("{what}: {} tokens", script.stretches[stretch].0);
            window.ask(page::RECORD)?;
            let (begun, cpu) = (Instant::now(), window.cpu_seconds());
            stream::go(self.folder.path(), stretch + 1)?;
            wait("a stretch of the reply", || {
                (stream::done(self.folder.path()) > stretch).then_some(())
            })?;
            let frames = numbers(&window.ask(page::RECORDED)?);
            let cpu = (window.cpu_seconds() - cpu) / begun.elapsed().as_secs_f64();
            if name.is_empty() {
                // What is behind is drawn before anything is measured again.
                window.wait_for(page::TWO_FRAMES)?;
                continue;
            }
            let name = format!(
                "{name} (thought {})",
                if is_open { "open" } else { "folded" }
            );
            found.extend(of_frames(&name, &frames, &mut first));
            found.push(Figure::new(
                format!("{name}: cores that the page takes"),
                "",
                vec![cpu],
            ));
        }
        window.ask(page::RECORD)?;
        stream::go(self.folder.path(), names.len() + 2)?;
        window.until("the reply's end", &page::is_last("complete"))?;
        wait_quietly();
        let frames = numbers(&window.ask(page::RECORDED)?);
        let worst = frames.iter().copied().fold(0.0, f64::max);
        found.push(Figure::new(
            format!("{how}: longest frame at the reply's end"),
            "ms",
            vec![worst],
        ));
        let after = window.memory();
        for (name, bytes) in [
            ("web process before", before.0),
            ("web process after", after.0),
            ("all processes before", before.1),
            ("all processes after", after.1),
        ] {
            found.push(Figure::new(
                format!("{how}: memory, {name}"),
                "MiB",
                vec![mib(bytes)],
            ));
        }
        Ok(found)
    }

    /// A list of many chats and a chat of many messages.
    fn chats(&self, arguments: &Arguments) -> io::Result<Vec<Figure>> {
        eprintln!("writing {} chats", arguments.chats);
        let home = tempfile::tempdir()?;
        many::write(home.path(), arguments.chats, arguments.messages)?;
        self.few_stretches()?;
        let (mut found, mut usable, mut drawn) = (Vec::new(), Vec::new(), Vec::new());
        let [mut opened, mut earlier, mut all, mut hits] = [const { Vec::<f64>::new() }; 4];
        let [mut typing, mut scrolling, mut asking, mut scrolled] =
            [const { Vec::<f64>::new() }; 4];
        for round in 0..arguments.rounds.clamp(1, 5) {
            eprintln!("chats, round {}", round + 1);
            self.few_stretches()?;
            let window = self.open(home.path())?;
            let started = window.started_ms()?;
            usable.push((window.number(page::USABLE)? - started) / 1000.0);
            drawn.push((window.number(page::LISTED)? - started) / 1000.0);
            wait_quietly();
            scrolling.extend(numbers(&window.wait_for(page::SCROLL_LIST)?));
            window.ask(page::RECORD)?;
            hits.extend(numbers(&window.wait_for(page::SEARCH)?));
            typing.extend(numbers(&window.ask(page::RECORDED)?));
            opened.push(window.number(page::OPEN_LONG)?);
            earlier.push(window.number(page::EARLIER)?);
            scrolled.extend(numbers(&window.wait_for(page::SCROLL_CHAT)?));
            all.push(window.number(page::FIND_FIRST)?);
            asking.extend(numbers(&window.wait_for(page::ASK)?));
            stream::go(self.folder.path(), 2)?;
            if round == 0 {
                let (web, every) = window.memory();
                found.push(Figure::new(
                    "many chats: memory, web process",
                    "MiB",
                    vec![mib(web)],
                ));
                found.push(Figure::new(
                    "many chats: memory, all processes",
                    "MiB",
                    vec![mib(every)],
                ));
            }
        }
        let chats = arguments.chats;
        let messages = arguments.messages;
        let mut all_of = vec![
            Figure::new(format!("{chats} chats: usable, at most"), "s", usable),
            Figure::new(format!("{chats} chats: list drawn, at most"), "s", drawn),
            Figure::new(
                format!("{chats} chats: search, last letter to results"),
                "ms",
                hits,
            ),
        ];
        all_of.extend(spread(
            &format!("{chats} chats: frames, search as one types"),
            &typing,
        ));
        all_of.extend(spread(
            &format!("{chats} chats: frames, scrolling the list"),
            &scrolling,
        ));
        all_of.extend(spread(
            &format!("{chats} chats: frames, a question is asked"),
            &asking,
        ));
        all_of.extend([
            Figure::new(
                format!("{messages} messages: click to painted"),
                "ms",
                opened,
            ),
            Figure::new(format!("{messages} messages: earlier ones"), "ms", earlier),
            Figure::new(
                format!("{messages} messages: words found in the first"),
                "ms",
                all,
            ),
        ]);
        all_of.extend(spread(
            &format!("{messages} messages: frames, scrolling"),
            &scrolled,
        ));
        all_of.extend(found);
        Ok(all_of)
    }

    /// A short reply, for what is not about streaming.
    fn few_stretches(&self) -> io::Result<()> {
        let stretches = vec![(30, 60.0), (30, 60.0)];
        Script {
            thinking: 30,
            stretches,
        }
        .write(self.folder.path())?;
        stream::go(self.folder.path(), 1)
    }
}

/// Time for what was begun to end: saving, drawing, collecting garbage.
fn wait_quietly() {
    std::thread::sleep(Duration::from_secs(2));
}

/// The figures of a stretch; those of an `end` are held against the `first` of them.
fn of_frames(name: &str, frames: &[f64], first: &mut Vec<f64>) -> Vec<Figure> {
    let mut found = spread(&format!("{name}: frames"), frames);
    let late = found.remove(2);
    let worst = late.quantile(0.5);
    found.insert(2, late.with(Target::AtMost(50.0)));
    if name.contains(", end") {
        let ratio = Figure::ratio(format!("{name}: p99 of the begin's"), &[worst], first);
        found.push(ratio.with(Target::AtMost(1.5)));
    }
    *first = vec![worst];
    found
}

/// The spread of frame times, in milliseconds.
fn spread(name: &str, frames: &[f64]) -> Vec<Figure> {
    let all = Figure::new(
        "",
        "ms",
        if frames.is_empty() {
            vec![f64::NAN]
        } else {
            frames.to_vec()
        },
    );
    [
        ("median", 0.5),
        ("p95", 0.95),
        ("p99", 0.99),
        ("worst", 1.0),
    ]
    .map(|(which, part)| Figure::new(format!("{name}, {which}"), "ms", vec![all.quantile(part)]))
    .into()
}

fn numbers(value: &serde_json::Value) -> Vec<f64> {
    let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(serde_json::Value::as_f64).collect()
}

fn mib(bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "memory, in MiB")]
    let bytes = bytes as f64;
    bytes / f64::from(1 << 20)
}
