//! From files to chats, in batches: what stands in each file, chat by chat. It runs on a thread of its own,
//! whose stack is as deep as a chat may be nested.

use std::fs::Metadata;
use std::io::{self, Cursor, Read as _};
use std::path::{Path, PathBuf};

use chats::{Body, Brought};
use serde_json::Value;

use super::items::{Items, Stopped};
use super::jan;
use super::meter::Meter;
use super::room::{BATCH_BYTES, BATCH_CHATS, LARGEST_CHAT, MOST_ARCHIVES};
use super::shelf::{Shelf, is_archive, plain};
use super::spot::{Odd, Spotted, needs_head, spot};
use super::told::{LeftOut, PassedOver, Program, Refusal};
use crate::copies::ours;

/// One chat of a file, or why it is none.
pub(super) struct Found {
    pub(super) title: String,
    pub(super) program: Option<Program>,
    pub(super) file: String,
    pub(super) left: LeftOut,
    pub(super) chat: Result<Brought, Refusal>,
}

/// Some of what was found.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) found: Vec<Found>,
    pub(super) passed_over: Vec<PassedOver>,
    bytes: usize,
}

/// Nobody waits for the chats any more.
pub(super) struct Left;

pub(super) struct Reading<'batches> {
    now_ms: i64,
    meter: &'batches Meter,
    batch: Batch,
    /// The archives that are open within each other, by their names.
    archives: Vec<String>,
    /// Takes a batch; false where nobody waits for it.
    send: &'batches mut dyn FnMut(Batch) -> bool,
}

impl<'batches> Reading<'batches> {
    pub(super) fn new(
        now_ms: i64,
        meter: &'batches Meter,
        send: &'batches mut dyn FnMut(Batch) -> bool,
    ) -> Self {
        Self {
            now_ms,
            meter,
            batch: Batch::default(),
            archives: Vec::new(),
            send,
        }
    }

    /// Reads all that lies at these places.
    pub(super) fn all(mut self, paths: &[PathBuf]) -> Result<(), Left> {
        let lengths: Vec<u64> = paths.iter().map(|path| length(path)).collect();
        self.meter.expect(lengths.iter().sum());
        for (path, length) in paths.iter().zip(lengths) {
            self.place(path, length)?;
        }
        self.flush()
    }

    /// `length`: its bytes as they were expected.
    fn place(&mut self, path: &Path, length: u64) -> Result<(), Left> {
        let shown = path.file_name().unwrap_or(path.as_os_str());
        let shown = shown.to_string_lossy().into_owned();
        match Shelf::at(path) {
            Ok(shelf) => {
                self.meter.correct(length, shelf.bytes);
                self.shelf(shelf, &shown)
            }
            Err(why) => self.pass_over(&shown, why),
        }
    }

    fn shelf(&mut self, mut shelf: Shelf, shown: &str) -> Result<(), Left> {
        for (folder, why) in std::mem::take(&mut shelf.closed) {
            self.pass_over(&folder, why)?;
        }
        let alone = shelf.names.len() == 1;
        for name in std::mem::take(&mut shelf.names) {
            // A thread of Jan's is read with its messages, where it has any.
            if let Some(messages) = beside(&name, "thread.json", "messages.jsonl")
                && shelf.read(self.meter, &messages, |_| ()).is_ok()
            {
                if alone {
                    let thread = self.thread_of(&mut shelf, &messages);
                    self.file(&mut shelf, &messages, thread)?;
                }
                continue;
            }
            let thread = self.thread_of(&mut shelf, &name);
            self.file(&mut shelf, &name, thread)?;
        }
        if shelf.too_many {
            self.pass_over(shown, Refusal::TooMuch)?;
        }
        Ok(())
    }

    fn file(&mut self, shelf: &mut Shelf, name: &str, thread: Option<Value>) -> Result<(), Left> {
        let mut thread = thread;
        let mut head = None;
        loop {
            if self.meter.is_stopped() {
                return Err(Left);
            }
            let read = shelf.read(self.meter, name, |reader| {
                self.text(name, reader, &mut thread, head.as_ref())
            });
            match read {
                Ok(Ok(Read::All)) => return Ok(()),
                Ok(Ok(Read::Archive)) => return self.archive(shelf, name),
                Ok(Ok(Read::HeadIsNeeded)) => {
                    head = Some(shelf.read(self.meter, name, head_of).unwrap_or_default());
                }
                Ok(Err(left)) => return Err(left),
                Err(why) => return self.pass_over(name, why),
            }
        }
    }

    /// An archive among the files of another one, or of a folder.
    fn archive(&mut self, shelf: &mut Shelf, name: &str) -> Result<(), Left> {
        if self.archives.len() + 1 >= MOST_ARCHIVES {
            return self.pass_over(name, Refusal::Nested);
        }
        let inner = match shelf.within(self.meter, name) {
            Ok(inner) => inner,
            Err(why) => return self.pass_over(name, why),
        };
        self.meter.expect(inner.bytes);
        let is_empty = inner.names.is_empty();
        self.archives.push(name.to_owned());
        let read = self.shelf(inner, name);
        self.archives.pop();
        read?;
        if is_empty {
            return self.pass_over(name, Refusal::NoChats);
        }
        Ok(())
    }

    /// A name as it is told: on one line, and not endless, within those of the archives around it.
    fn shown(&self, name: &str) -> String {
        let names = self.archives.iter().map(String::as_str).chain([name]);
        let whole = names.collect::<Vec<_>>().join("/");
        let letters = whole.chars().filter(|letter| !letter.is_control());
        letters.take(200).collect()
    }

    fn text(
        &mut self,
        name: &str,
        reader: &mut dyn io::Read,
        thread: &mut Option<Value>,
        head: Option<&Value>,
    ) -> Result<Read, Left> {
        let mut begin = Vec::new();
        if let Err(error) = reader.take(4).read_to_end(&mut begin) {
            return self.pass_over(name, unread(&error)).map(|()| Read::All);
        }
        if is_archive(&begin) {
            return Ok(Read::Archive);
        }
        let mut items = Items::new(Cursor::new(begin).chain(reader));
        let mut file = File {
            name,
            shown: self.shown(name),
            thread: thread.take(),
            messages: Vec::new(),
            bytes: 0,
            odd: Vec::new(),
            odd_more: 0,
            has_chats: false,
        };
        let stopped = loop {
            match items.next() {
                Ok(Some(item)) => {
                    let around = head.or(items.head());
                    if is_newer(around) {
                        break Some(Refusal::Newer);
                    }
                    if head.is_none()
                        && !file.has_chats
                        && item.as_ref().is_ok_and(|value| needs_head(value, around))
                    {
                        return Ok(Read::HeadIsNeeded);
                    }
                    self.item(&mut file, item, around)?;
                }
                Ok(None) => break None,
                Err(Stopped::Refused(why)) => break Some(why),
                Err(Stopped::Io(error)) => break Some(unread(&error)),
            }
        };
        self.end_of(file, stopped).map(|()| Read::All)
    }

    fn item(
        &mut self,
        file: &mut File<'_>,
        item: Result<Value, Refusal>,
        head: Option<&Value>,
    ) -> Result<(), Left> {
        let spotted = match item {
            Ok(value) => spot(value, head),
            Err(why) => Err(Odd {
                why,
                program: None,
                title: String::new(),
            }),
        };
        match spotted {
            Ok(Spotted::JanMessage(message)) => {
                file.bytes += weight(&message);
                if file.bytes as u64 <= LARGEST_CHAT {
                    file.messages.push(message);
                }
                Ok(())
            }
            Ok(Spotted::JanThread(thread)) => {
                file.thread.get_or_insert(thread);
                Ok(())
            }
            Ok(Spotted::Ours(brought)) => {
                self.odd_ones(file)?;
                let title = brought.chat.title.clone();
                let program = Some(Program::Spud);
                let chat = Ok(*brought);
                self.found(file.found(&title, program, LeftOut::default(), chat))
            }
            Ok(Spotted::Talk(talk)) => {
                self.odd_ones(file)?;
                let (title, program, left) = (talk.title.clone(), talk.program, talk.left);
                let chat = talk.brought(self.now_ms);
                self.found(file.found(&title, Some(program), left, chat))
            }
            Err(odd) if odd.program.is_some() => {
                self.odd_ones(file)?;
                let left = LeftOut::default();
                self.found(file.found(&odd.title, odd.program, left, Err(odd.why)))
            }
            Err(odd) if file.has_chats => {
                let left = LeftOut::default();
                self.found(file.found(&odd.title, None, left, Err(odd.why)))
            }
            // It is told once there is a chat beside it: other files of an export are lists too.
            Err(odd) if file.odd.len() < KEPT_ODD => {
                file.odd.push(odd);
                Ok(())
            }
            Err(_) => {
                file.odd_more += 1;
                Ok(())
            }
        }
    }

    /// Tells those that stood before the first chat.
    fn odd_ones(&mut self, file: &mut File<'_>) -> Result<(), Left> {
        file.has_chats = true;
        for odd in std::mem::take(&mut file.odd) {
            let found = file.found(&odd.title, None, LeftOut::default(), Err(odd.why));
            self.found(found)?;
        }
        if file.odd_more > 0 {
            file.odd_more = 0;
            self.pass_over(file.name, Refusal::Unknown)?;
        }
        Ok(())
    }

    fn end_of(&mut self, mut file: File<'_>, stopped: Option<Refusal>) -> Result<(), Left> {
        if !file.messages.is_empty() {
            self.odd_ones(&mut file)?;
            let messages = std::mem::take(&mut file.messages);
            let talk = jan::read(file.thread.as_ref(), &messages).settled();
            let (title, program, left) = (talk.title.clone(), talk.program, talk.left);
            let chat = if file.bytes as u64 > LARGEST_CHAT {
                Err(Refusal::TooLarge)
            } else {
                talk.brought(self.now_ms)
            };
            self.found(file.found(&title, Some(program), left, chat))?;
        }
        let why = match stopped {
            Some(why) => why,
            None if file.has_chats => return Ok(()),
            // One thing that is odd says more than that nothing is there.
            None if file.odd.len() == 1 => file.odd.remove(0).why,
            None => file
                .odd
                .into_iter()
                .map(|odd| odd.why)
                .find(|why| *why != Refusal::Unknown)
                .unwrap_or(Refusal::NoChats),
        };
        self.pass_over(file.name, why)
    }

    fn found(&mut self, found: Found) -> Result<(), Left> {
        self.batch.bytes += found.chat.as_ref().map_or(0, bytes_of);
        self.batch.found.push(found);
        if self.batch.bytes >= BATCH_BYTES || self.batch.found.len() >= BATCH_CHATS {
            return self.flush();
        }
        Ok(())
    }

    fn pass_over(&mut self, file: &str, why: Refusal) -> Result<(), Left> {
        let file = self.shown(file);
        self.batch.passed_over.push(PassedOver { file, why });
        if self.batch.passed_over.len() >= BATCH_CHATS {
            return self.flush();
        }
        Ok(())
    }

    /// What Jan knows of the thread that a file is of.
    fn thread_of(&self, shelf: &mut Shelf, name: &str) -> Option<Value> {
        let thread = beside(name, "messages.jsonl", "thread.json")?;
        let read = shelf.read(self.meter, &thread, |reader| {
            let mut items = Items::new(reader);
            match items.next() {
                Ok(Some(Ok(value))) => Some(value),
                _ => None,
            }
        });
        read.ok().flatten().filter(jan::is_thread)
    }

    fn flush(&mut self) -> Result<(), Left> {
        let batch = std::mem::take(&mut self.batch);
        if batch.found.is_empty() && batch.passed_over.is_empty() || (self.send)(batch) {
            return Ok(());
        }
        Err(Left)
    }
}

/// How far a file was read.
enum Read {
    All,
    /// Not at all: it is an archive.
    Archive,
    /// As far as something that only what stands around it can tell.
    HeadIsNeeded,
}

/// What stands around the list of a file, wherever it stands.
fn head_of(reader: &mut dyn io::Read) -> Value {
    let mut items = Items::new(reader);
    while let Ok(Some(_)) = items.next() {}
    items.head().cloned().unwrap_or_default()
}

/// How many odd ones before the first chat are kept to be told.
const KEPT_ODD: usize = 100;

/// A file that is being read.
struct File<'name> {
    name: &'name str,
    shown: String,
    thread: Option<Value>,
    /// Those of a thread of Jan's, and how much they are.
    messages: Vec<Value>,
    bytes: usize,
    odd: Vec<Odd>,
    odd_more: usize,
    has_chats: bool,
}

impl File<'_> {
    fn found(
        &self,
        title: &str,
        program: Option<Program>,
        left: LeftOut,
        chat: Result<Brought, Refusal>,
    ) -> Found {
        Found {
            title: title.chars().take(200).collect(),
            program,
            file: self.shown.clone(),
            left,
            chat,
        }
    }
}

/// The bytes of a file as they lie on the disk; a folder tells its own once it is looked through.
fn length(path: &Path) -> u64 {
    let found = fs_err::metadata(path).ok().filter(Metadata::is_file);
    found.map_or(0, |file| file.len())
}

/// The name of another file beside a file of this name.
fn beside(name: &str, own: &str, other: &str) -> Option<String> {
    let folder = name.strip_suffix(own)?;
    let whole = folder.is_empty() || folder.ends_with('/');
    whole.then(|| format!("{folder}{other}"))
}

fn is_newer(head: Option<&Value>) -> bool {
    let Some(head) = head.filter(|head| head.get("form").is_some_and(|form| *form == ours::FORM))
    else {
        return false;
    };
    let version = head.get("version").and_then(Value::as_u64);
    version.is_none_or(|version| version > u64::from(ours::VERSION))
}

fn unread(error: &io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::QuotaExceeded => Refusal::TooMuch,
        io::ErrorKind::UnexpectedEof => Refusal::CutOff,
        _ => Refusal::Unreadable(plain(error)),
    }
}

/// Bytes of words.
fn bytes_of(brought: &Brought) -> usize {
    let entries = brought.chat.entries.iter();
    let bytes = entries.map(|entry| {
        let files: usize = entry.files.iter().map(|file| file.text.len()).sum();
        files
            + match &entry.body {
                Body::Question(text) => text.len(),
                Body::Reply(reply) => reply.answer.len() + reply.thinking.len(),
            }
    });
    bytes.sum()
}

/// About what a message takes in memory.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 32,
        Value::Array(list) => list.iter().map(weight).sum::<usize>() + 32,
        Value::Object(map) => {
            let each = map
                .iter()
                .map(|(key, value)| key.len() + 96 + weight(value));
            each.sum::<usize>() + 32
        }
        _ => 32,
    }
}
