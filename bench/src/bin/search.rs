//! `bench/search`: how long searches take in a home with many chats while a reply is being saved, and how
//! long a save waits beside them, beside the index that is made, and beside a large file that is erased.
#![expect(clippy::print_stdout, reason = "figures on standard output")]

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bench::figures::{self, Figure, Target};
use bench::many;
use chats::{ChatId, Chats, Counts, End, Finish, Growth, Question, TextFile};
use clap::Parser;

/// Writes a home with many chats and measures its search. About two minutes; close everything else first.
#[derive(Parser)]
struct Arguments {
    /// Chats of the home; the last has 2,000 messages.
    #[arg(long, default_value_t = 10_000)]
    chats: usize,
    /// Runs of each query.
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

/// Words that stand in every chat, in some, in one, in none; of one and two letters too.
const QUERIES: [&str; 8] = [
    "potatoes",
    "boxes of potatoes",
    "number 777",
    "QUESTION 77",
    "the",
    "of",
    "e",
    "nowhere",
];

const LARGE: usize = 8 * 1024 * 1024;
/// A reply that is written is saved so often.
const SAVED: Duration = Duration::from_millis(125);
const PATIENCE: Duration = Duration::from_mins(10);

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    bench::finish(measure(&arguments).map(|figures| {
        print!("{}", figures::text(&figures, arguments.json));
    }))
}

fn measure(arguments: &Arguments) -> io::Result<Vec<Figure>> {
    let home = tempfile::tempdir()?;
    many::write(home.path(), arguments.chats, 2000)?;
    let mut figures = Vec::new();
    let chats = open(home.path())?;
    let begun = Instant::now();
    let waits = saves_beside(&chats, || {
        chats.is_indexed(Duration::from_secs(5));
    })?;
    figures.push(Figure::new("a save while all is indexed", "ms", waits));
    if !chats.is_indexed(PATIENCE) {
        return Err(io::Error::other("the index did not become whole"));
    }
    figures.push(Figure::new("all in the index", "ms", vec![ms(begun)]));
    for query in QUERIES {
        let mut runs = Vec::new();
        let waits = saves_beside(&chats, || {
            for _ in 0..arguments.rounds {
                let begun = Instant::now();
                // What it finds is not measured here, and what fails is fast.
                let _ = chats.search(query, 100);
                runs.push(ms(begun));
            }
        })?;
        let figure = Figure::new(format!("search `{query}`"), "ms", runs);
        figures.push(figure.with(Target::AtMost(100.0)));
        figures.push(Figure::new(format!("a save beside `{query}`"), "ms", waits));
    }
    let chat = ask_with_a_large_file(&chats, &mut figures)?;
    let waits = saves_beside(&chats, || {
        chats.is_indexed(Duration::from_secs(5));
    })?;
    figures.push(Figure::new("a save while 8 MiB are indexed", "ms", waits));
    chats.is_indexed(PATIENCE);
    let begun = Instant::now();
    let waits = saves_beside(&chats, || {
        let _ = chats.erase(&[chat]);
    })?;
    figures.push(Figure::new(
        "erasing a chat with 8 MiB",
        "ms",
        vec![ms(begun)],
    ));
    figures.push(Figure::new("a save while they are erased", "ms", waits));
    drop(chats);
    let mut opened = Vec::new();
    for _ in 0..arguments.rounds {
        let begun = Instant::now();
        let chats = open(home.path())?;
        opened.push(ms(begun));
        drop(chats);
    }
    figures.push(Figure::new("opening", "ms", opened));
    Ok(figures)
}

fn open(home: &Path) -> io::Result<Chats> {
    Ok(Chats::open(home, 1).map_err(io::Error::other)?.chats)
}

fn ms(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1000.0
}

fn ask_with_a_large_file(chats: &Chats, figures: &mut Vec<Figure>) -> io::Result<ChatId> {
    let line = "It is a long story of many words. ";
    let file = TextFile {
        name: "much.txt".to_owned(),
        bytes: 1,
        text: line.repeat(LARGE / line.len()),
        ..TextFile::default()
    };
    let files = [chats.attach(None, &file).map_err(io::Error::other)?.id];
    let question = Question {
        text: "What is in it?",
        files: &files,
    };
    let begun = Instant::now();
    let asked = chats
        .ask(None, question, "m", 1)
        .map_err(io::Error::other)?;
    figures.push(Figure::new("asking with 8 MiB", "ms", vec![ms(begun)]));
    end(chats, asked[1].id)?;
    Ok(asked[0].chat)
}

/// Saves a reply in its own time while some work is done, and tells how long each save took.
fn saves_beside(chats: &Chats, work: impl FnOnce() + Send) -> io::Result<Vec<f64>> {
    let asked = chats.ask(None, "Meanwhile?", "m", 1);
    let reply = asked.map_err(io::Error::other)?[1].id;
    let is_over = AtomicBool::new(false);
    let mut waits = Vec::new();
    let mut words = String::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            work();
            is_over.store(true, Ordering::SeqCst);
        });
        while !is_over.load(Ordering::SeqCst) {
            words.push_str("word ");
            let whole = Growth {
                thinking: &words,
                answer: "",
                counts: Counts::default(),
            };
            let begun = Instant::now();
            chats.save_growth(reply, &whole).map_err(io::Error::other)?;
            waits.push(ms(begun));
            thread::sleep(SAVED.saturating_sub(begun.elapsed()));
        }
        io::Result::Ok(())
    })?;
    end(chats, reply)?;
    Ok(waits)
}

fn end(chats: &Chats, reply: chats::MessageId) -> io::Result<()> {
    let finish = Finish {
        end: End::Complete,
        whole: Growth {
            thinking: "",
            answer: "So.",
            counts: Counts::default(),
        },
        statistics: None,
    };
    chats
        .finish_reply(reply, &finish, 1)
        .map_err(io::Error::other)?;
    Ok(())
}
