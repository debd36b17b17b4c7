//! Whether a tag in an answer is quoted: as code, or as a word of a sentence.
//!
//! A model that closes a thought which it never opened writes the tag at the end of a line, on a line of its own
//! or right behind a word. One that tells of the tag writes it in code, in quotes, or between two spaces.

/// What an answer quotes at its end.
#[derive(Debug, Clone, Default)]
pub(super) struct Quoted {
    /// The line at its end as far as it says something: its beginning, and how many backticks it has.
    line: Line,
    /// The run of backticks or tildes that opened a block of code.
    fence: Option<(char, usize)>,
    /// The last character.
    last: Option<char>,
}

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
            self.last = Some(letter);
        }
        self
    }

    /// True within code, and right behind a quotation mark or an opening bracket.
    pub(super) fn is_open(&self) -> bool {
        let is_quoting = |letter: char| "`'\"“‘«‹「『《〈（([{<".contains(letter);
        self.fence.is_some()
            || !self.line.backticks.is_multiple_of(2)
            || self.last.is_some_and(is_quoting)
    }

    /// Whether a tag that stands here, before this character, is a word of a sentence.
    pub(super) fn is_between(&self, next: char) -> bool {
        matches!(self.last, Some(' ' | '\t')) && !matches!(next, '\n' | '\r')
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
