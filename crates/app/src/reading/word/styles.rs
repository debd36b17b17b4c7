//! What the styles and the lists of a Word document say: which paragraph is a heading, and what stands
//! before an item.

use std::collections::HashMap;

use crate::reading::xml::{Piece, Xml};

/// Styles that are based on one another.
const LONGEST_CHAIN: usize = 32;

#[derive(Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    level: Option<u8>,
    list: Option<(String, usize)>,
}

/// Styles of paragraphs, by their ids.
#[derive(Default)]
pub(super) struct Styles(HashMap<String, Style>);

impl Styles {
    pub(super) fn of(text: &str) -> Self {
        let (mut styles, mut xml) = (HashMap::new(), Xml::new(text));
        let mut open: Option<(String, Style)> = None;
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) => {
                    let value = tag.get("val").map(str::to_owned);
                    if tag.name == "style" {
                        let id = tag.get("styleId").unwrap_or_default().to_owned();
                        open = Some((id, Style::default()));
                    } else if let Some((_, style)) = &mut open {
                        match &*tag.name {
                            "name" => style.name = value.unwrap_or_default().to_lowercase(),
                            "basedOn" => style.based_on = value,
                            "outlineLvl" => {
                                let level = value.and_then(|level| level.parse().ok());
                                style.level = level.filter(|level| *level < 9);
                            }
                            "numId" => {
                                let depth = style.list.take().map_or(0, |(_, depth)| depth);
                                style.list = value.map(|list| (list, depth));
                            }
                            "ilvl" => {
                                let depth = value.and_then(|depth| depth.parse().ok());
                                let list = style.list.take().map(|(list, _)| list);
                                style.list = Some((list.unwrap_or_default(), depth.unwrap_or(0)));
                            }
                            _ => {}
                        }
                    }
                }
                Piece::Close(name) if name == "style" => styles.extend(open.take()),
                _ => {}
            }
        }
        Self(styles)
    }

    /// The style, those that it is based on, and so on.
    fn chain<'s>(&'s self, style: Option<&str>) -> impl Iterator<Item = &'s Style> {
        let first = style.and_then(|style| self.0.get(style));
        let next = |style: &&'s Style| self.0.get(style.based_on.as_ref()?);
        std::iter::successors(first, next).take(LONGEST_CHAIN)
    }

    /// The level of a heading, from 0.
    pub(super) fn level(&self, style: Option<&str>) -> Option<u8> {
        self.chain(style).find_map(|style| {
            style.level.or_else(|| match &*style.name {
                "title" => Some(0),
                name => {
                    let number: u8 = name.strip_prefix("heading ")?.trim().parse().ok()?;
                    number.checked_sub(1).filter(|level| *level < 9)
                }
            })
        })
    }

    pub(super) fn list(&self, style: Option<&str>) -> Option<(String, usize)> {
        let mut lists = self.chain(style).filter_map(|style| style.list.clone());
        lists.find(|(list, _)| !list.is_empty())
    }

    pub(super) fn is_quote(&self, style: Option<&str>) -> bool {
        self.chain(style)
            .any(|style| matches!(&*style.name, "quote" | "intense quote" | "quotations"))
    }
}

#[derive(Clone, Default)]
struct Level {
    format: String,
    text: String,
    start: u32,
}

/// Lists, by their numbers.
#[derive(Default)]
pub(super) struct Lists {
    kinds: HashMap<String, Vec<Level>>,
    /// The kind of each list, and where its levels begin anew.
    lists: HashMap<String, (String, HashMap<usize, u32>)>,
}

impl Lists {
    pub(super) fn of(text: &str) -> Self {
        let (mut lists, mut xml) = (Self::default(), Xml::new(text));
        let (mut kind, mut list, mut level) = (None::<String>, None::<String>, 0_usize);
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) => {
                    let value = tag.get("val").map(str::to_owned);
                    let number = value.as_ref().and_then(|value| value.parse().ok());
                    match &*tag.name {
                        "abstractNum" => {
                            kind = tag.get("abstractNumId").map(str::to_owned);
                        }
                        "num" => {
                            list = tag.get("numId").map(str::to_owned);
                            kind = None;
                        }
                        "abstractNumId" => {
                            if let (Some(list), Some(kind)) = (&list, value) {
                                lists.lists.insert(list.clone(), (kind, HashMap::new()));
                            }
                        }
                        "lvl" | "lvlOverride" => {
                            let told = tag.get("ilvl").and_then(|level| level.parse().ok());
                            level = told.unwrap_or(0);
                        }
                        "numFmt" => lists.level(kind.as_ref(), level, |level| {
                            level.format = value.unwrap_or_default();
                        }),
                        "lvlText" => lists.level(kind.as_ref(), level, |level| {
                            level.text = value.unwrap_or_default();
                        }),
                        "start" => lists.level(kind.as_ref(), level, |level| {
                            level.start = number.unwrap_or(1);
                        }),
                        "startOverride" => {
                            let own = list.as_ref().and_then(|list| lists.lists.get_mut(list));
                            if let (Some((_, starts)), Some(number)) = (own, number) {
                                starts.insert(level, number);
                            }
                        }
                        _ => {}
                    }
                }
                Piece::Close(name) if name == "abstractNum" => kind = None,
                _ => {}
            }
        }
        lists
    }

    fn level(&mut self, kind: Option<&String>, at: usize, set: impl FnOnce(&mut Level)) {
        let Some(kind) = kind else { return };
        if at < 9 {
            let levels = self.kinds.entry(kind.clone()).or_default();
            let start = 1;
            levels.resize(
                levels.len().max(at + 1),
                Level {
                    start,
                    ..Level::default()
                },
            );
            set(&mut levels[at]);
        }
    }
}

/// How far the lists of a document have counted.
#[derive(Default)]
pub(super) struct Counters {
    lists: HashMap<String, Vec<u32>>,
    begun: std::collections::HashSet<(String, usize)>,
    notes: HashMap<String, u32>,
}

impl Counters {
    /// The mark of the next item of a list.
    pub(super) fn next(&mut self, lists: &Lists, list: &str, depth: usize) -> Option<String> {
        let Some((kind, starts)) = lists.lists.get(list) else {
            return Some("-".to_owned());
        };
        let levels = lists.kinds.get(kind);
        let depth = depth.min(8);
        let start = |at: usize| {
            levels
                .and_then(|levels| levels.get(at))
                .map_or(1, |level| level.start)
        };
        // Lists of one kind count on together, but where one begins anew.
        let counts = self.lists.entry(kind.clone()).or_default();
        counts.truncate(depth + 1);
        while counts.len() < depth {
            counts.push(start(counts.len()));
        }
        let anew = starts.get(&depth).copied();
        let anew = anew.filter(|_| self.begun.insert((list.to_owned(), depth)));
        match (counts.get_mut(depth), anew) {
            (Some(count), Some(anew)) => *count = anew,
            (Some(count), None) => *count = count.saturating_add(1),
            (None, anew) => counts.push(anew.unwrap_or_else(|| start(depth))),
        }
        let level = levels.and_then(|levels| levels.get(depth));
        let level = level.cloned().unwrap_or_default();
        match &*level.format {
            "bullet" | "" => Some("-".to_owned()),
            "none" => None,
            _ if level.text.is_empty() => None,
            _ => {
                let mut mark = level.text.clone();
                for (at, count) in counts.iter().enumerate().rev() {
                    let format = levels.and_then(|levels| levels.get(at));
                    let format = format.map_or("decimal", |level| &*level.format);
                    mark = mark.replace(&format!("%{}", at + 1), &counted(*count, format));
                }
                Some(mark)
            }
        }
    }

    pub(super) fn note(&mut self, kind: &str) -> u32 {
        let count = self.notes.entry(kind.to_owned()).or_default();
        *count += 1;
        *count
    }
}

/// A number as a list writes it.
fn counted(number: u32, format: &str) -> String {
    match format {
        "lowerLetter" => letters(number, b'a'),
        "upperLetter" => letters(number, b'A'),
        "lowerRoman" => roman(number).to_lowercase(),
        "upperRoman" => roman(number),
        "decimalZero" => format!("{number:02}"),
        _ => number.to_string(),
    }
}

/// a, b, … z, aa, bb and so on.
fn letters(number: u32, first: u8) -> String {
    let at = number.max(1) - 1;
    let letter = char::from(first + u8::try_from(at % 26).unwrap_or(0));
    letter.to_string().repeat((at / 26 + 1).min(20) as usize)
}

pub(in crate::reading) fn roman(number: u32) -> String {
    const SIGNS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if number == 0 || number > 5000 {
        return number.to_string();
    }
    let (mut rest, mut roman) = (number, String::new());
    for (value, sign) in SIGNS {
        while rest >= value {
            roman.push_str(sign);
            rest -= value;
        }
    }
    roman
}
