//! From the pieces of a page to its text: lines, paragraphs, and values at the lines they are written on.

use super::direction::{self, Ways, has_rtl};
use super::forms::Value;
use super::order::{Part, Piece};
use super::runs::{Gap, SPACE, plain};

/// A line as it will stand, with the pieces that it is made of.
struct Line {
    /// What stands before it.
    gap: &'static str,
    heading: Option<u8>,
    parts: Vec<Bit>,
    y: f64,
    size: f64,
    level: bool,
    /// Letters in it run from right to left, so that its parts stand as they are seen.
    turns: bool,
}

/// A piece of a line; `glue` stands before it where it is not the first.
struct Bit {
    from: f64,
    to: f64,
    glue: &'static str,
    text: String,
}

/// The text of a page.
pub(super) fn text(pieces: Vec<Piece>, values: Vec<Value>) -> String {
    let mut lines = lines(pieces);
    lines.iter_mut().for_each(Line::lay_out);
    let mut loose = Vec::new();
    for value in values {
        if let Some(value) = beside(&mut lines, value) {
            loose.push(value);
        }
    }
    let mut text = String::new();
    for (gap, line) in read(lines) {
        if !text.is_empty() {
            text.push_str(gap);
        }
        text.push_str(&line);
    }
    for value in loose {
        if !text.is_empty() {
            text.push('\n');
        }
        if !value.name.is_empty() {
            text.push_str(value.name.trim());
            text.push_str(": ");
        }
        text.push_str(&value.text);
    }
    text
}

/// The lines as they are read, each with what stands before it.
fn read(lines: Vec<Line>) -> Vec<(&'static str, String)> {
    let mut page = Ways::default();
    let mut seen: Vec<(Line, String)> = Vec::with_capacity(lines.len());
    for line in lines {
        let text = line.text();
        page.add(Ways::of(&text));
        seen.push((line, text));
    }
    let begins_right = |line: &Line, text: &str| line.turns && Ways::of(text).begin_right(page);
    for (line, text) in &mut seen {
        if line.turns {
            *text = direction::read(text, Ways::of(text).begin_right(page));
        }
    }
    let right = seen.iter().filter(|(line, text)| begins_right(line, text));
    let mirrored = direction::are_mirrored(right.map(|(_, text)| text.as_str()));
    let read = seen.into_iter().map(|(line, mut text)| {
        if mirrored && begins_right(&line, &text) {
            text = direction::mirrored(&text);
        }
        let text = plain(&text);
        let text = match line.heading {
            Some(level) => format!("{} {}", "#".repeat(level.into()), text.trim_start()),
            None => text,
        };
        (line.gap, text)
    });
    read.collect()
}

impl Line {
    /// Puts the parts of a line that turns where they are seen, with as much between them as is there.
    fn lay_out(&mut self) {
        if !self.turns {
            return;
        }
        self.parts
            .sort_by(|one, other| one.from.total_cmp(&other.from));
        let has_cells = self.parts.iter().any(|bit| bit.glue == "\t");
        for at in 1..self.parts.len() {
            let room = self.parts[at].from - self.parts[at - 1].to;
            let apart = self.parts[at].text.starts_with(char::is_whitespace)
                || self.parts[at - 1].text.ends_with(char::is_whitespace);
            self.parts[at].glue = if has_cells && room > self.size {
                "\t"
            } else if room > SPACE * self.size && !apart {
                " "
            } else {
                ""
            };
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (at, bit) in self.parts.iter().enumerate() {
            if at > 0 {
                text.push_str(bit.glue);
            }
            text.push_str(&bit.text);
        }
        text
    }
}

fn lines(pieces: Vec<Piece>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut last: Option<Piece> = None;
    for piece in pieces {
        if plain(&piece.run.text).trim().is_empty() {
            continue;
        }
        let turns = has_rtl(&piece.run.text);
        let turning = turns || lines.last().is_some_and(|line| line.turns);
        let glue = match &last {
            Some(last) => join(last, &piece, turning),
            None => Glue::Line("\n"),
        };
        let bit = |glue| Bit {
            from: piece.run.start.0,
            to: piece.run.end.0.max(piece.run.start.0),
            glue,
            text: piece.run.text.clone(),
        };
        match (glue, lines.last_mut()) {
            (Glue::Within(glue), Some(line)) => {
                line.size = line.size.max(piece.run.size);
                line.turns |= turns && line.level;
                line.parts.push(bit(glue));
            }
            (glue, _) => {
                let gap = if let Glue::Line(gap) = glue {
                    gap
                } else {
                    "\n"
                };
                let new_block = last.as_ref().is_none_or(|last| last.part != piece.part);
                let heading = piece.part.and_then(|part| part.heading);
                let level = piece.run.is_level();
                lines.push(Line {
                    gap,
                    heading: heading.filter(|_| new_block),
                    parts: vec![bit("")],
                    y: piece.run.start.1,
                    size: piece.run.size,
                    level,
                    turns: turns && level,
                });
            }
        }
        last = Some(piece);
    }
    lines
}

enum Glue {
    /// In the same line.
    Within(&'static str),
    /// In a new one, behind this.
    Line(&'static str),
}

fn join(last: &Piece, next: &Piece, turning: bool) -> Glue {
    let mut gap = last.run.gap(&next.run);
    if turning && last.run.is_beside(&next.run) {
        gap = Gap::Space;
    }
    match (last.part, next.part) {
        (Some(one), Some(other)) if one.block != other.block => between(one, other, gap),
        (Some(_), None) | (None, Some(_)) => Glue::Line("\n\n"),
        _ => {
            // The file marks where a word was broken: it is whole again.
            let broken = last.run.text.trim_end().ends_with('\u{ad}');
            match gap {
                Gap::Line | Gap::Paragraph if broken => Glue::Within(""),
                Gap::None => Glue::Within(""),
                Gap::Space => Glue::Within(" "),
                Gap::Line => Glue::Line("\n"),
                // A paragraph of the tree is one, wherever its columns and pages end.
                Gap::Paragraph if last.part.is_some() => Glue::Line("\n"),
                Gap::Paragraph => Glue::Line("\n\n"),
            }
        }
    }
}

/// Between two paragraphs of the tree.
fn between(one: Part, other: Part, gap: Gap) -> Glue {
    if one.row.is_some() && one.row == other.row {
        return Glue::Within("\t");
    }
    // What has a block of its own within a line, as a word in a frame.
    if one.heading.is_none() && other.heading.is_none() && matches!(gap, Gap::None | Gap::Space) {
        return Glue::Within(if gap == Gap::Space { " " } else { "" });
    }
    if one.group.is_some() && one.group == other.group {
        return Glue::Line("\n");
    }
    Glue::Line("\n\n")
}

/// Puts a value at the line that it is written on; gives it back where there is none.
fn beside(lines: &mut [Line], value: Value) -> Option<Value> {
    let place = value.place;
    let mut nearest: Option<(f64, usize, usize)> = None;
    for (at, line) in lines.iter().enumerate() {
        let middle = line.y + 0.3 * line.size;
        if !line.level || middle < place.y0 - 0.3 * line.size || middle > place.y1 + 0.3 * line.size
        {
            continue;
        }
        let before = line.parts.iter().filter(|bit| bit.from <= place.x0).count();
        let away = match (before.checked_sub(1), line.parts.get(before)) {
            (Some(left), _) => (place.x0 - line.parts[left].to).max(0.0),
            (None, Some(right)) => (right.from - place.x1).max(0.0),
            (None, None) => continue,
        };
        if nearest.is_none_or(|(nearest, ..)| away < nearest) {
            nearest = Some((away, at, before));
        }
    }
    let Some((_, at, before)) = nearest else {
        return Some(value);
    };
    let line = &mut lines[at];
    line.parts.insert(
        before,
        Bit {
            from: place.x0,
            to: place.x1,
            glue: " ",
            text: if line.turns {
                direction::seen(&value.text).into_owned()
            } else {
                value.text
            },
        },
    );
    // What was first now follows the value.
    if before == 0
        && let Some(next) = line.parts.get_mut(1)
    {
        next.glue = " ";
    }
    None
}
