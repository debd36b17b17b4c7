//! The process that reads one PDF: standard input in, text out, and how it went as the exit status.

use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use pdf_extract::{Document, Error, PlainTextOutput, output_doc_page};

use super::Fault;

/// Memory of the whole process: the file, what its streams unpack to, and the program itself.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 1 << 30;

pub(super) fn run() -> ExitCode {
    shut_in();
    // A page that the parser does not understand makes it panic; nobody reads its last words.
    std::panic::set_hook(Box::new(|_| {}));
    match catch_unwind(read) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(fault)) => ExitCode::from(fault.status().unwrap_or(1)),
        Err(_) => ExitCode::FAILURE,
    }
}

/// Takes from this process what reading needs not: memory without end, files, other programs' work
/// after its parent's death. Best effort: the time limit and the pipe hold everywhere.
fn shut_in() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{
            Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit,
        };
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
        let limits = [
            (Resource::As, MEMORY),
            (Resource::Core, 0),
            (Resource::Fsize, 0),
            // The pipes are open already.
            (Resource::Nofile, 0),
        ];
        for (resource, most) in limits {
            let (current, maximum) = (Some(most), Some(most));
            let _ = setrlimit(resource, Rlimit { current, maximum });
        }
    }
}

fn read() -> Result<(), Fault> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|_| Fault::Damaged)?;
    let document = open(&bytes)?;
    drop(bytes);
    let pages = document.get_pages();
    if pages.is_empty() {
        return Err(Fault::Damaged);
    }
    let mut output = std::io::stdout().lock();
    let (mut words, mut broken) = (false, Vec::new());
    for number in pages.keys().copied() {
        let Some(text) = page(&document, number) else {
            broken.push(number);
            continue;
        };
        let text = tidied(&text);
        if text.is_empty() {
            continue;
        }
        let gap = if words { "\n\n" } else { "" };
        words = true;
        // Where nobody takes more, the parent has ended this.
        let _ = output.write_all(format!("{gap}{text}").as_bytes());
    }
    match (words, broken.is_empty()) {
        (false, true) => Err(Fault::NoText),
        (false, false) => Err(Fault::Damaged),
        (true, true) => Ok(()),
        (true, false) => {
            // Whoever reads the text, a model too, must know that it is not all.
            let pages: Vec<String> = broken.iter().map(ToString::to_string).collect();
            let note = format!("\n\n[could not be read: page {}]", pages.join(", "));
            let _ = output.write_all(note.as_bytes());
            Ok(())
        }
    }
}

fn open(bytes: &[u8]) -> Result<Document, Fault> {
    let opened = Document::load_mem(bytes).and_then(|mut document| {
        // Many are encrypted without a password, so that printing or copying can be forbidden.
        if document.is_encrypted() {
            document.decrypt("")?;
        }
        Ok(document)
    });
    opened.map_err(|error| match error {
        Error::Decryption(_) | Error::InvalidPassword => Fault::Encrypted,
        _ => Fault::Damaged,
    })
}

/// The text of a page; by the simpler of the two ways where the better one finds none or does not
/// know an encoding (those of Chinese PDFs from before Unicode).
fn page(document: &Document, number: u32) -> Option<String> {
    let better = catch_unwind(AssertUnwindSafe(|| {
        let mut text = String::new();
        let done = output_doc_page(document, &mut PlainTextOutput::new(&mut text), number);
        done.is_ok().then_some(text)
    }));
    let better = better.ok().flatten();
    if better.as_ref().is_some_and(|text| !text.trim().is_empty()) {
        return better;
    }
    let simpler = catch_unwind(AssertUnwindSafe(|| document.extract_text(&[number]).ok()));
    simpler.ok().flatten().or(better)
}

/// Lines without spaces at their ends, and no more than one empty line between two.
fn tidied(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.replace('\0', "").lines() {
        let line = line.trim_end();
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !tidy.is_empty() {
            tidy.push_str(if empty > 0 { "\n\n" } else { "\n" });
        }
        tidy.push_str(line);
        empty = 0;
    }
    tidy
}
