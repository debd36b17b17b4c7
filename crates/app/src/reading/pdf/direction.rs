//! Lines of letters that run from right to left, as Hebrew and Arabic do. A page draws them where they are
//! seen, in whatever order; read they are in the order in which they are spoken.
//!
//! So the text of a line is kept as it is seen, from left to right, until all of it is there, and turned
//! then: by the rules by which such lines are laid out (UAX #9), the other way round.

use std::borrow::Cow;

use unicode_bidi::{BidiInfo, Level};

/// Whether a letter runs from right to left. (What is drawn at a letter counts as that.)
pub(super) fn is_rtl(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{65f}' | '\u{66a}'..='\u{6ef}' | '\u{6fa}'..='\u{8ff}'
        | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

pub(super) fn has_rtl(text: &str) -> bool {
    text.chars().any(is_rtl)
}

/// Points of vowels and other marks, which are drawn at a letter.
pub(super) fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}'
        | '\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}' | '\u{8d3}'..='\u{8ff}'
        | '\u{fb1e}')
}

/// How many letters run each way, and which way the outermost ones do.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ways {
    right: usize,
    left: usize,
    /// The first that is seen runs leftwards, and the last.
    outer: (bool, bool),
}

impl Ways {
    pub(super) fn of(text: &str) -> Self {
        let mut ways = Self::default();
        for letter in text.chars().filter(|letter| letter.is_alphabetic()) {
            let leftwards = is_rtl(letter);
            if ways.left + ways.right == 0 {
                ways.outer.0 = leftwards;
            }
            ways.outer.1 = leftwards;
            ways.left += usize::from(leftwards);
            ways.right += usize::from(!leftwards);
        }
        ways
    }

    pub(super) fn add(&mut self, more: Self) {
        self.right += more.right;
        self.left += more.left;
    }

    /// Whether a line in which these letters are seen begins on the right, on a page of those.
    pub(super) fn begin_right(self, page: Self) -> bool {
        match self.outer {
            (true, true) => true,
            (false, false) => self.left > self.right,
            _ => self.left > self.right || page.left > 2 * page.right,
        }
    }
}

/// Words, as they are seen from left to right.
pub(super) fn seen(words: &str) -> Cow<'_, str> {
    if has_rtl(words) {
        Cow::Owned(turned("", words))
    } else {
        Cow::Borrowed(words)
    }
}

/// A line, from what is seen of it from left to right.
pub(super) fn read(line: &str, begins_right: bool) -> String {
    if begins_right {
        // Numbers behind Arabic words are laid out otherwise; what is seen has those on their other side.
        let is_arabic = line
            .contains(|letter| matches!(letter, '\u{600}'..='\u{8ff}' | '\u{fb50}'..='\u{fefc}'));
        return turned(if is_arabic { ARABIC } else { "" }, line);
    }
    // Its own stretches are turned, with the numbers in them turned back.
    let info = BidiInfo::new(line, Some(Level::ltr()));
    let paragraphs = info.paragraphs.iter();
    paragraphs
        .map(|paragraph| info.reorder_line(paragraph, paragraph.range.clone()))
        .collect()
}

/// A mark that counts as an Arabic letter and is none.
const ARABIC: &str = "\u{61c}";

/// A line that begins on the right, turned round: numbers and foreign words in it run on as they do. It is the
/// same both ways. `before` is what the line is taken to follow.
fn turned(before: &str, text: &str) -> String {
    let all = format!("{before}{text}");
    let info = BidiInfo::new(&all, Some(Level::rtl()));
    let mut turned = String::with_capacity(text.len());
    let mut end = all.len();
    let is_ltr = |at: usize| info.levels[at].is_ltr();
    while end > before.len() {
        let last = end - 1;
        let from = (before.len()..end)
            .rev()
            .find(|at| is_ltr(*at) != is_ltr(last));
        let from = from.map_or(before.len(), |at| at + 1);
        let stretch = &all[from..end];
        if is_ltr(last) {
            turned.push_str(stretch);
        } else {
            turned.push_str(&reversed(stretch));
        }
        end = from;
    }
    turned
}

/// The letters the other way round, accents with their letters.
fn reversed(text: &str) -> String {
    let mut reversed = String::with_capacity(text.len());
    let mut end = text.len();
    for (at, letter) in text.char_indices().rev() {
        if !matches!(letter, '\u{300}'..='\u{36f}') {
            reversed.push_str(&text[at..end]);
            end = at;
        }
    }
    reversed.push_str(&text[..end]);
    reversed
}

const BRACKETS: [(char, char); 5] = [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>'), ('«', '»')];

/// Whether the brackets of lines that begin on the right are the wrong way round: some files tell a bracket
/// by what it looks like there, others by what it means. The lines of a page tell which it is.
pub(super) fn are_mirrored<'l>(lines: impl Iterator<Item = &'l str>) -> bool {
    let (mut sound, mut mirrored) = (0_usize, 0_usize);
    for line in lines {
        for (open, close) in BRACKETS {
            let closes = |open, close| {
                let mut depth = 0_i64;
                line.chars().all(|letter| {
                    depth += i64::from(letter == open) - i64::from(letter == close);
                    depth >= 0
                })
            };
            if line.contains([open, close]) {
                sound += usize::from(closes(open, close));
                mirrored += usize::from(closes(close, open));
            }
        }
    }
    mirrored > sound
}

/// The same with each bracket the other way round.
pub(super) fn mirrored(line: &str) -> String {
    let other = |letter| {
        let mut pairs = BRACKETS.iter();
        pairs.find_map(|(open, close)| match letter {
            _ if letter == *open => Some(*close),
            _ if letter == *close => Some(*open),
            _ => None,
        })
    };
    line.chars()
        .map(|letter| other(letter).unwrap_or(letter))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_is_spoken() {
        for (spoken, is_seen) in [
            ("שלום עולם", "םלוע םולש"),
            ("שנת 2024 הייתה", "התייה 2024 תנש"),
            ("גרסה Spud 2.0 חדשה.", ".השדח Spud 2.0 הסרג"),
            ("سنة 2020-05-12 هي", "يه 12-05-2020 ةنس"),
            ("سنة ٢٠٢٤ هي", "يه ٢٠٢٤ ةنس"),
            ("plain words", "sdrow nialp"),
        ] {
            if has_rtl(spoken) {
                assert_eq!(read(is_seen, true), spoken);
                assert_eq!(seen(spoken), is_seen, "{spoken}");
            } else {
                assert_eq!(seen(spoken), spoken);
            }
        }
        assert_eq!(
            read("The word םולש 12 תנש means peace", false),
            "The word שנת 12 שלום means peace"
        );
        assert_eq!(read("e\u{301}t\u{e9} םולש", true), "שלום e\u{301}t\u{e9}");
    }

    #[test]
    fn brackets_open_before_they_close() {
        let lines = ["אבג )דה( ו", "אב )גד("];
        assert!(are_mirrored(lines.into_iter()));
        assert!(!are_mirrored(["אבג (דה) ו", "(אב"].into_iter()));
        assert_eq!(mirrored("אבג )דה( ו"), "אבג (דה) ו");
    }

    #[test]
    fn most_letters_say_where_a_line_begins() {
        let page = Ways::of("םלוע םולש םלוע םולש x");
        let both = Ways::of("and so on םולש");
        assert!(both.begin_right(page) && !both.begin_right(Ways::of("only English here")));
        assert!(!Ways::of("the word םולש is said").begin_right(page));
        assert!(!Ways::of("only English").begin_right(page));
    }
}
