//! The text of a PDF, in the order in which it is read.
//!
//! hayro reads the file and its fonts; what is made of it here is words: letters by their places
//! become lines (`page`, `runs`, `lines`), in the order that the file tells (`order`), with the values
//! of its forms (`forms`). Nothing is drawn, and nothing that the file points to is looked at.
//!
//! Compared before it was chosen, on the 50 files of `tests/reading/files`: see there.

mod direction;
mod fonts;
mod forms;
mod lines;
mod order;
mod page;
mod runs;
mod words;
mod xfa;

use std::collections::HashSet;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro_syntax::object::{Array, Dict, MaybeRef, Object, ObjectIdentifier, Stream};
use hayro_syntax::page::Page;
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use super::Words;
use super::fault::Fault;
use super::remark::{Part, Remark};
use fonts::Fonts;
use order::Order;
use page::Reader;

/// Layers that are told to be off.
const MOST_LAYERS: usize = 10_000;

/// The text of a PDF, at most about so many bytes of it.
pub(super) fn read(bytes: Vec<u8>, most: usize) -> Result<Words, Fault> {
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(
            DecryptionError::PasswordProtected | DecryptionError::UnsupportedAlgorithm,
        ) => Fault::Locked,
        _ => Fault::Damaged,
    })?;
    let pages = pdf.pages();
    if pages.is_empty() {
        return Err(Fault::Damaged);
    }
    let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
    let root = root.unwrap_or_default();
    let order = catch_unwind(AssertUnwindSafe(|| Order::of(&pdf))).unwrap_or_default();
    let off = layers_off(&root);
    let mut fonts = Fonts::new();
    let mut told = Told::default();
    let mut text = String::new();
    for (at, page) in pages.iter().enumerate() {
        let read = catch_unwind(AssertUnwindSafe(|| {
            one_page(page, &mut fonts, &order, &off)
        }));
        let read = read.unwrap_or(OnePage {
            broken: true,
            ..OnePage::default()
        });
        told.note(at + 1, &read);
        let page = tidied(&read.text);
        if !page.is_empty() {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(&page);
        }
        if text.len() > most {
            return Err(Fault::TooLong);
        }
    }
    let form = catch_unwind(AssertUnwindSafe(|| xfa::read(&root, most)));
    if let Some(form) = form.ok().flatten() {
        // Its page only says that another program is needed.
        let words = if is_for_adobe_alone(&root, &text) {
            text.clear();
            told = Told::default();
            form.all
        } else {
            form.values
        };
        let words = words.trim_end();
        if words.is_empty() && text.is_empty() {
            return Err(Fault::FormOnly);
        }
        if !words.is_empty() {
            text.push_str(if text.is_empty() { "" } else { "\n\n" });
            text.push_str(words);
            told.said = true;
        }
    }
    told.end(text, pages.len())
}

/// Whether the pages of a form are made by Adobe's programs alone: the file says so, or its page asks for them.
fn is_for_adobe_alone(root: &Dict<'_>, text: &str) -> bool {
    let says_so = root.get::<bool>("NeedsRendering").unwrap_or(false);
    let asks = text.len() < 2000 && text.contains("Adobe") && text.contains("Reader");
    says_so || asks
}

/// What a page gave.
#[derive(Default)]
struct OnePage {
    text: String,
    /// Some of it could not be read.
    broken: bool,
    painted: bool,
    pictures: usize,
    read: usize,
    unread: usize,
}

/// What is to be said of all pages.
#[derive(Default)]
struct Told {
    broken: Vec<usize>,
    pictured: Vec<usize>,
    illegible: Vec<usize>,
    letters: usize,
    pictures: usize,
    said: bool,
}

impl Told {
    fn note(&mut self, number: usize, page: &OnePage) {
        self.said |= page.read > 0 || !page.text.trim().is_empty() && page.unread == 0;
        if page.broken {
            self.broken.push(number);
        }
        if page.unread > 0 {
            self.letters += page.unread;
            if page.read < page.unread {
                self.illegible.push(number);
            }
        }
        let silent = page.text.trim().is_empty() && page.unread == 0;
        if silent && page.painted && !page.broken {
            self.pictured.push(number);
        } else {
            self.pictures += page.pictures;
        }
    }

    fn end(self, mut text: String, pages: usize) -> Result<Words, Fault> {
        if !self.said {
            return Err(match self {
                Self { letters: 1.., .. } => Fault::NoLetters,
                Self { ref broken, .. } if !broken.is_empty() => Fault::Damaged,
                Self { ref pictured, .. } if !pictured.is_empty() => Fault::NoText,
                _ => Fault::Empty,
            });
        }
        // Whoever reads the text, a model too, must know that it is not all.
        let mut remarks = Vec::new();
        let of = pages as u64;
        for (numbers, what, remark) in [
            (
                &self.pictured,
                "a picture of text",
                Remark::Pictures {
                    pages: self.pictured.len() as u64,
                    of,
                },
            ),
            (
                &self.broken,
                "could not be read",
                Remark::Broken {
                    pages: self.broken.len() as u64,
                    of,
                },
            ),
            (
                &self.illegible,
                "its letters could not be read",
                Remark::Illegible {
                    letters: self.letters as u64,
                },
            ),
        ] {
            if let Some(list) = listed(numbers) {
                let _ = write!(text, "\n\n[{what}: {list}]");
                remarks.push(remark);
            }
        }
        if self.illegible.is_empty() && self.letters > 0 {
            remarks.push(Remark::Illegible {
                letters: self.letters as u64,
            });
        }
        if self.pictures > 0 {
            remarks.push(Remark::LeftOut {
                what: Part::Pictures,
                count: self.pictures as u64,
            });
        }
        Ok(Words { text, remarks })
    }
}

/// Pages by their numbers, those of one stretch together.
fn listed(numbers: &[usize]) -> Option<String> {
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match stretches.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => stretches.push((*number, *number)),
        }
    }
    let listed: Vec<String> = stretches
        .iter()
        .map(|(first, last)| match last - first {
            0 => first.to_string(),
            _ => format!("{first}–{last}"),
        })
        .collect();
    let noun = if numbers.len() == 1 { "page" } else { "pages" };
    (!listed.is_empty()).then(|| format!("{noun} {}", listed.join(", ")))
}

fn one_page<'a>(
    page: &Page<'a>,
    fonts: &mut Fonts<'a>,
    order: &Order,
    off: &HashSet<ObjectIdentifier>,
) -> OnePage {
    let (content, broken) = content(page);
    let found = Reader::new(fonts, off).page(&content, page.resources());
    let put = catch_unwind(AssertUnwindSafe(|| forms::on_page(page.raw()))).unwrap_or_default();
    let pieces = order.sorted(page.raw().obj_id(), found.runs);
    let mut text = lines::text(pieces, put.values);
    for note in put.notes {
        text.push('\n');
        text.push_str(&note);
    }
    OnePage {
        text,
        broken,
        painted: found.painted,
        pictures: found.pictures,
        read: found.read,
        unread: found.unread,
    }
}

/// The content of a page, and whether some of it is missing.
fn content(page: &Page<'_>) -> (Vec<u8>, bool) {
    let (mut content, mut broken) = (Vec::new(), false);
    let mut add = |stream: Option<Stream<'_>>| match stream.map(|stream| stream.decoded()) {
        Some(Ok(bytes)) => {
            content.extend_from_slice(&bytes);
            content.push(b'\n');
        }
        _ => broken = true,
    };
    let raw = page.raw();
    match raw.get::<Object<'_>>("Contents") {
        Some(Object::Stream(stream)) => add(Some(stream)),
        Some(Object::Array(several)) => {
            for one in several.raw_iter() {
                add(match one {
                    MaybeRef::Ref(id) => page.xref().get::<Stream<'_>>(id.into()),
                    MaybeRef::NotRef(one) => one.into_stream(),
                });
            }
        }
        Some(Object::Null(_)) => {}
        Some(_) => broken = true,
        None => broken = raw.contains_key("Contents"),
    }
    (content, broken)
}

/// The layers that are off when the file is opened.
fn layers_off(root: &Dict<'_>) -> HashSet<ObjectIdentifier> {
    let layers = root.get::<Dict<'_>>("OCProperties");
    let shown = layers
        .as_ref()
        .and_then(|layers| layers.get::<Dict<'_>>("D"));
    let listed = |key: &str| {
        let list = shown.as_ref().and_then(|shown| shown.get::<Array<'_>>(key));
        refs(list.as_ref())
    };
    let all_off = shown.as_ref().is_some_and(|shown| {
        let state = shown.get::<hayro_syntax::object::Name<'_>>("BaseState");
        state.is_some_and(|state| state.as_ref() == b"OFF")
    });
    if !all_off {
        return listed("OFF").collect();
    }
    let all = layers.and_then(|layers| layers.get::<Array<'_>>("OCGs"));
    let on: HashSet<ObjectIdentifier> = listed("ON").collect();
    refs(all.as_ref()).filter(|id| !on.contains(id)).collect()
}

fn refs<'l>(list: Option<&Array<'l>>) -> impl Iterator<Item = ObjectIdentifier> + use<'l> {
    let items = list.map(Array::raw_iter);
    let refs = items.into_iter().flatten().take(MOST_LAYERS);
    refs.filter_map(|one| one.as_obj_ref().map(Into::into))
}

/// Lines without spaces at their ends, no more than one empty line between two, and one sign for
/// all letters of a stretch that cannot be read.
fn tidied(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines() {
        let line = line.trim_end();
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !tidy.is_empty() {
            tidy.push_str(if empty > 0 { "\n\n" } else { "\n" });
        }
        let mut last = None;
        for letter in line.chars() {
            if letter != '\u{fffd}' || last != Some(letter) {
                tidy.push(letter);
            }
            last = Some(letter);
        }
        empty = 0;
    }
    tidy
}
