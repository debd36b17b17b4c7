//! Whether a tag is quoted: as code, between marks, or as a word of a sentence.
//!
//! A model that closes a thought which it never opened writes the tag at the end of a line or of a sentence, on a line
//! of its own, or right behind a word. One that tells of the tag writes it in code, in quotes, or between two spaces.
//! In a thought that is open only marks right before and behind it tell: thoughts leave code and quotes open.

/// What a text quotes at its end.
#[derive(Debug, Clone, Default)]
pub(super) struct Quoted {
    /// The line at its end as far as it says something: its beginning, and how many backticks it has.
    line: Line,
    /// The run of backticks or tildes that opened a block of code.
    fence: Option<(char, usize)>,
    /// The last character.
    last: Option<char>,
    /// The one before it.
    before: Option<char>,
    /// The last one that is no white space.
    word: Option<char>,
}

/// Marks between which something is quoted.
const PAIRS: [(char, char); 15] = [
    ('`', '`'),
    ('\'', '\''),
    ('"', '"'),
    ('“', '”'),
    ('‘', '’'),
    ('«', '»'),
    ('‹', '›'),
    ('「', '」'),
    ('『', '』'),
    ('《', '》'),
    ('〈', '〉'),
    ('（', '）'),
    ('(', ')'),
    ('[', ']'),
    ('{', '}'),
];

#[derive(Debug, Clone, Default)]
struct Line {
    /// Its first characters, as many as a fence may have.
    begin: String,
    backticks: usize,
}

/// Characters of a line that are looked at for a fence; longer runs count as so many.
const FENCE: usize = 16;

impl Quoted {
    /// The same with this text behind it.
    pub(super) fn behind(mut self, text: &str) -> Self {
        for letter in text.chars() {
            if letter == '\n' {
                self.end_line();
            } else {
                if self.line.begin.len() < FENCE {
                    self.line.begin.push(letter);
                }
                self.line.backticks += usize::from(letter == '`');
            }
            self.before = self.last.replace(letter);
            if !letter.is_whitespace() {
                self.word = Some(letter);
            }
        }
        self
    }

    /// Whether a tag that stands here is quoted if what follows it closes the quotation.
    pub(super) fn may_be_quote(&self) -> bool {
        PAIRS.iter().any(|(_, close)| self.is_closed_by(*close))
    }

    /// Whether a tag that stands here, before this character, is between marks.
    pub(super) fn is_closed_by(&self, next: char) -> bool {
        let mut pairs = PAIRS.iter();
        let is_pair = pairs.any(|(open, close)| self.last == Some(*open) && next == *close);
        is_pair
            && match next {
                '`' => !self.line.backticks.is_multiple_of(2),
                // The same mark opens and closes; one that closes stands behind a word or a full stop.
                '"' | '\'' => self.before.is_none_or(|before| {
                    before.is_whitespace() || "([{（".contains(before) || is_ideograph(before)
                }),
                _ => true,
            }
    }

    /// True within code, and right behind a quotation mark or an opening bracket.
    pub(super) fn is_open(&self) -> bool {
        let opens = |letter: char| letter == '<' || PAIRS.iter().any(|(open, _)| *open == letter);
        self.fence.is_some()
            || !self.line.backticks.is_multiple_of(2)
            || self.last.is_some_and(opens)
    }

    /// Whether a tag that stands here, before this character and this next word, is a word of a sentence.
    pub(super) fn is_between(&self, next: char, word: char) -> bool {
        let is_end = |letter: char| ".!?…。！？".contains(letter);
        let begins = self.word.is_some_and(is_end) && !word.is_lowercase();
        matches!(self.last, Some(' ' | '\t')) && !matches!(next, '\n' | '\r') && !begins
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let begin = line.begin.trim_start();
        let Some(mark) = begin.chars().next().filter(|mark| "`~".contains(*mark)) else {
            return;
        };
        let run = begin.chars().take_while(|letter| *letter == mark).count();
        self.fence = match self.fence {
            None if run >= 3 => Some((mark, run)),
            Some((open, length)) if open == mark && run >= length => None,
            other => other,
        };
    }
}

/// A letter of a script that writes no spaces between words.
fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
}
