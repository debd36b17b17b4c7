//! Letters by their places, put together to words and lines.
//!
//! A run is a piece of one line, in the order in which the page shows it; whether two of them are one
//! word, two words, two lines or two paragraphs is told by the room between them. Letters that run from
//! right to left stand in it as they are seen, from left to right (`direction`).

use icu_normalizer::ComposingNormalizerBorrowed;

use super::direction::{has_rtl, is_mark, seen};

/// Room between two letters, by their size, that is a space; and among Chinese letters, which stand apart.
pub(super) const SPACE: f64 = 0.15;
const WIDE_SPACE: f64 = 0.6;

/// How far off its line a letter may be: raised and lowered ones are.
const OFF: f64 = 0.6;

/// Lines further apart than this, by their size, are of two paragraphs.
const PARAGRAPH: f64 = 1.9;

/// Where a run stands in what the file says of its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tag {
    /// The stream it stands in (0: the page's own), and its number there.
    pub(super) marked: Option<(u32, i32)>,
    /// The file says that it is no content: a page number, a running head.
    pub(super) artifact: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) tag: Tag,
    pub(super) start: (f64, f64),
    pub(super) end: (f64, f64),
    /// Which way it runs: a step of length 1.
    pub(super) along: (f64, f64),
    pub(super) size: f64,
}

/// A letter at its place.
pub(super) struct Placed<'t> {
    pub(super) text: &'t str,
    pub(super) at: (f64, f64),
    /// Where the next one is.
    pub(super) next: (f64, f64),
    pub(super) along: (f64, f64),
    pub(super) size: f64,
}

/// How one run follows another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    None,
    Space,
    Line,
    Paragraph,
}

/// The runs of a page, in the order of its content.
#[derive(Default)]
pub(super) struct Runs {
    pub(super) done: Vec<Run>,
    open: Option<Run>,
    /// Where the last letter stands in the text of the open run, and from where to where on the page.
    last: (usize, f64, f64),
    /// It was put left of those before it.
    leftward: bool,
}

impl Runs {
    pub(super) fn push(&mut self, letter: &Placed<'_>, tag: Tag) {
        let size = letter.size.max(0.01);
        let text = seen(letter.text);
        if let Some(run) = &mut self.open
            && run.tag == tag
        {
            let turns = run.is_level() && has_rtl(&text);
            if turns && run.below(letter.at).abs() <= OFF * size {
                // At the letter that it points, which is drawn before it where letters come as they are
                // spoken: seen before it, so that it is read behind it.
                let (place, from, to) = self.last;
                let to = match (self.leftward, run.text.chars().nth(1)) {
                    (true, _) => to,
                    (false, None) => f64::midpoint(from, to),
                    (false, Some(_)) => from,
                };
                if letter.at.0 >= from && letter.at.0 < to && text.chars().all(is_mark) {
                    run.text.insert_str(place, &text);
                    self.last.0 += text.len();
                    return;
                }
                // Left of all that there is.
                let room = run.start.0 - letter.next.0;
                if letter.at.0 < run.start.0 && room > -0.3 * size && room < SPACE * size {
                    run.text.insert_str(0, &text);
                    (run.start, self.last) = (letter.at, (0, letter.at.0, letter.next.0));
                    self.leftward = true;
                    run.size = run.size.max(size);
                    return;
                }
            }
            let gap = run.gap_to(letter.at, letter.along, size, letter.text.chars().next());
            // A whole word's width of room may be the next column: a run of its own.
            let near = run.room_to(letter.at) < 1.5 * size;
            // A sign that stands left of letters which run that way follows them; and what stands in the room
            // between two of their words may come later.
            let apart = run.is_level()
                && (letter.at.0 < run.start.0 || gap == Gap::Space)
                && (turns || has_rtl(&run.text));
            if matches!(gap, Gap::None | Gap::Space) && near && !apart {
                if gap == Gap::Space {
                    run.text.push(' ');
                }
                self.last = (run.text.len(), letter.at.0, letter.next.0);
                self.leftward = false;
                run.text.push_str(&text);
                run.end = letter.next;
                run.size = run.size.max(size);
                return;
            }
        }
        self.close();
        self.leftward = false;
        self.last = (0, letter.at.0, letter.next.0);
        self.open = Some(Run {
            text: text.into_owned(),
            tag,
            start: letter.at,
            end: letter.next,
            along: letter.along,
            size,
        });
    }

    pub(super) fn close(&mut self) {
        let Some(run) = self.open.take() else { return };
        // Printed twice, for weight or for a shadow.
        let twice = self.done.iter().rev().take(3).any(|last| {
            let off = (last.start.0 - run.start.0).hypot(last.start.1 - run.start.1);
            off < 0.15 * run.size && last.text == run.text
        });
        if !twice && !run.text.trim().is_empty() {
            self.done.push(run);
        }
    }
}

impl Run {
    /// How far it is from its end to a place, along its line.
    fn room_to(&self, at: (f64, f64)) -> f64 {
        (at.0 - self.end.0) * self.along.0 + (at.1 - self.end.1) * self.along.1
    }

    /// How far a place is off its line, below it (left of it, where lines run downwards).
    fn below(&self, at: (f64, f64)) -> f64 {
        (at.0 - self.end.0) * self.along.1 - (at.1 - self.end.1) * self.along.0
    }

    fn gap_to(&self, at: (f64, f64), along: (f64, f64), size: f64, first: Option<char>) -> Gap {
        if self.along.0 * along.0 + self.along.1 * along.1 < 0.9 {
            return Gap::Paragraph;
        }
        let larger = self.size.max(size);
        let below = self.below(at);
        let room = self.room_to(at);
        if below.abs() <= OFF * larger && room > -larger {
            let wide = self.text.chars().next_back().is_some_and(stands_apart)
                || first.is_some_and(stands_apart);
            let enough = if wide { WIDE_SPACE } else { SPACE };
            let spaced =
                self.text.ends_with(char::is_whitespace) || first.is_some_and(char::is_whitespace);
            return if room > enough * larger && !spaced {
                Gap::Space
            } else {
                Gap::None
            };
        }
        if below < 0.0 || below > PARAGRAPH * larger {
            Gap::Paragraph
        } else {
            Gap::Line
        }
    }

    /// How another run follows this one.
    pub(super) fn gap(&self, next: &Self) -> Gap {
        self.gap_to(next.start, next.along, next.size, next.text.chars().next())
    }

    /// Whether another one is on the same line, wherever on it that is.
    pub(super) fn is_beside(&self, next: &Self) -> bool {
        let larger = self.size.max(next.size);
        self.is_level() && next.is_level() && self.below(next.start).abs() <= OFF * larger
    }

    /// Whether it runs from left to right, as lines do.
    pub(super) fn is_level(&self) -> bool {
        self.along.0 > 0.99
    }
}

/// Letters that are not set apart by spaces.
fn stands_apart(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}')
}

/// Letters as they are written: no shapes of letters (ligatures, upright and joined forms, the
/// radicals that some programs write for whole signs), and no marks of where a word could be broken.
pub(super) fn plain(text: &str) -> String {
    let normalizer = ComposingNormalizerBorrowed::new_nfkc();
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{ad}' | '\0' => {}
            '\u{a0}' => plain.push(' '),
            '\u{2e80}'..='\u{2fdf}'
            | '\u{fb00}'..='\u{fb4f}'
            | '\u{fb50}'..='\u{fdff}'
            | '\u{fe10}'..='\u{fe19}'
            | '\u{fe30}'..='\u{fe4f}'
            | '\u{fe70}'..='\u{fefc}' => {
                let mut bytes = [0; 4];
                let shown = normalizer.normalize(letter.encode_utf8(&mut bytes));
                // The forms of marks by themselves have a space to stand on.
                plain.push_str(shown.trim_start());
            }
            letter => plain.push(letter),
        }
    }
    plain
}
