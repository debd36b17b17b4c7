//! What the content of a page says: its instructions carried out as far as letters are placed by them.
//!
//! Nothing is drawn. Pictures are counted; what a page paints otherwise only tells that it is not blank.

use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;

use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction as Op;
use hayro_syntax::object::{Array, Dict, Name, Number, Object, ObjectIdentifier, Stream};
use hayro_syntax::page::Resources;

use super::fonts::{Face, Fonts};
use super::runs::{Placed, Run, Runs, Tag};
use super::words;

/// Forms within forms.
const DEEPEST: usize = 12;

/// Instructions of one page, and of the forms that it shows.
const MOST_STEPS: usize = 5_000_000;

/// A picture smaller than this, in points, is an ornament.
const SMALL: f64 = 30.0;

type Matrix = [f64; 6];

const NO_CHANGE: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// What was found on a page.
#[derive(Default)]
pub(super) struct Found {
    pub(super) runs: Vec<Run>,
    pub(super) pictures: usize,
    /// Something is painted that is no letter.
    pub(super) painted: bool,
    /// Letters that nobody can tell, and those that somebody can.
    pub(super) unread: usize,
    pub(super) read: usize,
}

#[derive(Clone)]
struct State<'a> {
    matrix: Matrix,
    face: Option<Rc<Face<'a>>>,
    size: f64,
    letter_gap: f64,
    word_gap: f64,
    width: f64,
    leading: f64,
    rise: f64,
}

/// What a mark in the content holds for all that is within it.
#[derive(Clone, Default)]
struct Mark {
    tag: Tag,
    hidden: bool,
    /// The words that stand for it, until they are said.
    instead: Option<Rc<Instead>>,
}

struct Instead {
    words: String,
    said: Cell<bool>,
}

pub(super) struct Reader<'a, 'f> {
    fonts: &'f mut Fonts<'a>,
    /// Layers that are switched off.
    off: &'f HashSet<ObjectIdentifier>,
    found: Found,
    runs: Runs,
    marks: Vec<Mark>,
    steps: usize,
}

impl<'a, 'f> Reader<'a, 'f> {
    pub(super) fn new(fonts: &'f mut Fonts<'a>, off: &'f HashSet<ObjectIdentifier>) -> Self {
        Self {
            fonts,
            off,
            found: Found::default(),
            runs: Runs::default(),
            marks: vec![Mark::default()],
            steps: 0,
        }
    }

    pub(super) fn page(mut self, content: &[u8], resources: &Resources<'a>) -> Found {
        self.content(content, resources, NO_CHANGE, 0, 0);
        self.runs.close();
        self.found.runs = self.runs.done;
        self.found
    }

    #[expect(clippy::too_many_lines, reason = "one line for each instruction")]
    fn content(
        &mut self,
        content: &[u8],
        resources: &Resources<'a>,
        matrix: Matrix,
        stream: u32,
        depth: usize,
    ) {
        let mut state = State {
            matrix,
            face: None,
            size: 0.0,
            letter_gap: 0.0,
            word_gap: 0.0,
            width: 1.0,
            leading: 0.0,
            rise: 0.0,
        };
        let mut kept = Vec::new();
        let (mut line, mut text) = (NO_CHANGE, NO_CHANGE);
        let marks = self.marks.len();
        let mut ops = TypedIter::new(content);
        while let Some(op) = ops.next() {
            self.steps += 1;
            if self.steps > MOST_STEPS {
                break;
            }
            match op {
                Op::SaveState(_) if kept.len() < 10_000 => kept.push(state.clone()),
                Op::RestoreState(_) => state = kept.pop().unwrap_or(state),
                Op::Transform(by) => {
                    let by = [by.0, by.1, by.2, by.3, by.4, by.5].map(f);
                    state.matrix = times(by, state.matrix);
                }
                Op::SetGraphicsState(name) => {
                    let told = resources.get_ext_g_state(name.0);
                    let font = told.and_then(|told| told.get::<Array<'a>>("Font"));
                    if let Some(font) = font {
                        let mut parts = font.flex_iter();
                        if let Some(dict) = parts.next::<Dict<'a>>() {
                            state.face = Some(self.fonts.face(&dict));
                        }
                        state.size = parts.next::<Number>().map_or(state.size, f);
                    }
                }
                Op::CharacterSpacing(by) => state.letter_gap = f(by.0),
                Op::WordSpacing(by) => state.word_gap = f(by.0),
                Op::HorizontalScaling(by) => state.width = f(by.0) / 100.0,
                Op::TextLeading(by) => state.leading = f(by.0),
                Op::TextRise(by) => state.rise = f(by.0),
                Op::TextFont(font) => {
                    let dict = resources.get_font(font.0);
                    state.face = dict.map(|dict| self.fonts.face(&dict));
                    state.size = f(font.1);
                }
                Op::BeginText(_) => (line, text) = (NO_CHANGE, NO_CHANGE),
                Op::NextLine(by) => {
                    line = times([1.0, 0.0, 0.0, 1.0, f(by.0), f(by.1)], line);
                    text = line;
                }
                Op::NextLineAndSetLeading(by) => {
                    state.leading = -f(by.1);
                    line = times([1.0, 0.0, 0.0, 1.0, f(by.0), f(by.1)], line);
                    text = line;
                }
                Op::SetTextMatrix(to) => {
                    line = [to.0, to.1, to.2, to.3, to.4, to.5].map(f);
                    text = line;
                }
                Op::NextLineUsingLeading(_) => {
                    line = times([1.0, 0.0, 0.0, 1.0, 0.0, -state.leading], line);
                    text = line;
                }
                Op::ShowText(shown) => self.show(shown.0, &state, &mut text),
                Op::NextLineAndShowText(shown) => {
                    line = times([1.0, 0.0, 0.0, 1.0, 0.0, -state.leading], line);
                    text = line;
                    self.show(shown.0, &state, &mut text);
                }
                Op::ShowTextWithParameters(shown) => {
                    (state.word_gap, state.letter_gap) = (f(shown.0), f(shown.1));
                    line = times([1.0, 0.0, 0.0, 1.0, 0.0, -state.leading], line);
                    text = line;
                    self.show(shown.2, &state, &mut text);
                }
                Op::ShowTexts(shown) => {
                    for part in shown.0.iter::<Object<'_>>() {
                        match part {
                            Object::String(bytes) => self.show(&bytes, &state, &mut text),
                            Object::Number(back) => {
                                let by = -f(back) / 1000.0 * state.size;
                                step(&mut text, by, &state);
                            }
                            _ => {}
                        }
                    }
                }
                Op::BeginMarkedContent(mark) => self.mark(mark.0, None, stream),
                Op::BeginMarkedContentWithProperties(mark) => {
                    let told = match mark.1 {
                        Object::Dict(dict) => Some(dict.clone()),
                        Object::Name(name) => resources.properties.get::<Dict<'_>>(name.as_ref()),
                        _ => None,
                    };
                    self.mark(mark.0, told.as_ref(), stream);
                }
                Op::EndMarkedContent(_) if self.marks.len() > marks => {
                    self.marks.pop();
                }
                Op::XObject(name) => {
                    if let Some(object) = resources.get_x_object(name.0) {
                        self.object(&object, resources, &state, stream, depth);
                    }
                }
                Op::InlineImage(_) => self.picture(&state),
                Op::FillPathNonZero(_)
                | Op::FillPathNonZeroCompatibility(_)
                | Op::FillPathEvenOdd(_)
                | Op::StrokePath(_)
                | Op::CloseAndStrokePath(_)
                | Op::FillAndStrokeNonZero(_)
                | Op::FillAndStrokeEvenOdd(_)
                | Op::CloseFillAndStrokeNonZero(_)
                | Op::CloseFillAndStrokeEvenOdd(_)
                | Op::Shading(_) => self.found.painted = true,
                _ => {}
            }
        }
        self.marks.truncate(marks);
    }

    fn object(
        &mut self,
        object: &Stream<'a>,
        around: &Resources<'a>,
        state: &State<'a>,
        stream: u32,
        depth: usize,
    ) {
        let dict = object.dict();
        if self.is_off(dict.get::<Dict<'_>>("OC").as_ref()) {
            return;
        }
        match dict.get::<Name<'_>>("Subtype").as_deref() {
            Some(b"Image") => self.picture(state),
            Some(b"Form") if depth < DEEPEST => {
                let Ok(content) = object.decoded() else {
                    return;
                };
                let matrix = dict.get::<[f64; 6]>("Matrix").unwrap_or(NO_CHANGE);
                let matrix = times(matrix, state.matrix);
                let own = dict.get::<Dict<'a>>("Resources").map(Resources::new);
                let own = own.as_ref().unwrap_or(around);
                // Its marks are numbered by itself only where the file says so.
                let marked = dict.contains_key("StructParents");
                let stream = if marked {
                    object.obj_id().obj_number
                } else {
                    stream
                };
                self.content(&content, own, matrix, stream, depth + 1);
            }
            _ => {}
        }
    }

    fn picture(&mut self, state: &State<'_>) {
        self.found.painted = true;
        let [a, b, c, d, ..] = state.matrix;
        if a.hypot(b) > SMALL && c.hypot(d) > SMALL {
            self.found.pictures += 1;
        }
    }

    fn mark(&mut self, name: &Name<'_>, told: Option<&Dict<'_>>, stream: u32) {
        let mut mark = self.marks.last().cloned().unwrap_or_default();
        if let Some(number) = told.and_then(|told| told.get::<i32>("MCID")) {
            mark.tag.marked = Some((stream, number));
        }
        mark.tag.artifact |= name.as_ref() == b"Artifact";
        mark.hidden |= name.as_ref() == b"OC" && self.is_off(told);
        if mark.instead.is_none()
            && let Some(text) = told.and_then(|told| words::of(told, "ActualText"))
        {
            let said = Cell::new(false);
            mark.instead = Some(Rc::new(Instead { words: text, said }));
        }
        // (As deep as a page goes; marks that are never closed are as good as none.)
        if self.marks.len() < 1000 {
            self.marks.push(mark);
        }
    }

    /// A layer is off, or all the layers that it would be shown with are.
    fn is_off(&self, told: Option<&Dict<'_>>) -> bool {
        let Some(told) = told else { return false };
        if told.obj_id().is_some_and(|id| self.off.contains(&id)) {
            return true;
        }
        let off = |dict: &Dict<'_>| dict.obj_id().is_some_and(|id| self.off.contains(&id));
        match told.get::<Object<'_>>("OCGs") {
            Some(Object::Dict(one)) => off(&one),
            Some(Object::Array(several)) => {
                let mut any = false;
                several.iter::<Dict<'_>>().all(|one| {
                    any = true;
                    off(&one)
                }) && any
            }
            _ => false,
        }
    }

    fn show(&mut self, bytes: &[u8], state: &State<'a>, text: &mut Matrix) {
        let Some(face) = &state.face else { return };
        let vertical = face.is_vertical();
        for letter in face.letters(bytes) {
            let word_gap = if letter.is_space { state.word_gap } else { 0.0 };
            let by = letter.advance / 1000.0 * state.size;
            let place = times(*text, state.matrix);
            let at = apply(place, (0.0, state.rise));
            if vertical {
                // Lines run downwards.
                let by = by + state.letter_gap + word_gap;
                *text = times([1.0, 0.0, 0.0, 1.0, 0.0, by], *text);
            } else {
                step(text, by + state.letter_gap + word_gap, state);
            }
            let next = apply(times(*text, state.matrix), (0.0, state.rise));
            let toward = if vertical { (0.0, -1.0) } else { (1.0, 0.0) };
            let toward = (
                place[0] * toward.0 + place[2] * toward.1,
                place[1] * toward.0 + place[3] * toward.1,
            );
            let length = toward.0.hypot(toward.1);
            if !length.is_finite() || length < 1e-9 || !next.0.is_finite() || !next.1.is_finite() {
                continue;
            }
            let along = (toward.0 / length, toward.1 / length);
            let size = state.size.abs() * place[2].hypot(place[3]);
            self.put(letter.text.as_deref(), at, next, along, size);
        }
    }

    fn put(
        &mut self,
        text: Option<&str>,
        at: (f64, f64),
        next: (f64, f64),
        along: (f64, f64),
        size: f64,
    ) {
        let Some(mark) = self.marks.last() else {
            return;
        };
        if mark.hidden {
            return;
        }
        let tag = mark.tag;
        let text = match (&mark.instead, text) {
            (Some(instead), _) if instead.said.replace(true) => "",
            (Some(instead), _) => &instead.words,
            (None, Some(text)) => text,
            (None, None) => {
                self.found.unread += 1;
                "\u{fffd}"
            }
        };
        if text != "\u{fffd}" && !text.trim().is_empty() {
            self.found.read += 1;
        }
        let letter = Placed {
            text,
            at,
            next,
            along,
            size,
        };
        self.runs.push(&letter, tag);
    }
}

/// Goes on along a line.
fn step(text: &mut Matrix, by: f64, state: &State<'_>) {
    let vertical = state.face.as_ref().is_some_and(|face| face.is_vertical());
    let by = if vertical {
        [1.0, 0.0, 0.0, 1.0, 0.0, by]
    } else {
        [1.0, 0.0, 0.0, 1.0, by * state.width, 0.0]
    };
    *text = times(by, *text);
}

fn f(number: Number) -> f64 {
    number.as_f64()
}

/// First one, then the other.
fn times(one: Matrix, other: Matrix) -> Matrix {
    let row = |across: f64, up: f64| {
        (
            across * other[0] + up * other[2],
            across * other[1] + up * other[3],
        )
    };
    let (right, top, place) = (
        row(one[0], one[1]),
        row(one[2], one[3]),
        row(one[4], one[5]),
    );
    let place = (place.0 + other[4], place.1 + other[5]);
    [right.0, right.1, top.0, top.1, place.0, place.1]
}

fn apply(matrix: Matrix, at: (f64, f64)) -> (f64, f64) {
    (
        matrix[0] * at.0 + matrix[2] * at.1 + matrix[4],
        matrix[1] * at.0 + matrix[3] * at.1 + matrix[5],
    )
}
