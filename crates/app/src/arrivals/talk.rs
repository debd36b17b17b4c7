//! A chat of another program in the one form that all of them are brought to: messages by name, each with
//! the one that it follows. What is no question and no answer stays in it as a link between the others.

use std::collections::{HashMap, HashSet};

use chats::{Body, Brought, Counts, End, Entry, Reply, State, TextFile, Transcript};

use super::told::{LeftOut, Program, Refusal};
use super::values::{join, mark};
use crate::presets;

/// The longest name that is kept as it is.
const LONGEST_NAME: usize = 128;

/// A chat.
#[derive(Debug)]
pub(super) struct Talk {
    pub(super) program: Program,
    /// As the program knows it.
    pub(super) name: Option<String>,
    pub(super) title: String,
    pub(super) created_ms: Option<i64>,
    pub(super) changed_ms: Option<i64>,
    pub(super) pinned: bool,
    /// What the model was told before every question.
    pub(super) instructions: String,
    pub(super) turns: Vec<Turn>,
    /// The name of the message that is shown last.
    pub(super) shown: Option<String>,
    pub(super) left: LeftOut,
}

/// A message.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) name: String,
    pub(super) parent: Option<String>,
    /// Its place among those that follow the same message.
    pub(super) order: usize,
    pub(super) at_ms: Option<i64>,
    pub(super) words: Words,
}

/// Whose words, and the words.
#[derive(Debug)]
pub(super) enum Words {
    Asked(String, Vec<TextFile>),
    Answered(Answer),
    /// Said to the model before every question (`Talk::settled`).
    Instructed(String),
    /// Nothing that is taken.
    Nothing,
}

impl Words {
    /// A name for a message that has none: the same as long as its words and those before it are.
    pub(super) fn name(&self, before: Option<&str>) -> String {
        let (who, words) = match self {
            Self::Asked(text, _) => ("asked", text.as_str()),
            Self::Answered(answer) => ("answered", answer.text.as_str()),
            Self::Instructed(_) | Self::Nothing => ("", ""),
        };
        mark(&[before.unwrap_or_default(), who, words])
    }
}

/// What a model said, or a part of it.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) thinking: String,
    pub(super) text: String,
    pub(super) model: String,
    pub(super) thinking_ms: u64,
    pub(super) end: End,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            thinking: String::new(),
            text: String::new(),
            model: String::new(),
            thinking_ms: 0,
            end: End::Complete,
        }
    }
}

impl Answer {
    fn is_empty(&self) -> bool {
        self.thinking.trim().is_empty() && self.text.trim().is_empty()
    }

    /// As words, or nothing where there are none.
    pub(super) fn words(self) -> Words {
        if self.is_empty() && self.thinking_ms == 0 {
            return Words::Nothing;
        }
        Words::Answered(self)
    }
}

/// A question as words, or nothing where there are none.
pub(super) fn asked(text: String, files: Vec<TextFile>) -> Words {
    if text.trim().is_empty() && files.is_empty() {
        return Words::Nothing;
    }
    Words::Asked(text, files)
}

/// What a model was told before every question, as words, or nothing where there are none.
pub(super) fn instructed(text: String) -> Words {
    if text.trim().is_empty() {
        return Words::Nothing;
    }
    Words::Instructed(text)
}

/// Says where each of these messages stands among those beside it, from lists of children, and fills in the
/// parents that are told there alone.
pub(super) fn by_children(turns: &mut [Turn], children: &[(String, Vec<String>)]) {
    let mut told: HashMap<&str, (usize, &str)> = HashMap::new();
    for (parent, names) in children {
        for (order, name) in names.iter().enumerate() {
            told.entry(name).or_insert((order + 1, parent));
        }
    }
    for turn in turns {
        if let Some((order, parent)) = told.get(turn.name.as_str()) {
            turn.order = *order;
            turn.parent.get_or_insert_with(|| (*parent).to_owned());
        }
    }
}

/// Gives each message that lacks a name one, and a second of the same name another; each follows the one
/// before it where nothing else is said (`linked`).
pub(super) fn in_a_line(turns: &mut [Turn], linked: bool) {
    let mut names = HashSet::new();
    let mut before: Option<String> = None;
    for (at, turn) in turns.iter_mut().enumerate() {
        turn.order = at;
        if linked {
            turn.parent.clone_from(&before);
        }
        if turn.name.is_empty() {
            turn.name = turn.words.name(before.as_deref());
        }
        let mut name = turn.name.clone();
        while !names.insert(name.clone()) {
            name = format!("{}#{at}", turn.name);
        }
        turn.name.clone_from(&name);
        before = Some(name);
    }
}

/// An answer whose parts are still being put together.
struct Open<'talk> {
    answer: Answer,
    name: &'talk str,
    at_ms: i64,
}

/// A message that is to be visited: what it follows, the answer that it may go on with, the time by which it
/// is told where it has none.
struct Visit<'talk> {
    turn: &'talk Turn,
    place: Option<usize>,
    open: Option<Open<'talk>>,
    at_ms: i64,
    /// Those before it that belong to the same answer, or to none.
    with: Vec<&'talk str>,
}

impl Talk {
    pub(super) fn new(program: Program) -> Self {
        Self {
            program,
            name: None,
            title: String::new(),
            created_ms: None,
            changed_ms: None,
            pinned: false,
            instructions: String::new(),
            turns: Vec::new(),
            shown: None,
            left: LeftOut::default(),
        }
    }

    /// With what the model was told before every question among what it was told at once: the chat's own
    /// instructions are one text. Another one, or one that is longer than Spud takes, is a message that
    /// nobody sees.
    pub(super) fn settled(mut self) -> Self {
        self.instructions = self.instructions.trim().to_owned();
        for turn in &mut self.turns {
            if let Words::Instructed(text) = &turn.words {
                let text = text.trim();
                if self.instructions.is_empty() {
                    text.clone_into(&mut self.instructions);
                } else if self.instructions != text {
                    self.left.hidden += 1;
                }
                turn.words = Words::Nothing;
            }
        }
        if self.instructions.len() > presets::MOST_BYTES {
            self.instructions.clear();
            self.left.hidden += 1;
        }
        self
    }

    /// Puts the messages that are taken behind the ones they follow. Answers that follow each other are one.
    pub(super) fn brought(self, now_ms: i64) -> Result<Brought, Refusal> {
        let times = self.turns.iter().filter_map(|turn| turn.at_ms);
        let created_ms = self.created_ms.or_else(|| times.clone().min());
        let begun_ms = created_ms.or(self.changed_ms).unwrap_or(now_ms);
        let changed_ms = self.changed_ms.or_else(|| times.max());
        let (entries, places) = self.entries(begun_ms)?;
        if entries.is_empty() {
            return Err(Refusal::Empty);
        }
        let shown = self.shown.as_deref();
        let shown = shown.and_then(|name| places.get(name).copied());
        Ok(Brought {
            joins: true,
            chat: Transcript {
                origin: Some(self.origin(created_ms, &entries)),
                shown: shown.or(entries.len().checked_sub(1)),
                title_given: !self.title.trim().is_empty(),
                title: self.title,
                created_ms: begun_ms,
                changed_ms: changed_ms.unwrap_or(begun_ms).max(begun_ms),
                pinned: self.pinned,
                manner: None,
                folder: None,
                instructions: self.instructions,
                entries,
            },
        })
    }

    fn origin(&self, created_ms: Option<i64>, entries: &[Entry]) -> String {
        let name = self.name.as_deref().map_or_else(
            || {
                let first = entries.first().map(|entry| match &entry.body {
                    Body::Question(text) => text.as_str(),
                    Body::Reply(reply) => reply.answer.as_str(),
                });
                let when = created_ms.unwrap_or_default().to_string();
                mark(&[&when, first.unwrap_or_default()])
            },
            short,
        );
        format!("{}:{name}", self.program.key())
    }

    /// The messages, and where each of the program's messages came to stand.
    fn entries(&self, begun_ms: i64) -> Result<(Vec<Entry>, HashMap<&str, usize>), Refusal> {
        let turns: HashMap<&str, &Turn> = self
            .turns
            .iter()
            .map(|turn| (turn.name.as_str(), turn))
            .collect();
        let mut below: HashMap<Option<&str>, Vec<&Turn>> = HashMap::new();
        for turn in turns.values() {
            let parent = turn.parent.as_deref();
            let parent = parent.filter(|parent| turns.contains_key(parent));
            below.entry(parent).or_default().push(turn);
        }
        for beside in below.values_mut() {
            beside.sort_by_key(|turn| (turn.order, turn.at_ms, &turn.name));
        }
        let mut laid = Laid::default();
        // Each is visited once, from the roots: a circle has no root, so it is never entered.
        let mut visits: Vec<Visit<'_>> = Vec::new();
        let mut visited = 0;
        let roots = below.get(&None).map_or(&[][..], Vec::as_slice);
        visits.extend(roots.iter().rev().map(|turn| Visit {
            turn,
            place: None,
            open: None,
            at_ms: begun_ms,
            with: Vec::new(),
        }));
        while let Some(mut visit) = visits.pop() {
            visited += 1;
            let turn = visit.turn;
            visit.at_ms = turn.at_ms.unwrap_or(visit.at_ms);
            match &turn.words {
                Words::Instructed(_) | Words::Nothing => {}
                Words::Asked(text, files) => {
                    laid.close(&mut visit);
                    let body = Body::Question(text.clone());
                    laid.push(&mut visit, turn.name.as_str(), body, files.clone());
                }
                Words::Answered(part) => {
                    let open = visit.open.get_or_insert_with(|| Open {
                        answer: Answer::default(),
                        name: &turn.name,
                        at_ms: visit.at_ms,
                    });
                    go_on(&mut open.answer, part);
                    open.name = &turn.name;
                }
            }
            visit.with.push(&turn.name);
            let next = below.get(&Some(turn.name.as_str()));
            let next = next.map_or(&[][..], Vec::as_slice);
            // One that goes on in several ways is a message by itself.
            if next.len() != 1 {
                laid.close(&mut visit);
            }
            let Visit { place, at_ms, .. } = visit;
            let mut open = visit.open.take();
            let mut with = visit.with;
            for turn in next.iter().rev() {
                visits.push(Visit {
                    turn,
                    place,
                    open: open.take(),
                    at_ms,
                    with: std::mem::take(&mut with),
                });
            }
        }
        if visited < turns.len() {
            return Err(Refusal::Circle);
        }
        Ok((laid.entries, laid.places))
    }
}

fn go_on(answer: &mut Answer, part: &Answer) {
    join(&mut answer.thinking, &part.thinking);
    if answer.text.is_empty() {
        // As it is written, where it is the only one.
        answer.text.clone_from(&part.text);
    } else {
        join(&mut answer.text, &part.text);
    }
    answer.thinking_ms = answer.thinking_ms.saturating_add(part.thinking_ms);
    if !part.model.is_empty() {
        answer.model.clone_from(&part.model);
    }
    answer.end = part.end.clone();
}

/// What has been laid down.
#[derive(Default)]
struct Laid<'talk> {
    entries: Vec<Entry>,
    places: HashMap<&'talk str, usize>,
}

impl<'talk> Laid<'talk> {
    /// Ends an answer, where one is open; what belongs to no message is told with the one before it.
    fn close(&mut self, visit: &mut Visit<'talk>) {
        if let Some(open) = visit.open.take()
            && !open.answer.is_empty()
        {
            let Open {
                answer,
                name,
                at_ms,
            } = open;
            let state = match answer.end {
                // A thought alone is where somebody stopped it.
                End::Complete if answer.text.trim().is_empty() => State::Ended(End::Stopped),
                end => State::Ended(end),
            };
            let body = Body::Reply(Reply {
                model: answer.model,
                state,
                thinking: answer.thinking,
                answer: answer.text,
                counts: Counts {
                    thinking_ms: answer.thinking_ms,
                    ..Counts::default()
                },
                statistics: None,
                ended_ms: None,
            });
            let now = std::mem::replace(&mut visit.at_ms, at_ms);
            self.push(visit, name, body, Vec::new());
            visit.at_ms = now;
        }
        if let Some(place) = visit.place {
            self.places
                .extend(visit.with.drain(..).map(|name| (name, place)));
        }
        visit.with.clear();
    }

    fn push(
        &mut self,
        visit: &mut Visit<'talk>,
        name: &'talk str,
        body: Body,
        files: Vec<TextFile>,
    ) {
        let place = self.entries.len();
        self.entries.push(Entry {
            parent: visit.place,
            created_ms: visit.at_ms,
            files,
            origin: Some(short(name)),
            body,
        });
        self.places.insert(name, place);
        visit.place = Some(place);
    }
}

/// A name of bounded length.
fn short(name: &str) -> String {
    if name.len() <= LONGEST_NAME {
        name.to_owned()
    } else {
        mark(&[name])
    }
}
